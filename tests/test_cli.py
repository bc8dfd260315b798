"""The command line: what it answers, and that every mistake ends in one line and a code."""

from __future__ import annotations

import errno
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from ddpm_studio import __version__, cli
from ddpm_studio.atomic_file import SaveError, SaveProblem
from ddpm_studio.checkpoints import sampling
from ddpm_studio.checkpoints.bundled import bundled_models, find_model
from ddpm_studio.checkpoints.description import DescriptionError
from ddpm_studio.checkpoints.model_file import ModelFileError
from ddpm_studio.checkpoints.weights import load_inspected
from ddpm_studio.cli import options as command_options
from ddpm_studio.datasets.catalogue import UnknownDataSetError
from ddpm_studio.diffusion.chains import NotFiniteError
from ddpm_studio.diffusion.sampler_configuration import SamplerError
from ddpm_studio.diffusion.schedule import ScheduleError
from ddpm_studio.diffusion.trajectory import TrajectoryTooLargeError
from ddpm_studio.explained_error import ExplainedError
from ddpm_studio.export import AnimationError, ExportError
from ddpm_studio.networks.configuration import NetworkConfigurationError
from ddpm_studio.training.configuration import TrainingConfigurationError
from ddpm_studio.training.divergence import TrainingDivergedError
from ddpm_studio.training.presets import UnknownPresetError
from ddpm_studio.training.trainer import Trainer
from ddpm_studio.ui.screen_check import NoWindowError

BUNDLED = Path(find_model("moons").path)

Refuse = Callable[..., str]


@pytest.fixture
def refused(capsys: pytest.CaptureFixture[str]) -> Refuse:
    """Runs a command that fails with the code, and gives the one line that it says."""

    def run(*arguments: str | Path, code: int = 1) -> str:
        assert cli.main([str(argument) for argument in arguments]) == code
        said = capsys.readouterr()
        assert said.out == ""
        assert said.err.startswith("ddpm-studio: ")
        assert said.err.endswith("\n")
        line = said.err[:-1]
        assert line.isprintable()
        return line

    return run


def sample(out: Path, *more: str, seed: int = 0) -> np.ndarray:
    arguments = ["sample", "--model", "mixture-1d", "--count", "8", "--seed", str(seed), *more]
    assert cli.main([*arguments, "--out", str(out)]) == 0
    with np.load(out) as archive:
        assert archive.files == ["x_0"]
        return archive["x_0"]


def no_space(*_: object) -> int:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


# What the commands answer


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        cli.main(["--version"])
    assert caught.value.code == 0
    assert capsys.readouterr().out == f"ddpm-studio {__version__}\n"


def test_models_are_listed_name_first(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["models"]) == 0
    lines = capsys.readouterr().out.splitlines()
    names = [model.description.name for model in bundled_models()]
    assert [line.split()[0] for line in lines] == names
    assert len(names) == 8
    moons = lines[names.index("moons")]
    assert re.fullmatch(r"moons +two interleaving half circles; MLP, .* parameters; .*", moons)


def test_info_says_what_a_file_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["info", str(BUNDLED)]) == 0
    rows = dict(line.split(":", 1) for line in capsys.readouterr().out.splitlines())
    assert rows["model"].strip() == "moons"
    assert rows["schedule"].strip() == "linear, T = 1000, beta from 0.0001 to 0.02"
    assert str(BUNDLED) in rows["file"]


def test_the_same_seed_gives_the_same_array(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "a.npz"
    first = sample(out)
    assert capsys.readouterr().out == f"{out}: x_0 of 8 samples, shape (8, 1)\n"
    assert first.shape == (8, 1)
    assert first.dtype == np.float32
    assert np.isfinite(first).all()
    assert np.array_equal(first, sample(tmp_path / "b.npz"))
    assert not np.array_equal(first, sample(tmp_path / "c.npz", seed=1))


def test_a_name_and_a_path_are_the_same_model(tmp_path: Path) -> None:
    by_path = sample(tmp_path / "a", "--model", str(find_model("mixture-1d").path))
    assert np.array_equal(by_path, sample(tmp_path / "b"))


def test_samples_replace_an_old_file(tmp_path: Path) -> None:
    out = tmp_path / "a.npz"
    out.write_bytes(b"old")
    sample(out)
    assert list(tmp_path.iterdir()) == [out]


def test_the_default_sampler_is_the_models_own(tmp_path: Path) -> None:
    own = sample(tmp_path / "a")
    assert np.array_equal(own, sample(tmp_path / "b", "--sampler", "ddpm"))
    assert np.array_equal(own, sample(tmp_path / "c", "--steps", "1000"))
    model = load_inspected(find_model("mixture-1d"))
    assert np.array_equal(own, sampling.sample_model(model, 8, 0).numpy())


@pytest.mark.parametrize(
    ("options", "sampler"),
    [
        (["--steps", "20"], {"steps": 20}),
        (["--sampler", "ddim"], {"kind": "ddim"}),
        (["--sampler", "ddim", "--eta", "0.5"], {"kind": "ddim", "eta": 0.5}),
        (
            ["--sampler", "ddim", "--eta", "1", "--steps", "20"],
            {"kind": "ddim", "eta": 1.0, "steps": 20},
        ),
    ],
)
def test_a_sampler_can_be_chosen(
    options: list[str], sampler: dict[str, Any], tmp_path: Path
) -> None:
    model = load_inspected(find_model("mixture-1d"))
    asked = replace(model.description.sampler, **sampler)
    expected = sampling.sample_model(model, 8, 0, asked).numpy()
    found = sample(tmp_path / "a", *options)
    assert np.array_equal(found, expected)
    assert not np.array_equal(found, sample(tmp_path / "b"))


# What is refused


SAMPLE = ["sample", "--out", "x", "--model", "moons"]


def test_eta_without_ddim(tmp_path: Path, refused: Refuse) -> None:
    arguments = ["sample", "--model", "moons", "--out", tmp_path / "x", "--eta", "0.5"]
    assert "--eta belongs to DDIM: give --sampler ddim, too" in refused(*arguments)
    assert list(tmp_path.iterdir()) == []


def test_samples_are_no_picture(tmp_path: Path, refused: Refuse) -> None:
    said = refused("sample", "--model", "moons", "--out", tmp_path / "cats.PNG")
    assert "not as cats.PNG: name an .npz file" in said
    assert list(tmp_path.iterdir()) == []


def test_more_steps_than_the_model_has(tmp_path: Path, refused: Refuse) -> None:
    arguments = ["sample", "--model", "moons", "--out", tmp_path / "x", "--steps", "1001"]
    assert "can be sampled in 1 to 1000 of them, not in 1001" in refused(*arguments)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ([*SAMPLE, "--sampler", "euler"], "invalid choice: 'euler'"),
        ([*SAMPLE, "--sampler", "ddim", "--eta", "1.5"], "'1.5' is not a number from 0 to 1"),
        ([*SAMPLE, "--sampler", "ddim", "--eta", "-0.1"], "'-0.1' is not a number from 0 to 1"),
        ([*SAMPLE, "--sampler", "ddim", "--eta", "nan"], "'nan' is not a number from 0 to 1"),
        ([*SAMPLE, "--sampler", "ddim", "--eta", "half"], "'half' is not a number from 0 to 1"),
        ([*SAMPLE, "--steps", "0"], "'0' is not a whole number from 1 to 10,000"),
        ([*SAMPLE, "--steps", "10001"], "'10001' is not a whole number"),
        ([*SAMPLE, "--steps", "2.5"], "'2.5' is not a whole number"),
        (["paint"], "invalid choice: 'paint'"),
        (["info"], "required: FILE"),
        (["models", "more"], "unrecognized arguments: more"),
        (["sample", "--model", "moons"], "required: --out"),
        (["sample", "--out", "x", "--model", "moons", "--count", "0"], "'0' is not a whole number"),
        (["sample", "--out", "x", "--model", "moons", "--count", "nan"], "'nan' is not a whole"),
        (["sample", "--out", "x", "--model", "moons", "--count", "1.5"], "'1.5' is not a whole"),
        (["sample", "--out", "x", "--model", "moons", "--count", "9" * 5000], "not a whole number"),
        (["sample", "--out", "x", "--model", "moons", "--seed", "-1"], "'-1' is not a whole"),
        (["train", "--preset", "a", "--config", "b", "--out", "x"], "not allowed with argument"),
        (["train", "--preset", "moons", "--out", "x", "--precision", "int8"], "invalid choice"),
        (["train", "--preset", "moons", "--out", "x", "--batch-size", "0"], "'0' is not a whole"),
        (["train", "--preset", "moons"], "required: --out"),
        (["train", "--preset", "moons", "--out", "x", "--steps", "0"], "'0' is not a whole number"),
        (["train", "--preset", "moons", "--out", "x", "--steps", "-3"], "'-3' is not a whole"),
        (
            ["train", "--preset", "moons", "--out", "x", "--seed", str(2**63)],
            "is not a whole number",
        ),
        (["train", "--preset", "moons", "--out", "x", "--threads", "0"], "'0' is not a whole"),
    ],
)
def test_wrong_arguments(
    arguments: list[str],
    reason: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as caught:
        cli.main(arguments)
    assert caught.value.code == 2
    said = capsys.readouterr().err
    assert reason in said.splitlines()[-1]
    assert list(tmp_path.iterdir()) == []


def test_info_of_what_is_no_model(tmp_path: Path, refused: Refuse) -> None:
    path = tmp_path / "text.safetensors"
    assert "There is no file" in refused("info", path)
    path.write_text("A letter to a friend.")
    assert "text.safetensors is not a model file" in refused("info", path)
    assert "is no model of a project" in refused("info", tmp_path)
    os.mkfifo(tmp_path / "pipe")
    assert "a folder or a device" in refused("info", tmp_path / "pipe")
    content = bytearray(BUNDLED.read_bytes())
    content[-4:] = np.float32(np.nan).tobytes()
    path.write_bytes(content)  # its header is good: the weights have to be looked at
    assert "not finite" in refused("info", path)


def test_a_file_name_cannot_command_the_terminal(tmp_path: Path, refused: Refuse) -> None:
    path = tmp_path / "a\x1b[2J\nb"
    path.write_text("text")
    assert "a?[2J?b is not a model file" in refused("info", path)


def test_a_model_that_is_not_there(tmp_path: Path, refused: Refuse) -> None:
    out = tmp_path / "x.npz"
    assert "bundled are mixture-1d, moons" in refused("sample", "--model", "mnist", "--out", out)
    assert "There is no file" in refused("sample", "--model", tmp_path / "no.pt", "--out", out)
    assert "no model" in refused("sample", "--model", "x" * 300, "--out", out)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", [["sample", "--model"], ["train", "--steps", "1", "--preset"]])
def test_an_output_that_cannot_be_written_is_refused_before_the_work(
    command: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, refused: Refuse
) -> None:
    def must_not_start(*_: object) -> None:
        raise AssertionError("the work began")

    monkeypatch.setattr(sampling, "sample_model", must_not_start)
    monkeypatch.setattr(Trainer, "run", must_not_start)
    outputs = {
        tmp_path: "is a folder",
        tmp_path / "missing" / "x": "does not exist",
        BUNDLED / "x": "does not exist",
        Path(os.devnull): "is a device or a pipe",
        tmp_path / ("n" * 300): "not a possible file name",
    }
    for out, reason in outputs.items():
        assert reason in refused(*command, "moons", "--out", out)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "command", [["sample", "--count", "2", "--model"], ["train", "--steps", "1", "--preset"]]
)
def test_a_full_disk_keeps_the_old_file(
    command: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    out = tmp_path / "out"
    out.write_bytes(b"what was here before")
    monkeypatch.setattr(os, "write", no_space)
    assert cli.main([*command, "mixture-1d", "--out", str(out)]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.splitlines()[-1].startswith(f"ddpm-studio: The disk is full: “{out}” was not ")
    assert out.read_bytes() == b"what was here before"
    assert list(tmp_path.iterdir()) == [out]


def test_a_preset_there_is_not(tmp_path: Path, refused: Refuse) -> None:
    line = refused("train", "--preset", "mnist", "--out", tmp_path / "x")
    assert "There is no preset 'mnist'; there are mixture-1d-quick, mixture-1d, moons-quick" in line
    assert list(tmp_path.iterdir()) == []


def test_a_folder_of_models_that_cannot_be_made(tmp_path: Path, refused: Refuse) -> None:
    (tmp_path / "file").write_bytes(b"")
    line = refused("train", "--preset", "bundled", "--steps", "1", "--out", tmp_path / "file")
    assert line == f"ddpm-studio: {tmp_path / 'file'} cannot be used: File exists."


@pytest.mark.parametrize("device", ["meta", "toaster", "", "cuda:99", "hpu", "vulkan"])
@pytest.mark.parametrize("command", [["sample", "--model"], ["train", "--preset"]])
def test_a_device_that_is_not_there(
    command: list[str], device: str, tmp_path: Path, refused: Refuse
) -> None:
    line = refused(*command, "moons", "--out", tmp_path / "x", "--device", device)
    assert f"cannot compute on {device!r}; leave --device out" in line
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("of_python", [True, False])
def test_too_little_memory(
    of_python: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, refused: Refuse
) -> None:
    def too_much(*_: object) -> None:
        if of_python:
            raise MemoryError
        torch.empty(2**56)  # torch's own error, which is no MemoryError

    monkeypatch.setattr(sampling, "sample_model", too_much)
    line = refused("sample", "--model", "moons", "--out", tmp_path / "x")
    assert line == "ddpm-studio: There is not enough memory: ask for fewer samples."


def test_a_mistake_of_ours_is_not_hidden(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("shapes differ")

    monkeypatch.setattr(sampling, "sample_model", broken)
    with pytest.raises(RuntimeError, match="shapes differ"):
        cli.main(["sample", "--model", "moons", "--out", str(tmp_path / "x")])


def test_an_interrupt_ends_in_a_word_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, refused: Refuse
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(sampling, "sample_model", interrupted)
    line = refused("sample", "--model", "moons", "--out", tmp_path / "x", code=130)
    assert line == "ddpm-studio: Stopped."
    assert list(tmp_path.iterdir()) == []


class OddError(ExplainedError):
    """Stands for those that are yet to come."""


def in_the_device(*_: object) -> None:
    raise torch.OutOfMemoryError("CUDA out of memory.\nTried 2 GiB")


@pytest.mark.parametrize(
    "error",
    [
        SaveError(SaveProblem.FAILED, Path("{x}"), detail="{detail}"),
        ExportError(SaveProblem.IS_FOLDER, Path("{x}")),
        DescriptionError("its description is damaged"),
        ModelFileError("There is no file {path}.", path="{x}"),
        ScheduleError("T is {T}.", T="{T}"),
        SamplerError("eta is {eta}.", eta="{eta}"),
        NetworkConfigurationError("A network setting is missing."),
        TrainingConfigurationError("{name} must be at least 1.", name="{name}"),
        UnknownPresetError("There is no preset {name!r}.", name="{name}"),
        UnknownDataSetError("There is no data set {name!r}.", name="{name}"),
        AnimationError("The first step must be 0 or more."),
        NotFiniteError("It is not finite at t = {t}.", t=4),
        TrajectoryTooLargeError(1000, 10, 4),
        TrainingDivergedError("The loss is not a number after {steps} steps.", steps=4),
        cli.CommandError("This cannot be: {x}.", x="{x}"),
        NoWindowError("Write {this} here."),
        OddError("Odd: {x}.", x="{x}"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_an_error_that_explains_itself_is_one_line(
    error: ExplainedError, monkeypatch: pytest.MonkeyPatch, refused: Refuse
) -> None:
    def failing(_options: object) -> int:
        raise error

    monkeypatch.setattr(command_options, "list_models", failing)
    assert refused("models") == f"ddpm-studio: {error}"


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--fps", "nan"], "A GIF plays 0.1 to 50 frames a second"),
        (["--hold", "inf"], "can be held for 0 to 600 seconds, not inf"),
        (["--from", "9999"], "chains end at T = 1000; there is no t = 9999"),
    ],
)
def test_an_export_that_cannot_be(arguments: list[str], reason: str, tmp_path: Path) -> None:
    out = tmp_path / "x.gif"
    done = run("export", "--model", "moons", "--out", out, *arguments, stdout=subprocess.PIPE)
    assert (done.returncode, done.stdout) == (1, "")
    assert reason in done.stderr
    assert done.stderr.count("\n") == 1
    assert not out.exists()


def test_too_little_memory_in_the_device(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, refused: Refuse
) -> None:
    monkeypatch.setattr(sampling, "sample_model", in_the_device)
    line = refused("sample", "--model", "moons", "--out", tmp_path / "x")
    assert line == (
        "ddpm-studio: The device has not enough memory: leave --device out to use the CPU."
    )


# Processes of their own


def run(
    *arguments: str | Path, stdout: object, encoding: str = "utf-8"
) -> subprocess.CompletedProcess[str]:
    """With an output that is buffered, as it is for people, whatever is set here."""
    variables = {key: value for key, value in os.environ.items() if key != "PYTHONUNBUFFERED"}
    return subprocess.run(  # type: ignore[call-overload,no-any-return]
        [sys.executable, "-m", "ddpm_studio", *map(str, arguments)],
        env=variables | {"PYTHONIOENCODING": encoding},
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )


def test_everything_but_the_window_works_without_qt_and_without_a_display(tmp_path: Path) -> None:
    code = """
import sys

class NoQt:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("PySide6", "pyqtgraph", "shiboken6"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, NoQt())
from ddpm_studio.cli import main
main(["models"]) and sys.exit("models")
main(["train", "--preset", "moons", "--steps", "2", "--out", "m.safetensors"]) and sys.exit("train")
main(["info", "m.safetensors"]) and sys.exit("info")
main(["sample", "--model", "m.safetensors", "--count", "4", "--out", "s.npz"]) and sys.exit("sample")
"""
    hidden = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    root = Path(cli.__file__).parent.parent.parent
    variables = {key: value for key, value in os.environ.items() if key not in hidden}
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env=variables | {"PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "Trained moons for 2 steps; saved to m.safetensors." in done.stdout
    with np.load(tmp_path / "s.npz") as archive:
        assert archive["x_0"].shape == (4, 2)


@pytest.mark.parametrize("package", cli.QT_PACKAGES)
def test_a_window_without_qt_is_explained(
    package: str, monkeypatch: pytest.MonkeyPatch, refused: Refuse
) -> None:
    def missing(_options: object) -> int:
        raise ModuleNotFoundError(f"No module named {package!r}", name=package)

    monkeypatch.setattr(command_options, "list_models", missing)
    assert refused("models") == f"ddpm-studio: This needs {package}, which is not installed."


def test_a_reader_that_leaves_early_hears_nothing_more() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = run("models", stdout=writing)
    os.close(writing)
    assert (done.returncode, done.stderr) == (1, "")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="only Linux has a disk that is full")
def test_a_full_disk_behind_the_output_is_explained() -> None:
    with open("/dev/full", "w") as full:
        done = run("models", stdout=full)
    assert done.returncode == 1
    assert done.stderr == "ddpm-studio: The output cannot be written: No space left on device.\n"


def test_an_output_without_some_signs_shows_their_numbers() -> None:
    digits = find_model("digits").path
    done = run("info", digits, stdout=subprocess.PIPE, encoding="ascii:strict")
    assert (done.returncode, done.stderr) == (0, "")
    assert r"x_0 to \xb11" in done.stdout


# What a terminal and a shell may do


def shell(command: str, *, cwd: Path) -> subprocess.CompletedProcess[str]:
    """A command line in which $STUDIO is the application."""
    studio = f'"{sys.executable}" -P -m ddpm_studio'
    return subprocess.run(
        command.replace("$STUDIO", studio),
        shell=True,
        capture_output=True,
        text=True,
        cwd=cwd,
        check=False,
    )


@pytest.mark.skipif(sys.platform == "win32", reason="a POSIX shell closes streams")
@pytest.mark.parametrize(
    ("command", "code", "said"),
    [
        (
            "$STUDIO models >&-",
            1,
            "ddpm-studio: The output cannot be written: Bad file descriptor.",
        ),
        ("$STUDIO info nothing >&-", 1, "ddpm-studio: There is no file nothing."),
        ("$STUDIO models 2>&-", 0, ""),
        ("$STUDIO models <&-", 0, ""),
        ("$STUDIO info nothing 2>&-", 1, ""),
        ("$STUDIO models >&- 2>&- <&-", 1, ""),
        ("$STUDIO --version >&-", 0, None),
        ("$STUDIO nonsense 2>&-", 2, ""),
    ],
)
def test_closed_streams_end_in_no_traceback(
    tmp_path: Path, command: str, code: int, said: str | None
) -> None:
    done = shell(command, cwd=tmp_path)
    assert done.returncode == code
    assert said is None or done.stderr.strip() == said
    assert "Traceback" not in done.stderr
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(sys.platform == "win32", reason="a POSIX shell closes streams")
def test_what_is_printed_never_gets_into_a_file_that_took_a_closed_streams_place(
    tmp_path: Path,
) -> None:
    sample = "$STUDIO sample --model moons --count 2 --out x.npz"
    assert shell(f"{sample} >&- 2>&- <&-", cwd=tmp_path).returncode == 1
    closed = np.load(tmp_path / "x.npz")["x_0"]
    assert shell(sample, cwd=tmp_path).returncode == 0
    np.testing.assert_array_equal(closed, np.load(tmp_path / "x.npz")["x_0"])


def test_names_are_no_commands_for_a_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name = "a\x1b[2Jb\x07\u202e"
    path, out = tmp_path / f"{name}.safetensors", tmp_path / f"{name}.npz"
    shutil.copy(BUNDLED, path)
    assert cli.main(["info", str(path)]) == 0
    assert cli.main(["sample", "--model", str(path), "--count", "1", "--out", str(out)]) == 0
    assert cli.main(["convert", str(path), "--out", f"{path}2.safetensors"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert all(line.isprintable() for line in lines)
    assert sum("a?[2Jb??." in line for line in lines) == 3
    assert out.exists()


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_an_interrupt_while_it_is_imported_says_nothing_of_imports(tmp_path: Path) -> None:
    """A module that takes its time stands in for a slow disk."""
    (tmp_path / "argparse.py").write_text(
        "import time\nprint('importing', flush=True)\ntime.sleep(60)\n", encoding="utf-8"
    )
    command = [sys.executable, "-m", "ddpm_studio", "models"]
    process = subprocess.Popen(
        command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "importing\n"
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == -signal.SIGINT
    assert said == ""


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_an_interrupt_while_qt_is_imported_does_not_abort(tmp_path: Path) -> None:
    """Qt's bindings abort the process on an exception in the middle of their import."""
    (tmp_path / "PySide6").mkdir()
    (tmp_path / "PySide6" / "__init__.py").write_text(
        "import time\nprint('importing', flush=True)\ntime.sleep(60)\n", encoding="utf-8"
    )
    process = subprocess.Popen(
        [sys.executable, "-m", "ddpm_studio", "gui"],
        cwd=tmp_path,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "importing\n"
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == -signal.SIGINT
    assert said == ""

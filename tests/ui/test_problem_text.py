"""Each error is one line for a person: with its name, without loose ends, in both languages."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from ddpm_studio.atomic_file import SaveError, SaveProblem
from ddpm_studio.checkpoints.model_file import ModelFileError, inspect_model_file
from ddpm_studio.datasets.catalogue import UnknownDataSetError, entry
from ddpm_studio.diffusion.chains import NotFiniteError
from ddpm_studio.diffusion.schedule import ScheduleConfiguration, ScheduleError
from ddpm_studio.diffusion.trajectory import Trajectory, TrajectoryTooLargeError
from ddpm_studio.export.destination import ExportError
from ddpm_studio.ui.problem_text import SAVE_SENTENCES, problem_text

PATH = Path("folder") / "{odd} 이름.gif"


def raised(kind: type[Exception], act: object, *arguments: object) -> Exception:
    """The error as the code that raises it words it."""
    with pytest.raises(kind) as caught:
        act(*arguments)  # type: ignore[operator]
    return caught.value


ERRORS: dict[str, tuple[BaseException, str]] = {
    "model file": (
        raised(ModelFileError, inspect_model_file, Path("no-such.safetensors")),
        "no-such.safetensors",
    ),
    "schedule": (raised(ScheduleError, ScheduleConfiguration("linear", 0).build), "schedule"),
    "memory": (MemoryError(), "memory"),
    "memory of torch": (RuntimeError("[enforce fail] can't allocate memory: 9 bytes"), "memory"),
    "memory of a device": (torch.OutOfMemoryError("CUDA out of memory.\nTried 2 GiB"), "CPU"),
    "trajectory": (
        raised(TrajectoryTooLargeError, Trajectory, 1000, 10**9, (2,)),
        "memory",
    ),
    "numbers": (NotFiniteError("x_437 is not finite"), "x_437 is not finite"),
    "data set": (raised(UnknownDataSetError, entry, "no-such-data"), "no-such-data"),
    "anything else": (RuntimeError("something odd"), "something odd"),
    "without a word": (ZeroDivisionError(), "ZeroDivisionError"),
}


def is_one_line(text: str) -> bool:
    """One line that ends as a sentence does, with everything filled in."""
    filled = text.replace(str(PATH), "")
    return text == text.strip() and "\n" not in text and "{" not in filled and "}" not in filled


@pytest.mark.parametrize("problem", list(SaveProblem), ids=lambda problem: problem.name)
@pytest.mark.parametrize("kind", [SaveError, ExportError])
def test_a_file_that_was_not_saved(problem: SaveProblem, kind: type[SaveError], speak) -> None:
    error = kind(problem, PATH, megabytes=437, detail="the disk sleeps")
    english = problem_text(error)
    assert english == str(error)
    speak("ko")
    korean = problem_text(error)
    assert korean != english
    for text in (english, korean):
        assert is_one_line(text)
        assert text.endswith(".")
        assert f"“{PATH}”" in text
        assert ("437 MB" in text) == (problem is SaveProblem.DISK_FULL)
        assert ("the disk sleeps" in text) == (problem is SaveProblem.FAILED)


def test_the_sentences_are_those_of_the_errors() -> None:
    assert {problem: problem.value for problem in SaveProblem} == SAVE_SENTENCES


@pytest.mark.parametrize("name", ERRORS)
def test_every_kind_of_error(qapp, name: str) -> None:
    error, said = ERRORS[name]
    text = problem_text(error)
    assert said in text
    assert is_one_line(text)


def test_each_kind_has_a_text_of_its_own(qapp) -> None:
    sentences = {problem_text(error) for error, _ in ERRORS.values()}
    assert len(sentences) == len(ERRORS) - 1  # both errors of the memory are one to a person


@pytest.mark.parametrize("name", ERRORS)
@pytest.mark.xfail(reason="lupdate does not find sentences of a context in a constant", strict=True)
def test_every_kind_of_error_in_korean(speak, name: str) -> None:
    error, _ = ERRORS[name]
    english = problem_text(error)
    speak("ko")
    assert problem_text(error) != english
    assert is_one_line(problem_text(error))


def test_the_number_of_samples_that_would_fit_is_named(qapp) -> None:
    error = raised(TrajectoryTooLargeError, Trajectory, 1000, 10**9, (2,))
    assert f"{error.largest_count:,} or fewer" in problem_text(error)


def test_pages_of_advice_for_programmers_are_left_out(qapp) -> None:
    error = RuntimeError("CUDA error: no kernel\nCompile with TORCH_USE_CUDA_DSA.\n\nC++ trace: …")
    assert problem_text(error) == "Something unexpected happened: CUDA error: no kernel"

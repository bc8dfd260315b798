"""The command "measure": the measured numbers as text, without Qt, and one line for each mistake."""

from __future__ import annotations

import subprocess
import sys

import pytest

from ddpm_studio import cli
from ddpm_studio.checkpoints.bundled import find_model
from ddpm_studio.checkpoints.measuring import measure, plan_measurement
from ddpm_studio.checkpoints.weights import load_inspected

CALL = ["measure", "mixture-1d", "--count", "20", "--seed", "3"]


def test_it_prints_what_was_measured(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(CALL) == 0
    printed = capsys.readouterr()
    assert printed.err == ""  # no progress where nobody watches
    lines = printed.out.splitlines()
    file = find_model("mixture-1d")
    for measurement in measure(load_inspected(file), plan_measurement(file.description, 20, 3)):
        last = measurement
    assert last.bound is not None
    assert last.errors is not None
    total = next(line for line in lines if line.startswith("total"))
    assert total.split()[1:3] == [
        f"{last.bound.total:.4g}",
        f"{last.bound.total_standard_error:.4g}",
    ]
    row = next(line for line in lines if line.startswith("3 "))
    values = [float(last.errors.error.value[3]), float(last.errors.floor.value[3])]
    assert row.split()[1::2][:2] == [f"{value:.4g}" for value in values]
    assert sum(line[:1].isdigit() for line in lines) == 10


def test_the_seed_decides(capsys: pytest.CaptureFixture[str]) -> None:
    printed = []
    for arguments in (CALL, CALL, [*CALL[:-1], "4"]):
        cli.main(arguments)
        printed.append(capsys.readouterr().out)
    assert printed[0] == printed[1] != printed[2]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["measure", "nothing"], "There is no model"),
        (["measure", "moons", "--device", "abacus"], "cannot compute on 'abacus'"),
    ],
)
def test_a_mistake_is_one_line(
    capsys: pytest.CaptureFixture[str], arguments: list[str], words: str
) -> None:
    assert cli.main(arguments) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
    assert words in said.err


def test_one_sample_has_no_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        cli.main(["measure", "moons", "--count", "1"])
    assert caught.value.code == 2
    assert "from 2" in capsys.readouterr().err


def test_it_needs_no_qt() -> None:
    program = (
        "import sys; sys.modules.update(PySide6=None, pyqtgraph=None); from ddpm_studio import cli; "
        "sys.exit(cli.main(['measure', 'mixture-1d', '--count', '2']))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert "no network can beat" in done.stdout

"""main.py in small checkouts of their own, as real processes; pip is a stand-in, so no network."""

from __future__ import annotations

import ast
import importlib
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parent.parent
NEEDED_PACKAGES = {"library": "1.5", "bigtorch": "2.13"}

PYPROJECT = """
[project]
name = "ddpm-studio"
dependencies = ["library>=1.0,<2", "bigtorch>=2.10,<2.14"]
[project.optional-dependencies]
dev = ["checker>=1"]
"""
CONSTRAINTS = "# tested\nlibrary==1.5\nbigtorch==2.13\nchecker==1.0\n"
APPLICATION = """
import sys
print("application", sys.argv[1:], sys.prefix)
sys.exit(7 if "fail" in sys.argv else 0)
"""
CHECKS = 'import sys; print("checks", sys.argv[1:])'

# It installs what the constraints pin, or does what $FAKE_PIP says.
FAKE_PIP = """
import os, pathlib, sys, sysconfig, time
arguments = sys.argv[1:]
pathlib.Path("pip-calls").open("a").write(" ".join(arguments) + "\\n")
behaviour = os.environ.get("FAKE_PIP", "")
if behaviour == "hang":
    pathlib.Path("pip-hangs").touch()
    time.sleep(60)
elif behaviour:
    sys.exit(print(behaviour) or 1)
site_packages = pathlib.Path(sysconfig.get_path("purelib"))
pins = pathlib.Path(arguments[arguments.index("--constraint") + 1]).read_text().split()
for pin in [*pins, "ddpm_studio==0.1.0"]:
    name, version = pin.split("==")
    if name == "checker" and not arguments[-1].endswith("[dev]"):
        continue
    for old in site_packages.glob(name + "-*"):
        (old / "RECORD").unlink(missing_ok=True)
        old.rmdir()
    dist_info = site_packages / f"{name}-{version}.dist-info"
    dist_info.mkdir()
    (site_packages / f"{name}.py").write_text("content")
    (dist_info / "RECORD").write_text(f"{name}.py,sha256=x,7\\n{dist_info.name}/RECORD,,\\n")
"""


class Checkout:
    """A folder with the real main.py and .ci, and a stand-in for the application and for pip."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.venv = folder / ".venv"
        for part in ("ddpm_studio", "stand-ins/pip"):
            (folder / part).mkdir(parents=True)
        shutil.copy(ROOT / "main.py", folder)
        shutil.copytree(ROOT / ".ci", folder / ".ci", ignore=shutil.ignore_patterns("__pycache__"))
        for path, text in {
            "pyproject.toml": PYPROJECT,
            ".ci/constraints.txt": CONSTRAINTS,
            ".ci/checks.py": CHECKS,
            "ddpm_studio/__init__.py": "",
            "ddpm_studio/__main__.py": APPLICATION,
            "stand-ins/pip/__main__.py": FAKE_PIP,
            "stand-ins/ensurepip.py": "",
        }.items():
            (folder / path).write_text(text)

    def start(
        self, *arguments: str, fake_pip: str = "", python: Path | str = sys.executable
    ) -> subprocess.CompletedProcess[str]:
        process = self.begin(*arguments, fake_pip=fake_pip, python=python)
        out, err = process.communicate(timeout=60)
        assert "Traceback" not in err
        return subprocess.CompletedProcess(process.args, process.returncode, out, err)

    def begin(
        self, *arguments: str, fake_pip: str = "", python: Path | str = sys.executable
    ) -> subprocess.Popen[str]:
        variables = {**os.environ, "FAKE_PIP": fake_pip}
        variables["PYTHONPATH"] = str(self.folder / "stand-ins")
        variables.pop("CONDA_PREFIX", None)
        return subprocess.Popen(
            [str(python), str(self.folder / "main.py"), *arguments],
            env=variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            start_new_session=True,
        )

    def pip_calls(self) -> list[str]:
        log = self.folder / "pip-calls"
        return log.read_text().splitlines() if log.exists() else []

    def install(self, folder: Path, packages: dict[str, str]) -> None:
        for name, version in packages.items():
            dist_info = folder / f"{name}-{version}.dist-info"
            dist_info.mkdir()
            (dist_info / "RECORD").write_text("")

    def make_foreign_environment(self, packages: dict[str, str], name: str = ".venv") -> Path:
        """What somebody made with `python -m venv` and pip, and not with main.py; its Python."""
        prefix = self.folder / name
        make = [sys.executable, "-m", "venv", "--without-pip", str(prefix)]
        subprocess.run(make, check=True)
        self.install(site_packages_of(prefix), packages)
        return python_of(prefix)


def python_of(prefix: Path) -> Path:
    return prefix / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def site_packages_of(prefix: Path) -> Path:
    return next(
        iter([*prefix.glob("lib/python*/site-packages"), *prefix.glob("Lib/site-packages")])
    )


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    # A space and Hangul, for both are in the paths of real people.
    return Checkout(tmp_path / "확산 studio")


@pytest.fixture
def set_up_checkout(checkout: Checkout) -> Checkout:
    assert checkout.start().returncode == 0
    assert len(checkout.pip_calls()) == 1
    return checkout


@pytest.fixture
def ci_modules(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Lets a test import the modules of .ci, and forgets them afterwards."""
    monkeypatch.syspath_prepend(ROOT / ".ci")
    before = set(sys.modules)
    yield
    for name in set(sys.modules) - before:
        if Path(getattr(sys.modules[name], "__file__", "") or "").parent == ROOT / ".ci":
            del sys.modules[name]


def test_first_start_sets_up_and_runs_the_application(checkout: Checkout) -> None:
    started = checkout.start("sample", "--seed", "1", "fail")
    assert started.returncode == 7
    assert started.stdout == f"application ['sample', '--seed', '1', 'fail'] {checkout.venv}\n"
    assert "Setting up DDPM Studio in .venv (once" in started.stderr


def test_second_start_says_and_installs_nothing(set_up_checkout: Checkout) -> None:
    started = set_up_checkout.start("again")
    assert started.stdout == f"application ['again'] {set_up_checkout.venv}\n"
    assert started.stderr == ""
    assert len(set_up_checkout.pip_calls()) == 1


def test_second_start_imports_nothing_slow(set_up_checkout: Checkout) -> None:
    command = [
        sys._base_executable,
        "-S",
        "-X",
        "importtime",
        str(set_up_checkout.folder / "main.py"),
    ]
    imports = subprocess.run(command, check=True, capture_output=True, text=True).stderr
    loaded = set(re.findall(r"\| +(\S+)$", imports, re.MULTILINE))
    assert "environment" in loaded
    assert not loaded & {"subprocess", "re", "pathlib", "tomllib", "set_up", "packages", "typing"}


@pytest.mark.parametrize(
    ("pip_says", "message"),
    [
        (
            "WARNING: Retrying (…) after connection broken by 'NewConnectionError(…)'",
            "Check the network",
        ),
        ("ERROR: Could not install: [Errno 28] No space left on device", "The disk is full."),
        (
            "ERROR: No matching distribution found for bigtorch",
            "Nothing was found to install “bigtorch”",
        ),
        ("ERROR: [Errno 13] Permission denied: '/some/where'", "“/some/where” may not be written."),
        ("ERROR: something new", "stopped with “ERROR: something new”"),
    ],
)
def test_failed_installation_is_explained_and_repaired(
    checkout: Checkout, pip_says: str, message: str
) -> None:
    failed = checkout.start(fake_pip=pip_says)
    assert failed.returncode == 1
    assert failed.stdout == ""
    assert message in failed.stderr.splitlines()[-1]
    assert checkout.start().returncode == 0


@pytest.mark.skipif(os.name == "nt", reason="sends POSIX signals")
def test_interrupted_and_simultaneous_starts(checkout: Checkout) -> None:
    first = checkout.begin(fake_pip="hang")
    wait_for(checkout.folder / "pip-hangs")
    second = checkout.start()
    assert second.returncode == 1
    assert second.stderr.splitlines()[-1].startswith("DDPM Studio: Another start is setting up")

    os.killpg(first.pid, signal.SIGINT)
    _, err = first.communicate(timeout=60)
    assert first.returncode == 130
    assert err.splitlines()[-1].startswith("DDPM Studio: The set-up was stopped.")
    assert "Traceback" not in err
    assert checkout.start().returncode == 0


@pytest.mark.skipif(os.name == "nt", reason="sends POSIX signals")
def test_lock_outlives_a_killed_start_as_long_as_its_pip(checkout: Checkout) -> None:
    killed = checkout.begin(fake_pip="hang")
    wait_for(checkout.folder / "pip-hangs")
    killed.kill()
    killed.wait()
    assert "Another start" in checkout.start().stderr
    os.killpg(killed.pid, signal.SIGKILL)
    killed.communicate()
    assert checkout.start().returncode == 0


def wait_for(path: Path) -> None:
    deadline = time.monotonic() + 20
    while not path.exists():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.mark.parametrize("damage", ["no record", "short file", "no file", "no package"])
def test_half_installed_package_is_installed_again(set_up_checkout: Checkout, damage: str) -> None:
    site_packages = site_packages_of(set_up_checkout.venv)
    record = site_packages / "bigtorch-2.13.dist-info" / "RECORD"
    if damage in ("no record", "no package"):
        record.unlink()
    if damage == "no file":
        (site_packages / "bigtorch.py").unlink()
    if damage == "short file":
        (site_packages / "bigtorch.py").write_text("cut")
    if damage == "no package":
        record.parent.rmdir()
    # The stamp tells nothing of a single file, but an installer always adds or removes some folder.
    os.utime(site_packages)

    assert set_up_checkout.start().returncode == 0
    assert record.exists()
    assert (site_packages / "bigtorch.py").read_text() == "content"
    assert len(set_up_checkout.pip_calls()) == 2


def test_moved_environment_is_made_again(set_up_checkout: Checkout, tmp_path: Path) -> None:
    new_place = tmp_path / "new place"
    set_up_checkout.folder.rename(new_place)
    moved = Checkout.__new__(Checkout)
    moved.folder, moved.venv = new_place, new_place / ".venv"
    left_over = site_packages_of(moved.venv) / "old"
    left_over.mkdir()
    started = moved.start()
    assert started.stdout == f"application [] {moved.venv}\n"
    assert "made again" in started.stderr
    assert not left_over.exists()


def test_environment_without_its_python_is_made_again(set_up_checkout: Checkout) -> None:
    python = python_of(set_up_checkout.venv)
    python.unlink()
    if os.name != "nt":
        python.symlink_to(set_up_checkout.folder / "gone")
    assert "made again" in set_up_checkout.start().stderr
    assert set_up_checkout.start().stderr == ""


def test_new_pins_are_installed_and_other_settings_are_not(set_up_checkout: Checkout) -> None:
    with open(set_up_checkout.folder / "pyproject.toml", "a") as file:
        file.write("[tool.ruff]\nline-length = 90\n")
    assert set_up_checkout.start().stderr == ""
    assert len(set_up_checkout.pip_calls()) == 1

    constraints = set_up_checkout.folder / ".ci/constraints.txt"
    constraints.write_text(CONSTRAINTS.replace("1.5", "1.6"))
    assert set_up_checkout.start().returncode == 0
    assert len(set_up_checkout.pip_calls()) == 2


def test_complete_foreign_environment_is_left_alone(checkout: Checkout) -> None:
    checkout.make_foreign_environment({"library": "1.0", "bigtorch": "2.12.1+cu126"})
    for _ in range(2):
        started = checkout.start()
        assert started.stdout == f"application [] {checkout.venv}\n"
        assert started.stderr == ""
    assert checkout.pip_calls() == []


@pytest.mark.parametrize("version", ["2.9.9", "2.14.0", "2.14rc1"])
def test_version_that_is_not_allowed_is_replaced(checkout: Checkout, version: str) -> None:
    checkout.make_foreign_environment({"library": "1.5", "bigtorch": version})
    assert checkout.start().returncode == 0
    assert (site_packages_of(checkout.venv) / "bigtorch-2.13.dist-info").exists()


def test_foreign_environment_keeps_its_torch(checkout: Checkout) -> None:
    checkout.make_foreign_environment({"bigtorch": "2.12.1+cu126"})
    assert checkout.start().returncode == 0
    assert len(checkout.pip_calls()) == 1
    installed = {path.name for path in site_packages_of(checkout.venv).glob("*.dist-info")}
    assert {"bigtorch-2.12.1+cu126.dist-info", "library-1.5.dist-info"} <= installed


def test_users_own_environment_is_used(checkout: Checkout) -> None:
    python = checkout.make_foreign_environment(NEEDED_PACKAGES, name="my environment")
    started = checkout.start(python=python)
    assert started.stdout == f"application [] {checkout.folder / 'my environment'}\n"
    assert started.stderr == ""
    assert not checkout.venv.exists()


def test_file_in_the_current_folder_does_not_replace_a_module(
    set_up_checkout: Checkout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "ddpm_studio.py").write_text("raise SystemExit('the wrong one')")
    monkeypatch.chdir(tmp_path)
    assert set_up_checkout.start().returncode == 0


def test_test_command_adds_the_test_tools(set_up_checkout: Checkout) -> None:
    for _ in range(2):
        tested = set_up_checkout.start("test", "tests/here.py", "-k", "x")
        assert tested.stdout == "checks ['tests/here.py', '-k', 'x']\n"
    assert len(set_up_checkout.pip_calls()) == 2
    assert set_up_checkout.pip_calls()[1].endswith(".[dev]")
    assert set_up_checkout.start().stderr == ""


def test_python_without_ensurepip_is_told_which_package_to_install(checkout: Checkout) -> None:
    hide = "import sys; sys.modules['ensurepip'] = None"
    (checkout.folder / "stand-ins" / "sitecustomize.py").write_text(hide)
    started = checkout.start()
    assert started.returncode == 1
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    assert f"sudo apt install python{version}-venv" in started.stderr


def test_old_python_is_told_to_get_a_newer_one(checkout: Checkout) -> None:
    environment = checkout.folder / ".ci/environment.py"
    environment.write_text(environment.read_text().replace("(3, 11)", "(9, 9)"))
    started = checkout.start()
    assert started.returncode == 1
    assert f"This is Python {sys.version.split()[0]}, and" in started.stderr
    assert not checkout.venv.exists()


@pytest.mark.parametrize("file", ["main.py", ".ci/environment.py"])
def test_what_an_old_python_reads_is_written_for_it(file: str) -> None:
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"), feature_version=(3, 6))
    imported = [node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    assert "__future__" not in imported  # Python 3.6 has no annotations there
    annotations = [node.annotation for node in ast.walk(tree) if isinstance(node, ast.arg)]
    annotations += [node.returns for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    assert annotations
    assert all(isinstance(node, ast.Name | ast.Constant) for node in annotations)


def test_every_requirement_is_pinned_within_its_range(ci_modules: None) -> None:
    packages = importlib.import_module("packages")
    pins = {packages.name_of(pin): pin.split("==")[1] for pin in packages.pins()}
    requirements = packages.requirements("dev")
    # main.py reads nothing but these forms.
    form = re.compile(r"[\w.-]+(>=|<|==)[\d.]+(,(>=|<|==)[\d.]+)*")
    assert [text for text in requirements if not form.fullmatch(text)] == []
    assert packages.unmet(requirements, pins) == []


def test_checks_report_a_process_that_a_signal_ended(ci_modules: None) -> None:
    checks: ModuleType = importlib.import_module("checks")
    ended = checks.run("soak", ["-c", "import os; os.kill(os.getpid(), 6)"])
    failed = checks.run("lint", ["-c", "raise SystemExit(3)"])
    fine = checks.run("tests", ["-c", ""])
    assert [outcome.exit_code for outcome in (failed, fine)] == [3, 0]
    assert os.name == "nt" or ended.exit_code == 128 + 6
    rows = checks.table([ended, failed, fine]).splitlines()[2:]
    assert [row.split()[:2] for row in rows] == [
        ["soak", "FAILED"],
        ["lint", "FAILED"],
        ["tests", "ok"],
    ]

"""Makes .venv, installs the dependencies into it, and repairs what it finds there.

It may be interrupted anywhere: the stamp is written last, and the next start looks at what is there
and goes on. What somebody else has made in .venv is completed, never replaced.
"""

from __future__ import annotations

import contextlib
import errno
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import environment
import packages
from environment import ROOT, VENV, VENV_PYTHON
from pip_run import Console, run_pip

_LOCK_FILE = Path(ROOT, ".venv.lock")
_LOG_FILE = Path(VENV, "set-up.log")
_START_AFRESH = f"Remove the folder {VENV} and start again."
_DISK_FULL = "The disk is full. Free 3 GB (10 GB for an NVIDIA GPU) and start again."
_HERE = "Python {}.{}".format(*sys.version_info)

# What pip says when it fails, and what that means to a person; the first that fits is told.
_REASONS = {
    r"No space left on device|Errno 28\b|not enough space": _DISK_FULL,
    r"SSLError|CERTIFICATE_VERIFY_FAILED": (
        "The network's certificate is not trusted. Check the clock, and the certificates that pip "
        "uses, then start again."
    ),
    r"(?:Connect|Connection|Resolution|Timeout|Proxy)Error|Max retries exceeded": (
        "The packages could not be downloaded. Check the network, or its proxy, and start again."
    ),
    r"No matching distribution found for ([\w.-]+)": (
        f"Nothing was found to install “{{0}}” for {_HERE} on this machine. Check the network, or "
        "start main.py with a 64-bit Python from 3.11 to 3.13."
    ),
    r"Permission denied: '?([^'\n]+)": (
        "“{0}” may not be written. Change its permissions and start again."
    ),
}


class SetUpError(Exception):
    """Why there is no environment, and what to do about it: a sentence or two for a person."""


def make_ready(extra: str) -> str:
    """Sets up what .venv lacks of the dependencies and of `extra`; its interpreter.

    Raises SetUpError and OSError, for `sentence_for`.
    """
    if not _is_good(extra):
        with _only_one_at_a_time():
            _set_up(extra)
    # Without a stamp, as on a read-only disk, each start looks closely: slower, but no failure.
    with contextlib.suppress(OSError):
        stamp = environment.new_stamp(str(_site_packages()))
        for scope in {"", extra}:
            environment.write_stamp(scope, stamp)
    return VENV_PYTHON


def sentence_for(error: Exception) -> str:
    """What happened and what to do about it."""
    if isinstance(error, SetUpError):
        return str(error)
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return _DISK_FULL
    if isinstance(error, OSError) and error.filename:
        return f"“{error.filename}”: {error.strerror}. Put that right and start again."
    return f"The set-up failed ({type(error).__name__}: {error}). {_START_AFRESH}"


def _set_up(extra: str) -> None:
    console = Console()
    if _site_packages() is None or _was_moved():
        _make_environment(console)
    site_packages = _site_packages()
    if site_packages is None:
        raise SetUpError(f"The new environment does not start. {_START_AFRESH}")
    for dist_info in packages.cut_short(site_packages):
        # pip takes a package that has this folder for installed, and would leave it broken.
        shutil.rmtree(dist_info)
    if _missing(extra, site_packages):
        _install(extra, site_packages, console)
    if missing := _missing(extra, site_packages):
        names = ", ".join(missing)
        raise SetUpError(f"pip did not install {names}: see {_LOG_FILE}. {_START_AFRESH}")


# ---- What is there ----


def _is_good(extra: str) -> bool:
    site_packages = _site_packages()
    if site_packages is None or _was_moved():
        return False
    return not _missing(extra, site_packages) and not packages.cut_short(site_packages)


def _site_packages() -> Path | None:
    """Where .venv's Python keeps packages; None when it is gone, too old or does not start."""
    question = (
        f"import sys, sysconfig; sys.version_info >= {environment.OLDEST_PYTHON} "
        "and sys.prefix != sys.base_prefix and print(sysconfig.get_path('purelib'))"
    )
    command = [VENV_PYTHON, "-I", "-X", "utf8", "-c", question]
    try:
        answer = subprocess.run(command, capture_output=True, encoding="utf-8", check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return Path(answer.stdout.strip()) if answer.stdout else None


def _missing(extra: str, site_packages: Path) -> list[str]:
    """The requirements that .venv does not meet; what was made here has to meet the pins too."""
    wanted = packages.requirements(extra)
    if _was_made_here():
        names = {packages.name_of(requirement) for requirement in wanted}
        wanted += [pin for pin in packages.pins() if packages.name_of(pin) in names]
        wanted += ["ddpm-studio"]
    return packages.unmet(wanted, packages.installed([site_packages]))


def _was_made_here() -> bool:
    return bool(environment.read_stamp(""))


def _was_moved() -> bool:
    """A moved environment names its old place in its commands, and imports from there."""
    stamp = environment.read_stamp("")
    return bool(stamp) and stamp[0] != ROOT


# ---- What is done about it ----


@contextlib.contextmanager
def _only_one_at_a_time() -> Iterator[None]:
    with open(_LOCK_FILE, "a") as lock:
        try:
            _lock(lock)
        except (BlockingIOError, PermissionError):
            raise SetUpError(
                "Another start is setting up .venv at this moment. "
                "Wait until it is ready, then start again."
            ) from None
        os.set_inheritable(lock.fileno(), True)  # to pip, see run_pip
        yield


def _lock(file: IO[str]) -> None:
    """Locks at once or raises; the system unlocks when the last process that holds it ends."""
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _make_environment(console: Console) -> None:
    if not all(importlib.util.find_spec(module) for module in ("venv", "ensurepip")):
        package = f"{_HERE.lower().replace(' ', '')}-venv"
        raise SetUpError(
            f"{_HERE} is installed without what makes environments. On Debian and Ubuntu, install "
            f"it with “sudo apt install {package}”, then start again."
        )
    if os.path.isdir(VENV):
        console.say("The .venv that is here does not work in this place; it is made again.")
        _remove_packages(console)
    console.say("Setting up DDPM Studio in .venv (once; about 3 minutes, by the network)")
    # Inside .venv, sys.executable is about to be deleted: take the interpreter behind it.
    python = getattr(sys, "_base_executable", None) or sys.executable
    command = [python, "-m", "venv", "--clear", "--without-pip", VENV]
    made = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    if made.returncode != 0:
        raise SetUpError(_reason_in(made.stdout + made.stderr))
    environment.write_stamp("", [ROOT])


def _remove_packages(console: Console) -> None:
    """Does most of what `venv --clear` would do next, but not in silence: it may take a minute."""
    for pattern in ("lib/*/site-packages/*/", "Lib/site-packages/*/"):
        for package in Path(VENV).glob(pattern):
            console.still("removing the old packages")
            shutil.rmtree(package, ignore_errors=True)
    console.clear()


def _install(extra: str, site_packages: Path, console: Console) -> None:
    constraints = Path(VENV, "constraints.txt")
    constraints.write_text("\n".join(_pins_to_keep(extra, site_packages)) + "\n", encoding="utf-8")
    if _was_made_here():
        environment.write_stamp("", [ROOT])  # unfinished, until make_ready writes all of it
    console.say(f"Installing what {'the tests need' if extra else 'the application needs'}:")
    if packages.unmet(["pip"], packages.installed([site_packages])):
        _run_module("ensurepip", [], site_packages, console)
    project = f".[{extra}]" if extra else "."
    options = ["--constraint", str(constraints), "--editable", project]
    _run_module("pip", [*_pip_install(site_packages), *options], site_packages, console)


def _run_module(module: str, arguments: list[str], site_packages: Path, console: Console) -> None:
    command = [VENV_PYTHON, "-P", "-X", "utf8", "-u", "-m", module, *arguments]
    exit_code, said = run_pip(
        command, _LOG_FILE, console, lambda: packages.count_finished(site_packages)
    )
    if exit_code != 0:
        raise SetUpError(_reason_in(said))


def _pins_to_keep(extra: str, site_packages: Path) -> list[str]:
    """All of them; but what somebody else installed and is allowed stays, above all their torch."""
    if _was_made_here():
        return packages.pins()
    present = packages.installed([site_packages])
    open_names = {packages.name_of(requirement) for requirement in _missing(extra, site_packages)}
    named_pins = {packages.name_of(pin): pin for pin in packages.pins()}
    return [pin for name, pin in named_pins.items() if name in open_names or name not in present]


def _pip_install(site_packages: Path) -> list[str]:
    tells_percents = not packages.unmet(["pip>=24.1"], packages.installed([site_packages]))
    return [
        *("install", "--no-input", "--disable-pip-version-check"),
        *("--progress-bar", "raw" if tells_percents else "off"),
        # To build one of these takes a compiler and hours: rather say that there is none.
        *("--only-binary", ":all:"),
    ]


def _reason_in(said: str) -> str:
    for pattern, sentence in _REASONS.items():
        if match := re.search(pattern, said):
            return sentence.format(*match.groups())
    lines = [line.strip() for line in said.splitlines() if line.strip()] or ["no word"]
    last_error = [line for line in lines if "error" in line.lower()][-1:] or lines[-1:]
    return f"The set-up stopped with “{last_error[0]}”; see {_LOG_FILE}. {_START_AFRESH}"

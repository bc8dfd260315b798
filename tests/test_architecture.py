"""What the import contracts in pyproject.toml cannot say of themselves."""

from __future__ import annotations

import pkgutil
import tomllib
from pathlib import Path

import ddpm_studio

MAY_IMPORT_QT = {"app", "benchmark", "session", "ui"}
PROJECT_FILE = Path(__file__).resolve().parent.parent / "pyproject.toml"


def test_contract_about_qt_covers_every_other_module() -> None:
    settings = tomllib.loads(PROJECT_FILE.read_text(encoding="utf-8"))["tool"]["importlinter"]
    (contract,) = (
        each for each in settings["contracts"] if "shiboken6" in each.get("forbidden_modules", [])
    )
    covered = {name.removeprefix("ddpm_studio.") for name in contract["source_modules"]}
    modules = {module.name for module in pkgutil.iter_modules(ddpm_studio.__path__)}
    assert modules - MAY_IMPORT_QT == covered

"""Collects the sentences of the user interface into the .ts file, and compiles it to the .qm file.

    .venv/bin/python .ci/translations.py

Afterwards, the sentences that are new stand in resources/translations/ddpm_studio_ko.ts, marked as
unfinished: translate them there (a text editor will do) and run this again. tests/ui/
test_translations.py fails until that is done.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from error_sentences import error_sentences

ROOT = Path(__file__).resolve().parent.parent
TRANSLATIONS = ROOT / "resources" / "translations"
LANGUAGES = ("ko",)
ERROR_CONTEXT = "Problem"  # as ui/problem_text.py has it


def source_file(language: str) -> Path:
    """The sentences with their translations, for people."""
    return TRANSLATIONS / f"ddpm_studio_{language}.ts"


def compiled_file(language: str) -> Path:
    """The same for Qt."""
    return source_file(language).with_suffix(".qm")


def collect(language: str, into: Path) -> None:
    """Bring a .ts file up to date with the code: new sentences in, unused ones out."""
    sources = sorted((ROOT / "ddpm_studio").rglob("*.py"))
    languages = ["-source-language", "en", "-target-language", language]
    options = ["-no-obsolete", "-locations", "none", *languages]
    with TemporaryDirectory() as folder:
        errors = Path(folder) / "errors.py"
        errors.write_text(_for_lupdate(error_sentences(sources)), encoding="utf-8")
        names = (str(path.relative_to(ROOT)) for path in sources)
        run_tool("lupdate", *options, *names, str(errors), "-ts", str(into))


def _for_lupdate(sentences: list[str]) -> str:
    """The sentences of errors as a module in which lupdate finds them."""
    quoted = (json.dumps(sentence, ensure_ascii=False) for sentence in sentences)
    return "".join(f'QT_TRANSLATE_NOOP("{ERROR_CONTEXT}", {sentence})\n' for sentence in quoted)


def compile_messages(source: Path, into: Path) -> None:
    """Turn a .ts file into a .qm file.

    In one step: an application that runs has the old one mapped, and would end with it.
    """
    with TemporaryDirectory(dir=into.parent) as folder:
        made = Path(folder) / into.name
        run_tool("lrelease", "-silent", str(source), "-qm", str(made))
        made.replace(into)


def run_tool(name: str, *arguments: str) -> None:
    """One of PySide6's tools, wherever it is installed. Raises CalledProcessError."""
    call = f"from PySide6.scripts.pyside_tool import {name} as tool; tool()"
    subprocess.run(
        [sys.executable, "-c", call, *arguments], cwd=ROOT, check=True, capture_output=True
    )


if __name__ == "__main__":
    TRANSLATIONS.mkdir(exist_ok=True)
    for each in LANGUAGES:
        collect(each, source_file(each))
        compile_messages(source_file(each), compiled_file(each))
        unfinished = source_file(each).read_text(encoding="utf-8").count('type="unfinished"')
        print(f"{source_file(each).relative_to(ROOT)}: {unfinished} sentences to translate")

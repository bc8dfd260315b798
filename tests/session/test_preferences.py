"""What a person chose: kept across starts; what somebody else wrote there does no harm."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QByteArray, QSettings

from ddpm_studio.session.preferences import LANGUAGES, THEME_CHOICES, Preferences


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "settings.ini"


def opened(file: Path) -> Preferences:
    """As at the next start."""
    return Preferences(QSettings(str(file), QSettings.Format.IniFormat))


def stored(file: Path, key: str, value: object) -> Preferences:
    """As if somebody had written the value, before it is saved and after it was."""
    settings = QSettings(str(file), QSettings.Format.IniFormat)
    settings.setValue(key, value)
    settings.sync()
    return Preferences(settings)


def test_nothing_is_chosen_at_first(file: Path) -> None:
    preferences = opened(file)
    assert (preferences.language, preferences.theme, preferences.export_folder) == (
        "",
        "system",
        "",
    )
    assert preferences.window_geometry.isEmpty()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("theme", THEME_CHOICES)
def test_choices_are_found_again(file: Path, language: str, theme: str) -> None:
    first = opened(file)
    first.language, first.theme = language, theme
    del first
    again = opened(file)
    assert (again.language, again.theme) == (language, theme)


@pytest.mark.parametrize(
    "folder", ["/home/somebody", "C:\\Users\\me\\GIFs", "with, commas, and 한글", "@Invalid()", "0"]
)
def test_a_folder_is_found_again(file: Path, folder: str) -> None:
    first = opened(file)
    first.export_folder = folder
    assert first.export_folder == folder
    del first
    assert opened(file).export_folder == folder


def test_the_geometry_is_found_again_byte_for_byte(file: Path) -> None:
    geometry = QByteArray(bytes(range(256)))
    first = opened(file)
    first.window_geometry = geometry
    del first
    assert opened(file).window_geometry == geometry


@pytest.mark.parametrize(
    "value", ["", "fr", "EN", "dark ", 5, 1.5, True, ["en", "ko"], QByteArray(b"\x00\xff"), {}]
)
def test_values_that_mean_nothing_read_as_none_chosen(file: Path, value: object) -> None:
    for key, default in (("language", ""), ("theme", "system")):
        for preferences in (stored(file, key, value), opened(file)):
            assert getattr(preferences, key) == default


@pytest.mark.parametrize("value", [5, 1.5, True, ["a", "b"], QByteArray(b"folder"), {"a": 1}])
def test_a_folder_that_is_no_text_reads_as_none(file: Path, value: object) -> None:
    assert stored(file, "export_folder", value).export_folder == ""


@pytest.mark.parametrize("value", ["text", 5, ["a", "b"], {"a": 1}])
def test_a_geometry_of_another_kind_reads_as_none(file: Path, value: object) -> None:
    for preferences in (stored(file, "window_geometry", value), opened(file)):
        assert preferences.window_geometry == QByteArray()


def test_a_file_of_rubbish_reads_as_nothing_chosen(file: Path) -> None:
    file.write_bytes(b"\x00\xff\xfe[[[\nlanguage\n=theme=\n@ByteArray(")
    preferences = opened(file)
    assert (preferences.language, preferences.theme, preferences.export_folder) == (
        "",
        "system",
        "",
    )


def test_a_choice_replaces_what_meant_nothing(file: Path) -> None:
    preferences = stored(file, "theme", ["a", "b"])
    preferences.theme = "light"
    assert preferences.theme == "light"

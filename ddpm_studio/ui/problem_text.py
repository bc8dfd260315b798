"""What went wrong, as one sentence for a person in the present language, with what to do about it."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from ddpm_studio.checkpoints.model_file import ModelFileError
from ddpm_studio.datasets.catalogue import UnknownDataSetError
from ddpm_studio.diffusion.schedule import ScheduleError
from ddpm_studio.explained_error import ExplainedError


def problem_text(error: BaseException) -> str:
    """The sentence for an error that ended something a person asked for."""
    translate = QCoreApplication.translate
    if isinstance(error, ExplainedError):
        return _introduction(error).format(error.text(_translated))
    if isinstance(error, MemoryError) or "can't allocate memory" in str(error):
        return translate(
            "Problem", "There is not enough memory: choose fewer samples or a smaller picture."
        )
    name = type(error).__name__
    if name == "OutOfMemoryError":  # torch's, which the window's thread must not import
        return translate(
            "Problem",
            "The device has not enough memory: choose fewer samples, or compute on the CPU.",
        )
    reason = str(error).partition("\n")[0]  # torch adds pages of advice for programmers
    return translate("Problem", "Something unexpected happened: {0}").format(reason or name)


def explained_text(error: ExplainedError) -> str:
    """An explanation that is no failure, such as the reason for a guess."""
    return error.text(_translated)


def _translated(sentence: str) -> str:
    """A sentence of an error; .ci/translations.py collects them from where they are raised."""
    return QCoreApplication.translate("Problem", sentence)


def _introduction(error: ExplainedError) -> str:
    """What comes before the reason, {0}, where that alone does not say what failed."""
    translate = QCoreApplication.translate
    if isinstance(error, ModelFileError):
        return translate("Problem", "This model cannot be opened. {0}")
    if isinstance(error, ScheduleError):
        return translate("Problem", "This schedule is not possible. {0}")
    if isinstance(error, UnknownDataSetError):
        return translate("Problem", "The data that the model was trained on are not here. {0}")
    return "{0}"

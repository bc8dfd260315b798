"""What went wrong, as one sentence for a person in the present language, with what to do about it."""

from __future__ import annotations

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

from ddpm_studio.atomic_file import SaveError, SaveProblem
from ddpm_studio.checkpoints.model_file import ModelFileError
from ddpm_studio.diffusion.schedule import ScheduleError

_CONTEXT = "ProblemText"

# As the values of SaveProblem; here once more, for the tool that collects sentences to translate.
SAVE_SENTENCES: dict[SaveProblem, str] = {
    SaveProblem.IS_FOLDER: str(
        QT_TRANSLATE_NOOP("ProblemText", "“{path}” is a folder: choose a file name inside it.")
    ),
    SaveProblem.FOLDER_MISSING: str(
        QT_TRANSLATE_NOOP(
            "ProblemText",
            "The folder of “{path}” does not exist: create it or choose another folder.",
        )
    ),
    SaveProblem.NOT_WRITABLE: str(
        QT_TRANSLATE_NOOP(
            "ProblemText",
            "“{path}” may not be written: choose another folder or change its permissions.",
        )
    ),
    SaveProblem.FILE_PROTECTED: str(
        QT_TRANSLATE_NOOP(
            "ProblemText",
            "“{path}” is write-protected: choose another name or remove the protection.",
        )
    ),
    SaveProblem.NOT_A_FILE: str(
        QT_TRANSLATE_NOOP(
            "ProblemText", "“{path}” is a device or a pipe, not a file: choose another name."
        )
    ),
    SaveProblem.LINK_LOOP: str(
        QT_TRANSLATE_NOOP(
            "ProblemText", "“{path}” is a link that leads back to itself: choose another name."
        )
    ),
    SaveProblem.BAD_NAME: str(
        QT_TRANSLATE_NOOP(
            "ProblemText",
            "“{path}” is not a possible file name here: choose another, shorter name.",
        )
    ),
    SaveProblem.DISK_FULL: str(
        QT_TRANSLATE_NOOP(
            "ProblemText",
            "The disk is full: “{path}” was not saved. "
            "Free {megabytes} MB and try again; nothing was changed.",
        )
    ),
    SaveProblem.TOO_LARGE: str(
        QT_TRANSLATE_NOOP(
            "ProblemText",
            "“{path}” grew larger than this disk allows: save it on another disk.",
        )
    ),
    SaveProblem.IN_USE: str(
        QT_TRANSLATE_NOOP(
            "ProblemText", "“{path}” is open in another program: close it there and try again."
        )
    ),
    SaveProblem.FAILED: str(
        QT_TRANSLATE_NOOP(
            "ProblemText",
            "“{path}” was not saved ({detail}): try again or choose another folder.",
        )
    ),
}


def problem_text(error: BaseException) -> str:
    """The sentence for an error that ended something a person asked for."""
    if isinstance(error, SaveError):
        return _save_problem(error)
    translate = QCoreApplication.translate
    if isinstance(error, ModelFileError):
        return translate(_CONTEXT, "This model cannot be opened. {0}").format(error)
    if isinstance(error, ScheduleError):
        return translate(_CONTEXT, "This schedule is not possible. {0}").format(error)
    if isinstance(error, MemoryError) or "can't allocate memory" in str(error):
        return translate(
            _CONTEXT, "There is not enough memory: choose fewer samples or a smaller picture."
        )
    return _problem_by_name(error)


def _save_problem(error: SaveError) -> str:
    sentence = QCoreApplication.translate(_CONTEXT, SAVE_SENTENCES[error.problem])
    return sentence.format(path=error.path, megabytes=error.megabytes, detail=error.detail)


def _problem_by_name(error: BaseException) -> str:
    """Errors whose classes live beside torch, which the window's thread must not import."""
    translate = QCoreApplication.translate
    name = type(error).__name__
    if name == "OutOfMemoryError":
        return translate(
            _CONTEXT,
            "The device has not enough memory: choose fewer samples, or compute on the CPU.",
        )
    if name == "TrajectoryTooLargeError":
        return translate(
            _CONTEXT,
            "So many samples need more memory than one chain may take: choose {0} or fewer.",
        ).format(f"{getattr(error, 'largest_count', 1):,}")
    if name == "NotFiniteError":
        return translate(
            _CONTEXT,
            "The chain broke off, as its numbers grew without limit: try another seed or another "
            "model. ({0})",
        ).format(error)
    if name == "UnknownDataSetError":
        return translate(
            _CONTEXT, "This version does not have the data that the model was trained on. {0}"
        ).format(error)
    reason = str(error).partition("\n")[0]  # torch adds pages of advice for programmers
    return translate(_CONTEXT, "Something unexpected happened: {0}").format(reason or name)

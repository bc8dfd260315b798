"""The command line: the window without arguments, and what works without one or without Qt."""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress

from ddpm_studio.cli.commands import CommandError
from ddpm_studio.cli.options import command_parser
from ddpm_studio.explained_error import ExplainedError
from ddpm_studio.standard_streams import complain, discard_output, mend_standard_streams

__all__ = ["CommandError", "main"]

FAILURE, INTERRUPTED = 1, 130  # and argparse ends with 2 where a word is wrong
QT_PACKAGES = ("PySide6", "pyqtgraph", "shiboken6")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0, or non-zero after one line on stderr."""
    mend_standard_streams()
    _interrupts_can_be_caught()
    try:
        options = command_parser().parse_args(arguments)
        command: Callable[[argparse.Namespace], int] = options.command
        code = command(options)
        sys.stdout.flush()
        return code
    except KeyboardInterrupt:
        return _complain("Stopped.", INTERRUPTED)
    except BrokenPipeError:
        discard_output()  # the reader of a pipe left: nothing to say, and nobody to say it to
        return FAILURE
    except ExplainedError as error:
        return _complain(str(error), FAILURE)
    except ModuleNotFoundError as error:
        if error.name not in QT_PACKAGES:
            raise
        return _complain(f"This needs {error.name}, which is not installed.", FAILURE)
    except OSError as error:
        return _complain(_sentence(error), FAILURE)
    except (MemoryError, RuntimeError) as error:
        if type(error).__name__ == "OutOfMemoryError":  # torch's, which may not be imported
            return _complain(
                "The device has not enough memory: leave --device out to use the CPU.", FAILURE
            )
        if not isinstance(error, MemoryError) and "DefaultCPUAllocator" not in str(error):
            raise
        return _complain("There is not enough memory: ask for fewer samples.", FAILURE)


def _interrupts_can_be_caught() -> None:
    """From here on Ctrl-C is caught; __main__ let it end the process in silence until now."""
    with suppress(ValueError):  # of a thread that is not the main one, which gets none
        if signal.getsignal(signal.SIGINT) is signal.SIG_DFL:
            signal.signal(signal.SIGINT, signal.default_int_handler)


def _complain(message: str, code: int) -> int:
    complain(message)
    return code


def _sentence(error: OSError) -> str:
    if error.filename is None:  # only what is printed has no name
        discard_output()
        return f"The output cannot be written: {error.strerror or error}."
    return f"{error.filename} cannot be used: {error.strerror}."

"""Fetches a model from the Hugging Face hub by its name; needs the optional part "hub".

Of all that lies there only settings (.json) and one file of weights (.safetensors, else .bin) are
fetched, and they are read as any other folder of diffusers: no code is fetched, and none is run.
"""

from __future__ import annotations

import errno
import re
import shutil
import threading
from collections.abc import Generator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import platformdirs

from ddpm_studio.checkpoints.foreign.diffusers_folder import (
    PIPELINE_FILE,
    SCHEDULER_FILE,
    SCHEDULER_FOLDER,
    UNET_FILE,
    UNET_FOLDER,
    WEIGHTS_NAMES,
    read_settings,
)
from ddpm_studio.checkpoints.model_file import MAX_FILE_BYTES
from ddpm_studio.explained_error import ExplainedError, brief

if TYPE_CHECKING:
    from huggingface_hub import HfApi

_PAGES = "https://huggingface.co/"
_NAME = re.compile(r"\w[\w.-]*/\w[\w.-]*", re.ASCII)
_ANSWER_SECONDS = 10.0
_POLL_SECONDS, _STOP_SECONDS = 0.1, 5.0
_SPARE_BYTES = 50_000_000
_BYTES_PER_MEGABYTE = 1_000_000
_OF_THE_DISK = (errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR)


class HubError(ExplainedError):
    """A model that could not be fetched; the sentence says why and what to do."""


@dataclass(frozen=True)
class HubProgress:
    """``done_bytes`` of ``total_bytes`` of all files are here; ``file`` is being fetched."""

    file: str
    done_bytes: int
    total_bytes: int


def default_cache() -> Path:
    """Where models are kept, each in a folder of its own."""
    return platformdirs.user_cache_path("DDPM Studio", appauthor=False) / "hub"


def fetch_from_hub(
    name: str, cache: Path | None = None, *, endpoint: str | None = None
) -> Generator[HubProgress, None, Path]:
    """The folder of the model ``name``, such as "google/ddpm-cifar10-32"; yields what has come.

    What is in the ``cache`` already, of the newest version, is not fetched again; where the hub
    cannot be reached, a model that is whole in there will do. ``endpoint`` is the hub's address, by
    default the library's (HF_ENDPOINT). Closed in the middle, it keeps the files that are whole.
    Raises HubError, or ModelFileError for a model that could not be opened.
    """
    checked = checked_name(name)
    folder = (default_cache() if cache is None else cache) / checked.replace("/", "--")
    hub = _library()(endpoint=endpoint, library_name="ddpm-studio")
    try:
        commit, sizes = _listing(hub, checked)
    except _UnreachableError as error:
        if any(_weights_in(folder)):
            return folder
        raise error.explained from error
    settings, weights = _wanted(checked, sizes)
    done, total = 0, sum(sizes[file] for file in (*settings, weights))
    _require_space(folder, total)
    for file in (*settings, weights):
        if file == weights:
            read_settings(folder)  # before hundreds of megabytes are fetched in vain
        for file_done in _fetched(hub, checked, commit, file, folder):
            yield HubProgress(file, done + min(file_done, sizes[file]), total)
        done += sizes[file]
        yield HubProgress(file, done, total)
    return folder


def checked_name(name: str) -> str:
    """ "owner/name"; also of the address of its page. Raises HubError for anything else."""
    found = name.strip().removeprefix(_PAGES).rstrip("/")
    if not _NAME.fullmatch(found) or ".." in found or "--" in found or len(found) > 96:
        raise HubError(
            "“{name}” is not the name of a model on the hub: "
            "it is written as owner/name, such as google/ddpm-cifar10-32.",
            name=brief(name),
        )
    return found


def _library() -> type[HfApi]:
    try:
        from huggingface_hub import HfApi
    except ImportError as error:
        raise HubError(
            "Models of the Hugging Face hub need an optional part: "
            "install it with pip install 'ddpm-studio[hub]'."
        ) from error
    return HfApi


# What there is


class _UnreachableError(Exception):
    """The hub did not answer."""

    def __init__(self, explained: HubError) -> None:
        super().__init__(str(explained))
        self.explained = explained


def _listing(hub: HfApi, name: str) -> tuple[str, dict[str, int]]:
    """The newest version, and its files with their sizes in bytes."""
    try:
        info = hub.model_info(name, files_metadata=True, timeout=_ANSWER_SECONDS)
    except Exception as error:
        raise _explained(name, error) from error
    files = {each.rfilename: each.size for each in info.siblings or ()}
    return str(info.sha), {file: size or 0 for file, size in files.items()}


def _wanted(name: str, sizes: Mapping[str, int]) -> tuple[list[str], str]:
    """The settings, and the file of weights. Raises HubError where there is no model of ours."""
    part = f"{UNET_FOLDER}/" if f"{UNET_FOLDER}/{UNET_FILE}" in sizes else ""
    weights = next((part + each for each in WEIGHTS_NAMES if part + each in sizes), None)
    if part + UNET_FILE not in sizes or weights is None:
        raise HubError(
            "“{name}” on the hub is no model that DDPM Studio opens: "
            "it has no UNet2DModel of diffusers, or no weights of one.",
            name=name,
        )
    candidates = (PIPELINE_FILE, f"{SCHEDULER_FOLDER}/{SCHEDULER_FILE}", SCHEDULER_FILE)
    settings = [part + UNET_FILE, *(each for each in candidates if each in sizes)]
    return settings, weights


def _weights_in(folder: Path) -> list[Path]:
    """They come last, so that with them a folder is whole."""
    parts = (folder / UNET_FOLDER, folder)
    return [part / name for part in parts for name in WEIGHTS_NAMES if (part / name).is_file()]


def _require_space(folder: Path, byte_count: int) -> None:
    """Raises HubError where the model is too large for the disk, or for this application."""
    if byte_count > MAX_FILE_BYTES:
        raise HubError("This model is larger than any that this application opens.")
    there = next(each for each in (folder, *folder.absolute().parents) if each.exists())
    missing = byte_count + _SPARE_BYTES - shutil.disk_usage(there).free
    if missing > 0 and not _weights_in(folder):
        raise HubError(
            "The disk has no room for this model: free {megabytes} MB and try again.",
            megabytes=-(-missing // _BYTES_PER_MEGABYTE),
        )


# One file


class _StoppedError(Exception):
    """Nobody waits for the file any more."""


class _Download:
    """A file on its way, on a thread: the library's own call blocks until all of it has come."""

    def __init__(self, hub: HfApi, **options: Any) -> None:
        self.done_bytes = 0
        self.error: Exception | None = None
        self.stopped = False
        self._hub, self._options = hub, options
        self.thread = threading.Thread(target=self._run, name="hub download", daemon=True)

    def _run(self) -> None:
        try:
            self._hub.hf_hub_download(**self._options, tqdm_class=_watching(self))
        except Exception as error:  # told to whoever waits
            self.error = error


def _watching(download: _Download) -> type[Any]:
    """A progress bar that shows nothing, counts, and ends a download that was stopped."""
    from tqdm import tqdm

    class Watching(tqdm):
        def __init__(self, *arguments: Any, **options: Any) -> None:
            super().__init__(*arguments, **options | {"disable": True})

        def update(self, n: float | None = 1) -> bool | None:
            if download.stopped:
                raise _StoppedError
            download.done_bytes += int(n or 0)
            return None

    return Watching


def _fetched(
    hub: HfApi, name: str, commit: str, file: str, folder: Path
) -> Generator[int, None, None]:
    """Yields bytes done until the file is in the folder."""
    options = {"repo_id": name, "filename": file, "revision": commit, "local_dir": folder}
    download = _Download(hub, **options)
    download.thread.start()
    try:
        while download.thread.is_alive():
            download.thread.join(_POLL_SECONDS)
            yield download.done_bytes
    finally:
        download.stopped = True
        download.thread.join(_STOP_SECONDS)
    if download.error is not None:
        explained = _explained(name, download.error)
        raise getattr(explained, "explained", explained) from download.error


# Errors


def _explained(name: str, error: Exception) -> HubError | _UnreachableError:
    """What the library's exceptions mean, or the error itself where they are not the hub's."""
    from huggingface_hub import errors

    if isinstance(error, errors.OfflineModeIsEnabled):
        return _UnreachableError(
            HubError("The hub is switched off: HF_HUB_OFFLINE is set. Start without it.")
        )
    if isinstance(error, errors.GatedRepoError):
        return HubError(
            "“{name}” is given only to those who accept its terms: accept them on its page, "
            "and sign in with the command hf auth login.",
            name=name,
        )
    if isinstance(error, errors.RepositoryNotFoundError):
        return HubError(
            "There is no model “{name}” on the hub, or it is private: check the name, or sign in "
            "with the command hf auth login.",
            name=name,
        )
    if isinstance(error, errors.HfHubHTTPError):
        return _UnreachableError(
            HubError(
                "The hub answered with the error {status}: try again later.",
                status=error.response.status_code,
            )
        )
    if isinstance(error, OSError) and error.errno in _OF_THE_DISK:
        return HubError("The model cannot be kept here: {reason}.", reason=error.strerror)
    # HfHubHTTPError is derived from the base of all errors of the library's HTTP client.
    if isinstance(error, (OSError, *errors.HfHubHTTPError.__bases__)):
        return _UnreachableError(
            HubError("The hub cannot be reached: check the connection to the Internet.")
        )
    raise error

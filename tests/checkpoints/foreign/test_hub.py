"""Models by name, from a hub on this machine that answers as the real one does."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from huggingface_hub import HfApi, constants, errors

from ddpm_studio.checkpoints.foreign import hub as hub_module
from ddpm_studio.checkpoints.foreign.hub import HubError, HubProgress, checked_name, fetch_from_hub
from ddpm_studio.checkpoints.foreign.opening import open_model
from ddpm_studio.checkpoints.model_file import ModelFileError
from ddpm_studio.checkpoints.weights import load_inspected

NAME = "somebody/small-model"
COMMIT = "0123456789abcdef0123456789abcdef01234567"
WEIGHTS = "unet/diffusion_pytorch_model.safetensors"


@dataclass
class Hub:
    """What it holds, how it answers, and what it was asked for."""

    files: dict[str, bytes] = field(default_factory=dict)
    answer: int = 200
    error: str = ""
    slowly: threading.Event | None = None  # weights come in drops until it is set
    fetched: list[str] = field(default_factory=list)
    address: str = ""


def handler_of(hub: Hub) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            self._answer(with_body=False)

        def do_GET(self) -> None:
            self._answer(with_body=True)

        def _answer(self, with_body: bool) -> None:
            path = self.path.partition("?")[0]
            if hub.answer != 200:
                self._send(hub.answer, b"", {"X-Error-Code": hub.error} if hub.error else {})
            elif path == f"/api/models/{NAME}":
                self._send(200, json.dumps(self._listing()).encode())
            elif path.startswith(f"/{NAME}/resolve/{COMMIT}/"):
                self._file(path.removeprefix(f"/{NAME}/resolve/{COMMIT}/"), with_body)
            else:
                self._send(404, b"", {"X-Error-Code": "RepoNotFound"})

        def _listing(self) -> dict[str, Any]:
            siblings = [{"rfilename": n, "size": len(each)} for n, each in hub.files.items()]
            return {"id": NAME, "sha": COMMIT, "siblings": siblings}

        def _file(self, name: str, with_body: bool) -> None:
            content = hub.files[name]
            etag = f'"{hashlib.sha256(content).hexdigest()}"'
            if with_body:
                hub.fetched.append(name)
            slowly = with_body and hub.slowly is not None and name == WEIGHTS
            headers = {"ETag": etag, "X-Repo-Commit": COMMIT}
            self._send(200, content if with_body else b"", headers, len(content), slowly)

        def _send(
            self,
            status: int,
            body: bytes,
            headers: dict[str, str] | None = None,
            length: int | None = None,
            slowly: bool = False,
        ) -> None:
            self.send_response(status)
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body) if length is None else length))
            self.end_headers()
            if slowly:
                self._drip(body)
            else:
                self.wfile.write(body)

        def _drip(self, body: bytes) -> None:
            assert hub.slowly is not None
            half = len(body) // 2
            self.wfile.write(body[:half])
            self.wfile.flush()
            hub.slowly.wait(20)
            self.wfile.write(body[half:])

        def log_message(self, *_: object) -> None:
            """Quiet."""

        def handle(self) -> None:
            with suppress(ConnectionError):  # whoever asked has gone
                super().handle()

    return Handler


@pytest.fixture
def hub(reference: Any) -> Iterator[Hub]:
    """With a model of the reference files in it, a card and some code beside it."""
    folder = reference("diffusers_folder", "tutorial").path
    files = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }
    files |= {"README.md": b"card", "pipeline.py": b"import os", WEIGHTS[:-11] + "bin": b"pickle"}
    made = Hub(files)
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler_of(made))
    server.daemon_threads = True
    made.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield made
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def fetch(hub: Hub, tmp_path: Path) -> Callable[..., tuple[list[HubProgress], Path]]:
    def drive(name: str = NAME) -> tuple[list[HubProgress], Path]:
        work, seen = fetch_from_hub(name, tmp_path / "cache", endpoint=hub.address), []
        while True:
            try:
                seen.append(next(work))
            except StopIteration as end:
                return seen, end.value

    return drive


def test_a_model_is_fetched_and_opened(hub: Hub, fetch: Any, tmp_path: Path) -> None:
    progress, folder = fetch()
    assert folder == tmp_path / "cache" / "somebody--small-model"
    model = load_inspected(open_model(folder))
    assert model.description.name == "somebody--small-model"
    assert model.description.schedule.kind == "cosine"
    done = [each.done_bytes for each in progress]
    assert done == sorted(done)
    assert progress[-1].done_bytes == progress[-1].total_bytes == sum(
        len(hub.files[name]) for name in hub.fetched
    )  # fmt: skip


def test_neither_code_nor_pickles_are_fetched(hub: Hub, fetch: Any) -> None:
    _, folder = fetch()
    wanted = [
        "unet/config.json", "model_index.json", "scheduler/scheduler_config.json", WEIGHTS,
    ]  # fmt: skip
    assert hub.fetched == wanted
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert {name for name in there if not name.startswith(".cache/")} == set(wanted)


def test_a_flat_model_without_safetensors_is_fetched(hub: Hub, fetch: Any) -> None:
    hub.files = {
        name.rpartition("/")[2]: content
        for name, content in hub.files.items()
        if not name.endswith(".safetensors")
    }
    hub.files["diffusion_pytorch_model.bin"] = b"no real weights"
    fetch()
    assert hub.fetched[-1] == "diffusion_pytorch_model.bin"


def test_what_is_there_is_not_fetched_again(hub: Hub, fetch: Any) -> None:
    _, folder = fetch()
    hub.fetched.clear()
    progress, again = fetch()
    assert (again, hub.fetched) == (folder, [])
    assert progress[-1].done_bytes == progress[-1].total_bytes


def test_settings_that_we_lack_are_found_before_the_weights_come(hub: Hub, fetch: Any) -> None:
    settings = json.loads(hub.files["unet/config.json"]) | {"act_fn": "relu"}
    hub.files["unet/config.json"] = json.dumps(settings).encode()
    with pytest.raises(ModelFileError, match="its act_fn is relu"):
        fetch()
    assert WEIGHTS not in hub.fetched


def test_progress_is_told_while_a_file_comes_and_it_can_be_stopped(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(constants, "DOWNLOAD_CHUNK_SIZE", 1000)
    hub.slowly = threading.Event()
    work = fetch_from_hub(NAME, tmp_path / "cache", endpoint=hub.address)
    deadline = time.monotonic() + 20
    for progress in work:
        before = progress.total_bytes - len(hub.files[WEIGHTS])
        if progress.file == WEIGHTS and progress.done_bytes > before + 1000:
            break
        assert time.monotonic() < deadline
    assert before < progress.done_bytes < progress.total_bytes
    threading.Timer(0.2, hub.slowly.set).start()  # so that the next bytes come, and it notices
    work.close()
    folder = tmp_path / "cache" / "somebody--small-model"
    assert not (folder / WEIGHTS).exists()
    assert list(folder.rglob("*.incomplete")) == []
    assert (folder / "unet/config.json").exists()


def test_the_command_prints_the_folder(hub: Hub, tmp_path: Path) -> None:
    """In a process of its own: the library reads HF_ENDPOINT once, when it is imported."""
    ran = subprocess.run(
        [sys.executable, "-m", "ddpm_studio", "fetch", NAME, "--into", str(tmp_path)],
        env=os.environ | {"HF_ENDPOINT": hub.address},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout == f"{tmp_path / 'somebody--small-model'}\n"
    assert f"{WEIGHTS}: 1 of 1 MB in all" in ran.stderr


# What goes wrong


def test_without_the_library_it_says_how_to_get_it(
    fetch: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    with pytest.raises(HubError, match=r"install it with pip install 'ddpm-studio\[hub\]'"):
        fetch()


@pytest.mark.parametrize(
    ("status", "code", "reason"),
    [
        (404, "RepoNotFound", "There is no model “somebody/small-model” on the hub"),
        (401, "RepoNotFound", "There is no model “somebody/small-model” on the hub"),
        (403, "GatedRepo", "is given only to those who accept its terms"),
        (500, "", "The hub answered with the error 500: try again later"),
    ],
)
def test_an_answer_that_says_no_is_explained(
    status: int, code: str, reason: str, hub: Hub, fetch: Any
) -> None:
    hub.answer, hub.error = status, code
    with pytest.raises(HubError, match=reason):
        fetch()


def test_without_a_connection_a_model_that_is_there_will_do(
    hub: Hub, fetch: Any, tmp_path: Path
) -> None:
    _, folder = fetch()
    for address in ("http://127.0.0.1:1", hub.address):
        hub.answer = 500
        work = fetch_from_hub(NAME, tmp_path / "cache", endpoint=address)
        with pytest.raises(StopIteration) as end:
            next(work)
        assert end.value.value == folder


def test_without_a_connection_it_says_so(tmp_path: Path) -> None:
    work = fetch_from_hub(NAME, tmp_path / "cache", endpoint="http://127.0.0.1:1")
    with pytest.raises(HubError, match="The hub cannot be reached: check the connection"):
        next(work)


def test_switched_off_it_says_so(fetch: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise errors.OfflineModeIsEnabled("no")

    monkeypatch.setattr(HfApi, "model_info", refuse)
    with pytest.raises(HubError, match="HF_HUB_OFFLINE is set"):
        fetch()


@pytest.mark.parametrize("missing", ["unet/config.json", "weights"])
def test_a_model_of_another_kind_is_named(missing: str, hub: Hub, fetch: Any) -> None:
    for name in list(hub.files):
        if name == missing or (missing == "weights" and "diffusion_pytorch" in name):
            del hub.files[name]
    with pytest.raises(HubError, match="“somebody/small-model” on the hub is no model"):
        fetch()
    assert hub.fetched == []


def test_a_full_disk_is_noticed_before(
    hub: Hub, fetch: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = type(shutil.disk_usage("/"))
    monkeypatch.setattr(hub_module.shutil, "disk_usage", lambda _: usage(1, 1, 1000))
    with pytest.raises(HubError, match=r"no room for this model: free \d+ MB"):
        fetch()
    assert hub.fetched == []


def test_a_cache_that_cannot_be_written_is_explained(hub: Hub, fetch: Any, tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file in the place of the folder")
    with pytest.raises(HubError, match="The model cannot be kept here"):
        fetch()


@pytest.mark.parametrize(
    "name",
    [
        "",
        "model",
        "a/b/c",
        "../up",
        "a/../b",
        "/etc/passwd",
        "a/b--c",
        "ä/b",
        "a b/c",
        "a/" + "b" * 99,
    ],
)
def test_a_name_that_is_none_is_explained(name: str) -> None:
    with pytest.raises(HubError, match="is not the name of a model on the hub"):
        checked_name(name)


@pytest.mark.parametrize(
    "name",
    [
        "google/ddpm-cifar10-32",
        " google/ddpm-cifar10-32 ",
        "https://huggingface.co/google/ddpm-cifar10-32/",
    ],
)
def test_an_address_is_a_name(name: str) -> None:
    assert checked_name(name) == "google/ddpm-cifar10-32"

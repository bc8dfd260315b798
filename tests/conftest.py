"""What holds for all tests: they see no data set of whoever runs them."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def data_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder for imported data sets, which is not made yet."""
    folder = tmp_path_factory.mktemp("data") / "sets"
    monkeypatch.setenv("DDPM_STUDIO_DATA", str(folder))
    return folder

"""What is imported on a worker's thread: all of it, in order, and with the collector as it was."""

from __future__ import annotations

import gc
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from ddpm_studio.session.early_imports import import_torch, importing

TIMEOUT_SECONDS = 60


def run(body: str) -> str:
    """What a fresh Python prints, in which nothing is imported yet."""
    code = textwrap.dedent(body)
    ended = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
        check=False,
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    return ended.stdout.strip()


def test_modules_are_imported_one_after_the_other() -> None:
    body = """
        import sys
        from ddpm_studio.session.early_imports import importing

        for name in importing(["colorsys", "zipapp"]):
            print(name, name in sys.modules)
    """
    assert run(body) == "colorsys True\nzipapp True"


def test_the_collector_rests_while_modules_are_imported_and_no_longer() -> None:
    assert gc.isenabled()
    imports = importing(["colorsys", "this_module_is_not_there"])
    next(imports)
    assert not gc.isenabled()
    with pytest.raises(ModuleNotFoundError, match="this_module_is_not_there"):
        next(imports)
    assert gc.isenabled()


def test_the_collector_works_again_after_imports_that_were_given_up() -> None:
    imports = importing(["colorsys", "json"])
    next(imports)
    imports.close()
    assert gc.isenabled()


def test_torch_is_imported_once_and_the_collector_need_not_look_at_it() -> None:
    body = """
        import gc, sys
        from ddpm_studio.session.early_imports import import_torch

        import_torch()
        kept = gc.get_freeze_count()
        import_torch()
        print("torch" in sys.modules, gc.isenabled(), kept > 100_000, gc.get_freeze_count() == kept)
    """
    assert run(body) == "True True True True"


def test_where_torch_is_there_nothing_is_frozen() -> None:
    import torch  # noqa: F401

    before = gc.get_freeze_count()
    import_torch()
    assert gc.get_freeze_count() == before


WORKS = {
    "comparison_data": "_record(preset('moons'))",
    "measurement_run": "_measurement(MeasurementRequest(find_model('moons'), ''))",
    "model_saving": "_check(find_model('moons'))",
    "chain_runs": "record_reverse_chain(ReverseRequest(find_model('moons'), 1, 0, 'cpu'))",
    "loaded_models": "loading(find_model('moons'), '')",
}


@pytest.mark.parametrize("module", WORKS)
def test_threads_that_need_torch_begin_with_this(module: str) -> None:
    """Whichever of them is the first: one that imports torch by itself would stop the window."""
    body = f"""
        import sys
        from ddpm_studio.session import devices, early_imports
        from ddpm_studio.checkpoints.bundled import find_model
        from ddpm_studio.training.presets import preset

        class Asked(BaseException):
            pass

        def import_torch():
            raise Asked("torch" in sys.modules)

        early_imports.import_torch = devices.import_torch = import_torch
        from ddpm_studio.session.{module} import *
        from ddpm_studio.session.{module} import {WORKS[module].split("(")[0]}
        try:
            list({WORKS[module]})
        except Asked as asked:
            print(asked)
    """
    assert run(body) == "False"


@pytest.mark.parametrize("fault", [AttributeError("dlopen"), OSError("no libraries here")])
def test_where_nothing_can_be_linked_aside_torch_is_just_imported(fault: Exception) -> None:
    body = f"""
        import ctypes, sys
        from ddpm_studio.session import early_imports

        class NoLibrary:
            def __init__(self, name):
                pass

            def __getattr__(self, name):
                raise {fault!r}

        linked, ctypes.CDLL = ctypes.CDLL, NoLibrary
        early_imports._link_torch()
        ctypes.CDLL = linked
        early_imports.import_torch()
        print("torch" in sys.modules)
    """
    assert run(body) == "True"


@pytest.mark.parametrize("fault", ["OSError('libc10.so')", "RuntimeError('broken')"])
def test_a_torch_that_is_broken_is_told_each_time_and_harms_nothing_else(
    tmp_path: Path, fault: str
) -> None:
    (tmp_path / "torch").mkdir()
    (tmp_path / "torch" / "__init__.py").write_text(f"raise {fault}")
    body = f"""
        import gc, sys
        sys.path.insert(0, {str(tmp_path)!r})
        from ddpm_studio.session.early_imports import import_torch

        for _ in range(2):
            try:
                import_torch()
            except Exception as error:
                print(error, gc.isenabled(), "torch" in sys.modules, end=" ")
    """
    assert run(body) == " ".join([f"{fault.split(chr(39))[1]} True False"] * 2)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the import itself links it")
def test_the_library_is_linked_before_torch_is_imported() -> None:
    body = """
        import sys
        from ddpm_studio.session.early_imports import _link_torch

        _link_torch()
        with open("/proc/self/maps") as maps:
            print("libtorch_cpu" in maps.read(), "torch" in sys.modules)
    """
    assert run(body) == "True False"

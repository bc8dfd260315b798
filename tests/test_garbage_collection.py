"""The collector stands still until the last one has left who needs that."""

from __future__ import annotations

import gc

import pytest

from ddpm_studio.garbage_collection import without_collecting


def test_nothing_is_collected_inside_and_again_outside() -> None:
    assert gc.isenabled()
    with without_collecting():
        assert not gc.isenabled()
    assert gc.isenabled()


def test_whoever_leaves_first_does_not_switch_it_on_for_the_others() -> None:
    first, second = without_collecting(), without_collecting()
    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)
    assert not gc.isenabled()
    second.__exit__(None, None, None)
    assert gc.isenabled()


def test_an_error_switches_it_on_again() -> None:
    with pytest.raises(ValueError, match="inside"), without_collecting():
        raise ValueError("inside")
    assert gc.isenabled()


def test_a_collector_that_somebody_switched_off_stays_off() -> None:
    gc.disable()
    try:
        with without_collecting():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()

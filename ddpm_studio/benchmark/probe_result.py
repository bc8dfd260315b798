"""How a probe hands its result to the process that started it: a last line of JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


def report_result(result: DataclassInstance) -> None:
    """Print the fields of a result."""
    import json  # late, as everything that the application itself does not import at its start
    from dataclasses import asdict

    print(json.dumps(asdict(result)), flush=True)

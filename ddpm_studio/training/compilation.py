"""torch.compile at choice: tried before the first step, and left out where it fails."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

import torch
from torch import nn

from ddpm_studio.explained_error import ExplainedError, brief
from ddpm_studio.training.failures import lost_device
from ddpm_studio.training.memory_limit import is_out_of_memory
from ddpm_studio.training.ranks import Ranks

DEVICES = ("cuda",)
"""Kinds of devices where it is worth the minutes that it takes."""


class CompilationError(ExplainedError):
    """Why a network is trained as it is, although it should be compiled. It ends no training."""


def try_to_compile(
    network: nn.Module, device: torch.device, trial: Callable[[nn.Module], None], ranks: Ranks
) -> tuple[nn.Module, CompilationError | None]:
    """What computes as ``network`` does, with the same weights; or itself, and why.

    ``trial`` takes a step with it. All processes compile, or none. Raises DeviceLostError.
    """
    compiled, problem = network, None
    try:
        compiled = _compiled(network, device, trial)
    except CompilationError as error:
        problem = error
    except torch.AcceleratorError as error:
        raise lost_device(str(device)) from error
    except (MemoryError, RuntimeError) as error:
        if not is_out_of_memory(error):
            raise
        # The first step will say so.
    if ranks.any(compiled is network, device):
        return network, problem or _not_compiled_elsewhere(ranks)
    return compiled, None


def _compiled(
    network: nn.Module, device: torch.device, trial: Callable[[nn.Module], None]
) -> nn.Module:
    if device.type not in DEVICES:
        raise CompilationError(
            "Networks are compiled on CUDA alone: on this device ({device}) this one is trained as "
            "it is.",
            device=device.type,
        )
    try:
        # Batches are of one size, for which alone it then is compiled.
        compiled = cast(nn.Module, torch.compile(network, dynamic=False))
        trial(compiled)
    except Exception as error:  # of dynamo, of inductor, of a C++ compiler that is not there …
        if is_out_of_memory(error) or isinstance(error, torch.AcceleratorError):
            raise
        raise CompilationError(
            "The network could not be compiled, and is trained as it is: {reason}.",
            reason=_first_line(error),
        ) from error
    return compiled


def _not_compiled_elsewhere(ranks: Ranks) -> CompilationError | None:
    if ranks.size == 1:
        return None
    return CompilationError(
        "The network could not be compiled in another process, and is trained as it is."
    )


def _first_line(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return brief(lines[0]).rstrip(".:") if lines else type(error).__name__

"""The processes that share one training: torchrun starts them, DistributedDataParallel joins them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from ddpm_studio.explained_error import ExplainedError

_PATIENCE = timedelta(minutes=10)  # rank 0 may write a large checkpoint while the others wait


class RankLostError(ExplainedError):
    """Another process of the training has ended."""


class RanksError(ExplainedError):
    """The processes cannot train together."""


@dataclass(frozen=True)
class Ranks:
    """This process, ``rank`` of ``size``. Of one alone, nothing here costs anything."""

    rank: int = 0
    size: int = 1

    @property
    def is_first(self) -> bool:
        """Whether this is the one that writes and speaks."""
        return self.rank == 0

    def part_of(self, batch_size: int) -> slice:
        """This process's share of a batch. Raises RanksError where the shares would differ."""
        if batch_size % self.size:
            raise RanksError(
                "Batches of {batch_size} cannot be shared evenly by {processes} processes.",
                batch_size=batch_size,
                processes=self.size,
            )
        share = batch_size // self.size
        return slice(self.rank * share, (self.rank + 1) * share)

    def joined(self, network: nn.Module, device: torch.device) -> nn.Module:
        """The network, whose gradients are the mean over all processes from now on."""
        if self.size == 1:
            return network
        from torch.nn.parallel import DistributedDataParallel

        devices = [device] if device.type == "cuda" else None
        return DistributedDataParallel(network, device_ids=devices, gradient_as_bucket_view=True)

    def mean(self, value: Tensor) -> Tensor:
        """The mean of a detached tensor over all processes, the same in each."""
        if self.size == 1:
            return value
        with _explained():
            total = value.clone()
            torch.distributed.all_reduce(total)
            return total / self.size

    def total(self, values: NDArray[np.float64], device: torch.device) -> NDArray[np.float64]:
        """The sum of an array over all processes; all of them have to ask at the same step."""
        if self.size == 1:
            return values
        with _explained():
            total = torch.tensor(values, device=device)
            torch.distributed.all_reduce(total)
            return total.cpu().numpy()

    def any(self, flag: bool, device: torch.device) -> bool:
        """Whether it holds in any process; all of them have to ask at the same step."""
        if self.size == 1:
            return flag
        with _explained():
            total = torch.tensor(float(flag), device=device)
            torch.distributed.all_reduce(total)
            return bool(total > 0)

    @contextmanager
    def losing_one_explained(self) -> Iterator[None]:
        """Errors of the block that say that another process is gone become RankLostError."""
        if self.size == 1:
            yield
        else:
            with _explained():
                yield


ALONE = Ranks()


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except torch.distributed.DistError as error:  # NCCL
        raise _lost() from error
    except RuntimeError as error:  # gloo has no class of its own
        if not any(word in str(error) for word in ("Connection closed", "gloo", "Gloo")):
            raise
        raise _lost() from error


def _lost() -> RankLostError:
    return RankLostError(
        "Another process of this training has ended: it stops here. "
        "The same command with --resume goes on from the last checkpoint."
    )


@contextmanager
def joined_ranks(device: str) -> Iterator[tuple[Ranks, str]]:
    """This process among those that torchrun started, and its own device; alone without torchrun."""
    size = int(os.environ.get("WORLD_SIZE", "1"))
    if size == 1:
        yield ALONE, device
        return
    import torch.distributed as distributed

    kind = torch.device(device).type
    if kind == "cuda":
        device = f"cuda:{os.environ.get('LOCAL_RANK', '0')}"
        torch.cuda.set_device(device)
    backend = "nccl" if kind == "cuda" else "gloo"
    with _explained():
        distributed.init_process_group(backend, timeout=_PATIENCE)
    try:
        yield Ranks(distributed.get_rank(), size), device
    finally:
        distributed.destroy_process_group()

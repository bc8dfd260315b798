"""What torch raises where a device fails, as sentences that say how a training can go on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from ddpm_studio.explained_error import ExplainedError
from ddpm_studio.training.failures import lost_device

_DEVICE_WORDS = ("CUDA error", "CUDA driver", "CUBLAS", "cuDNN", "CUDNN", "MPS backend")


@contextmanager
def failures_explained(device: str, batch_size: int | None) -> Iterator[None]:
    """Raises DeviceLostError for a device that is gone, TooLargeBatchError for too little memory.

    The trainer says so itself, with a batch size that fits, for what happens in a step; here it is
    loading, saving and sampling, and the libraries that raise no AcceleratorError.
    """
    try:
        yield
    except ExplainedError:
        raise
    except (RuntimeError, MemoryError) as error:
        explained = _explained(error, device, batch_size)
        if explained is None:
            raise
        raise explained from error


def _explained(error: BaseException, device: str, batch_size: int | None) -> ExplainedError | None:
    from ddpm_studio.training.memory_limit import is_out_of_memory, too_large_batch

    if is_out_of_memory(error):
        return too_large_batch(batch_size or 1, None)
    return lost_device(device) if is_device_lost(error) else None


def is_device_lost(error: BaseException) -> bool:
    """Whether an error of torch is one of the device and not of the program."""
    import torch

    if isinstance(error, torch.AcceleratorError):
        return True
    return any(words in str(error) for words in _DEVICE_WORDS)

"""The form of a network that a reverse chain asks: the same numbers to rounding, as fast as it gets.

On the CPU the convolutions of a wide network have their weights in order once and for all, doubled
pixels are never made, channels lie innermost and what the blocks make of t stands in tables; narrow
networks are faster as they are, so that this form is taken only where it was measured to be faster.
On CUDA it is the network itself: there whole steps are recorded (static_step.py). bfloat16 is
another matter: it is faster and less exact, for who asks.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import perf_counter

import torch
from torch import Tensor, nn

from ddpm_studio.networks.configuration import UNetConfiguration
from ddpm_studio.networks.doubling import DoublingConvolution
from ddpm_studio.networks.fast_convolutions import (
    EndPaddedPackedConvolution,
    PackedConvolution,
    SubPixelConvolution,
)
from ddpm_studio.networks.precision import Precision
from ddpm_studio.networks.tabulated_unet import tabulate_time
from ddpm_studio.networks.unet import UNet
from ddpm_studio.networks.unet_blocks import EndPaddedConvolution

WORTHWHILE = 1.1
"""How many times faster another form must be than the plain one: less may be chance."""
_WIDE = 64  # feature maps from which it may be worthwhile at all
_TRIALS, _TRIAL_SECONDS = 3, 0.1


def sampling_form(
    network: nn.Module,
    example: Tensor,
    T: int,
    label: Tensor | None = None,
    precision: Precision | str = Precision.FLOAT32,
) -> nn.Module:
    """The fastest form of ``network``, which stays as it is, for samples like ``example`` (B, …).

    It can be asked for t = 1 … T, one t for all samples: (1,).
    ``example`` lies on the network's device; ``label`` as the network wants it, (B,) or None. Forms
    share what they can with the network: it must not be trained meanwhile. It is the network itself
    where no other form is faster.
    """
    with torch.inference_mode():
        if precision == Precision.BFLOAT16:
            return _InBfloat16(network, example, T, label)
        return _fastest(network, example, T, label)


def _fastest(network: nn.Module, example: Tensor, T: int, label: Tensor | None) -> nn.Module:
    """In the precision of its weights, which is that of the example."""
    if example.device.type == "cuda" or not isinstance(network, UNet):
        return network
    if max(network.configuration.level_widths) < _WIDE:
        return network
    packed = _packed(network, T, *_some(1, example, label))
    if packed is None or not _is_faster(network, packed, example, label):
        return network
    return packed


def _some(count: int, example: Tensor, label: Tensor | None) -> tuple[Tensor, Tensor | None]:
    return example[:count], None if label is None else label[:count]


class _InBfloat16(nn.Module):
    """A network in bfloat16 for samples in float32.

    Weights of a U-Net are rounded, once; of other networks what they compute is.
    """

    def __init__(self, network: nn.Module, example: Tensor, T: int, label: Tensor | None) -> None:
        super().__init__()
        self._is_rounded = isinstance(network, UNet)
        if self._is_rounded:
            rounded = copy.deepcopy(network).to(torch.bfloat16)
            if example.device.type == "cuda":
                # torch's stubs have no overload with a memory format alone.
                rounded.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
            network = _fastest(rounded, example.to(torch.bfloat16), T, label)
        self.network = network

    def forward(self, x: Tensor, t: Tensor, *more: Tensor) -> Tensor:
        """As the network's own, in float32."""
        if self._is_rounded:
            output: Tensor = self.network(x.to(torch.bfloat16), t, *more)
        else:
            with torch.autocast(x.device.type, torch.bfloat16):
                output = self.network(x, t, *more)
        return output.to(x.dtype)


def relative_error(exact: Tensor, approximate: Tensor) -> float:
    """|approximate - exact| / |exact|, both norms over everything."""
    return float((approximate - exact).norm() / exact.norm())


# Whether it is faster here


_verdicts: dict[tuple[UNetConfiguration, int, torch.dtype], bool] = {}
"""By network, number of threads and precision: one verdict for all chains, so that they stay the same."""


def _is_faster(plain: UNet, packed: nn.Module, example: Tensor, label: Tensor | None) -> bool:
    key = plain.configuration, torch.get_num_threads(), example.dtype
    if key not in _verdicts:
        one = _some(1, example, label)
        _seconds(packed, *one)  # the first is slow
        slow = _seconds(plain, *one)
        if slow > _TRIAL_SECONDS / 2:  # one trial says enough, and whoever waits has waited
            _verdicts[key] = slow > WORTHWHILE * _seconds(packed, *one)
        else:
            few = _some(max(1, round(_TRIAL_SECONDS / slow)), example, label)
            best = [float("inf"), float("inf")]
            for _ in range(_TRIALS):
                for place, form in enumerate((plain, packed)):
                    best[place] = min(best[place], _seconds(form, *few))
            _verdicts[key] = best[0] > WORTHWHILE * best[1]
    return _verdicts[key]


def _seconds(form: nn.Module, x: Tensor, label: Tensor | None) -> float:
    t = torch.ones(1, dtype=torch.long)
    began = perf_counter()
    form(x, t, label)
    return perf_counter() - began


# The packed form


def _packed(network: UNet, T: int, example: Tensor, label: Tensor | None) -> nn.Module | None:
    """None where this torch cannot."""
    # As a memo of what is copied already: modules are new, and weights shared.
    weights = {id(parameter): parameter for parameter in network.parameters()}
    form = copy.deepcopy(network, weights)
    try:
        for place, layer in enumerate(form.grow):
            if isinstance(layer, DoublingConvolution):
                form.grow[place] = SubPixelConvolution(layer)
        with _input_shapes(form) as shapes:
            form(example, torch.ones(1, dtype=torch.long), label)
        for name, shape in shapes.items():
            _replace(form, name, shape)
        tabulate_time(form, T)
    except (AttributeError, RuntimeError):
        return None
    return _ChannelsLast(form)


@contextmanager
def _input_shapes(network: nn.Module) -> Iterator[dict[str, tuple[int, ...]]]:
    """What each convolution is given while this lasts."""
    shapes: dict[str, tuple[int, ...]] = {}

    def hook(name: str, padded: int) -> Callable[[nn.Module, tuple[Tensor, ...]], None]:
        def note(_layer: nn.Module, given: tuple[Tensor, ...]) -> None:
            batch, channels, height, width = given[0].shape
            shapes[name] = (batch, channels, height + padded, width + padded)

        return note

    hooks = [
        layer.register_forward_pre_hook(hook(name, int(isinstance(layer, EndPaddedConvolution))))
        for name, layer in network.named_modules()
        if isinstance(layer, nn.Conv2d)
    ]
    try:
        yield shapes
    finally:
        for each in hooks:
            each.remove()


def _replace(network: nn.Module, name: str, input_shape: tuple[int, ...]) -> None:
    layer = network.get_submodule(name)
    assert isinstance(layer, nn.Conv2d)
    is_padded = isinstance(layer, EndPaddedConvolution)
    kind = EndPaddedPackedConvolution if is_padded else PackedConvolution
    holder, _, attribute = name.rpartition(".")
    setattr(network.get_submodule(holder), attribute, kind(layer, input_shape))


class _ChannelsLast(nn.Module):
    """Gives its network images whose channels lie innermost."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, x: Tensor, t: Tensor, label: Tensor | None = None) -> Tensor:
        """As the network's own; the result's channels lie outermost, as everywhere else."""
        output: Tensor = self.network(x.contiguous(memory_format=torch.channels_last), t, label)
        return output.contiguous()

"""The folded kernels of DoublingConvolution against the convolution of doubled pixels itself."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from ddpm_studio.networks.doubling import DoublingConvolution

MANY, FEW = (30, 3, 5, 7), (2, 3, 5, 7)  # positions of a batch: worth folding, and not


def layer(*, bias: bool = True) -> DoublingConvolution:
    torch.manual_seed(0)
    return DoublingConvolution(3, 4, 3, padding=1, bias=bias).double()


def unfolded(layer: DoublingConvolution, x: Tensor) -> Tensor:
    """Nine products for every output, pixel by pixel."""
    doubled = x.repeat_interleave(2, dim=2).repeat_interleave(2, dim=3)
    return functional.conv2d(doubled, layer.weight, layer.bias, padding=1)


def images(shape: tuple[int, ...]) -> Tensor:
    generator = torch.Generator().manual_seed(1)
    return torch.randn(shape, generator=generator, dtype=torch.float64)


@pytest.mark.parametrize("shape", [MANY, FEW])
@pytest.mark.parametrize("bias", [True, False])
def test_it_is_the_convolution_of_doubled_pixels(shape: tuple[int, ...], bias: bool) -> None:
    convolution, x = layer(bias=bias), images(shape)
    assert (convolution(x) - unfolded(convolution, x)).abs().max() < 1e-13


def test_so_are_its_gradients() -> None:
    convolution, x = layer(), images(MANY).requires_grad_()
    weighting = images((30, 4, 10, 14))
    inputs = (x, convolution.weight, convolution.bias)
    ours = torch.autograd.grad((convolution(x) * weighting).sum(), inputs)
    theirs = torch.autograd.grad((unfolded(convolution, x) * weighting).sum(), inputs)
    for mine, other in zip(ours, theirs, strict=True):
        assert (mine - other).abs().max() < 1e-11


def test_the_weights_have_the_names_and_shapes_of_a_convolution() -> None:
    shapes = {name: tuple(each.shape) for name, each in layer().state_dict().items()}
    assert shapes == {"weight": (4, 3, 3, 3), "bias": (4,)}

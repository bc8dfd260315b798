"""Forms of a network that only predict: the same numbers to rounding, and the network left alone."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from ddpm_studio.networks import sampling_form as sampling_form_module
from ddpm_studio.networks.configuration import MlpConfiguration, UNetConfiguration
from ddpm_studio.networks.denoiser import build_network
from ddpm_studio.networks.doubling import DoublingConvolution
from ddpm_studio.networks.fast_convolutions import PackedConvolution, SubPixelConvolution
from ddpm_studio.networks.graphed_network import GraphedNetwork
from ddpm_studio.networks.precision import Precision
from ddpm_studio.networks.recording import DIFFERENCE
from ddpm_studio.networks.sampling_form import relative_error, sampling_form
from ddpm_studio.networks.tabulated_unet import TabulatedUNet, tabulate_time
from ddpm_studio.networks.unet import UNet

PAPER_LIKE = UNetConfiguration(16, 3, 64, (1, 2), 1, (8,))
CONFIGURATIONS = {
    "paper": PAPER_LIKE,
    "end-padded": UNetConfiguration(
        16, 3, 64, (1, 1), 1, (8,), resampling="convolution-end-padded"
    ),
    "blocks": UNetConfiguration(
        16, 3, 64, (1, 2), 1, (8,), resampling="blocks", scale_shift=True, head_width=32, classes=5
    ),
    "average": UNetConfiguration(8, 1, 64, (1, 1), 2, (), resampling="average", learned_range=True),
}
needs_cuda = pytest.mark.skipif(not torch.cuda.is_available(), reason="without CUDA")


def randomised(configuration: UNetConfiguration | MlpConfiguration, seed: int = 0) -> nn.Module:
    torch.manual_seed(seed)
    network = build_network(configuration).eval().requires_grad_(False)
    for parameter in network.parameters():
        # As large as those of a trained network: outputs of about 1.
        nn.init.normal_(parameter, 0.0, 0.05 if parameter.ndim > 1 else 0.2)
    return network


def images(count: int, configuration: UNetConfiguration, seed: int = 1) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(count, *configuration.sample_shape, generator=generator)


def labels(count: int, configuration: UNetConfiguration) -> Tensor | None:
    return None if configuration.classes is None else torch.arange(count) % configuration.classes


@pytest.fixture(params=list(CONFIGURATIONS))
def configuration(request: pytest.FixtureRequest) -> UNetConfiguration:
    return CONFIGURATIONS[request.param]


@pytest.fixture
def always_packed(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if it were faster."""
    monkeypatch.setattr(sampling_form_module, "_is_faster", lambda *_given: True)


@pytest.mark.usefixtures("always_packed")
@pytest.mark.parametrize("count", [1, 3, 4])
def test_the_packed_form_gives_the_same_numbers(
    configuration: UNetConfiguration, count: int
) -> None:
    network = randomised(configuration)
    form = sampling_form(network, images(3, configuration), 1000, labels(3, configuration))
    assert form is not network
    assert any(isinstance(layer, PackedConvolution) for layer in form.modules())
    has_tables = any(isinstance(layer, TabulatedUNet) for layer in form.modules())
    assert has_tables == (configuration.classes is None)
    x, label = images(count, configuration, seed=2), labels(count, configuration)
    for t in (1, 500, 1000):
        step = torch.tensor([t])
        exact = network(x, step, label)
        assert (form(x, step, label) - exact).abs().max() < 2e-6 * exact.abs().max().clamp(min=1)
        assert exact.std() > 0.1


@pytest.mark.usefixtures("always_packed")
def test_the_network_stays_as_it_is() -> None:
    network = randomised(PAPER_LIKE)
    before = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    sampling_form(network, images(2, PAPER_LIKE), 1000)
    after = network.state_dict()
    assert list(after) == list(before)
    assert all(torch.equal(after[name], tensor) for name, tensor in before.items())


@pytest.mark.parametrize("size", [(1, 1), (4, 6), (8, 8)])
def test_four_small_convolutions_are_one_of_doubled_pixels(size: tuple[int, int]) -> None:
    torch.manual_seed(0)
    layer = DoublingConvolution(5, 7, 3, padding=1).double().requires_grad_(False)
    fast = SubPixelConvolution(layer).double()
    x = torch.randn(2, 5, *size, dtype=torch.float64)
    assert fast(x).shape == (2, 7, 2 * size[0], 2 * size[1])
    assert (fast(x) - layer(x)).abs().max() < 1e-13


def test_tables_that_would_be_large_are_not_made() -> None:
    network = randomised(PAPER_LIKE)
    assert isinstance(network, UNet)
    tabulate_time(network, 10_000_000)
    assert type(network) is UNet


def test_a_narrow_network_and_one_for_points_stay_themselves() -> None:
    narrow = UNetConfiguration(8, 1, 16, (1, 2), 1, (4,), norm_groups=8)
    network = randomised(narrow)
    assert sampling_form(network, images(2, narrow), 1000) is network
    points = randomised(MlpConfiguration(2, 16, 2, 8))
    assert sampling_form(points, torch.randn(5, 2), 1000) is points


@pytest.mark.parametrize(("seconds", "is_packed"), [(1.0, False), (0.95, False), (0.5, True)])
def test_another_form_is_taken_only_where_it_is_clearly_faster(
    monkeypatch: pytest.MonkeyPatch, seconds: float, is_packed: bool
) -> None:
    def measured(form: nn.Module, _x: Tensor, _label: Tensor | None) -> float:
        return 1.0 if isinstance(form, UNet) else seconds

    monkeypatch.setattr(sampling_form_module, "_verdicts", {})
    monkeypatch.setattr(sampling_form_module, "_seconds", measured)
    network = randomised(PAPER_LIKE)
    form = sampling_form(network, images(2, PAPER_LIKE), 1000)
    assert (form is not network) == is_packed
    # Of the same network there is one verdict, whatever would be measured now.
    monkeypatch.setattr(sampling_form_module, "_seconds", lambda *_given: 1 / 0)
    again = sampling_form(randomised(PAPER_LIKE), images(2, PAPER_LIKE), 1000)
    assert isinstance(again, UNet) != is_packed


def test_without_torchs_operators_the_network_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(*_given: object) -> None:
        raise AttributeError("mkldnn_reorder_conv2d_weight")

    monkeypatch.setattr(sampling_form_module, "PackedConvolution", missing)
    network = randomised(PAPER_LIKE)
    assert sampling_form(network, images(2, PAPER_LIKE), 1000) is network


def test_bfloat16_errs_by_about_a_hundredth(configuration: UNetConfiguration) -> None:
    """Eight bits of mantissa: half a unit in the last place is 2^-9 = 0.002, and errors add up."""
    network = randomised(configuration)
    x, label = images(4, configuration), labels(4, configuration)
    form = sampling_form(network, x, 1000, label, Precision.BFLOAT16)
    step = torch.tensor([300])
    approximate = form(x, step) if label is None else form(x, step, label)
    assert approximate.dtype == torch.float32
    error = relative_error(network(x, step, label), approximate)
    assert 2**-9 < error < 0.05
    assert next(network.parameters()).dtype == torch.float32


@needs_cuda
@pytest.mark.parametrize("precision", Precision)
def test_a_recorded_network_is_the_network(
    configuration: UNetConfiguration, precision: Precision
) -> None:
    network = randomised(configuration).cuda()
    x, label = images(4, configuration).cuda(), labels(4, configuration)
    label = None if label is None else label.cuda()
    with torch.inference_mode():
        form = sampling_form(network, x, 1000, label, precision)
        graphed = GraphedNetwork(form, x, 1000, label, DIFFERENCE[precision])
    assert graphed.is_recorded
    for seed, t in ((3, 1), (4, 700), (5, 1000)):
        x, step = images(4, configuration, seed).cuda(), torch.tensor([t]).cuda()
        more = () if label is None else (label,)
        exact = network(x, step, *more)
        limit = 1e-5 if precision == Precision.FLOAT32 else 0.05
        first = graphed(x, step, *more)
        assert relative_error(exact, first) < limit
        graphed(x + 1, step, *more)  # does not write into what was given before
        assert torch.equal(first, graphed(x, step, *more))
        few = tuple(each[:3] for each in more)
        assert relative_error(exact[:3], graphed(x[:3], step, *few)) < limit

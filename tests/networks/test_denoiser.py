"""Building networks, and the one interface through which chains use them."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from ddpm_studio.diffusion.gaussians import marginal
from ddpm_studio.diffusion.samplers import reverse_chain
from ddpm_studio.diffusion.schedule import NoiseSchedule
from ddpm_studio.diffusion.targets import Target
from ddpm_studio.networks.configuration import (
    MlpConfiguration,
    NetworkConfiguration,
    UNetConfiguration,
)
from ddpm_studio.networks.denoiser import Denoiser, build_network, parameter_count
from ddpm_studio.networks.mlp import PointMlp
from ddpm_studio.networks.unet import UNet

MLP = MlpConfiguration(2, 16, 2, 8)
UNET = UNetConfiguration(8, 1, 8, (1, 2), 1, (4,), 0.1, 4)
SCHEDULE = NoiseSchedule.linear(100, 1e-3, 0.1)
CPU = torch.device("cpu")


@pytest.mark.parametrize(("configuration", "kind"), [(MLP, PointMlp), (UNET, UNet)])
def test_networks_are_built_in_training_mode_from_the_global_generator(
    configuration: NetworkConfiguration, kind: type[nn.Module]
) -> None:
    def weights(seed: int) -> Tensor:
        torch.manual_seed(seed)
        network = build_network(configuration)
        assert isinstance(network, kind)
        assert network.training
        return nn.utils.parameters_to_vector(network.parameters())

    first = weights(0)
    assert torch.equal(first, weights(0))
    assert not torch.equal(first, weights(1))


def test_only_trainable_parameters_count() -> None:
    network = nn.Sequential(nn.Linear(3, 5), nn.Linear(5, 2, bias=False))
    assert parameter_count(network) == 3 * 5 + 5 + 5 * 2
    network[0].weight.requires_grad_(False)
    assert parameter_count(network) == 5 + 5 * 2


class Oracle(nn.Module):
    """Knows x_0: returns the target for it, from t = 1 … T in a tensor of shape (1,)."""

    def __init__(self, target: Target, x_0: Tensor) -> None:
        super().__init__()
        self.target, self.x_0 = target, x_0
        self.asked: list[Tensor] = []

    def forward(self, x_t: Tensor, t: Tensor) -> Tensor:
        self.asked.append(t)
        alpha_bar = float(SCHEDULE.alpha_bar[int(t)])
        a, s = alpha_bar**0.5, (1 - alpha_bar) ** 0.5
        noise = (x_t - a * self.x_0) / s
        before = float(SCHEDULE.alpha_bar[int(t) - 1])
        beta = float(SCHEDULE.beta[int(t)])
        of_x_0, of_x_t = before**0.5 * beta / s**2, (1 - beta) ** 0.5 * (1 - before) / s**2
        return {
            Target.NOISE: noise,
            Target.X_0: self.x_0,
            Target.V: a * noise - s * self.x_0,
            Target.X_PREV: of_x_0 * self.x_0 + of_x_t * x_t,  # DDPM, eq. 7
        }[self.target]


@pytest.mark.parametrize("target", Target)
@pytest.mark.parametrize("shape", [(2,), (1, 4, 4)])
def test_every_target_leads_to_x_0(target: Target, shape: tuple[int, ...]) -> None:
    generator = torch.Generator().manual_seed(0)
    x_0 = torch.randn(6, *shape, generator=generator)
    oracle = Oracle(target, x_0)
    denoiser = Denoiser(oracle, SCHEDULE, target, CPU)
    for t in (1, 50, 100):
        x_t = marginal(SCHEDULE, x_0, t).sample(generator)
        predicted = denoiser.predict_x_0(x_t, t)
        # x_t and a noise below 4, rounded, over sqrt(alpha_bar_100) = 0.076; or over 0.0077, the
        # weight of x_0 in the posterior's mean
        divisor = 0.0077 if target is Target.X_PREV else 0.076
        assert (predicted - x_0).abs().max() < 4 * 4 * torch.finfo(torch.float32).eps / divisor
    assert [t.tolist() for t in oracle.asked] == [[1], [50], [100]]
    assert {t.dtype for t in oracle.asked} == {torch.long}


@pytest.mark.parametrize("target", Target)
def test_chain_of_an_oracle_ends_in_its_x_0(target: Target) -> None:
    generator = torch.Generator().manual_seed(0)
    x_0 = torch.randn(6, 2, generator=generator)
    denoiser = Denoiser(Oracle(target, x_0), SCHEDULE, target, CPU)
    *_, final = reverse_chain(SCHEDULE, denoiser.predict_x_0, torch.randn(6, 2), generator)
    assert (final.x - x_0).abs().max() < 1e-5

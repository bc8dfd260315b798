"""The exact denoiser of somebody who is told the class: each sample is asked of its class alone."""

from __future__ import annotations

import torch

from ddpm_studio.diffusion.classwise_denoiser import ClasswiseDenoiser
from ddpm_studio.diffusion.exact_denoisers import FiniteDataDenoiser
from ddpm_studio.diffusion.schedule import NoiseSchedule

SCHEDULE = NoiseSchedule.linear(10)


def test_each_sample_is_denoised_as_one_of_its_class() -> None:
    generator = torch.Generator().manual_seed(0)
    data = torch.randn(30, 2, generator=generator, dtype=torch.float64)
    classes = torch.arange(30) % 3
    x_t = torch.randn(7, 2, generator=generator, dtype=torch.float64)
    labels = torch.tensor([2, 0, 2, 0, 0, 2, 2])
    of_class = {label: FiniteDataDenoiser(data[classes == label], SCHEDULE) for label in (0, 2)}
    exact = ClasswiseDenoiser(of_class, labels)
    for t in (1, 5, 10):
        predicted, variance = exact.predict_x_0(x_t, t), exact.posterior_variance(x_t, t)
        for i, label in enumerate(labels.tolist()):
            # E[x_0 | x_t, y] by its definition, over the ten data of the class.
            alpha_bar = SCHEDULE.alpha_bar[t]
            own = data[classes == label]
            squares = (x_t[i] - alpha_bar**0.5 * own).square().sum(dim=1)
            weights = torch.softmax(-squares / (2 * (1 - alpha_bar)), dim=0)
            mean = weights @ own
            assert torch.allclose(predicted[i], mean, atol=1e-9)
            assert torch.allclose(variance[i], weights @ (own - mean).square(), atol=1e-9)
    assert exact.schedule is SCHEDULE

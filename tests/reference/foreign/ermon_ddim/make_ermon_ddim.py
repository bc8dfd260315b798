"""Makes the fixtures of this folder by running ermongroup/ddim's own code.

    python make_ermon_ddim.py CHECKOUT

CHECKOUT is a clone of the project at the commit that README.md names. Its networks, its moving
average and both of its samplers are imported; the checkpoint is put together as runners/diffusion.py
does it.
"""

from __future__ import annotations

import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import torch
from torch import Tensor

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), sys.argv[1]]

from functions.denoising import ddpm_steps, generalized_steps  # noqa: E402
from models.diffusion import Model  # noqa: E402
from models.ema import EMAHelper  # noqa: E402
from stretched_weights import (  # noqa: E402
    compress,
    given_noise,
    random_inputs,
    randomise,
    save_outputs,
)

TIMES = [1, 2, 10, 137, 500, 999, 1000]  # the networks count to 1000, the chains have 10 steps
CHAIN_STEPS = 10
BETAS = torch.linspace(1e-3, 0.2, CHAIN_STEPS)


@dataclass(frozen=True)
class Variant:
    """The lines of a configuration file that matter here."""

    ch_mult: tuple[int, ...]
    attn_resolutions: tuple[int, ...]
    num_res_blocks: int
    image_size: int
    type: str = "simple"
    resamp_with_conv: bool = True
    is_state_dict: bool = False  # Ho's weights, as `--use_pretrained` downloads them, are no list


VARIANTS = {
    "trained-here": Variant((1, 2), (4,), 1, 8, type="bayesian"),
    "of-ho": Variant((1, 1, 2), (4, 16), 2, 16, is_state_dict=True),
    "without-conv": Variant((1, 2, 2), (8,), 1, 8, resamp_with_conv=False),
}


def make_all() -> None:
    for name, variant in VARIANTS.items():
        folder = HERE / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        make(folder, variant)


def make(folder: Path, variant: Variant) -> None:
    model = torch.nn.DataParallel(Model(configuration(variant)))
    randomise(model, seed=1)
    average = EMAHelper(mu=0.9999)
    average.register(model)
    net_model = model.module
    randomised_average = Model(configuration(variant))
    randomise(randomised_average, seed=2)
    for name, parameter in randomised_average.named_parameters():
        average.shadow[name] = parameter.data
    if variant.is_state_dict:
        content = randomised_average.state_dict()
    else:
        optimiser = torch.optim.Adam(model.parameters(), lr=2e-4)
        content = [model.state_dict(), optimiser.state_dict(), 3, 5000, average.state_dict()]
    torch.save(content, folder / "ckpt.pth")
    compress(folder / "ckpt.pth")
    save_results(folder, variant, net_model.eval(), randomised_average.eval())


def configuration(variant: Variant) -> SimpleNamespace:
    return SimpleNamespace(
        model=SimpleNamespace(
            type=variant.type, ch=32, in_channels=3, out_ch=3, dropout=0.1,
            ch_mult=variant.ch_mult, num_res_blocks=variant.num_res_blocks,
            attn_resolutions=variant.attn_resolutions, resamp_with_conv=variant.resamp_with_conv,
        ),
        data=SimpleNamespace(image_size=variant.image_size),
        diffusion=SimpleNamespace(num_diffusion_timesteps=CHAIN_STEPS),
    )  # fmt: skip


@torch.no_grad()
def save_results(folder: Path, variant: Variant, net_model: Model, ema_model: Model) -> None:
    shape = (1, 3, variant.image_size, variant.image_size)
    x = random_inputs((len(TIMES), *shape), seed=4)
    x_T = random_inputs(shape, seed=5)
    noise = random_inputs((CHAIN_STEPS, *shape), seed=6)
    save_outputs(
        folder / "outputs.npz",
        times=TIMES,
        x=x,
        ema_output=outputs(ema_model, x),
        x_T=x_T,
        noise=noise[:-1],
        ema_chain=chain(ddpm_steps, ema_model, x_T, noise),
        ema_ddim_chain=chain(generalized_steps, ema_model, x_T, noise, eta=0.5),
        **{} if variant.is_state_dict else {"net_output": outputs(net_model, x)},
    )


def outputs(model: Model, x: Tensor) -> Tensor:
    """Of each t, (times, N, 3, H, W); the project counts t from 0."""
    return torch.stack(
        [model(x_t, torch.tensor([t - 1.0])) for x_t, t in zip(x, TIMES, strict=True)]
    )


def chain(sampler, model: Model, x_T: Tensor, noise: Tensor, **options: float) -> Tensor:
    """x_{T-1}, …, x_0; a draw at the last step, which it multiplies with 0, is the last noise."""
    with given_noise(noise), cuda_is_here():
        x, _ = sampler(x_T, range(CHAIN_STEPS), model, BETAS, **options)
    return torch.stack(x[1:])


class cuda_is_here:  # noqa: N801 (it reads as a sentence)
    """The samplers say `.to("cuda")`, whatever the device is; this answers with the tensor itself."""

    def __enter__(self) -> None:
        self.to = torch.Tensor.to
        original = self.to

        def to(tensor: Tensor, *arguments: object, **options: object) -> Tensor:
            return tensor if arguments == ("cuda",) else original(tensor, *arguments, **options)

        torch.Tensor.to = to

    def __exit__(self, *_: object) -> None:
        torch.Tensor.to = self.to


if __name__ == "__main__":
    make_all()

"""Makes the fixtures of this folder by running w86763777/pytorch-ddpm's own code.

    python make_pytorch_ddpm.py CHECKOUT

CHECKOUT is a clone of the project at the commit that README.md names. Only its model.py and
diffusion.py are imported; what main.py does around them (the exponential moving average and the
checkpoint) needs libraries and a GPU, and is done here as it is done there.
"""

from __future__ import annotations

import copy
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), sys.argv[1]]

from diffusion import GaussianDiffusionSampler  # noqa: E402
from model import UNet  # noqa: E402
from stretched_weights import (  # noqa: E402
    compress,
    given_noise,
    random_inputs,
    randomise,
    save_outputs,
    some_times,
)

EMA_STEPS = 3000  # enough for the time table to drift away from sines and cosines


@dataclass(frozen=True)
class Variant:
    """The flags of main.py that matter here."""

    T: int
    ch_mult: tuple[int, ...]
    attn: tuple[int, ...]
    num_res_blocks: int
    mean_type: str
    var_type: str
    img_size: int
    beta_1: float = 1e-4
    beta_T: float = 0.02
    ch: int = 32
    has_flagfile: bool = True
    has_drifted_table: bool = False


VARIANTS = {
    "epsilon-large": Variant(12, (1, 2), (1,), 1, "epsilon", "fixedlarge", 8),
    "xstart-small": Variant(10, (1, 1, 2), (0, 2), 2, "xstart", "fixedsmall", 8, 0.02, 0.3),
    "xprev-bare": Variant(
        8, (1, 2, 1, 1), (1, 2), 1, "xprev", "fixedlarge", 16, 0.2, 0.4,
        has_flagfile=False, has_drifted_table=True,
    ),
}  # fmt: skip


def make_all() -> None:
    for name, variant in VARIANTS.items():
        folder = HERE / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        make(folder, variant)


def make(folder: Path, variant: Variant) -> None:
    net_model = UNet(
        T=variant.T, ch=variant.ch, ch_mult=list(variant.ch_mult), attn=list(variant.attn),
        num_res_blocks=variant.num_res_blocks, dropout=0.1,
    )  # fmt: skip
    ema_model = copy.deepcopy(net_model)
    randomise(net_model, seed=1)
    calm(net_model, variant)
    if variant.has_drifted_table:
        drift_table(net_model, ema_model)
    randomise(ema_model, seed=2)
    calm(ema_model, variant)
    optimiser = torch.optim.Adam(net_model.parameters(), lr=2e-4)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lr_lambda=warmup_lr)
    checkpoint = {
        "net_model": net_model.state_dict(),
        "ema_model": ema_model.state_dict(),
        "sched": schedule.state_dict(),
        "optim": optimiser.state_dict(),
        "step": 5000,
        "x_T": random_inputs((2, 3, variant.img_size, variant.img_size), seed=3),
    }
    torch.save(checkpoint, folder / "ckpt.pt")
    compress(folder / "ckpt.pt")
    if variant.has_flagfile:
        (folder / "flagfile.txt").write_text(flagfile(variant))
    save_results(folder, variant, net_model.eval(), ema_model.eval())


@torch.no_grad()
def calm(model: UNet, variant: Variant) -> None:
    """A chain of x_0 or x_{t-1} feeds the network its own output: random weights would make chaos.

    With smaller outputs the noise is most of what it sees.
    """
    if variant.mean_type != "epsilon":
        model.tail[-1].weight /= 8


def warmup_lr(step: int) -> float:
    return min(step, 5000) / 5000


def drift_table(net_model: UNet, ema_model: UNet) -> None:
    """main.py averages the fixed table along with the weights, in float32, which moves it."""
    source = net_model.time_embedding.timembedding[0].weight.data
    target = ema_model.time_embedding.timembedding[0].weight.data
    decay = 0.9999
    for _ in range(EMA_STEPS):
        target.copy_(target * decay + source * (1 - decay))
    print("the time table has drifted by", float((target - source).abs().max()))


def flagfile(variant: Variant) -> str:
    """As absl writes it (FLAGS.flags_into_string()), shortened to some of its lines."""
    lists = [f"--attn={level}" for level in variant.attn]
    lists += [f"--ch_mult={multiplier}" for multiplier in variant.ch_mult]
    return "\n".join(
        [
            f"--T={variant.T}", "--batch_size=128", f"--beta_1={variant.beta_1}",
            f"--beta_T={variant.beta_T}", f"--ch={variant.ch}", *lists, "--dropout=0.1",
            "--noeval", f"--img_size={variant.img_size}", "--logdir=./logs/DDPM_CIFAR10_EPS",
            f"--mean_type={variant.mean_type}", f"--num_res_blocks={variant.num_res_blocks}",
            "--train", f"--var_type={variant.var_type}", "",
        ]
    )  # fmt: skip


@torch.no_grad()
def save_results(folder: Path, variant: Variant, net_model: UNet, ema_model: UNet) -> None:
    shape = (2, 3, variant.img_size, variant.img_size)
    times = some_times(variant.T)
    x = random_inputs((len(times), *shape), seed=4)
    x_T = random_inputs((1, *shape[1:]), seed=5)
    noise = random_inputs((variant.T - 1, 1, *shape[1:]), seed=6)
    save_outputs(
        folder / "outputs.npz",
        times=times,
        x=x,
        net_output=outputs(net_model, x, times),
        ema_output=outputs(ema_model, x, times),
        x_T=x_T,
        noise=noise,
        ema_chain=chain(variant, ema_model, x_T, noise),
    )


def outputs(model: UNet, x: Tensor, times: list[int]) -> Tensor:
    """Of each t, (times, N, 3, H, W); the project counts t from 0."""
    return torch.stack(
        [model(x_t, torch.full((2,), t - 1)) for x_t, t in zip(x, times, strict=True)]
    )


def chain(variant: Variant, model: UNet, x_T: Tensor, noise: Tensor) -> Tensor:
    """x_{T-1}, …, x_1 as the sampler hands them to the model, and its x_0, clipped at the end."""
    seen: list[Tensor] = []

    class Watched(torch.nn.Module):
        def forward(self, x_t: Tensor, t: Tensor) -> Tensor:
            seen.append(x_t)
            return model(x_t, t)

    sampler = GaussianDiffusionSampler(
        Watched(), variant.beta_1, variant.beta_T, variant.T, variant.img_size,
        "epsilon", variant.var_type,
    )  # fmt: skip
    # Its constructor refuses "xprev" and "xstart", for want of a comma; the code for them is there.
    sampler.mean_type = variant.mean_type
    with given_noise(noise):
        x_0 = sampler(x_T)
    return torch.stack([*seen[1:], x_0])


if __name__ == "__main__":
    make_all()

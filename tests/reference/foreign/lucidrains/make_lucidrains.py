"""Makes the checkpoints beside this file, by running denoising-diffusion-pytorch's own code.

    python make_lucidrains.py CHECKOUT

CHECKOUT is a working copy of https://github.com/lucidrains/denoising-diffusion-pytorch. The
checkpoints of the version that it holds are made, so run it once for each version in README.md.
Besides torch it needs einops, ema-pytorch and accelerate. Every weight is random: a fresh network
would have norms of 1 that hide a wrong order. A checkpoint is what `Trainer.save` writes, packed by
gzip because two thirds of so small a one are names and padding; beside it lie inputs, what their
network says to them, and their reverse chains with the noise that they used.
"""

from __future__ import annotations

import gzip
import io
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import torch
from safetensors.torch import save_file
from torch import Tensor, nn

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Recipe:
    """One checkpoint: the settings of their Unet and of their GaussianDiffusion."""

    version: str
    image_size: int
    unet: dict[str, Any]
    diffusion: dict[str, Any]
    learned_variance: bool = False
    with_optimiser: bool = False
    training: dict[str, Any] = field(default_factory=dict)


NEW, OLD = "2.3.1", "1.11.1"
HARDEST_SEED = 229
RECIPES = {
    # Their defaults, but for the size.
    "defaults": Recipe(
        NEW,
        8,
        {"dim": 4, "dim_mults": (1, 2), "channels": 3, "attn_dim_head": 4},
        {"timesteps": 20},
    ),
    # Everything that the sizes of the weights tell, each unlike its default.
    "all-settings": Recipe(
        NEW,
        8,
        {
            "dim": 4,
            "init_dim": 6,
            "dim_mults": (1, 2, 1),
            "channels": 1,
            "attn_heads": (2, 3, 1),
            "attn_dim_head": (4, 6, 2),
            "full_attn": (True, False, True),
            "flash_attn": True,
            "sinusoidal_pos_emb_theta": 300,
            "dropout": 0.2,
        },
        {"timesteps": 25, "objective": "pred_noise", "beta_schedule": "linear"},
    ),
    "four-levels": Recipe(
        NEW,
        8,
        {"dim": 4, "dim_mults": (1, 2, 1, 2), "channels": 1, "attn_heads": 2, "attn_dim_head": 4},
        {
            "timesteps": 20,
            "objective": "pred_x0",
            "beta_schedule": "cosine",
            "min_snr_loss_weight": True,
        },
    ),
    "self-condition": Recipe(
        NEW,
        8,
        {
            "dim": 4,
            "dim_mults": (1, 2),
            "channels": 1,
            "self_condition": True,
            "attn_heads": 2,
            "attn_dim_head": 4,
        },
        {"timesteps": 20, "objective": "pred_v", "beta_schedule": "cosine"},
    ),
    "learned-variance": Recipe(
        NEW,
        8,
        {
            "dim": 4,
            "dim_mults": (1, 2),
            "channels": 1,
            "learned_variance": True,
            "attn_heads": 2,
            "attn_dim_head": 4,
        },
        {"timesteps": 20, "objective": "pred_noise", "beta_schedule": "sigmoid"},
        learned_variance=True,
    ),
    # Before 2.0.0 the blocks had group normalisation.
    "group-norm": Recipe(
        OLD,
        8,
        {
            "dim": 4,
            "dim_mults": (1, 2),
            "channels": 1,
            "resnet_block_groups": 2,
            "attn_heads": 2,
            "attn_dim_head": 4,
        },
        {
            "timesteps": 25,
            "objective": "pred_noise",
            "beta_schedule": "linear",  # cosine: see make_noise_and_cosine
            "min_snr_loss_weight": True,
            "auto_normalize": False,
        },
        with_optimiser=True,
    ),
}


def stand_in(name: str, **attributes: Any) -> None:
    """A package that their code imports at its top and that nothing of this script uses."""
    module = ModuleType(name)
    for key, value in attributes.items():
        setattr(module, key, value)
    sys.modules[name] = module


def import_project(checkout: Path) -> ModuleType:
    stand_in("torchvision", transforms=None, utils=None)
    stand_in("pytorch_fid")
    stand_in("pytorch_fid.fid_score", calculate_frechet_distance=None)
    stand_in("pytorch_fid.inception", InceptionV3=None)
    sys.path.insert(0, str(checkout))
    import denoising_diffusion_pytorch.denoising_diffusion_pytorch as project

    return project


def short_noise(shape: torch.Size | tuple[int, ...], generator: torch.Generator) -> Tensor:
    """Normal numbers in float32 that end in 16 zero bits, and so take half the space packed."""
    return torch.randn(shape, generator=generator).bfloat16().float()


def randomise(module: nn.Module, seed: int) -> None:
    """Weights that keep the size of what they are given; norms around 1; everything else about 0."""
    generator = torch.Generator().manual_seed(seed)
    for name, parameter in module.named_parameters():
        noise = short_noise(parameter.shape, generator)
        if name.endswith(".g") or (name.endswith("norm.weight") and parameter.ndim == 1):
            parameter.data = (1 + 0.3 * noise).bfloat16().float()
        elif name.endswith("mem_kv"):
            parameter.data = noise
        elif parameter.ndim == 1:
            parameter.data = 0.25 * noise
        else:
            parameter.data = (noise / parameter[0].numel() ** 0.5).bfloat16().float()


@contextmanager
def given_noise(noise: Tensor) -> Iterator[None]:
    """torch.randn and torch.randn_like hand out ``noise`` (draws, N, …), one after the other."""
    draws = iter(noise)
    own = torch.randn, torch.randn_like
    torch.randn = lambda *_, **__: next(draws).clone()
    torch.randn_like = lambda *_, **__: next(draws).clone()
    try:
        yield
    finally:
        torch.randn, torch.randn_like = own


def outputs(network: nn.Module, T: int, shape: tuple[int, ...], seed: int) -> dict[str, Tensor]:
    """What the network says about random x at several t, which their code counts from 0.

    999 is beyond these short schedules, where the sines of t round the most.
    """
    generator = torch.Generator().manual_seed(seed)
    t = torch.tensor([0, 1, T - 1, 999])
    x = short_noise((len(t), *shape), generator)
    found = {"x": x, "t": t}
    with torch.no_grad():
        found["output"] = network(x, t)
        if network.self_condition:
            found["x_self_cond"] = short_noise(x.shape, generator).clamp(-1, 1)
            found["output_self_cond"] = network(x, t, found["x_self_cond"])
    return found


def chain_noise(T: int, shape: tuple[int, ...], samples: int, seed: int) -> Tensor:
    """x_T of so many samples and the noise of their steps, (T, samples, C, H, W)."""
    return short_noise((T, samples, *shape), torch.Generator().manual_seed(seed))


def chains(diffusion: Any, noise: Tensor) -> dict[str, Tensor]:
    """Their chains of this noise, all frames (N, frames, …), in the range of the data set's pixels."""
    samples = tuple(noise.shape[1:])
    with given_noise(noise):
        found = {"ancestral": diffusion.p_sample_loop(samples, True)}
    if type(diffusion).__name__ == "GaussianDiffusion":  # the learned one's DDIM does not run
        for eta in (0.0, 0.5):
            diffusion.sampling_timesteps, diffusion.ddim_sampling_eta = 5, eta
            with given_noise(noise):
                found[f"ddim_{eta}"] = diffusion.ddim_sample(samples, True)
    return found


def save_as_the_trainer(project: ModuleType, recipe: Recipe, diffusion: Any, target: Path) -> Any:
    """Their Trainer.save, without the data set that their Trainer wants; returns the EMA's model."""
    name = target.name.partition(".")[0]
    trainer = object.__new__(project.Trainer)
    trainer.accelerator = project.Accelerator(cpu=True)
    trainer.opt = project.Adam(diffusion.parameters(), lr=1e-4, betas=(0.9, 0.99))
    if recipe.with_optimiser:
        side = recipe.image_size
        diffusion(torch.rand(2, diffusion.channels, side, side)).backward()
        for parameter in list(diffusion.parameters())[:-2]:
            parameter.grad = None  # the moments of two weights look like those of all
        trainer.opt.step()
        trainer.opt.zero_grad()
    trainer.ema = project.EMA(diffusion, beta=0.995, update_every=10)
    for _ in range(3):
        trainer.ema.update()
    randomise(diffusion, 1)
    randomise(trainer.ema.ema_model, 2)
    trainer.model, trainer.step, trainer.results_folder = diffusion, 3, target.parent
    trainer.save(name)
    saved = target.parent / f"model-{name}.pt"
    with open(target, "wb") as file, gzip.GzipFile("", "wb", 9, file, mtime=0) as packed:
        packed.write(saved.read_bytes())
    saved.unlink()
    return trainer.ema.ema_model.eval()


def make(project: ModuleType, name: str, recipe: Recipe) -> None:
    torch.manual_seed(0)
    kind = project.GaussianDiffusion
    if recipe.learned_variance:
        from denoising_diffusion_pytorch.learned_gaussian_diffusion import (
            LearnedGaussianDiffusion as kind,  # noqa: N813 (either is the kind)
        )
    network = project.Unet(**recipe.unet)
    diffusion = kind(network, image_size=recipe.image_size, **recipe.diffusion)
    smoothed = save_as_the_trainer(project, recipe, diffusion, HERE / f"{name}.pt.gz")
    diffusion.eval()
    shape = (recipe.unet["channels"], recipe.image_size, recipe.image_size)
    T = diffusion.num_timesteps
    tensors = outputs(smoothed.model, T, shape, 3)
    tensors["output_of_model"] = outputs(network, T, shape, 3)["output"]
    tensors["noise"] = chain_noise(T, shape, max(1, 2 // shape[0]), 4)
    tensors |= chains(smoothed, tensors["noise"])
    if name == "defaults":  # so few sines as the others need round alike in whatever order
        tensors["sines_t"] = torch.arange(0, 1000, 66)
        tensors["sines"] = project.SinusoidalPosEmb(128)(tensors["sines_t"])
    settings = {
        "version": recipe.version,
        "image_size": recipe.image_size,
        "unet": recipe.unet,
        "diffusion": recipe.diffusion,
    }
    save_file(
        {key: value.contiguous() for key, value in tensors.items()},
        HERE / f"{name}.safetensors",
        {"settings": json.dumps(settings)},
    )


def make_noise_and_cosine(project: ModuleType) -> None:
    """Chains of the moving average of `all-settings` with a cosine schedule, in two precisions.

    There x_0 = (x_T - s epsilon) / sqrt(alpha_bar_T) is divided by 0.002, which magnifies the
    rounding of float32. HARDEST_SEED is the one of 0 … 299 where their own DDIM in float32 is
    farthest from their own in float64.
    """
    noise = chain_noise(25, (1, 8, 8), 4, HARDEST_SEED)
    tensors = {"noise": noise}
    for precision in (torch.float32, torch.float64):
        torch.set_default_dtype(precision)  # in which their sines of t are computed
        network = project.Unet(**RECIPES["all-settings"].unet)
        network.load_state_dict(saved_average("all-settings"))
        diffusion = project.GaussianDiffusion(
            network, image_size=8, timesteps=25, objective="pred_noise", beta_schedule="cosine"
        ).eval()
        tensors |= {name: getattr(diffusion, name) for name in ("betas", "loss_weight")}
        found = chains(diffusion.to(precision), noise.to(precision))
        # All stored as float32: half of 6e-8 is nothing beside what is compared.
        tensors |= {f"{name}_{str(precision)[6:]}": x.float() for name, x in found.items()}
    torch.set_default_dtype(torch.float32)
    target = HERE / "noise-and-cosine.safetensors"
    save_file({name: tensor.contiguous() for name, tensor in tensors.items()}, target)


def saved_average(name: str) -> dict[str, Tensor]:
    """The weights of the network in a checkpoint's moving average."""
    packed = (HERE / f"{name}.pt.gz").read_bytes()
    average = torch.load(io.BytesIO(gzip.decompress(packed)), weights_only=True)["ema"]
    prefix = "ema_model.model."
    return {key.removeprefix(prefix): average[key] for key in average if key.startswith(prefix)}


def main() -> None:
    project = import_project(Path(sys.argv[1]))
    for name, recipe in RECIPES.items():
        if recipe.version == project.__version__:
            make(project, name, recipe)
    if project.__version__ == NEW:
        make_noise_and_cosine(project)


if __name__ == "__main__":
    main()

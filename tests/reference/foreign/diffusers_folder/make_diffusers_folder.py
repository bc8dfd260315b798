"""Makes the fixtures of this folder by running Hugging Face diffusers, the version README.md names.

python make_diffusers_folder.py
"""

from __future__ import annotations

import json
import shutil
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from diffusers import DDIMScheduler, DDPMPipeline, DDPMScheduler, UNet2DModel
from torch import Tensor

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from stretched_weights import compress, random_inputs, randomise, save_outputs  # noqa: E402

TIMES = [1, 2, 10, 137, 500, 999, 1000]  # the networks know no T, the chains have 10 steps
CHAIN_STEPS = 10
PLAIN, ATTENTIVE = "Block2D", "AttnBlock2D"

# What Google's four checkpoints of Ho's weights have in common, apart from sizes.
OF_GOOGLE = {
    "act_fn": "silu", "attention_head_dim": None, "center_input_sample": False,
    "downsample_padding": 0, "flip_sin_to_cos": False, "freq_shift": 1,
    "mid_block_scale_factor": 1, "norm_eps": 1e-6, "time_embedding_type": "positional",
}  # fmt: skip


@dataclass(frozen=True)
class Variant:
    """A network, a scheduler, and how they lie in a folder."""

    multipliers: tuple[int, ...]
    attention: tuple[bool, ...]  # of each level
    unet: dict[str, Any]
    scheduler: type[DDPMScheduler] | type[DDIMScheduler] | None
    settings: dict[str, Any] = field(default_factory=dict)
    channels: int = 16
    is_pipeline: bool = True
    is_flat: bool = False
    is_pickle: bool = False
    has_old_names: bool = False


VARIANTS = {
    "google-flat": Variant(
        (1, 2), (False, True), {**OF_GOOGLE, "layers_per_block": 2, "norm_num_groups": 8},
        DDPMScheduler, {"variance_type": "fixed_large", "beta_end": 0.2},
        is_flat=True, is_pickle=True, has_old_names=True,
    ),
    "tutorial": Variant(
        (1, 1, 2), (False, True, False),
        {"layers_per_block": 1, "norm_num_groups": 4, "attention_head_dim": 8},
        DDPMScheduler, {"beta_schedule": "squaredcos_cap_v2", "variance_type": "fixed_small_log"},
    ),
    "ddim-v-listed": Variant(
        (1, 2), (True, False),
        {"layers_per_block": 1, "norm_num_groups": 8, "attention_head_dim": 4, "freq_shift": 1},
        DDIMScheduler,
        {"prediction_type": "v_prediction", "clip_sample": False,
         "trained_betas": [0.01 * (i + 1) for i in range(CHAIN_STEPS)]},
    ),
    "learned-range": Variant(
        (1, 2), (False, True),
        {"layers_per_block": 1, "norm_num_groups": 8, "attn_norm_num_groups": 8,
         "out_channels": 6, "resnet_time_scale_shift": "scale_shift"},
        DDPMScheduler,
        {"variance_type": "learned_range", "beta_schedule": "scaled_linear", "beta_end": 0.2},
    ),
    "bare": Variant(
        (1, 2), (False, True), {**OF_GOOGLE, "layers_per_block": 1, "norm_num_groups": 8},
        None, is_pipeline=False,
    ),
}  # fmt: skip


def make_all() -> None:
    for name, variant in VARIANTS.items():
        folder = HERE / name
        shutil.rmtree(folder, ignore_errors=True)
        make(folder, variant)


def make(folder: Path, variant: Variant) -> None:
    unet = build(variant)
    randomise(unet, seed=1)
    scheduler = None
    if variant.scheduler is not None:
        scheduler = variant.scheduler(num_train_timesteps=CHAIN_STEPS, **variant.settings)
    if variant.is_pipeline:
        DDPMPipeline(unet, scheduler).save_pretrained(
            folder, safe_serialization=not variant.is_pickle
        )
    else:
        unet.save_pretrained(folder)
    if variant.has_old_names:
        rename(folder / "unet" / "diffusion_pytorch_model.bin")
    if variant.is_flat:
        flatten(folder)
    save_results(folder, unet.eval(), scheduler)
    for weights in [*folder.rglob("*.safetensors"), *folder.rglob("*.bin")]:
        compress(weights)


def build(variant: Variant) -> UNet2DModel:
    down = ["AttnDownBlock2D" if attend else "DownBlock2D" for attend in variant.attention]
    up = ["AttnUpBlock2D" if attend else "UpBlock2D" for attend in reversed(variant.attention)]
    return UNet2DModel(
        sample_size=8,
        block_out_channels=tuple(variant.channels * m for m in variant.multipliers),
        down_block_types=tuple(down),
        up_block_types=tuple(up),
        **variant.unet,
    )


def rename(path: Path) -> None:
    """The names that attention layers had until diffusers 0.15; diffusers reads them to this day."""
    old = {"to_q": "query", "to_k": "key", "to_v": "value", "to_out.0": "proj_attn"}
    state = torch.load(path, weights_only=True)
    for new_name, old_name in old.items():
        state = {key.replace(f".{new_name}.", f".{old_name}."): state[key] for key in state}
    torch.save(state, path)


def flatten(folder: Path) -> None:
    """All files in one folder, as Google's checkpoints lie on the hub."""
    for part in ("unet", "scheduler"):
        for path in (folder / part).iterdir():
            path.rename(folder / path.name)
        (folder / part).rmdir()


@torch.no_grad()
def save_results(
    folder: Path, unet: UNet2DModel, scheduler: DDPMScheduler | DDIMScheduler | None
) -> None:
    reread = reopened(folder)
    shape = (1, 3, 8, 8)
    x = random_inputs((len(TIMES), *shape), seed=4)
    output = torch.stack([unet(x_t, t - 1).sample for x_t, t in zip(x, TIMES, strict=True)])
    again = torch.stack([reread(x_t, t - 1).sample for x_t, t in zip(x, TIMES, strict=True)])
    # Weights that lie elsewhere in memory are multiplied in another order.
    assert (output - again).abs().max() < 1e-5, "diffusers does not read what was written"
    arrays = {"times": TIMES, "x": x, "output": output}
    if scheduler is not None:
        x_T = random_inputs(shape, seed=5)
        arrays |= {"x_T": x_T, "noise": noise(shape), "chain": chain(unet, scheduler, x_T)}
    save_outputs(folder / "outputs.npz", **arrays)


def reopened(folder: Path) -> UNet2DModel:
    if (folder / "model_index.json").exists():
        return DDPMPipeline.from_pretrained(folder, use_safetensors=None).unet.eval()
    return UNet2DModel.from_pretrained(folder).eval()


def noise(shape: tuple[int, ...]) -> Tensor:
    """What the schedulers draw from a generator with this seed, one draw a step but the last."""
    generator = torch.Generator().manual_seed(6)
    return torch.stack([torch.randn(shape, generator=generator) for _ in range(CHAIN_STEPS - 1)])


def chain(unet: UNet2DModel, scheduler: DDPMScheduler | DDIMScheduler, x_T: Tensor) -> Tensor:
    """x_{T-1}, …, x_0, as the pipelines of diffusers make them; DDIM with eta = 0."""
    scheduler.set_timesteps(CHAIN_STEPS)
    generator = torch.Generator().manual_seed(6)
    x, steps = x_T, []
    for t in scheduler.timesteps:
        x = scheduler.step(unet(x, t).sample, t, x, generator=generator).prev_sample
        steps.append(x)
    return torch.stack(steps)


if __name__ == "__main__":
    make_all()
    for file in HERE.rglob("*.json"):
        json.loads(file.read_text())

"""Makes the checkpoints beside this file, and what OpenAI's own code answers with them.

    python make_openai.py --improved CHECKOUT --guided CHECKOUT

with checkouts of github.com/openai/improved-diffusion and github.com/openai/guided-diffusion (the
commits are in README.md). Each network is theirs, with every weight replaced by one of four values,
so that no part of it is silent and the state dictionary, saved as they save it, compresses well.
"""

from __future__ import annotations

import argparse
import importlib
import io
import json
import lzma
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

HERE = Path(__file__).parent
SIZE, COUNT, CLASSES = 8, 2, 5
LABELS = torch.tensor([0, 1])
SCALE = 10.0  # of the guidance


def randomise(network: nn.Module, seed: int, values: int = 4) -> nn.Module:
    """Every weight becomes one of -3, -1, 1, 3 times a power of two; norms stay around 1.

    With 2 ``values`` -1 or 1 times it.
    """
    generator = torch.Generator().manual_seed(seed)
    for name, parameter in network.named_parameters():
        steps = 2 * torch.randint(0, values, parameter.shape, generator=generator) - values + 1
        inputs = parameter[0].numel() if parameter.ndim > 1 else 0
        if "positional_embedding" in name or "label_emb" in name:
            inputs = 16
        scale = 2.0 ** round(np.log2(0.4 / np.sqrt(inputs))) if inputs else 0.0625
        is_norm = parameter.ndim == 1 and name.endswith("weight")
        parameter.data = steps * scale + (1.0 if is_norm else 0.0)
    return network.eval()


def save(name: str, network: nn.Module) -> None:
    """The file that their trainer writes, compressed."""
    content = io.BytesIO()
    torch.save(network.state_dict(), content)
    packed = lzma.compress(content.getvalue(), preset=9 | lzma.PRESET_EXTREME)
    (HERE / f"{name}.pt.xz").write_bytes(packed)


def coarse_normal(shape: tuple[int, ...], seed: int) -> Tensor:
    """About N(0, I), in eighths, which compress."""
    generator = torch.Generator().manual_seed(seed)
    return torch.round(torch.randn(shape, generator=generator) * 8) / 8


@contextmanager
def given_noise(noise: Tensor) -> Iterator[None]:
    """Their chains draw z from torch.randn_like: here it comes from ``noise``, one for each step."""
    original, rest = torch.randn_like, iter(noise)
    torch.randn_like = lambda _: next(rest)
    try:
        yield
    finally:
        torch.randn_like = original


class Chains:
    """Their diffusion with ``T`` steps, and chains of it with noise that is stored."""

    def __init__(self, package: str, T: int, schedule: str, **settings: Any) -> None:
        self.respace = importlib.import_module(f"{package}.respace")
        diffusion = importlib.import_module(f"{package}.gaussian_diffusion")
        self.T = T
        variance = "LEARNED_RANGE" if settings.get("learned") else "FIXED_LARGE"
        self.settings = {
            "betas": diffusion.get_named_beta_schedule(schedule, T),
            "model_mean_type": diffusion.ModelMeanType[settings.get("mean", "EPSILON")],
            "model_var_type": diffusion.ModelVarType[variance],
            "loss_type": diffusion.LossType.MSE,
            "rescale_timesteps": settings.get("rescale", False),
        }

    def run(
        self,
        network: Callable[..., Tensor],
        *,
        steps: int | None = None,
        ddim: bool = False,
        guide: Callable[..., Tensor] | None = None,
        label: Tensor | None = None,
    ) -> dict[str, np.ndarray]:
        """x_T, the z of every step, and x_0; ``steps`` of T are at i T / S, as in this project."""
        count = self.T if steps is None else steps
        kept = {round(i * self.T / count) - 1 for i in range(1, count + 1)}
        spaced = self.respace.SpacedDiffusion(use_timesteps=kept, **self.settings)
        x_T = coarse_normal((COUNT, 3, SIZE, SIZE), seed=1)
        noise = coarse_normal((count, COUNT, 3, SIZE, SIZE), seed=2)
        loop = spaced.ddim_sample_loop if ddim else spaced.p_sample_loop
        guidance = {} if guide is None else {"cond_fn": guide}
        if label is not None:
            guidance["model_kwargs"] = {"y": label}
        with given_noise(noise):
            x_0 = loop(network, tuple(x_T.shape), noise=x_T, device="cpu", **guidance)
        return {"noise": noise.numpy(), "x_T": x_T.numpy(), "x_0": x_0.numpy()}

    def bound(self, network: nn.Module) -> dict[str, np.ndarray]:
        """Their terms of the bound in bits per dimension, (COUNT, T) from t = T to 1, of x_0."""
        diffusion = self.respace.SpacedDiffusion(use_timesteps=range(self.T), **self.settings)
        generator = torch.Generator().manual_seed(5)
        levels = torch.randint(0, 256, (COUNT, 3, SIZE, SIZE), generator=generator)
        x_0 = levels / 127.5 - 1
        noise = coarse_normal((self.T, COUNT, 3, SIZE, SIZE), seed=6)
        with given_noise(noise):
            found = diffusion.calc_bpd_loop(network, x_0)
        terms = {name: found[name].numpy() for name in ("vb", "prior_bpd")}
        return {"x_0": x_0.numpy(), "noise": noise.numpy(), **terms}


def answers(network: nn.Module, chains: Chains, label: Tensor | None) -> dict[str, np.ndarray]:
    """What the network says of random x at a few t, asked as their diffusion asks it."""
    x = coarse_normal((COUNT, 3, SIZE, SIZE), seed=3)
    times = [1, 2, chains.T // 2, chains.T]
    diffusion = chains.respace.GaussianDiffusion(**chains.settings)
    extra = {} if label is None else {"y": label}
    outputs = []
    for t in times:
        step = torch.full((COUNT,), t - 1)
        with torch.no_grad():
            outputs.append(network(x, diffusion._scale_timesteps(step), **extra).numpy())
    return {"x": x.numpy(), "t": np.array(times), "output": np.stack(outputs)}


def store(name: str, **groups: dict[str, np.ndarray]) -> None:
    """All arrays of a checkpoint in one file, named group.array."""
    arrays = {
        f"{group}.{key}": value for group, values in groups.items() for key, value in values.items()
    }
    np.savez_compressed(HERE / f"{name}.npz", **arrays)


def make_improved() -> None:
    """Learned range, scale-shift norm, four heads, rescaled t, cosine."""
    unet = importlib.import_module("improved_diffusion.unet")
    network = unet.UNetModel(3, 32, 6, 1, (2,), channel_mult=(1, 1), num_heads=4,
                             use_scale_shift_norm=True)  # fmt: skip
    randomise(network, seed=11)
    save("improved", network)
    chains = Chains("improved_diffusion", 16, "cosine", learned=True, rescale=True)
    store(
        "improved",
        answers=answers(network, chains, None),
        ancestral=chains.run(network),
        respaced=chains.run(network, steps=5),
        ddim=chains.run(network, steps=5, ddim=True),
        bound=chains.bound(network),
    )


def make_conditional() -> None:
    """Classes, new order of q, k and v, heads of 16 channels, residual blocks that change size."""
    unet = importlib.import_module("guided_diffusion.unet")
    network = unet.UNetModel(SIZE, 3, 32, 6, 1, (1,), channel_mult=(1, 1), num_classes=CLASSES,
                             num_head_channels=16, use_scale_shift_norm=True, resblock_updown=True,
                             use_new_attention_order=True)  # fmt: skip
    randomise(network, seed=12)
    save("conditional", network)
    chains = Chains("guided_diffusion", 12, "cosine", learned=True)
    classifier = make_classifier("classifier_attention", pool="attention")
    guide = gradient_of(classifier)
    store(
        "conditional",
        answers=answers(network, chains, LABELS),
        ancestral=chains.run(network, label=LABELS),
        guided=chains.run(network, label=LABELS, guide=guide),
        guided_respaced=chains.run(network, label=LABELS, guide=guide, steps=5),
        guided_ddim=chains.run(network, label=LABELS, guide=guide, ddim=True),
    )


def make_pooled() -> None:
    """No learned variance, x_0 as the target, old order, two heads, sizes changed by pooling.

    t is added before a norm with 32 groups: of 32 channels each would lose what was added to it.
    """
    unet = importlib.import_module("guided_diffusion.unet")
    network = unet.UNetModel(SIZE, 3, 32, 3, 1, (2,), channel_mult=(1, 2), num_heads=2,
                             conv_resample=False)  # fmt: skip
    randomise(network, seed=13, values=2)
    save("pooled", network)
    chains = Chains("guided_diffusion", 25, "linear", mean="START_X")
    classifier = make_classifier("classifier_adaptive", pool="adaptive")
    guide = gradient_of(classifier)

    def without_label(x: Tensor, t: Tensor, y: Tensor) -> Tensor:
        return network(x, t)

    store(
        "pooled",
        answers=answers(network, chains, None),
        ancestral=chains.run(network, steps=9),
        guided=chains.run(without_label, steps=9, guide=guide, label=LABELS),
    )


def make_half_width() -> None:
    """A first level narrower than the time features, as in the published 512x512 networks."""
    unet = importlib.import_module("guided_diffusion.unet")
    network = unet.UNetModel(SIZE, 3, 64, 3, 1, (), channel_mult=(0.5,),
                             num_head_channels=32, use_scale_shift_norm=True)  # fmt: skip
    randomise(network, seed=14)
    save("half_width", network)
    chains = Chains("guided_diffusion", 1000, "linear")
    store("half_width", answers=answers(network, chains, None))


def make_classifier(name: str, *, pool: str) -> nn.Module:
    """A noisy classifier, with what it answers and the gradient of ln p(y | x_t)."""
    unet = importlib.import_module("guided_diffusion.unet")
    by_block = pool in ("attention", "spatial_v2")
    network = unet.EncoderUNetModel(
        SIZE, 3, 32, CLASSES, 1, (2,) if by_block else (1,), channel_mult=(1, 1),
        num_head_channels=16 if by_block else -1, num_heads=1 if by_block else 2,
        use_scale_shift_norm=True, resblock_updown=by_block, pool=pool,
    )  # fmt: skip
    randomise(network, seed=20 + len(name))
    save(name, network)
    x = coarse_normal((COUNT, 3, SIZE, SIZE), seed=4)
    times, logits, gradients = [1, 5, 12], [], []
    for t in times:
        step = torch.full((COUNT,), t - 1)
        logits.append(network(x, step).detach().numpy())
        gradients.append(gradient_of(network)(x, step, LABELS).numpy())
    store(
        name,
        answers={
            "x": x.numpy(), "t": np.array(times), "logits": np.stack(logits),
            "gradient": np.stack(gradients), "label": LABELS.numpy(),
        },
    )  # fmt: skip
    return network


def gradient_of(classifier: nn.Module) -> Callable[[Tensor, Tensor, Tensor], Tensor]:
    """The guidance of their scripts/classifier_sample.py."""

    def guide(x: Tensor, t: Tensor, y: Tensor) -> Tensor:
        with torch.enable_grad():
            x_in = x.detach().requires_grad_(True)
            chosen = functional.log_softmax(classifier(x_in, t), dim=-1)[range(len(y)), y]
            return torch.autograd.grad(chosen.sum(), x_in)[0] * SCALE

    return guide


IMPROVED = {"num_heads": 4, "num_heads_upsample": -1, "dropout": 0.0, "use_checkpoint": False,
            "attention_resolutions": "16,8", "use_scale_shift_norm": True, "num_res_blocks": 3,
            "learn_sigma": True, "class_cond": False}  # fmt: skip
GUIDED = {"attention_resolutions": "32,16,8", "learn_sigma": True, "num_res_blocks": 2,
          "num_head_channels": 64, "resblock_updown": True, "use_scale_shift_norm": True,
          "class_cond": True, "num_channels": 256}  # fmt: skip
CLASSIFIER = {"classifier_use_fp16": False, "classifier_width": 128, "classifier_depth": 2,
              "classifier_attention_resolutions": "32,16,8", "classifier_pool": "attention",
              "classifier_use_scale_shift_norm": True, "classifier_resblock_updown": True}  # fmt: skip


def published() -> Iterator[tuple[str, nn.Module]]:
    """The networks that they published, by the flags of the two READMEs; without weights."""
    improved = importlib.import_module("improved_diffusion.script_util").create_model
    guided = importlib.import_module("guided_diffusion.script_util")
    lsun = {"num_res_blocks": 2, "num_heads": 1, "use_scale_shift_norm": False}
    for name, flags in {
        "cifar10_uncond_50M_500K": {"image_size": 32, "num_channels": 128},
        "imagenet64_uncond_100M_1500K": {"image_size": 64, "num_channels": 128},
        "imagenet64_cond_270M_250K": {"image_size": 64, "num_channels": 192, "class_cond": True},
        "lsun_uncond_100M_1200K_bs128": {
            "image_size": 256, "num_channels": 128, "attention_resolutions": "16", **lsun
        },
    }.items():  # fmt: skip
        yield name, improved(**{**IMPROVED, **flags})
    for name, flags in {
        "64x64_diffusion": {"image_size": 64, "num_channels": 192, "num_res_blocks": 3,
                            "use_new_attention_order": True},
        "128x128_diffusion": {"image_size": 128, "num_heads": 4, "num_head_channels": -1},
        "256x256_diffusion": {"image_size": 256},
        "256x256_diffusion_uncond": {"image_size": 256, "class_cond": False},
        "512x512_diffusion": {"image_size": 512},
    }.items():  # fmt: skip
        yield name, guided.create_model(**{**GUIDED, **flags})
    for size, depth in ((64, 4), (128, 2), (256, 2), (512, 2)):
        flags = {**CLASSIFIER, "image_size": size, "classifier_depth": depth}
        yield f"{size}x{size}_classifier", guided.create_classifier(**flags)


def store_published_shapes() -> None:
    """Names and shapes of all tensors of each, in one file."""
    with torch.device("meta"):
        shapes = {
            name: {key: list(tensor.shape) for key, tensor in network.state_dict().items()}
            for name, network in published()
        }
    packed = lzma.compress(json.dumps(shapes).encode(), preset=9 | lzma.PRESET_EXTREME)
    (HERE / "published_shapes.json.xz").write_bytes(packed)


def main() -> None:
    """Make all of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--improved", required=True, help="a checkout of improved-diffusion")
    parser.add_argument("--guided", required=True, help="a checkout of guided-diffusion")
    options = parser.parse_args()
    sys.path[:0] = [options.improved, options.guided]
    torch.set_num_threads(1)
    make_improved()
    make_conditional()
    make_pooled()
    make_half_width()
    make_classifier("classifier_spatial", pool="spatial")
    make_classifier("classifier_spatial_v2", pool="spatial_v2")
    store_published_shapes()


if __name__ == "__main__":
    main()

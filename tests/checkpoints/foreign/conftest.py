"""Small checkpoints that other projects' own code made, and what that code answered."""

from __future__ import annotations

import lzma
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from ddpm_studio.checkpoints.foreign.opening import open_model
from ddpm_studio.checkpoints.foreign.questions import Value
from ddpm_studio.checkpoints.sampling import resumed_steps
from ddpm_studio.checkpoints.weights import LoadedModel, load_inspected
from ddpm_studio.diffusion import gaussians
from ddpm_studio.diffusion.sampler_configuration import SamplerConfiguration

REFERENCE = Path(__file__).parents[2] / "reference" / "foreign"


@dataclass(frozen=True)
class ReferenceModel:
    """A checkpoint, unpacked, and what its project's code made of it."""

    path: Path
    outputs: dict[str, Tensor]

    def load(self, **answers: Value) -> LoadedModel:
        """Opened as the application opens it."""
        return load_inspected(open_model(self.path, answers))


@pytest.fixture
def reference(tmp_path: Path) -> Callable[..., ReferenceModel]:
    """reference(family, variant, file=""): the folder of a variant, or a file in it."""

    def unpack(family: str, variant: str, file: str = "") -> ReferenceModel:
        folder = tmp_path / variant
        shutil.copytree(REFERENCE / family / variant, folder)
        with np.load(folder / "outputs.npz") as arrays:
            outputs = {name: torch.from_numpy(arrays[name]) for name in arrays.files}
        (folder / "outputs.npz").unlink()
        for packed in list(folder.rglob("*.xz")):
            packed.with_suffix("").write_bytes(lzma.decompress(packed.read_bytes()))
            packed.unlink()
        return ReferenceModel(folder / file, outputs)

    return unpack


@torch.inference_mode()
def largest_difference(model: LoadedModel, outputs: dict[str, Tensor], name: str) -> float:
    """Between our network's output and ``outputs[name]``, over all inputs and times."""
    differences = [
        (model.denoiser.network(x, torch.tensor([t])) - theirs).abs().max()
        for x, t, theirs in zip(outputs["x"], outputs["times"].tolist(), outputs[name], strict=True)
    ]
    return float(max(differences))


@pytest.fixture
def network_difference() -> Callable[[LoadedModel, dict[str, Tensor], str], float]:
    return largest_difference


@pytest.fixture
def our_chain(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Tensor]:
    """our_chain(model, x_T, noise, sampler): x_{T-1}, …, x_0, as the application draws them.

    The noise of its steps is noise[0], noise[1], ….
    """

    def chain(
        model: LoadedModel,
        x_T: Tensor,
        noise: Tensor,
        sampler: SamplerConfiguration | None = None,
    ) -> Tensor:
        drawn: Iterator[Tensor] = iter(noise)
        monkeypatch.setattr(gaussians, "standard_normal", lambda *_: next(drawn))
        T = model.denoiser.schedule.T
        steps = resumed_steps(model, x_T, T, torch.Generator(), sampler)
        return torch.stack([step.x for step in steps][1:])

    return chain

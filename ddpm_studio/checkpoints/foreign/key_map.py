"""From the names and layouts of another project's weights to ours, for networks that are our U-Net.

A map names, for each of our layers, the layer or layers of theirs that it is made of: the rows of
several follow one another in ours.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ddpm_studio.checkpoints.foreign.stored_tensor import StoredTensor
from ddpm_studio.checkpoints.foreign.tensor_reading import WeightReading, read_in_turn
from ddpm_studio.checkpoints.model_file import ModelFileError
from ddpm_studio.explained_error import brief

LayerMap = Mapping[str, tuple[str, ...]]
"""Our layer -> theirs."""

_PARTS = ("weight", "bias")
_TABLES = ("time_table", "label")  # of embeddings, which have no bias
_ATTENTION = ("query_key_value", "projection")  # 1x1 convolutions; elsewhere also linear layers


@dataclass(frozen=True, eq=False)
class MappedWeights:
    """The tensors of another project's network, under our names once they are asked for."""

    tensors: Mapping[str, StoredTensor]
    layers: LayerMap

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Of :meth:`read`, without reading."""
        return {
            ours: _our_shape(ours, [self.tensors[name].shape for name in theirs])
            for ours, theirs in self._names()
        }

    def read(self) -> WeightReading:
        """Under our names and in our layouts, float32. Raises ModelFileError."""
        import torch

        shapes = self.shapes
        sources = {ours: [self.tensors[name] for name in theirs] for ours, theirs in self._names()}
        return read_in_turn(sources, lambda ours, parts: torch.cat(parts).reshape(shapes[ours]))

    def require_complete(self, path: Path) -> None:
        """Raises ModelFileError where a layer is missing, or one is left of which the map knows nothing."""
        wanted = {name for _, theirs in self._all_names() for name in theirs}
        missing = sorted(wanted - self.tensors.keys())
        if missing:
            raise ModelFileError(
                "{file} is damaged or incomplete: its tensor {name} is missing.",
                file=path.name,
                name=brief(missing[0]),
            )
        unknown = sorted(self.tensors.keys() - wanted)
        if unknown:
            raise ModelFileError(
                "{file} has a layer that DDPM Studio does not know: {name}.",
                file=path.name,
                name=brief(unknown[0]),
            )

        for ours, theirs in self._names():
            if len({self.tensors[name].shape[1:] for name in theirs}) > 1:
                raise ModelFileError(
                    "{file} is damaged: the tensors of {name} do not fit together.",
                    file=path.name,
                    name=ours,
                )

    def _names(self) -> Iterator[tuple[str, list[str]]]:
        """(our tensor, theirs), of those that are there."""
        for ours, theirs in self._all_names():
            if all(name in self.tensors for name in theirs):
                yield ours, theirs

    def _all_names(self) -> Iterator[tuple[str, list[str]]]:
        for layer, layers in self.layers.items():
            for part in _PARTS[:1] if layer in _TABLES else _PARTS:
                yield f"{layer}.{part}", [f"{each}.{part}" for each in layers]


def _our_shape(ours: str, shapes: list[tuple[int, ...]]) -> tuple[int, ...]:
    shape = (sum(shape[0] for shape in shapes if shape), *shapes[0][1:])
    is_linear = len(shape) == 2 and ours.split(".")[-2] in _ATTENTION
    return (*shape, 1, 1) if is_linear else shape


@dataclass(frozen=True)
class BlockNames:
    """What a project calls the layers of a ResNet block and of the attention after it.

    block, attention   our name of a layer -> theirs, below the block's or the attention's own name
    shortcut           theirs of the layer that a block without a change of width lacks
    """

    block: Mapping[str, str]
    shortcut: str
    attention: Mapping[str, tuple[str, ...]]

    def stage(
        self, tensors: Collection[str], ours: str, block: str, attention: str
    ) -> dict[str, tuple[str, ...]]:
        """The part of a map that is our stage: a block, its shortcut and its attention, if there."""
        layers: dict[str, tuple[str, ...]] = {
            f"{ours}.block.{mine}": (f"{block}.{name}",) for mine, name in self.block.items()
        }
        if f"{block}.{self.shortcut}.weight" in tensors:
            layers[f"{ours}.block.shortcut"] = (f"{block}.{self.shortcut}",)
        if f"{attention}.{self.attention['projection'][0]}.weight" in tensors:
            for mine, names in self.attention.items():
                layers[f"{ours}.attention.{mine}"] = tuple(f"{attention}.{name}" for name in names)
        return layers


def numbered(tensors: Collection[str], name: str) -> int:
    """How many ``name.0.…``, ``name.1.…`` there are. Raises ValueError where one is missing."""
    start = f"{name}."
    found = {key.removeprefix(start).split(".")[0] for key in tensors if key.startswith(start)}
    if found != {str(number) for number in range(len(found))}:
        raise ValueError(f"{name} is not numbered from 0 on")
    return len(found)

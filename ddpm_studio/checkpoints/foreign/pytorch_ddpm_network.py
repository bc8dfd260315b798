"""The network of w86763777/pytorch-ddpm: what its tensors' names and shapes say, and their names here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

from ddpm_studio.checkpoints.foreign.key_map import BlockNames, LayerMap, numbered
from ddpm_studio.checkpoints.foreign.stored_tensor import StoredTensor
from ddpm_studio.networks.configuration import TimeOrder, UNetConfiguration

TABLE = "time_embedding.timembedding.0"
"""The features of every t; its ".weight" has T rows."""

_NAMES = BlockNames(
    block={
        "norm_in": "block1.0",
        "conv_in": "block1.2",
        "time": "temb_proj.1",
        "norm_out": "block2.0",
        "conv_out": "block2.3",
    },
    shortcut="shortcut",
    attention={
        "norm": ("group_norm",),
        "query_key_value": ("proj_q", "proj_k", "proj_v"),
        "projection": ("proj",),
    },
)
_ENDS: LayerMap = {
    "time_table": (TABLE,),
    "time.0": ("time_embedding.timembedding.1",),
    "time.2": ("time_embedding.timembedding.3",),
    "stem": ("head",),
    "head_norm": ("tail.0",),
    "head": ("tail.2",),
}


@dataclass(frozen=True)
class PytorchDdpmNetwork:
    """What the names and shapes of a network's tensors say.

    down, up   for each level, the finest and the coarsest first, the numbers of its blocks
    attends    for each level, the finest first, whether it has attention
    """

    T: int
    channels: int
    multipliers: tuple[int, ...]
    down: tuple[tuple[int, ...], ...]
    up: tuple[tuple[int, ...], ...]
    attends: tuple[bool, ...]
    layers: LayerMap

    @classmethod
    def of(cls, tensors: Mapping[str, StoredTensor]) -> PytorchDdpmNetwork:
        """Raises KeyError, IndexError or ValueError where they are no network of this project."""
        down, up = _levels(tensors, "downblocks"), _levels(tensors, "upblocks")
        channels = tensors["head.weight"].shape[0]
        widths = [tensors[f"downblocks.{blocks[0]}.block1.2.weight"].shape[0] for blocks in down]
        if any(width % channels for width in widths) or len({len(blocks) for blocks in down}) > 1:
            raise ValueError
        return cls(
            T=tensors[f"{TABLE}.weight"].shape[0],
            channels=channels,
            multipliers=tuple(width // channels for width in widths),
            down=down,
            up=up,
            attends=tuple(f"downblocks.{blocks[0]}.attn.proj.weight" in tensors for blocks in down),
            layers=_layers(tensors, down, up),
        )

    def network(self, image_size: int) -> UNetConfiguration:
        """Raises NetworkConfigurationError where this size does not allow it."""
        sizes = [image_size // 2**level for level in range(len(self.multipliers))]
        return UNetConfiguration(
            image_size=image_size,
            image_channels=3,
            channels=self.channels,
            channel_multipliers=self.multipliers,
            blocks_per_level=len(self.down[0]),
            attention_sizes=tuple(
                size for size, attends in zip(sizes, self.attends, strict=True) if attends
            ),
            time_order=TimeOrder.TABLE,
            time_rows=self.T,
        )

    def fits(self, flags: Mapping[str, list[str]]) -> bool:
        """Whether these are the flags that such a network is made with."""
        attention = sorted(str(level) for level, attends in enumerate(self.attends) if attends)
        made_of = {
            "T": [str(self.T)],
            "ch": [str(self.channels)],
            "ch_mult": [str(each) for each in self.multipliers],
            "num_res_blocks": [str(len(self.down[0]))],
        }
        said = {name: flags.get(name) for name in made_of}
        return said == made_of and sorted(set(flags.get("attn", []))) == attention


def _levels(tensors: Mapping[str, StoredTensor], name: str) -> tuple[tuple[int, ...], ...]:
    """The numbers of the blocks of each level: what joins two levels is numbered along with them."""
    count = numbered(tensors, name)
    joints = [-1, *(n for n in range(count) if f"{name}.{n}.main.weight" in tensors), count]
    return tuple(tuple(range(before + 1, after)) for before, after in pairwise(joints))


def _layers(
    tensors: Mapping[str, StoredTensor],
    down: tuple[tuple[int, ...], ...],
    up: tuple[tuple[int, ...], ...],
) -> LayerMap:
    layers: dict[str, tuple[str, ...]] = dict(_ENDS)
    for place in range(2):
        layers |= _stage(tensors, f"middle.{place}", f"middleblocks.{place}")
    for ours, joint, theirs, levels in (
        ("down", "shrink", "downblocks", down),
        ("up", "grow", "upblocks", up),
    ):
        for level, blocks in enumerate(levels):
            for place, number in enumerate(blocks):
                layers |= _stage(tensors, f"{ours}.{level}.{place}", f"{theirs}.{number}")
        for level, blocks in enumerate(levels[:-1]):
            layers[f"{joint}.{level}"] = (f"{theirs}.{blocks[-1] + 1}.main",)
    return layers


def _stage(
    tensors: Mapping[str, StoredTensor], ours: str, theirs: str
) -> dict[str, tuple[str, ...]]:
    return _NAMES.stage(tensors, ours, theirs, f"{theirs}.attn")

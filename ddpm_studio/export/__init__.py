"""Turns RGB pictures of the chains into files that others can open; no Qt and no torch."""

from __future__ import annotations

from ddpm_studio.export.animation import AnimationError, AnimationPlan
from ddpm_studio.export.destination import ExportError, preflight
from ddpm_studio.export.gif import EncodingProgress, encode_gif

__all__ = [
    "AnimationError",
    "AnimationPlan",
    "EncodingProgress",
    "ExportError",
    "encode_gif",
    "preflight",
]

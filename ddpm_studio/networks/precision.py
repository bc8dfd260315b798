"""In which numbers a network computes; known before torch is."""

from __future__ import annotations

from enum import StrEnum


class Precision(StrEnum):
    """Of a network that samples are drawn with."""

    FLOAT32 = "float32"
    BFLOAT16 = "bfloat16"  # 8 bits of mantissa: errors of about a hundredth in what is predicted

"""Intervals of shares and rates, plain and weighted by the design of a sample."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Float = NDArray[np.float64]

#: Two-sided 95 % of the normal distribution.
Z = 1.959963984540054


class Interval(NamedTuple):
    """An estimate with its 95 % interval."""

    value: float
    low: float
    high: float


def wilson(share: float, size: float) -> Interval:
    """Wilson's score interval of a share of `size` answers (Wilson 1927); size may be a fraction.

    It stays inside 0 to 1 and has a width where all or none are right.
    """
    middle = (share + Z * Z / (2 * size)) / (1 + Z * Z / size)
    half = Z / (1 + Z * Z / size) * np.sqrt(share * (1 - share) / size + Z * Z / (4 * size * size))
    low = 0.0 if share <= 0 else max(0.0, float(middle - half))
    high = 1.0 if share >= 1 else min(1.0, float(middle + half))
    return Interval(share, low, high)


def difference(first: Interval, second: Interval) -> Interval:
    """`first` minus `second`, two independent shares, by Newcombe's method 10 (1998)."""
    gap = first.value - second.value
    below = np.hypot(first.value - first.low, second.high - second.value)
    above = np.hypot(first.high - first.value, second.value - second.low)
    return Interval(gap, float(gap - below), float(gap + above))

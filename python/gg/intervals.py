"""Confidence intervals of shares, and of the difference of paired ones."""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import Tuple

#: What a standard normal variable exceeds in size in 5 % of all cases.
_Z = NormalDist().inv_cdf(0.975)


def wilson(successes: int, trials: int) -> Tuple[float, float]:
    """The 95 % interval of a probability (Wilson 1927: the score interval)."""
    share, square = successes / trials, _Z * _Z
    centre = share + square / (2 * trials)
    half = _Z * math.sqrt(share * (1 - share) / trials + square / (4 * trials * trials))
    scale = 1 + square / trials
    return max((centre - half) / scale, 0.0), min((centre + half) / scale, 1.0)


def paired_difference(gained: int, lost: int, trials: int) -> Tuple[float, float]:
    """The 95 % interval of the difference of two probabilities that are measured
    on the same trials, ``gained`` of which only the first one won and ``lost``
    only the second (Bonett and Price 2012: an adjusted Wald interval)."""
    more, less = (gained + 1) / (trials + 2), (lost + 1) / (trials + 2)
    half = _Z * math.sqrt((more + less - (more - less)**2) / (trials + 2))
    return max(more - less - half, -1.0), min(more - less + half, 1.0)


def mcnemar(gained: int, lost: int) -> float:
    """The two-sided p-value of McNemar's exact test: how likely such unequal
    numbers are where winning and losing a trial are equally likely."""
    trials = gained + lost
    tail = sum(math.comb(trials, i) for i in range(min(gained, lost) + 1))
    return min(1.0, 2 * tail / 2**trials)

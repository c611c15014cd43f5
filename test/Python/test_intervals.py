"""Intervals and tests of paired shares, against scipy and by enumeration."""

import numpy as np
import pytest
from gg.intervals import mcnemar, paired_difference, wilson
from scipy import stats


@pytest.mark.parametrize("successes,trials", [(0, 1), (1, 1), (3, 10), (10, 10), (0, 50),
                                              (1812, 3000), (2999, 3000)])
def test_wilson(successes, trials):
    expected = stats.binomtest(successes, trials).proportion_ci(0.95, method="wilson")
    assert np.allclose(wilson(successes, trials), expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("gained,lost", [(0, 0), (1, 0), (5, 5), (3, 12), (40, 61), (700, 650)])
def test_mcnemar(gained, lost):
    expected = stats.binomtest(gained, gained + lost).pvalue if gained + lost else 1.0
    assert abs(mcnemar(gained, lost) - expected) < 1e-9
    assert mcnemar(lost, gained) == mcnemar(gained, lost)


def test_paired_difference_is_symmetric_and_bounded():
    low, high = paired_difference(12, 30, 1000)
    assert (-high, -low) == pytest.approx(paired_difference(30, 12, 1000))
    assert low < (12 - 30) / 1000 < high
    assert paired_difference(3, 0, 3)[1] <= 1 and paired_difference(0, 3, 3)[0] >= -1


@pytest.mark.parametrize("more,less", [(0.05, 0.05), (0.02, 0.06), (0.3, 0.1)])
def test_paired_difference_covers(more, less):
    """The probability that the interval holds the true difference, by summing
    over everything that can be observed."""
    trials = 60
    covered = 0.0
    for gained in range(trials + 1):
        for lost in range(trials + 1 - gained):
            low, high = paired_difference(gained, lost, trials)
            if low <= more - less <= high:
                covered += stats.multinomial.pmf([gained, lost, trials - gained - lost], trials,
                                                 [more, less, 1 - more - less])
    assert 0.94 <= covered <= 0.99

"""Which of two contenders is faster: that the interval is the textbook's, and what it takes to say something."""

from __future__ import annotations

import math
import random

import pytest

from benchmarks.intervals import LEAST_ROUNDS, Interval, _outside

# Two-sided critical values of the signed-rank test at 5 %, as tables print them.
TABLE = {6: 0, 7: 2, 8: 3, 9: 5, 10: 8, 12: 13, 15: 25, 20: 52}


@pytest.mark.parametrize(("rounds", "critical"), TABLE.items())
def test_the_interval_leaves_out_as_many_means_as_the_table_of_the_test_says(
    rounds: int, critical: int
) -> None:
    assert _outside(rounds) == critical


def test_with_six_rounds_the_interval_reaches_from_the_least_to_the_greatest_ratio() -> None:
    found = Interval.of([1.0, 1.1, 1.2, 1.3, 1.4, 1.5], [1.0] * 6)

    assert (found.low, found.high) == pytest.approx((1.0, 1.5))


def test_what_a_round_did_to_both_does_not_count() -> None:
    machine = [1.0, 3.0, 0.5, 2.0, 1.5, 7.0]
    found = Interval.of([0.9 * seconds for seconds in machine], machine)

    assert (found.ratio, found.low, found.high) == pytest.approx((0.9, 0.9, 0.9))
    assert found.verdict == "faster"


def test_one_disturbed_round_of_twelve_changes_no_verdict() -> None:
    calm = [1.1, 1.11, 1.09, 1.1, 1.12, 1.08, 1.1, 1.1, 1.11, 1.09, 1.1]

    assert Interval.of([*calm, 0.3], [1.0] * 12).verdict == "slower"


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [
        (0.90, 0.99, "faster"),
        (1.01, 1.30, "slower"),
        (0.98, 1.03, "equal"),
        (0.95, 1.05, "open"),
        (0.20, 1.50, "open"),
    ],
)
def test_the_verdict(low: float, high: float, verdict: str) -> None:
    assert Interval(math.sqrt(low * high), low, high).verdict == verdict


@pytest.mark.parametrize(
    ("low", "high", "narrow"),
    [(0.98, 1.03, True), (0.90, 0.99, False), (0.10, 0.80, True), (1.2, 2.0, True)],
)
def test_more_rounds_follow_unless_the_interval_is_narrow_or_far_from_equal(
    low: float, high: float, narrow: bool
) -> None:
    assert Interval(math.sqrt(low * high), low, high).narrow is narrow


def test_too_few_rounds_are_refused() -> None:
    with pytest.raises(ValueError, match=f"needs {LEAST_ROUNDS} rounds"):
        Interval.of([1.0] * 5, [1.0] * 5)


def test_nineteen_of_twenty_intervals_hold_the_true_ratio() -> None:
    chance = random.Random(1)
    held = 0
    for _ in range(400):
        times = [1.05 * chance.lognormvariate(0, 0.05) for _ in range(8)]
        found = Interval.of(times, [chance.lognormvariate(0, 0.05) for _ in range(8)])
        held += found.low <= 1.05 <= found.high

    assert held >= 0.93 * 400

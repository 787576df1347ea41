"""A clock that was set is noticed; one that is only corrected is not."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.clock_watch import ClockWatch
from tests.fakes import FakeClock


@pytest.mark.parametrize(
    ("passed", "shown", "step"),
    [
        (2, timedelta(seconds=2), 0),
        (2, timedelta(seconds=7), 0),
        (3600, timedelta(hours=1), 0),
        (2, timedelta(hours=1), 3598),
        (2, timedelta(hours=-2), -7202),
        (2, timedelta(days=3650), 315_359_998),
    ],
)
def test_a_clock_that_was_set_is_noticed_once(passed: float, shown: timedelta, step: float) -> None:
    clock, monotonic = FakeClock(), [0.0]
    watch = ClockWatch(clock, lambda: monotonic[0])
    clock.advance(shown)
    monotonic[0] += passed
    assert watch.step() == pytest.approx(step)
    assert watch.step() == 0

"""A phase that is to begin on another day, in the owner's words."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from bot.rollout.plan import PlannedPhase
from bot.rollout.wishes.moves import read_move
from tests.unit.rollout.wishes.reading_words import NOW, reader

TODAY = NOW.date()
PLAN = [PlannedPhase(n, TODAY + timedelta(days=20 * n), TODAY + timedelta(days=20 * n + 15)) for n in range(1, 9)]


@pytest.mark.parametrize(
    ("said", "number", "day"),
    [
        ("パイロットは1月からにしたい", 4, date(2027, 1, 1)),
        ("第4段階を2週間遅らせて", 4, PLAN[3].starts_on + timedelta(days=14)),
        ("研修を来月15日に", 5, date(2026, 12, 15)),
        ("フェーズ5は5日後ろにずらして", 5, PLAN[4].starts_on + timedelta(days=5)),
        ("push training back two weeks", 5, PLAN[4].starts_on + timedelta(days=14)),
        ("bring the pilot forward a week", 4, PLAN[3].starts_on - timedelta(days=7)),
        ("the pilot should start in february", 4, date(2027, 2, 1)),
        ("move phase 6 to march 1st", 6, date(2027, 3, 1)),
    ],
)
def test_a_named_phase_and_a_day_are_a_move(said: str, number: int, day: date) -> None:
    assert read_move(said, PLAN, TODAY, reader()) == (number, day)


@pytest.mark.parametrize("said", ["毎週金曜の16時", "パイロットって何", "the training", "来週の火曜に", "", "フェーズ9は1月から"])
def test_without_a_phase_or_a_day_there_is_no_move(said: str) -> None:
    assert read_move(said, PLAN, TODAY, reader()) is None


def test_a_phase_that_the_plan_lacks_is_not_moved() -> None:
    assert read_move("パイロットは1月から", PLAN[:2], TODAY, reader()) is None

"""How fast messages leave."""

from __future__ import annotations

import asyncio

import pytest

from bot.channels.telegram.pacing import Pace
from bot.channels.telegram.timing import Timing


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Time that only passes when somebody sleeps."""
    pauses: list[float] = []

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)

    monkeypatch.setattr("bot.channels.telegram.pacing.asyncio.sleep", sleep)
    monkeypatch.setattr("bot.channels.telegram.pacing._now", lambda: 100.0 + sum(pauses))
    return pauses


async def test_a_short_burst_in_one_chat_passes_and_then_one_a_second(slept: list[float]) -> None:
    pace = Pace(Timing(per_second=1000, chat_per_second=1, chat_burst=4))
    for _ in range(4):
        await pace.turn("1")
    assert sum(slept) < 0.1
    for _ in range(3):
        await pace.turn("1")
    assert 2.9 < sum(slept) < 3.1


async def test_no_more_than_the_overall_limit_leaves(slept: list[float]) -> None:
    pace = Pace(Timing(per_second=25, chat_per_second=1, chat_burst=4))
    for chat in range(101):
        await pace.turn(str(chat))
    assert sum(slept) == pytest.approx(4.0)


async def test_a_chat_that_must_wait_does_not_make_others_wait() -> None:
    pace = Pace(Timing(per_second=1000, chat_per_second=0.01, chat_burst=1))
    await pace.turn("busy")
    waiting = asyncio.create_task(pace.turn("busy"))
    async with asyncio.timeout(5):
        for chat in range(20):
            await pace.turn(str(chat))
    assert not waiting.done()
    waiting.cancel()


async def test_two_chats_pushed_back_together_hold_the_whole_bot() -> None:
    pace = Pace(Timing())
    pace.push_back("1", 3)
    pace.push_back("1", 3)
    assert not pace.is_held
    pace.push_back("2", 3)
    assert pace.is_held


async def test_many_chats_are_forgotten_once_they_are_idle(slept: list[float]) -> None:
    pace = Pace(Timing(per_second=10))
    for chat in range(1500):
        await pace.turn(str(chat))
    assert len(pace._chats) <= 1000

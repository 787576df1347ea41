"""What an operator is told about deliveries, on both databases."""

from __future__ import annotations

import json
from datetime import timedelta

from bot.insights.reading import read_table
from bot.insights.terminal import Form
from bot.messaging.desk import Desk
from bot.messaging.message import Incoming
from bot.messaging.turns import Turns
from bot.operations.deliveries import deliveries
from bot.storage.database import Database
from tests.fakes import FakeClock
from tests.integration.operations.printing import printed, sources


async def say(desk: Desk, turns: Turns, chat: str) -> None:
    await desk.receive(Incoming("telegram", f"{chat}:1", f"telegram:{chat}", text="secret figures"))
    await turns.answer_waiting()


async def test_every_outcome_is_counted(database: Database, desk: Desk, turns: Turns, clock: FakeClock) -> None:
    for chat in ("1", "2", "3", "4"):
        await say(desk, turns, chat)
    clock.advance(timedelta(seconds=2))
    one, two, three, _ = await desk.claim("telegram", "w")
    for delivery in (one, two, three):
        assert await desk.intend(delivery, "w")
    await desk.sent(one, "w", "17")
    await desk.undeliverable(two, "w", "Forbidden: bot was blocked by the user", unreachable=True)
    await desk.not_sent(three, "w", "NetworkError: refused")
    clock.advance(timedelta(minutes=1))
    async with database.reading() as session:
        found = next(each for each in await deliveries(session, clock()) if each.channel == "telegram")
    assert found.lines == {"sent": 1, "pending": 2, "claimed": 1}
    assert found.attempts == {"sent": 1, "unreachable": 1, "not_sent": 1}
    assert found.errors == {"Forbidden: bot was blocked by the user": 1, "NetworkError: refused": 1}
    assert (found.wait_p50, found.wait_p95, found.unreachable) == (2.0, 2.0, 1)
    assert found.oldest_due is not None
    assert 40 < found.oldest_due < 60


async def test_it_is_shown_as_a_table_and_as_json(database: Database, desk: Desk, turns: Turns, clock: FakeClock) -> None:
    await say(desk, turns, "1")
    table = await read_table("delivery", database, sources(), clock())
    shown = printed(table, Form.TEXT)
    assert "1 pending" in shown
    found = json.loads(printed(table, Form.JSON))
    assert {each["channel"]: each["lines"] for each in found} == {"callback": {}, "telegram": {"pending": 1}}
    assert "secret" not in shown

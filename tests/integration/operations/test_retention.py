"""The words of conversations end when their time is over; everything that has to outlive them does."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any, cast

import pytest
from sqlalchemy import func, select, update

from bot.app import Advisor
from bot.messaging import outbox
from bot.messaging.bell import Bell
from bot.messaging.desk import Desk
from bot.messaging.message import Button, Incoming, Reply
from bot.messaging.turns import Turns
from bot.operations import retention
from bot.people.copies import rows_of
from bot.settings import Settings
from bot.storage.database import Database
from bot.storage.tables import CheckIn, Conversation, DeliveryAttempt, InboxRow, OutboxRow, Person
from tests.fakes import MORNING, FakeClock, FakeResponder
from tests.integration.people.everything import MARKER, fill

DAYS = 90


def advisor_on(database: Database, clock: FakeClock, days: int = DAYS) -> Advisor:
    """As much of an advisor as deleting old words needs."""
    nothing = cast(Any, None)
    settings = Settings(keep_messages_days=days)
    return Advisor(settings, database, Bell(), nothing, nothing, nothing, nothing, clock)


async def say(desk: Desk, turns: Turns, text: str, key: str = "web:a", external_id: str = "") -> bool:
    new = await desk.receive(Incoming(key.partition(":")[0], external_id or text, key, text=text))
    await turns.answer_waiting()
    return new


async def test_words_go_after_their_time_and_what_is_younger_stays(database: Database, desk: Desk, turns: Turns, clock: FakeClock) -> None:
    await say(desk, turns, "old")
    clock.advance(timedelta(days=DAYS, minutes=1))
    await say(desk, turns, "young")
    assert await advisor_on(database, clock).forget_words() == 2
    assert [(line.seq, line.reply.text) for line in await desk.lines("web:a")] == [(3, "young"), (4, "echo: young")]
    assert [line.seq for line in await desk.latest_lines("web:a")] == [3, 4]
    async with database.reading() as session:
        for table in (InboxRow, OutboxRow):
            assert await session.scalar(select(table.body).order_by(table.id).limit(1)) == {}


async def test_doing_it_again_changes_nothing(database: Database, desk: Desk, turns: Turns, clock: FakeClock) -> None:
    await say(desk, turns, "old")
    clock.advance(timedelta(days=DAYS, minutes=1))
    assert await advisor_on(database, clock).forget_words() == 2
    clock.advance(timedelta(days=1))
    assert await advisor_on(database, clock).forget_words() == 0


async def test_sequence_goes_on_and_a_late_duplicate_is_still_known(
    database: Database, desk: Desk, turns: Turns, clock: FakeClock, responder: FakeResponder
) -> None:
    await say(desk, turns, "old", external_id="1")
    clock.advance(timedelta(days=DAYS, minutes=1))
    await advisor_on(database, clock).forget_words()
    assert not await say(desk, turns, "old", external_id="1")
    assert await desk.answer(Incoming("web", "1", "web:a", text="old")) == []
    assert len(responder.heard) == 1
    await say(desk, turns, "new")
    assert [line.seq for line in await desk.lines("web:a")] == [3, 4]


async def test_a_button_of_an_emptied_line_is_one_no_more(
    database: Database, desk: Desk, turns: Turns, clock: FakeClock, responder: FakeResponder
) -> None:
    responder.script = lambda incoming: [Reply(text="choose", buttons=(Button("yes", meaning="affirm"),))]
    await say(desk, turns, "old")
    assert await desk.is_button("web:a", "b2.0")
    clock.advance(timedelta(days=DAYS, minutes=1))
    await advisor_on(database, clock).forget_words()
    assert not await desk.is_button("web:a", "b2.0")


async def test_zero_days_keep_everything(database: Database, desk: Desk, turns: Turns, clock: FakeClock) -> None:
    await say(desk, turns, "old")
    clock.advance(timedelta(days=5000))
    assert await advisor_on(database, clock, days=0).forget_words() == 0
    assert len(await desk.lines("web:a")) == 2


async def test_what_still_waits_for_an_answer_keeps_its_words(database: Database, desk: Desk, turns: Turns, clock: FakeClock) -> None:
    await desk.receive(Incoming("web", "1", "web:a", text="still waiting"))
    clock.advance(timedelta(days=DAYS, minutes=1))
    assert await advisor_on(database, clock).forget_words() == 0
    await turns.answer_waiting()
    assert [line.reply.text for line in await desk.lines("web:a")] == ["still waiting", "echo: still waiting"]


async def test_a_line_that_could_not_be_pushed_in_all_that_time_is_given_up(
    database: Database, desk: Desk, turns: Turns, clock: FakeClock
) -> None:
    await say(desk, turns, "old", key="telegram:1")
    clock.advance(timedelta(days=DAYS, minutes=1))
    await advisor_on(database, clock).forget_words()
    assert await desk.claim("telegram", "worker") == []
    async with database.reading() as session:
        (row,) = await session.scalars(select(OutboxRow))
    assert (row.state, row.body) == ("dead", {})


async def test_it_goes_in_batches(
    database: Database, desk: Desk, turns: Turns, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "BATCH", 2)
    for number in range(5):
        await say(desk, turns, f"old {number}")
    clock.advance(timedelta(days=DAYS, minutes=1))
    async with database.transaction() as session:
        assert await retention.empty_batch(session, clock() - timedelta(days=DAYS), clock()) == 4
    assert await advisor_on(database, clock).forget_words() == 6


async def test_several_replicas_at_once_do_it_once(
    database: Database, database_url: str, desk: Desk, turns: Turns, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "BATCH", 3)
    for number in range(10):
        await say(desk, turns, f"old {number}")
    clock.advance(timedelta(days=DAYS, minutes=1))
    other = Database(database_url)
    done = await asyncio.gather(*(advisor_on(each, clock).forget_words() for each in (database, other, database)))
    await other.close()
    assert sum(done) == 20
    async with database.reading() as session:
        assert await session.scalar(select(func.count()).where(InboxRow.emptied_at.is_(None))) == 0


async def test_figures_answers_quotes_and_plans_stay_while_notes_and_the_dialogues_words_go(database: Database, clock: FakeClock) -> None:
    async with database.transaction() as session:
        person_id = await fill(session)
    clock.now = MORNING + timedelta(days=1000)
    await advisor_on(database, clock).forget_words()
    async with database.reading() as session:
        rows = await rows_of(session, await session.get_one(Person, person_id))
        (attempt,) = await session.scalars(select(DeliveryAttempt))
        (checkin,) = await session.scalars(select(CheckIn))
        (conversation,) = await session.scalars(select(Conversation))
    assert all(len(each) == 1 for each in rows.values())
    assert (attempt.error, checkin.note, conversation.dialogue) == (None, None, {"slots": {}, "loop": None})
    assert rows["figure"][0]["words"] == rows["vendor"][0]["name"] == MARKER
    assert [row["body"] for row in (*rows["inbox"], *rows["outbox"])] == [{}, {}]


async def test_the_note_of_a_checkin_that_still_stands_stays(database: Database, clock: FakeClock) -> None:
    async with database.transaction() as session:
        await fill(session)
        await session.execute(update(CheckIn).values(state="asked"))
    clock.now = MORNING + timedelta(days=1000)
    await advisor_on(database, clock).forget_words()
    async with database.reading() as session:
        assert await session.scalar(select(CheckIn.note)) == MARKER


async def test_emptied_lines_answer_nothing(database: Database, desk: Desk, turns: Turns, clock: FakeClock) -> None:
    await say(desk, turns, "old")
    clock.advance(timedelta(days=DAYS, minutes=1))
    await advisor_on(database, clock).forget_words()
    async with database.reading() as session:
        answered = await session.get_one(InboxRow, 1)
        assert await outbox.replies_to(session, answered.channel, answered.external_id) == []

"""Clocks that are set, zones that change, a loop that is held up, days of outage, planners at once: late perhaps, never lost or doubled."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any, cast

import pytest
from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from bot import app
from bot.app import Advisor, ringing
from bot.messaging.bell import Bell
from bot.messaging.desk import Desk
from bot.messaging.message import Incoming, Reply
from bot.messaging.turns import Turns
from bot.people.profiles import Defaults, open_conversation
from bot.rollout.calendar import local_time
from bot.rollout.checkins import Rollout, Rollouts, own_time
from bot.rollout.own_time import followed
from bot.rollout.phases import load_phases
from bot.rollout.rescheduling import change
from bot.rollout.retiming import retime
from bot.rollout.ringing import ring_due
from bot.services import ROOT
from bot.storage.database import Database
from bot.storage.tables import CheckIn, InboxRow, OutboxRow, Person
from bot.turn import Turn
from tests import crowd
from tests.fakes import MORNING, FakeClock
from tests.integration.checkin_kill_run import Asks
from tests.unit.rollout.wishes.reading_words import reader

PHASES = load_phases(ROOT / "knowledge")


async def begin(database: Database) -> int:
    """An owner with a rollout that begins today; returns the person's id."""
    async with database.transaction() as session:
        conversation, _ = await open_conversation(session, "web:a", None, Defaults(), MORNING)
        await Rollouts(PHASES).start(session, conversation.person, "weekly-number", 1, MORNING)
        return conversation.person_id


async def load(session: AsyncSession, person_id: int) -> tuple[Person, Rollout]:
    person = await session.get_one(Person, person_id)
    [rollout] = await Rollouts(PHASES).active(session, person)
    return person, rollout


async def rows(database: Database) -> list[CheckIn]:
    async with database.reading() as session:
        return list(await session.scalars(select(CheckIn).order_by(CheckIn.due_at, CheckIn.id)))


async def ring(database: Database, now: datetime) -> int:
    async with database.transaction() as session:
        return await ring_due(database, session, now)


# --- planners ---


async def test_two_planners_at_once_and_one_that_runs_twice_write_each_checkin_once(database_url: str) -> None:
    one, two = Database(database_url), Database(database_url)
    person_id = await begin(one)
    planned = [(row.phase, row.occurrence, row.due_at) for row in await rows(one)]

    async def plan(database: Database) -> None:
        async with database.transaction() as session:
            person, rollout = await load(session, person_id)
            await Rollouts(PHASES).schedule(session, person, rollout, MORNING)

    for _ in range(5):
        async with one.transaction() as session:
            await session.execute(delete(CheckIn))
        outcomes = await asyncio.gather(plan(one), plan(two), return_exceptions=True)
        assert outcomes.count(None) >= 1
        assert all(outcome is None or isinstance(outcome, IntegrityError) for outcome in outcomes), "the turn is then taken again"
        await plan(two)
        assert [(row.phase, row.occurrence, row.due_at) for row in await rows(one)] == planned
    await asyncio.gather(one.close(), two.close())


async def test_a_checkin_that_is_already_in_the_inbox_refuses_to_be_moved(database: Database) -> None:
    person_id = await begin(database)
    [first, *_] = await rows(database)
    assert await ring(database, first.due_at) == 1
    async with database.transaction() as session:
        person, _ = await load(session, person_id)
        wish = reader().read("時間は15時半に変えて", local_time(MORNING, "Asia/Tokyo"))
        await change(session, Rollouts(PHASES), person, followed(own_time(person), wish, date(2026, 11, 26)), first.due_at)
    after = await rows(database)
    assert [(row.state, row.due_at) for row in after if row.id == first.id] == [("rung", first.due_at)]
    assert {local_time(row.due_at, row.time_zone).hour for row in after if row.state == "pending"} == {15}
    assert await ring(database, first.due_at) == 0


# --- zones ---


async def test_a_zone_that_changes_a_minute_before_its_time_moves_the_checkin(database: Database) -> None:
    person_id = await begin(database)
    [first, *_] = await rows(database)
    now = first.due_at - timedelta(minutes=1)
    async with database.transaction() as session:
        person, _ = await load(session, person_id)
        wish = reader().read("ロンドン時間でお願い", local_time(now, "Asia/Tokyo"))
        await change(session, Rollouts(PHASES), person, followed(own_time(person), wish, now.date()), now)
    assert await ring(database, first.due_at) == 0
    moved = next(row for row in await rows(database) if row.id == first.id)
    assert moved.due_at == first.due_at + timedelta(hours=9)
    assert await ring(database, moved.due_at) == 1
    assert await ring(database, moved.due_at) == 0


async def test_zone_rules_that_changed_after_planning_move_the_moment_and_keep_the_promise(database: Database) -> None:
    await begin(database)
    [first, *others] = await rows(database)
    async with database.transaction() as session:  # as if the zone had been an hour further east when this was planned
        await session.execute(update(CheckIn).where(CheckIn.id == first.id).values(due_at=first.due_at - timedelta(hours=1)))
    assert await retime(database, first.due_at - timedelta(days=1)) == 1
    assert [row.due_at for row in await rows(database)] == [first.due_at, *(row.due_at for row in others)]
    assert await retime(database, first.due_at - timedelta(days=1)) == 0


async def test_a_checkin_that_was_put_off_by_the_clock_is_not_called_back_by_its_zone(database: Database) -> None:
    await begin(database)
    [first, *_] = await rows(database)
    later = first.due_at + timedelta(hours=20)
    async with database.transaction() as session:  # it rang at night, and waits for the morning
        await session.execute(update(CheckIn).where(CheckIn.id == first.id).values(due_at=later, rings=1))
    assert await retime(database, first.due_at) == 0


# --- the clock and the loop ---


def advisor_of(database: Database, clock: FakeClock) -> Advisor:
    """An advisor of which only the bell is rung."""
    return Advisor(cast(Any, None), database, Bell(), cast(Any, None), cast(Any, None), cast(Any, None), cast(Any, None), clock)


def actions(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [getattr(record, "action", "") for record in caplog.records]


async def rung(database: Database) -> int:
    async with database.reading() as session:
        return await session.scalar(select(func.count()).select_from(InboxRow)) or 0


async def test_a_loop_that_is_held_up_rings_late_and_loses_nothing(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app, "BELL_SECONDS", 0.05)
    clock = FakeClock()
    await crowd.move_in(database, range(1, 6), clock())
    await crowd.give_checkins(database, range(1, 6), clock() + timedelta(seconds=1))
    async with ringing(advisor_of(database, clock)):
        await asyncio.sleep(0)
        assert await rung(database) == 0
        clock.advance(timedelta(seconds=5))
        time.sleep(1.2)  # noqa: ASYNC251 - a prediction that holds up everything; longer than the scheduler's usual patience of a second
        async with asyncio.timeout(60):
            while await rung(database) < 5:  # noqa: ASYNC110 - the scheduler works on it
                await asyncio.sleep(0.02)


async def test_a_tick_that_fails_is_logged_and_the_next_one_rings(sqlite_url: str, caplog: pytest.LogCaptureFixture) -> None:
    clock, away, database = FakeClock(), Database("sqlite:////nowhere/advisor.db"), Database(sqlite_url)
    await crowd.move_in(database, range(1, 3), clock())
    await crowd.give_checkins(database, range(1, 3), clock())
    advisor = advisor_of(away, clock)
    tick = app._tick(advisor)
    await tick()
    assert actions(caplog) == ["ring_failed"]
    advisor.database = database
    await tick()
    assert await rung(database) == 2
    await asyncio.gather(away.close(), database.close())


async def test_after_the_clock_was_set_forward_nothing_rings_for_two_ticks_and_it_is_said(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    clock = FakeClock()
    await crowd.move_in(database, range(1, 3), clock())
    await crowd.give_checkins(database, range(1, 3), clock() + timedelta(hours=1))
    tick = app._tick(advisor_of(database, clock))
    await tick()
    clock.advance(timedelta(hours=2))
    await tick()
    assert "clock_set" in actions(caplog)
    clock.advance(timedelta(hours=-2))  # the time server puts it right
    for _ in range(4):
        await tick()
    assert await rung(database) == 0, "nothing early"
    clock.advance(timedelta(hours=2))
    for _ in range(4):
        await tick()
    assert await rung(database) == 2, "a step that stays is the time"
    assert all(record.levelno == logging.ERROR for record in caplog.records)


# --- outages and deployments ---


class Adviser(Asks):
    """Asks check-ins, and answers owners who write."""

    async def respond(self, turn: Turn) -> list[Reply]:  # type: ignore[override]
        if turn.incoming.checkin is None:
            return [Reply(text="here I am")]
        return list(await super().respond(turn))


async def test_after_three_days_of_outage_each_owner_gets_one_message_and_who_writes_is_answered_meanwhile(database: Database) -> None:
    now = datetime(2026, 11, 27, 2, 0, tzinfo=UTC)
    owners, places, clock, bell = range(1, 81), range(3), FakeClock(now), Bell()
    await crowd.move_in(database, range(1, 82), now - timedelta(days=9))
    for place in places:
        due = crowd.checkins(owners, now - timedelta(days=3 - place), range(1, 2))
        await crowd.fill(database, CheckIn, ({**row, "occurrence": place} for row in due))
    turns = Turns(database, Adviser(), bell, clock, Defaults())
    assert await ring(database, now) == len(owners) * len(places)
    draining = asyncio.create_task(turns.answer_waiting())
    answer = await Desk(database, bell, clock).answer(Incoming("web", "1", "web:81", text="hello"), timeout=60)
    assert [reply.text for reply in answer] == ["here I am"]
    async with database.reading() as session:
        waiting = await session.scalar(select(func.count()).select_from(InboxRow).where(InboxRow.state == "waiting"))
    assert waiting, "answered before the backlog was done"
    await draining
    async with database.reading() as session:
        said = Counter(await session.scalars(select(OutboxRow.conversation_id).where(OutboxRow.is_nudge)))
        ended = Counter((await session.execute(select(CheckIn.state, CheckIn.reason.is_(None)))).all())
    assert said == {f"web:{owner}": 1 for owner in owners}
    assert ended == {("asked", True): len(owners), ("superseded", False): 2 * len(owners)}


async def test_a_checkin_of_a_phase_that_nobody_knows_ends_with_a_reason_and_is_never_deleted(database: Database) -> None:
    await crowd.move_in(database, range(1, 4), MORNING)
    await crowd.give_checkins(database, range(1, 4), MORNING, range(97, 98))
    due = (await rows(database))[0].due_at
    assert await ring(database, due) == 3
    await Turns(database, Asks(), Bell(), FakeClock(due), Defaults()).answer_waiting()
    found = await rows(database)
    assert [(row.state, row.reason) for row in found if row.phase == 97] == [("superseded", "phase over")] * 3
    async with database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(OutboxRow)) == 0

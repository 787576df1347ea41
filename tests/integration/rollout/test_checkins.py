"""Check-ins ring once, wait when they should, and move the plan."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from bot.people.profiles import Defaults, open_conversation
from bot.rollout.checkins import Rollouts
from bot.rollout.phases import load_phases
from bot.rollout.ringing import ring_due
from bot.services import ROOT
from bot.storage.database import Database
from bot.storage.tables import Assessment, CheckIn, InboxRow, Person
from tests.fakes import MORNING, FakeClock


@pytest.fixture
def rollouts() -> Rollouts:
    return Rollouts(load_phases(ROOT / "knowledge"))


async def start(database: Database, rollouts: Rollouts) -> int:
    """An owner with a rollout that begins today; returns the person's id."""
    async with database.transaction() as session:
        conversation, _ = await open_conversation(session, "web:a", None, Defaults(), MORNING)
        rollout = await rollouts.start(session, conversation.person, "weekly-number", 1, MORNING)
        assert [each.number for each in rollout.plan] == list(range(1, 9))
        return conversation.person_id


async def ring(database: Database, clock: FakeClock) -> int:
    async with database.transaction() as session:
        return await ring_due(database, session, clock())


async def first_due(database: Database) -> CheckIn:
    async with database.reading() as session:
        return (await session.scalars(select(CheckIn).where(CheckIn.state == "pending").order_by(CheckIn.due_at))).all()[0]


async def test_a_due_checkin_rings_once_whoever_rings(database_url: str, rollouts: Rollouts) -> None:
    one, two = Database(database_url), Database(database_url)
    await start(one, rollouts)
    clock = FakeClock((await first_due(one)).due_at)
    assert sum(await asyncio.gather(ring(one, clock), ring(two, clock))) == 1
    assert await ring(one, clock) == 0
    async with one.reading() as session:
        assert await session.scalar(select(func.count()).select_from(InboxRow)) == 1
    await asyncio.gather(one.close(), two.close())


async def test_nothing_rings_before_its_time(database: Database, rollouts: Rollouts) -> None:
    await start(database, rollouts)
    assert await ring(database, FakeClock((await first_due(database)).due_at - timedelta(seconds=1))) == 0


async def test_an_owner_who_paused_is_not_rung(database: Database, rollouts: Rollouts) -> None:
    person_id = await start(database, rollouts)
    async with database.transaction() as session:
        (await session.get_one(Person, person_id)).checkins_paused = True
    assert await ring(database, FakeClock((await first_due(database)).due_at)) == 0


async def test_an_owner_who_is_answering_the_assessment_is_rung_when_that_is_over(database: Database, rollouts: Rollouts) -> None:
    person_id = await start(database, rollouts)
    clock = FakeClock((await first_due(database)).due_at)
    async with database.transaction() as session:
        session.add(Assessment(person_id=person_id, trail=[], is_open=True, started_at=clock(), touched_at=clock()))
    assert await ring(database, clock) == 0
    clock.advance(timedelta(minutes=31))
    assert await ring(database, clock) == 1


async def test_a_finished_phase_opens_the_next_and_drops_its_own_checkins(database: Database, rollouts: Rollouts) -> None:
    person_id = await start(database, rollouts)
    async with database.transaction() as session:
        person = await session.get_one(Person, person_id)
        [rollout] = await rollouts.active(session, person)
        following = await rollouts.close_phase(session, person, rollout, MORNING)
        assert following is not None
        assert following.number == 2
    async with database.reading() as session:
        rows = (await session.execute(select(CheckIn.phase, CheckIn.state))).all()
    assert {state for phase, state in rows if phase == 1} == {"superseded"}
    assert {state for phase, state in rows if phase == 2} == {"pending"}


async def put_off(database: Database, rollouts: Rollouts, days: int) -> tuple[FakeClock, datetime]:
    """An owner whose first check-in was asked and put off; the clock stands at that moment. Returns the day that was promised, too."""
    person_id = await start(database, rollouts)
    clock = FakeClock((await first_due(database)).due_at)
    await ring(database, clock)
    async with database.transaction() as session:
        person = await session.get_one(Person, person_id)
        checkin = (await session.scalars(select(CheckIn).where(CheckIn.state == "rung"))).one()
        rollouts.ask(person, checkin, clock())
        return clock, await rollouts.put_off(session, person, checkin, days, clock())


async def test_a_checkin_put_off_comes_again_later(database: Database, rollouts: Rollouts) -> None:
    clock, due_at = await put_off(database, rollouts, 3)
    assert due_at > clock() + timedelta(days=2)
    clock.now = due_at
    assert await ring(database, clock) == 1


async def test_nothing_of_the_rhythm_comes_before_the_day_that_was_promised(database: Database, rollouts: Rollouts) -> None:
    clock, due_at = await put_off(database, rollouts, 40)
    clock.now = due_at - timedelta(minutes=1)
    assert await ring(database, clock) == 0
    clock.now = due_at
    assert await ring(database, clock) == 1

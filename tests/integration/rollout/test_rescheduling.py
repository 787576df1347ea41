"""An owner changes when they want to be asked, and everything that is planned follows in the same transaction."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.people.profiles import Defaults, open_conversation
from bot.rollout.calendar import local_time
from bot.rollout.checkins import Rollouts, own_time
from bot.rollout.own_time import OwnTime, followed
from bot.rollout.phases import load_phases
from bot.rollout.plan import DateInPast
from bot.rollout.rescheduling import CHANGED, change, move_start, undo
from bot.rollout.ringing import ring_due
from bot.rollout.wishes.wish import Wish
from bot.services import ROOT
from bot.storage.database import Database
from bot.storage.tables import CheckIn, Person
from tests.fakes import MORNING
from tests.unit.rollout.wishes.reading_words import reader


@pytest.fixture
def rollouts() -> Rollouts:
    return Rollouts(load_phases(ROOT / "knowledge"))


async def start(session: AsyncSession, rollouts: Rollouts) -> Person:
    conversation, _ = await open_conversation(session, "web:a", None, Defaults(), MORNING)
    await rollouts.start(session, conversation.person, "weekly-number", 1, MORNING)
    return conversation.person


def wish(said: str) -> Wish:
    return reader().read(said, local_time(MORNING, "Asia/Tokyo"))


async def follow(session: AsyncSession, rollouts: Rollouts, person: Person, said: str) -> OwnTime:
    """Change what `said` wishes; returns what is kept."""
    today = local_time(MORNING, person.time_zone).date()
    await change(session, rollouts, person, followed(own_time(person), wish(said), today), MORNING)
    await session.refresh(person)
    return own_time(person)


async def pending(session: AsyncSession) -> list[datetime]:
    """The wall-clock times of what is to come, by the rows."""
    rows = await session.scalars(select(CheckIn).where(CheckIn.state == "pending").order_by(CheckIn.due_at))
    found = []
    for row in rows:
        assert local_time(row.due_at, row.time_zone) == datetime.fromisoformat(row.due_local)
        found.append(datetime.fromisoformat(row.due_local))
    return found


async def test_another_time_moves_every_pending_checkin(database: Database, rollouts: Rollouts) -> None:
    async with database.transaction() as session:
        person = await start(session, rollouts)
        before = await pending(session)
        await follow(session, rollouts, person, "時間は15時半に変えて")
        after = await pending(session)
    assert [each.date() for each in after] == [each.date() for each in before]
    assert {each.hour for each in after} == {15}
    assert all(each.minute >= 30 for each in after)


async def test_days_off_and_hours_are_kept_and_followed(database: Database, rollouts: Rollouts) -> None:
    async with database.transaction() as session:
        person = await start(session, rollouts)
        own = await follow(session, rollouts, person, "木曜定休です")
        assert own.weekdays == {0, 1, 2, 4}
        own = await follow(session, rollouts, person, "平日の夜にして")
        assert (own.opens, own.closes, own.at) == (time(18), time(22), time(19))
        assert own.weekdays == {0, 1, 2, 3, 4}
        assert all(18 <= each.hour < 22 for each in await pending(session))


async def test_a_rhythm_of_the_owner_goes_before_the_phases_own(database: Database, rollouts: Rollouts) -> None:
    async with database.transaction() as session:
        person = await start(session, rollouts)
        await follow(session, rollouts, person, "毎週金曜の16時")
        found = await pending(session)
        dropped = (await session.scalars(select(CheckIn).where(CheckIn.state == "superseded"))).all()
    assert found
    assert {(each.weekday(), each.hour) for each in found} == {(4, 16)}
    assert {row.reason for row in dropped} == {CHANGED}


async def test_a_busy_season_is_waited_out_and_its_checkins_become_one(database: Database, rollouts: Rollouts) -> None:
    async with database.transaction() as session:
        person = await start(session, rollouts)
        await follow(session, rollouts, person, "11/25〜1/15は忙しいから休んで")
        assert [each.date() for each in await pending(session)] == [date(2027, 1, 18)]


async def test_undo_brings_back_what_was_there(database: Database, rollouts: Rollouts) -> None:
    async with database.transaction() as session:
        person = await start(session, rollouts)
        own, before = own_time(person), await pending(session)
        await follow(session, rollouts, person, "1月まで待って")
        await follow(session, rollouts, person, "毎月第2水曜の9時")
        assert await undo(session, rollouts, person, MORNING)
        assert not await undo(session, rollouts, person, MORNING)
        assert own_time(person).rule is None
        await change(session, rollouts, person, own, MORNING)
        assert await pending(session) == before


async def test_another_zone_keeps_the_hour_on_the_owners_wall(database: Database, rollouts: Rollouts) -> None:
    async with database.transaction() as session:
        person = await start(session, rollouts)
        await follow(session, rollouts, person, "ロンドン時間でお願い")
        rows = (await session.scalars(select(CheckIn).where(CheckIn.state == "pending"))).all()
        assert {row.time_zone for row in rows} == {"Europe/London"}
        assert {each.hour for each in await pending(session)} == {10}
        assert own_time(person).working(date(2026, 12, 1)).country == "GB"


async def test_a_checkin_that_was_put_off_keeps_its_day(database: Database, rollouts: Rollouts) -> None:
    async with database.transaction() as session:
        person = await start(session, rollouts)
        checkin = (await session.scalars(select(CheckIn).order_by(CheckIn.due_at))).all()[0]
        await rollouts.put_off_to(session, person, checkin, MORNING + timedelta(days=7))
        await session.flush()
        await follow(session, rollouts, person, "毎週金曜の16時")
        days = [each.date() for each in await pending(session)]
    assert date(2026, 12, 1) in days


async def test_a_changed_checkin_rings_at_its_new_time_only(database: Database, rollouts: Rollouts) -> None:
    async with database.transaction() as session:
        person = await start(session, rollouts)
        old = (await session.scalars(select(CheckIn.due_at).order_by(CheckIn.due_at))).all()[0]
        await follow(session, rollouts, person, "12月10日以降にしてください")
    async with database.transaction() as session:
        assert await ring_due(database, session, old) == 0


async def test_a_moved_phase_takes_those_behind_and_its_checkins_along(database: Database, rollouts: Rollouts) -> None:
    async with database.transaction() as session:
        person = await start(session, rollouts)
        [rollout] = await rollouts.active(session, person)
        last = rollout.plan[-1].starts_on
        await move_start(session, rollouts, person, rollout, 1, date(2026, 12, 10), MORNING)
        assert rollout.plan[0].starts_on == date(2026, 12, 10)
        assert rollout.plan[-1].starts_on > last
        assert all(each.date() > date(2026, 12, 10) for each in await pending(session))
        with pytest.raises(DateInPast):
            await move_start(session, rollouts, person, rollout, 1, date(2026, 11, 1), MORNING)

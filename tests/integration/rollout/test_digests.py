"""The weekly summary's row: when it comes, that it comes once, and that it ends with a word. What it says is in tests/conversations."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy import delete, select

from bot.people.data import erase
from bot.people.profiles import Defaults, open_conversation
from bot.rollout.checkins import Rollouts, own_time
from bot.rollout.digests import Digests
from bot.rollout.own_time import OwnTime, Season
from bot.rollout.phases import load_phases
from bot.rollout.rescheduling import change
from bot.rollout.ringing import any_due, ring_digests
from bot.services import ROOT
from bot.storage.database import Database
from bot.storage.tables import Assessment, Conversation, Digest, InboxRow, Person
from tests.fakes import MORNING

PHASES = load_phases(ROOT / "knowledge")
#: 10:00 in Tokyo on the Monday after a Tuesday morning.
MONDAY = datetime(2026, 11, 30, 1, 0, tzinfo=UTC)
WEEK = timedelta(days=7)


class Owner:
    """One owner who wants a weekly summary, whose time passes as the test says."""

    def __init__(self, database: Database, key: str = "web:a") -> None:
        self.database, self.key = database, key
        self.rollouts = Rollouts(PHASES)
        self.digests = Digests(self.rollouts)

    async def start(self, weekday: int | None = None, at: time | None = None, now: datetime = MORNING) -> datetime:
        """Ask for it; returns when the next one comes."""
        async with self.database.transaction() as session:
            conversation, _ = await open_conversation(session, self.key, None, Defaults(), now)
            return (await self.digests.start(session, conversation.person, weekday, at, now)).due_at

    async def person(self, session) -> Person:  # type: ignore[no-untyped-def]
        return (await session.get_one(Conversation, self.key)).person

    async def ring(self, now: datetime) -> int:
        """Ring at `now`; returns how many summaries rang."""
        async with self.database.transaction() as session:
            return await ring_digests(self.database, session, now)

    async def step(self, now: datetime) -> datetime | None:
        """Let the turn decide on the summary that has rung."""
        async with self.database.transaction() as session:
            person = await self.person(session)
            row = (await session.scalars(select(Digest).where(Digest.person_id == person.id))).one()
            return await self.digests.step(session, person, row, now)

    async def row(self) -> Digest:
        """As it stands."""
        async with self.database.reading() as session:
            person = await self.person(session)
            return (await session.scalars(select(Digest).where(Digest.person_id == person.id))).one()

    async def rung(self) -> list[str]:
        """The keys of what is in the inbox."""
        async with self.database.reading() as session:
            return list(await session.scalars(select(InboxRow.external_id).order_by(InboxRow.id)))


@pytest.fixture
async def owner(database: Database) -> AsyncIterator[Owner]:
    return Owner(database)


async def test_it_comes_on_monday_morning_and_again_a_week_later(owner: Owner) -> None:
    assert await owner.start() == MONDAY
    assert await owner.ring(MONDAY - timedelta(seconds=1)) == 0
    assert await owner.ring(MONDAY) == 1
    assert await owner.step(MONDAY) == MONDAY - WEEK
    assert (await owner.row()).due_at == MONDAY + WEEK
    assert await owner.ring(MONDAY + WEEK) == 1
    assert await owner.step(MONDAY + WEEK) == MONDAY  # it tells what happened since the one before
    assert len(set(await owner.rung())) == 2


async def test_two_bells_at_once_ring_one_summary(owner: Owner) -> None:
    await owner.start()
    assert [await owner.ring(MONDAY), await owner.ring(MONDAY)] == [1, 0]
    assert len(await owner.rung()) == 1
    assert await owner.step(MONDAY) is not None
    assert await owner.step(MONDAY) is None


async def test_the_bell_sees_a_due_summary_without_taking_the_write_lock(owner: Owner) -> None:
    await owner.start()
    async with owner.database.reading() as session:
        assert not await any_due(session, MONDAY - timedelta(seconds=1))
        assert await any_due(session, MONDAY)


async def test_weeks_in_which_the_machine_was_down_are_one_summary(owner: Owner) -> None:
    await owner.start()
    assert await owner.ring(MONDAY) == 1
    await owner.step(MONDAY)
    back = MONDAY + 7 * WEEK + timedelta(days=2)
    assert await owner.ring(back) == 1
    assert await owner.ring(back) == 0
    assert await owner.step(back) == MONDAY
    assert (await owner.row()).due_at == MONDAY + 8 * WEEK


async def test_stopping_takes_back_one_that_has_rung_already(owner: Owner) -> None:
    await owner.start()
    await owner.ring(MONDAY)
    async with owner.database.transaction() as session:
        assert await owner.digests.stop(session, await owner.person(session))
        assert not await owner.digests.stop(session, await owner.person(session))
    assert await owner.step(MONDAY) is None
    assert await owner.ring(MONDAY + 10 * WEEK) == 0


async def test_after_stopping_and_asking_again_the_first_one_has_a_key_of_its_own(owner: Owner) -> None:
    await owner.start()
    await owner.ring(MONDAY)
    await owner.step(MONDAY)
    async with owner.database.transaction() as session:
        await owner.digests.stop(session, await owner.person(session))
    again = MONDAY + timedelta(hours=1)
    assert await owner.start(now=again) == MONDAY + WEEK
    assert await owner.ring(MONDAY + WEEK) == 1
    assert await owner.step(MONDAY + WEEK) == MONDAY  # the last week, not the time in which none was wanted


async def test_a_row_that_takes_the_number_of_a_deleted_one_still_rings(owner: Owner) -> None:
    await owner.start()
    await owner.ring(MONDAY)
    async with owner.database.transaction() as session:
        await session.execute(delete(Digest))
    await owner.start(now=MONDAY)
    assert await owner.ring(MONDAY + WEEK) == 1
    assert len(set(await owner.rung())) == 2


async def test_an_open_assessment_holds_it_back(owner: Owner) -> None:
    await owner.start()
    async with owner.database.transaction() as session:
        person, at = await owner.person(session), MONDAY - timedelta(minutes=5)
        session.add(Assessment(person_id=person.id, is_open=True, started_at=at, touched_at=at))
    assert await owner.ring(MONDAY) == 0
    assert await owner.ring(MONDAY + timedelta(minutes=25)) == 1
    async with owner.database.transaction() as session:  # answering again between the bell and the turn
        (await session.scalars(select(Assessment))).one().touched_at = MONDAY + timedelta(minutes=25)
    assert await owner.step(MONDAY + timedelta(minutes=26)) is None
    assert (await owner.row()).due_at == MONDAY + timedelta(minutes=55)


async def test_out_of_hours_it_waits_for_the_morning(owner: Owner) -> None:
    await owner.start()
    night = MONDAY + timedelta(hours=13)
    assert await owner.ring(night) == 1
    assert await owner.step(night) is None
    assert (await owner.row()).due_at == datetime(2026, 12, 1, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("weekday", "at", "due_at"),
    [
        (4, None, datetime(2026, 11, 27, 1, 0, tzinfo=UTC)),
        (1, time(17), datetime(2026, 12, 1, 8, 0, tzinfo=UTC)),  # today's weekday is next week's
        (6, None, datetime(2026, 11, 29, 1, 0, tzinfo=UTC)),  # a Sunday is meant, though the office is closed
        (0, time(7), datetime(2026, 11, 30, 0, 0, tzinfo=UTC)),  # before opening: at opening
    ],
)
async def test_it_comes_on_the_day_and_at_the_time_that_the_owner_chose(
    owner: Owner, weekday: int, at: time | None, due_at: datetime
) -> None:
    assert await owner.start(weekday, at) == due_at


async def test_another_day_moves_the_same_row(owner: Owner) -> None:
    await owner.start(4, time(16))
    assert await owner.start(2) == datetime(2026, 11, 25, 7, 0, tzinfo=UTC)
    async with owner.database.reading() as session:
        assert len((await session.scalars(select(Digest))).all()) == 1


async def test_a_holiday_moves_it_to_the_next_working_day(owner: Owner) -> None:
    # Monday 11 January 2027 is Coming of Age Day in Japan.
    assert await owner.start(now=datetime(2027, 1, 8, 1, 0, tzinfo=UTC)) == datetime(2027, 1, 12, 1, 0, tzinfo=UTC)


async def test_it_follows_the_owners_hours_and_seasons(owner: Owner) -> None:
    await owner.start()
    async with owner.database.transaction() as session:
        person = await owner.person(session)
        own = own_time(person)
        await change(session, owner.rollouts, person, _resting(own), MORNING)
    assert (await owner.row()).due_at == datetime(2026, 12, 7, 7, 0, tzinfo=UTC)


def _resting(own: OwnTime) -> OwnTime:
    return replace(own, at=time(16), seasons=(Season(date(2026, 11, 28), date(2026, 12, 6)),))


async def test_whoever_wants_no_messages_gets_none_until_they_do(owner: Owner) -> None:
    await owner.start()
    async with owner.database.transaction() as session:
        await owner.digests.hold(session, await owner.person(session))
    assert await owner.ring(MONDAY + WEEK) == 0
    async with owner.database.transaction() as session:
        await owner.digests.release(session, await owner.person(session), MONDAY + WEEK)
    assert (await owner.row()).due_at == MONDAY + 2 * WEEK


async def test_where_no_conversation_can_be_reached_it_is_tried_again_the_next_day(owner: Owner) -> None:
    await owner.start()
    async with owner.database.transaction() as session:
        (await session.get_one(Conversation, owner.key)).unreachable = "bot was blocked"
    assert await owner.ring(MONDAY) == 1
    assert await owner.rung() == []
    row = await owner.row()
    assert (row.state, row.due_at) == ("pending", MONDAY + timedelta(days=1))


async def test_owners_ring_together_each_in_their_own_conversation(owner: Owner, database: Database) -> None:
    await owner.start()
    await Owner(database, "web:b").start()
    assert await owner.ring(MONDAY) == 2
    async with database.reading() as session:
        assert sorted(await session.scalars(select(InboxRow.conversation_id))) == ["web:a", "web:b"]


async def test_deleting_the_owner_ends_it(owner: Owner) -> None:
    await owner.start()
    async with owner.database.transaction() as session:
        conversation = await session.get_one(Conversation, owner.key)
        await erase(session, conversation.person, conversation, MORNING)
    assert await owner.ring(MONDAY) == 0

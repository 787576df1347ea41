"""What goes wrong around check-ins, each with its rule; the words for owners are checked in tests/conversations."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from sqlalchemy import select, update

from bot.messaging import inbox
from bot.messaging.message import Incoming
from bot.people.profiles import Defaults, open_conversation
from bot.rollout.calendar import NoOpenDay, WorkingTime
from bot.rollout.checkins import Refusal, Rollouts, working_time, zone_of
from bot.rollout.ladder import Ladder, Rung
from bot.rollout.phases import Phase, load_phases
from bot.rollout.ringing import ring_due
from bot.services import ROOT
from bot.storage.database import Database
from bot.storage.tables import CheckIn, Conversation, InboxRow, Person, PhaseRow
from tests import crowd
from tests.fakes import MORNING

PHASES = load_phases(ROOT / "knowledge")


class Owner:
    """One owner with rollouts, whose time passes as the test says. There are no words here: what the ladder decides is looked at."""

    def __init__(self, database: Database, rollouts: Rollouts | None = None, key: str = "web:a") -> None:
        self.database, self.key = database, key
        self.rollouts = rollouts or Rollouts(PHASES)
        self.now = MORNING

    async def start(self, action: str = "weekly-number") -> int:
        """Begin a rollout; returns its id."""
        async with self.database.transaction() as session:
            conversation, _ = await open_conversation(session, self.key, None, Defaults(), self.now)
            return (await self.rollouts.start(session, conversation.person, action, 1, self.now)).initiative.id

    async def ring(self, now: datetime) -> list[Rung]:
        """Ring at `now`, and let the ladder decide on everything that rang."""
        self.now = now
        said = []
        async with self.database.transaction() as session:
            await ring_due(self.database, session, now)
        async with self.database.transaction() as session:
            person = await self._person(session)
            for row in await session.scalars(select(CheckIn).where(CheckIn.state == "rung").order_by(CheckIn.due_at, CheckIn.id)):
                await session.refresh(row)
                rung = await Ladder(self.rollouts).step(session, person, row, now)
                said += [rung] if rung else []
        return said

    async def _person(self, session) -> Person:  # type: ignore[no-untyped-def]
        return (await session.get_one(Conversation, self.key)).person

    async def to_answer(self, checkin: int | None, answer: str = "done") -> CheckIn | Refusal:
        """What an answer would be for."""
        async with self.database.transaction() as session:
            return await self.rollouts.to_answer(session, await self._person(session), checkin, None, answer, self.now)

    async def rows(self) -> list[CheckIn]:
        """All check-ins of everybody, the first due first."""
        async with self.database.reading() as session:
            return list(await session.scalars(select(CheckIn).order_by(CheckIn.due_at, CheckIn.id)))


@pytest.fixture
async def owner(database: Database) -> AsyncIterator[Owner]:
    return Owner(database)


async def test_a_clock_that_jumps_a_year_asks_one_question_and_merges_the_rest(owner: Owner) -> None:
    await owner.start()
    assert await owner.ring(datetime(2027, 11, 24, 2, 0, tzinfo=UTC)) == [Rung.ASK]
    assert sorted(row.state for row in await owner.rows()) == ["asked", "superseded"]
    assert await owner.ring(MORNING) == []  # and back: nothing is asked before its time


async def test_with_two_rollouts_overdue_one_question_is_asked_and_the_other_waits_for_the_next_day(owner: Owner) -> None:
    await owner.start()
    await owner.start("two-step-login")
    late = datetime(2026, 12, 8, 2, 0, tzinfo=UTC)
    assert await owner.ring(late) == [Rung.ASK]
    rows = await owner.rows()
    waiting = [row for row in rows if row.state == "pending"]
    assert {row.reason for row in waiting} == {"another question stood"}
    assert all(row.due_at > late + timedelta(hours=20) for row in waiting)


async def test_outside_the_owners_hours_a_late_checkin_waits_for_the_morning(owner: Owner) -> None:
    await owner.start()
    night = datetime(2026, 11, 26, 14, 0, tzinfo=UTC)  # 23:00 in Tokyo
    assert await owner.ring(night) == []
    [first, *_] = await owner.rows()
    assert first.state == "pending"
    assert first.due_at == datetime(2026, 11, 27, 0, 0, tzinfo=UTC)
    assert await owner.ring(first.due_at) == [Rung.ASK]


async def test_another_persons_checkin_is_no_ones_to_answer(owner: Owner) -> None:
    await owner.start()
    [first, *_] = await owner.rows()
    stranger = Owner(owner.database, key="web:b")
    async with owner.database.transaction() as session:
        await open_conversation(session, "web:b", None, Defaults(), MORNING)
    assert await stranger.to_answer(first.id) is Refusal.NONE_OPEN
    assert (await owner.rows())[0].state == "pending"


async def test_a_zone_that_does_not_exist_counts_as_the_default_one(owner: Owner) -> None:
    await owner.start()
    async with owner.database.transaction() as session:
        await session.execute(update(Person).values(time_zone="Asia/Atlantis"))
    async with owner.database.reading() as session:
        person = await owner._person(session)
        assert zone_of(person) == "Asia/Tokyo"
        assert working_time(person, MORNING).time_zone == "Asia/Tokyo"
    assert await owner.ring((await owner.rows())[0].due_at) == [Rung.ASK]


async def test_a_plan_without_a_working_day_is_refused_and_leaves_nothing(database: Database) -> None:
    def never(person: Person, now: datetime) -> WorkingTime:
        return replace(working_time(person, now), weekdays=frozenset())

    owner = Owner(database, Rollouts(PHASES, never))
    with pytest.raises(NoOpenDay):
        await owner.start()
    assert await owner.rows() == []


def without(phases: tuple[Phase, ...], *numbers: int) -> tuple[Phase, ...]:
    return tuple(phase for phase in phases if phase.number not in numbers)


async def test_a_phase_that_the_content_has_lost_is_passed_over(owner: Owner) -> None:
    await owner.start()
    [first, *_] = await owner.rows()
    later = Owner(owner.database, Rollouts(without(PHASES, 1)))
    assert await later.ring(first.due_at) == []
    rows = await later.rows()
    assert (rows[0].state, rows[0].reason) == ("superseded", "phase over")
    assert {row.phase for row in rows if row.state == "pending" and row.phase != 1} == {2}
    assert isinstance(await later.to_answer(None), CheckIn)


async def test_phases_that_the_content_has_gained_go_behind_the_last_one(database: Database) -> None:
    before = Owner(database, Rollouts(without(PHASES, 7, 8)))
    await before.start()
    after = Owner(database, Rollouts(PHASES))
    async with database.transaction() as session:
        person = await after._person(session)
        [rollout] = await after.rollouts.active(session, person)
        await after.rollouts.close_phase(session, person, rollout, MORNING)
    async with database.reading() as session:
        rows = list(await session.scalars(select(PhaseRow).order_by(PhaseRow.number)))
    assert [row.number for row in rows] == list(range(1, 9))
    assert all(one.ends_on < two.starts_on for one, two in pairwise(rows))


async def test_an_owner_who_cannot_be_reached_is_tried_daily_and_earlier_questions_end_as_undeliverable(owner: Owner) -> None:
    await owner.start()
    async with owner.database.transaction() as session:
        await session.execute(update(Conversation).values(unreachable="bot was blocked"))
    first, last = await owner.rows()
    assert await owner.ring(first.due_at) == []
    assert [row.state for row in await owner.rows()] == ["undeliverable", "pending"]
    assert await owner.ring(last.due_at) == []
    [_, waiting] = await owner.rows()
    assert waiting.due_at == last.due_at + timedelta(days=1)
    async with owner.database.transaction() as session:  # the owner writes again
        await session.execute(update(Conversation).values(unreachable=None))
    assert await owner.ring(waiting.due_at) == [Rung.ASK]


async def test_moving_a_phase_moves_its_checkins_in_the_same_transaction_and_doubles_none(owner: Owner) -> None:
    await owner.start()
    before = {row.occurrence: row.due_at for row in await owner.rows()}
    async with owner.database.transaction() as session:
        person = await owner._person(session)
        [rollout] = await owner.rollouts.active(session, person)
        end = rollout.plan[0].ends_on + timedelta(days=14)
        moved = await owner.rollouts.move(session, person, rollout, 1, end, MORNING)
        assert moved.ends_on == end
    rows = await owner.rows()
    assert {row.occurrence: row.due_at for row in rows} == before  # the rhythm counts from the start, which has not moved
    async with owner.database.reading() as session:
        phases = list(await session.scalars(select(PhaseRow).order_by(PhaseRow.number)))
    assert phases[1].starts_on > end


async def test_a_checkin_that_rang_is_answered_by_the_owner_first_and_then_says_nothing(owner: Owner) -> None:
    await owner.start()
    [first, *_] = await owner.rows()
    await owner.ring(first.due_at)
    nudge = next(row.due_at for row in await owner.rows() if row.state == "asked")
    async with owner.database.transaction() as session:
        await ring_due(owner.database, session, nudge)
    async with owner.database.transaction() as session:
        row, person = await session.get_one(CheckIn, first.id), await owner._person(session)
        assert row.state == "rung"
        standing = await owner.rollouts.standing(session, person)
        assert standing is row
        await owner.rollouts.answer(session, person, row, "in_progress", nudge)
        assert await Ladder(owner.rollouts).step(session, person, row, nudge) is None


async def test_masses_of_due_checkins_do_not_stand_before_an_owner_who_writes(database: Database) -> None:
    owners = range(1, 301)
    await crowd.move_in(database, owners, MORNING)
    await crowd.give_checkins(database, owners, MORNING)
    async with database.transaction() as session:
        assert await ring_due(database, session, MORNING, limit=1_000) == 300
        await inbox.store(database, session, Incoming("web", "1", "web:newcomer", text="こんにちは"), MORNING)
    async with database.reading() as session:
        waiting = await inbox.waiting_conversations(session)
    assert waiting[0] == "web:newcomer"
    assert len(waiting) == inbox.AT_ONCE


async def test_batches_ring_every_checkin_once_with_two_bells(database_url: str) -> None:
    one, two = Database(database_url), Database(database_url)
    owners = range(1, 501)
    await crowd.move_in(one, owners, MORNING)
    await crowd.give_checkins(one, owners, MORNING)

    async def ring_all(database: Database) -> int:
        rung = 0
        while True:
            async with database.transaction() as session:
                batch = await ring_due(database, session, MORNING, limit=50)
            rung += batch
            if batch == 0:
                return rung

    rung = sum(await asyncio.gather(ring_all(one), ring_all(two)))
    async with one.reading() as session:
        keys = list(await session.scalars(select(InboxRow.external_id)))
    assert rung == len(keys) == len(set(keys)) == 500
    await asyncio.gather(one.close(), two.close())

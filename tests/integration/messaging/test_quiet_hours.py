"""A check-in that waited in the outbox leaves in the owner's hours only, and not at all once it is over. On both databases."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, update

from bot.messaging import inbox
from bot.messaging.bell import Bell
from bot.messaging.desk import Desk
from bot.messaging.message import Delivery, Incoming, Reply
from bot.messaging.outbox import append
from bot.messaging.rates import Rate
from bot.messaging.turns import Turns
from bot.people.profiles import Defaults
from bot.rollout.checkins import Rollout, Rollouts
from bot.rollout.leaving import Leaving
from bot.rollout.phases import load_phases
from bot.services import ROOT
from bot.storage.database import Database
from bot.storage.tables import CheckIn, Conversation, Initiative, OutboxRow, Person
from tests import crowd
from tests.fakes import FakeClock, FakeResponder

#: A Thursday, ten seconds before six in Tokyo: then the owners close. They open again at midnight UTC.
EVENING = datetime(2026, 11, 26, 8, 59, 50, tzinfo=UTC)
MORNING = datetime(2026, 11, 27, 0, 0, tzinfo=UTC)
EVERYTHING_AT_ONCE = Rate(per_second=10_000, reserved_per_second=10_000, chat_per_second=1000, chat_burst=100)
PHASES = load_phases(ROOT / "knowledge")


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(EVENING)


@pytest.fixture
def desk(database: Database, bell: Bell, clock: FakeClock) -> Desk:
    return Desk(database, bell, clock, leaves_at=Leaving())


async def nudge(database: Database, now: datetime, owners: range = range(1, 2)) -> None:
    """Owners in Telegram whose check-in was asked a moment ago, and waits in the outbox."""
    await crowd.move_in(database, owners, now)
    await crowd.give_checkins(database, owners, now)
    async with database.transaction() as session:
        await session.execute(update(Conversation).values(channel="telegram"))
        for row in await session.scalars(select(CheckIn).order_by(CheckIn.id)):
            row.state, row.asked_at = "asked", now
            incoming = Incoming("clock", f"checkin:{row.id}", f"web:{row.person_id}", checkin=row.id)
            inbox_row = await _inbox(database, session, incoming, now)
            conversation = await session.get_one(Conversation, incoming.conversation)
            await append(session, conversation, [Reply(text=f"check-in {row.id}")], inbox_row, now, is_nudge=True)


async def _inbox(database: Database, session, incoming: Incoming, now: datetime) -> int:  # type: ignore[no-untyped-def]
    await inbox.store(database, session, incoming, now)
    row = await inbox.find(session, incoming.channel, incoming.external_id)
    assert row is not None
    row.state = "done"
    return row.id


async def claim(desk: Desk, limit: int = 40) -> list[Delivery]:
    return await desk.claim("telegram", "w", limit, rate=EVERYTHING_AT_ONCE)


async def only_row(database: Database) -> OutboxRow:
    async with database.reading() as session:
        return (await session.scalars(select(OutboxRow))).one()


async def test_quiet_hours_that_begin_while_many_check_ins_leave_hold_back_the_rest(
    database: Database, desk: Desk, clock: FakeClock
) -> None:
    await nudge(database, EVENING, range(1, 201))
    sent: dict[str, datetime] = {}

    async def drain() -> None:
        while deliveries := await claim(desk, 20):
            for delivery in deliveries:
                if len(sent) == 60 and clock() == EVENING:
                    clock.advance(timedelta(seconds=11))
                if await desk.intend(delivery, "w"):
                    sent[delivery.conversation] = clock()
                    await desk.sent(delivery, "w", "1")

    await drain()
    clock.now = MORNING - timedelta(seconds=1)
    await drain()
    assert len(sent) == 60
    clock.now = MORNING
    await drain()
    assert len(sent) == 200
    assert set(sent.values()) == {EVENING, MORNING}


async def test_a_check_in_that_was_put_off_by_a_failure_waits_for_the_morning(database: Database, desk: Desk, clock: FakeClock) -> None:
    await nudge(database, EVENING)
    [delivery] = await claim(desk)
    await desk.intend(delivery, "w")
    await desk.not_sent(delivery, "w", "refused", retry_after=90)
    clock.advance(timedelta(seconds=91))
    assert await claim(desk) == []
    row = await only_row(database)
    assert (row.state, row.due_at, row.failures) == ("pending", MORNING, 0)
    clock.now = MORNING
    assert len(await claim(desk)) == 1


async def test_hours_are_looked_at_once_more_right_before_sending(database: Database, desk: Desk, clock: FakeClock) -> None:
    await nudge(database, EVENING)
    [delivery] = await claim(desk)
    clock.advance(timedelta(seconds=5))
    async with database.transaction() as session:  # meanwhile the owner said: not on weekdays
        (await session.get_one(Person, 1)).weekdays = [5]
    assert not await desk.intend(delivery, "w")
    row = await only_row(database)
    assert (row.state, row.due_at) == ("pending", datetime(2026, 11, 28, 0, 0, tzinfo=UTC))


async def test_an_owner_who_writes_in_the_evening_gets_the_check_in_and_the_answer_at_once(
    database: Database, desk: Desk, bell: Bell, clock: FakeClock
) -> None:
    await nudge(database, EVENING)
    clock.advance(timedelta(hours=3))
    assert await claim(desk) == []
    await desk.receive(Incoming("telegram", "1", "web:1", text="hello"))
    await Turns(database, FakeResponder(), bell, clock, Defaults()).answer_waiting()
    said = []
    while deliveries := await claim(desk):
        for delivery in deliveries:
            assert await desk.intend(delivery, "w")
            await desk.sent(delivery, "w", "1")
            said.append(delivery.reply.text)
    assert said == ["check-in 1", "echo: hello"]


@pytest.mark.parametrize("how", ["stopped", "answered elsewhere", "put off", "phase done"])
async def test_a_check_in_that_is_over_does_not_leave_any_more(database: Database, desk: Desk, clock: FakeClock, how: str) -> None:
    await nudge(database, EVENING)
    [delivery] = await claim(desk)
    clock.advance(timedelta(seconds=10))
    await _end(database, clock(), how)
    assert not await desk.intend(delivery, "w")
    row = await only_row(database)
    assert (row.state, row.error) == ("cancelled", "no longer asked")
    assert await claim(desk) == []


async def _end(database: Database, now: datetime, how: str) -> None:
    rollouts = Rollouts(PHASES)
    async with database.transaction() as session:
        person, checkin = await session.get_one(Person, 1), (await session.scalars(select(CheckIn))).one()
        rollout = Rollout(await session.get_one(Initiative, 1), PHASES)
        if how == "stopped":
            await rollouts.stop(session, rollout)
        elif how == "answered elsewhere":
            await rollouts.answer(session, person, checkin, "in_progress", now)
        elif how == "put off":
            await rollouts.put_off(session, person, checkin, 3, now)
        else:
            await rollouts.close_phase(session, person, rollout, now)


async def test_an_owner_who_paused_meanwhile_is_left_in_peace_until_they_go_on(database: Database, desk: Desk, clock: FakeClock) -> None:
    await nudge(database, EVENING)
    for paused, waiting in ((True, 0), (False, 1)):
        async with database.transaction() as session:
            (await session.get_one(Person, 1)).checkins_paused = paused
        assert len(await claim(desk)) == waiting
        clock.now = MORNING + timedelta(days=3)  # a Monday


async def test_a_firm_without_an_open_day_holds_up_nobody(database: Database, desk: Desk) -> None:
    await nudge(database, EVENING, range(1, 3))
    async with database.transaction() as session:
        (await session.get_one(Person, 1)).weekdays = []
    assert [each.conversation for each in await claim(desk)] == ["web:2"]


async def test_the_words_that_close_a_phase_do_leave(database: Database, desk: Desk, clock: FakeClock) -> None:
    await nudge(database, EVENING)
    await _end(database, EVENING, "answered elsewhere")  # at the same moment, by the very turn that said so
    [delivery] = await claim(desk)
    assert await desk.intend(delivery, "w")


async def test_a_cancel_that_races_with_the_worker_is_obeyed_unless_the_intent_came_first(database_url: str, clock: FakeClock) -> None:
    one, two = Database(database_url), Database(database_url)
    rounds = range(1, 31)
    await nudge(one, EVENING, rounds)
    desk = Desk(one, Bell(), clock, leaves_at=Leaving())
    left: dict[int, bool] = {}

    async def cancel(number: int) -> None:
        async with two.transaction() as session:
            await session.execute(update(CheckIn).where(CheckIn.person_id == number).values(state="cancelled", reason="rollout stopped"))

    for delivery in await claim(desk):
        number = int(delivery.conversation.removeprefix("web:"))
        left[number], _ = await asyncio.gather(desk.intend(delivery, "w"), cancel(number))
    assert len(left) == len(rounds)
    async with one.reading() as session:
        states = {row.conversation_id: row.state for row in await session.scalars(select(OutboxRow))}
        assert await session.scalar(select(func.count()).where(CheckIn.state == "cancelled")) == len(rounds)
    assert states == {f"web:{number}": "sending" if went else "cancelled" for number, went in left.items()}
    await asyncio.gather(one.close(), two.close())


async def test_a_lease_that_a_wrong_clock_gave_is_freed(database: Database, desk: Desk, clock: FakeClock) -> None:
    await nudge(database, EVENING)
    clock.now = datetime(2036, 11, 26, 2, 0, tzinfo=UTC)  # ten years ahead, an open Wednesday
    [delivery] = await claim(desk)
    clock.now = EVENING
    assert await desk.reap() == 1
    [again] = await claim(desk)
    assert (again.id, again.attempt) == (delivery.id, delivery.attempt + 1)
    assert not await desk.intend(delivery, "w")

"""What pushing promises beyond the scheme itself: pace, order of importance, and other ways when one is closed. On both databases."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from bot.messaging import pushing
from bot.messaging.bell import Bell
from bot.messaging.desk import Desk
from bot.messaging.message import Button, Delivery, Incoming, Reply
from bot.messaging.rates import Rate
from bot.messaging.turns import Turns
from bot.people.profiles import Defaults
from bot.storage.database import Database
from bot.storage.tables import Conversation, DeliveryAttempt, OutboxRow
from tests.fakes import FakeClock, FakeResponder

FAST_CHATS = Rate(per_second=25, reserved_per_second=5, chat_per_second=1000, chat_burst=100)


async def hear(desk: Desk, turns: Turns, chat: str, number: int = 1, checkin: int | None = None, channel: str = "telegram") -> None:
    incoming = Incoming("clock" if checkin else channel, f"{chat}:{number}", f"{channel}:{chat}", text=f"m{number}", checkin=checkin)
    await desk.receive(incoming)
    await turns.answer_waiting()


async def outcome(database: Database, delivery: Delivery) -> str | None:
    async with database.reading() as session:
        return (await session.get_one(DeliveryAttempt, (delivery.id, delivery.attempt))).outcome


async def state(database: Database, delivery: Delivery) -> str:
    async with database.reading() as session:
        return (await session.get_one(OutboxRow, delivery.id)).state


async def test_answers_leave_before_check_ins_whatever_came_first(desk: Desk, turns: Turns) -> None:
    for number in range(1, 31):
        await hear(desk, turns, f"n{number}", checkin=number)
    await hear(desk, turns, "owner")
    claimed = await desk.claim("telegram", "w", rate=FAST_CHATS)
    assert claimed[0].conversation == "telegram:owner"
    assert claimed[0].wait == 0.0
    assert [each.is_nudge for each in claimed] == [False] + [True] * (len(claimed) - 1)


async def test_check_ins_take_slots_a_moment_ahead_and_answers_have_their_own_lane(
    database: Database, desk: Desk, turns: Turns, clock: FakeClock
) -> None:
    for number in range(1, 41):
        await hear(desk, turns, f"n{number}", checkin=number)
    nudges = await desk.claim("telegram", "w", limit=40, rate=FAST_CHATS)
    assert 8 <= len(nudges) <= 12, "not further ahead than a moment"
    if database.is_sqlite:
        assert await desk.claim("telegram", "w", limit=40, rate=FAST_CHATS) == []
    await hear(desk, turns, "owner")
    answer = (await desk.claim("telegram", "w", limit=40, rate=FAST_CHATS))[0]
    assert (answer.conversation, answer.wait) == ("telegram:owner", pytest.approx(0.0, abs=0.05))


async def test_replicas_share_one_pace(database_url: str) -> None:
    databases, clock, responder = [Database(database_url) for _ in range(4)], FakeClock(), FakeResponder()
    desks = [Desk(each, Bell(), clock) for each in databases]
    turns = Turns(databases[0], responder, Bell(), clock, Defaults())
    for number in range(60):
        await hear(desks[0], turns, f"c{number}")
    started, now = asyncio.get_running_loop().time(), asyncio.get_running_loop().time

    async def claim(desk: Desk, worker: str, limit: int) -> list[float]:
        return [now() + each.wait for each in await desk.claim("telegram", worker, limit, rate=FAST_CHATS)]

    slots = [slot for claimed in await asyncio.gather(*(claim(desk, f"w{n}", 15) for n, desk in enumerate(desks))) for slot in claimed]
    slots += await claim(desks[0], "w", 60)  # what the others passed over
    assert len(slots) == 60
    assert max(slots) - started > 1.6, "60 messages at 25 + 5 a second, however many replicas send them"
    await asyncio.gather(*(each.close() for each in databases))


async def test_one_chat_gets_a_short_burst_and_then_one_a_second(database: Database, clock: FakeClock, bell: Bell) -> None:
    responder = FakeResponder(lambda incoming: [Reply(text=f"{number}") for number in range(7)])
    desk, turns = Desk(database, bell, clock), Turns(database, responder, bell, clock, Defaults())
    await hear(desk, turns, "a")
    waits = []
    for _ in range(7):
        [delivery] = await desk.claim("telegram", "w", rate=Rate())
        await desk.intend(delivery, "w")
        await desk.sent(delivery, "w", "1")
        waits.append(round(delivery.wait))
    assert waits == [0, 0, 0, 0, 1, 2, 3]


async def test_a_group_gets_a_short_burst_and_then_twenty_a_minute(database: Database, clock: FakeClock, bell: Bell) -> None:
    responder = FakeResponder(lambda incoming: [Reply(text=f"{number}") for number in range(7)])
    desk, turns = Desk(database, bell, clock), Turns(database, responder, bell, clock, Defaults())
    await desk.receive(Incoming("telegram", "1", "telegram:-100200", text="@bot?"))
    await turns.answer_waiting()
    waits = []
    for _ in range(7):
        [delivery] = await desk.claim("telegram", "w", rate=Rate())
        await desk.intend(delivery, "w")
        await desk.sent(delivery, "w", "1")
        waits.append(round(delivery.wait))
    assert waits == [0, 0, 0, 0, 3, 6, 9]


async def test_a_pause_in_one_chat_holds_only_that_line_and_in_two_chats_everything(desk: Desk, turns: Turns, clock: FakeClock) -> None:
    for chat in "abc":
        await hear(desk, turns, chat)
    first, second = await desk.claim("telegram", "w", 2)
    await desk.intend(first, "w")
    await desk.intend(second, "w")
    await desk.not_sent(first, "w", "429", retry_after=3)
    [third] = await desk.claim("telegram", "w")
    await desk.intend(third, "w")
    await desk.sent(third, "w", "1")
    await desk.not_sent(second, "w", "429", retry_after=3)
    await hear(desk, turns, "d")
    assert await desk.claim("telegram", "w") == []


async def test_a_pause_that_the_whole_channel_was_asked_for_holds_every_replica_and_counts_no_failure(
    database_url: str, clock: FakeClock
) -> None:
    one, two = Database(database_url), Database(database_url)
    desks = [Desk(each, Bell(), clock) for each in (one, two)]
    turns = Turns(one, FakeResponder(), Bell(), clock, Defaults())
    for chat in "abcd":
        await hear(desks[0], turns, chat)
    for desk, delivery in zip(desks, await desks[0].claim("telegram", "w", 2), strict=True):
        await desk.intend(delivery, "w")
        await desk.not_sent(delivery, "w", "429", retry_after=3)
    assert [await desk.claim("telegram", "w") for desk in desks] == [[], []]
    async with one.reading() as session:
        assert set((await session.execute(select(OutboxRow.state, OutboxRow.failures))).all()) == {("pending", 0)}
    await asyncio.gather(one.close(), two.close())


async def test_five_minutes_without_a_connection_cost_few_tries_and_lose_nothing(
    database: Database, desk: Desk, turns: Turns, clock: FakeClock
) -> None:
    for chat in "ab":
        await hear(desk, turns, chat)
    tries = 0
    for _ in range(60):
        for delivery in await desk.claim("telegram", "w", rate=FAST_CHATS):
            tries += await desk.intend(delivery, "w")
            await desk.not_sent(delivery, "w", "ConnectError")
        clock.advance(timedelta(seconds=5))
    assert 2 * 3 <= tries <= 2 * 8, "each line a few times, further and further apart"
    async with database.reading() as session:
        assert set((await session.execute(select(OutboxRow.state, OutboxRow.ambiguous))).all()) == {("pending", 0)}
    clock.advance(timedelta(seconds=pushing.LONGEST_PAUSE_SECONDS))
    assert len(await desk.claim("telegram", "w", rate=FAST_CHATS)) == 2


async def test_a_check_in_that_stands_in_the_way_of_an_answer_leaves_with_it(database: Database, desk: Desk, turns: Turns) -> None:
    await hear(desk, turns, "a", 1)
    await hear(desk, turns, "a", 2, checkin=7)
    await hear(desk, turns, "a", 3)
    async with database.reading() as session:
        rows = await session.scalars(select(OutboxRow).order_by(OutboxRow.seq))
        assert [row.is_nudge for row in rows] == [False, False, False]


async def test_failures_wait_longer_each_time_and_not_all_alike(database: Database, desk: Desk, turns: Turns, clock: FakeClock) -> None:
    pauses: list[list[float]] = []
    for chat in "abcd":
        await hear(desk, turns, chat)
    for _ in range(3):
        deliveries = await desk.claim("telegram", "w")
        for delivery in deliveries:
            await desk.intend(delivery, "w")
            await desk.not_sent(delivery, "w", "refused")
        async with database.reading() as session:
            due = list(await session.scalars(select(OutboxRow.due_at)))
        pauses.append([(each - clock()).total_seconds() for each in due])
        clock.advance(timedelta(hours=1))
    assert all(5 <= pause <= 15 for pause in pauses[0])
    assert all(20 <= pause <= 60 for pause in pauses[2])
    assert len(set(pauses[0])) > 1


async def test_a_check_in_that_cannot_arrive_is_said_in_another_conversation(database: Database, clock: FakeClock, bell: Bell) -> None:
    responder = FakeResponder(lambda incoming: [Reply("how is it going?", (Button("done", meaning="checkin_done?checkin=7"),))])
    desk, turns = Desk(database, bell, clock), Turns(database, responder, bell, clock, Defaults())
    await hear(desk, turns, "page", channel="web")
    await hear(desk, turns, "1")
    async with database.transaction() as session:
        web = await session.get_one(Conversation, "web:page")
        await session.execute(update(Conversation).where(Conversation.id == "telegram:1").values(person_id=web.person_id))
    for delivery in await desk.claim("telegram", "w"):
        await desk.intend(delivery, "w")
        await desk.sent(delivery, "w", "1")
    await hear(desk, turns, "1", 2, checkin=7)
    [nudge] = await desk.claim("telegram", "w")
    await desk.intend(nudge, "w")
    await desk.undeliverable(nudge, "w", "blocked", unreachable=True)
    line = (await desk.lines("web:page"))[-1]
    assert (line.reply.text, [each.meaning for each in line.reply.buttons]) == ("how is it going?", ["checkin_done?checkin=7"])
    assert await state(database, nudge) == "dead"
    await desk.set_reachable("telegram:1", None)
    assert await desk.claim("telegram", "w") == [], "not said twice"


async def test_lines_wait_for_an_owner_who_blocked_the_bot(desk: Desk, turns: Turns) -> None:
    await hear(desk, turns, "a")
    await desk.set_reachable("telegram:a", "kicked")
    assert await desk.claim("telegram", "w") == []
    await desk.set_reachable("telegram:a", None)
    assert len(await desk.claim("telegram", "w")) == 1


async def test_an_outcome_that_came_late_but_before_a_resend_still_counts(
    database: Database, desk: Desk, turns: Turns, clock: FakeClock
) -> None:
    await hear(desk, turns, "a")
    [delivery] = await desk.claim("telegram", "w")
    await desk.intend(delivery, "w")
    clock.advance(pushing.LEASE + pushing.REAP_SLACK + timedelta(seconds=1))
    await desk.reap()
    assert await outcome(database, delivery) == "crashed"
    assert not await desk.sent(delivery, "w", "17")
    assert (await state(database, delivery), await outcome(database, delivery)) == ("sent", "sent")


async def test_a_pressed_button_proves_that_its_line_arrived(database: Database, clock: FakeClock, bell: Bell) -> None:
    responder = FakeResponder(lambda incoming: [] if incoming.button else [Reply("which?", (Button("this", meaning="affirm"),))])
    desk, turns = Desk(database, bell, clock), Turns(database, responder, bell, clock, Defaults())
    await hear(desk, turns, "a")
    [delivery] = await desk.claim("telegram", "w")
    await desk.intend(delivery, "w")
    await desk.maybe_sent(delivery, "w", "ReadTimeout")
    await desk.receive(Incoming("telegram", "press", "telegram:a", button=delivery.reply.buttons[0].payload))
    await turns.answer_waiting()
    assert await state(database, delivery) == "sent"


async def test_a_group_that_moved_gets_what_waited_at_its_new_address(desk: Desk, turns: Turns) -> None:
    await hear(desk, turns, "-1")
    await desk.moved("telegram:-1", "telegram:-100")
    [delivery] = await desk.claim("telegram", "w")
    assert (delivery.conversation, delivery.reply.text) == ("telegram:-100", "echo: m1")


async def test_what_was_deleted_while_it_was_being_sent_is_no_trouble(database: Database, desk: Desk, turns: Turns) -> None:
    await hear(desk, turns, "a")
    [delivery] = await desk.claim("telegram", "w")
    await desk.intend(delivery, "w")
    async with database.transaction() as session:
        await session.delete(await session.get_one(Conversation, "telegram:a"))
    assert not await desk.sent(delivery, "w", "1")
    assert not await desk.not_sent(delivery, "w", "refused")
    assert not await desk.maybe_sent(delivery, "w", "cut off")


async def test_owners_are_answered_before_check_ins_of_the_same_moment(
    database: Database, desk: Desk, bell: Bell, clock: FakeClock
) -> None:
    responder = FakeResponder()
    for number in range(1, 41):
        await desk.receive(Incoming("clock", f"{number}", f"telegram:n{number}", checkin=number))
    await desk.receive(Incoming("telegram", "1", "telegram:owner", text="hello"))
    await Turns(database, responder, bell, clock, Defaults()).answer_waiting()
    assert "hello" in [each.text for each in responder.heard[:20]]

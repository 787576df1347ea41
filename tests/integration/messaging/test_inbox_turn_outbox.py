"""What messaging promises, on SQLite and on PostgreSQL."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select

from bot.messaging import pushing
from bot.messaging.bell import Bell
from bot.messaging.desk import Desk
from bot.messaging.message import Button, Delivery, Incoming, Reply, clean
from bot.messaging.turns import Turns
from bot.people.profiles import Defaults
from bot.storage.database import Database
from bot.storage.tables import ChannelAddress, Conversation, OutboxRow
from bot.turn import Turn
from tests.fakes import FakeClock, FakeResponder


def make_parts(database: Database, responder: FakeResponder, clock: FakeClock) -> tuple[Desk, Turns]:
    bell = Bell()
    return Desk(database, bell, clock), Turns(database, responder, bell, clock, Defaults())


def make_incoming(number: int, text: str = "", channel: str = "web", **more: str) -> Incoming:
    return Incoming(channel, f"{channel}:a:{number}", f"{channel}:a", text=text or f"message {number}", **more)  # type: ignore[arg-type]


async def texts(desk: Desk, conversation: str = "web:a") -> list[str]:
    return [line.reply.text for line in await desk.lines(conversation)]


async def test_what_comes_twice_is_answered_once(database: Database) -> None:
    desk, turns = make_parts(database, FakeResponder(), FakeClock())
    assert await desk.receive(make_incoming(1))
    assert not await desk.receive(make_incoming(1))
    await turns.answer_waiting()
    assert await texts(desk) == ["message 1", "echo: message 1"]


async def test_turns_of_one_conversation_run_in_order(database: Database) -> None:
    desk, turns = make_parts(database, FakeResponder(), FakeClock())
    for number in range(5):
        await desk.receive(make_incoming(number))
    await turns.answer_waiting()
    assert await texts(desk) == [text for n in range(5) for text in (f"message {n}", f"echo: message {n}")]


async def test_two_replicas_answer_each_message_once(database_url: str) -> None:
    first, second, responder = Database(database_url), Database(database_url), FakeResponder()
    desk, one = make_parts(first, responder, FakeClock())
    _, two = make_parts(second, responder, FakeClock())
    for number in range(8):
        await desk.receive(make_incoming(number))
    while len(await texts(desk)) < 16:
        await asyncio.gather(one.answer_waiting(), two.answer_waiting())
    assert sorted(each.text for each in responder.heard) == [f"message {number}" for number in range(8)]
    await asyncio.gather(first.close(), second.close())


class Slow(FakeResponder):
    """Says when a turn has begun, and waits at the gate."""

    def __init__(self) -> None:
        super().__init__()
        self.gate.clear()
        self.begun = asyncio.Event()

    async def respond(self, turn: Turn) -> Sequence[Reply]:
        self.begun.set()
        return await super().respond(turn)


async def test_a_turn_under_way_when_the_process_is_asked_to_end_is_finished(database: Database) -> None:
    responder = Slow()
    desk, turns = make_parts(database, responder, FakeClock())
    await desk.receive(make_incoming(1))
    await desk.receive(make_incoming(2))
    running = asyncio.create_task(turns.run())
    await responder.begun.wait()
    running.cancel()
    await asyncio.sleep(0)
    responder.gate.set()
    await asyncio.gather(running, return_exceptions=True)
    assert running.cancelled()
    assert await texts(desk) == ["message 1", "echo: message 1"]  # the second is left to another replica


async def test_replicas_that_start_together_announce_a_channel_at_once(database_url: str, clock: FakeClock) -> None:
    databases = [Database(database_url) for _ in range(3)]
    desks = [Desk(each, Bell(), clock) for each in databases]
    for url in ("https://t.me/one", "https://t.me/two", None, "https://t.me/three"):
        await asyncio.gather(*(desk.announce("telegram", url) for desk in desks))
        async with databases[0].reading() as session:
            assert list(await session.scalars(select(ChannelAddress.url))) == ([url] if url else [])
    for each in databases:
        await each.close()


async def test_a_turn_that_fails_is_tried_again_and_leaves_nothing_behind(database: Database) -> None:
    responder = FakeResponder()
    responder.failures = 1
    desk, turns = make_parts(database, responder, FakeClock())
    await desk.receive(make_incoming(1))
    await turns.answer_waiting()
    assert await texts(desk) == ["message 1", "echo: message 1"]


async def test_a_turn_that_always_fails_is_set_aside_and_the_next_one_is_answered(database: Database) -> None:
    responder = FakeResponder()
    responder.failures = 3
    desk, turns = make_parts(database, responder, FakeClock())
    await desk.receive(make_incoming(1))
    await desk.receive(make_incoming(2))
    await turns.answer_waiting()
    assert await texts(desk) == ["message 1", "apology in en", "message 2", "echo: message 2"]


async def test_a_button_is_found_in_its_own_conversation_only(database: Database) -> None:
    responder = FakeResponder(lambda incoming: [Reply("choose", (Button("yes", meaning="affirm"),))])
    desk, turns = make_parts(database, responder, FakeClock())
    await desk.receive(make_incoming(1))
    await turns.answer_waiting()
    assert await desk.is_button("web:a", "b2.0")
    assert not await desk.is_button("web:b", "b2.0")
    for payload in ("b2.1", "b3.0", "b.0", "b2", "affirm", "b²0", ""):
        assert not await desk.is_button("web:a", payload)


def test_text_is_kept_without_what_no_screen_can_show() -> None:
    assert clean("a\x00b\ud800\tc\n") == "ab\tc"
    assert len(clean("x" * 100_000)) == 4000


async def claimed(desk: Desk, turns: Turns, worker: str = "w1") -> Delivery:
    await desk.receive(make_incoming(1, channel="telegram"))
    await turns.answer_waiting()
    [delivery] = await desk.claim("telegram", worker)
    return delivery


async def row_of(database: Database, delivery: Delivery) -> OutboxRow:
    async with database.reading() as session:
        return await session.get_one(OutboxRow, delivery.id)


async def test_a_line_is_claimed_by_one_worker_only(database: Database) -> None:
    desk, turns = make_parts(database, FakeResponder(), FakeClock())
    await claimed(desk, turns)
    assert await desk.claim("telegram", "w2") == []


async def test_a_worker_that_woke_up_late_can_neither_send_nor_mark(database: Database) -> None:
    clock = FakeClock()
    desk, turns = make_parts(database, FakeResponder(), clock)
    old = await claimed(desk, turns)
    clock.advance(pushing.LEASE + timedelta(seconds=1))
    assert not await desk.intend(old, "w1")
    assert await desk.reap() == 1
    [new] = await desk.claim("telegram", "w2")
    assert await desk.intend(new, "w2")
    assert not await desk.sent(old, "w1", "1")
    assert await desk.sent(new, "w2", "2")
    assert (await row_of(database, new)).state == "sent"


async def test_a_line_over_which_processes_died_is_sent_four_times_at_most_and_then_left_as_unknown(database: Database) -> None:
    clock = FakeClock()
    desk, turns = make_parts(database, FakeResponder(), clock)
    delivery = await claimed(desk, turns)
    for number, state in enumerate(("pending", "pending", "pending", "unknown")):
        assert await desk.intend(delivery, "w1")
        clock.advance(pushing.LEASE + pushing.REAP_SLACK + timedelta(seconds=1))
        assert await desk.reap() == 1
        assert (await row_of(database, delivery)).state == state
        clock.advance(pushing.RESEND_AFTER * 2**number)
        again = await desk.claim("telegram", "w1")
        delivery = again[0] if again else delivery
    assert await desk.claim("telegram", "w1") == []


async def test_a_wish_to_wait_is_no_failure(database: Database) -> None:
    clock = FakeClock()
    desk, turns = make_parts(database, FakeResponder(), clock)
    delivery = await claimed(desk, turns)
    await desk.intend(delivery, "w1")
    await desk.not_sent(delivery, "w1", "429", retry_after=30)
    row = await row_of(database, delivery)
    assert (row.state, row.failures, row.due_at) == ("pending", 0, clock() + timedelta(seconds=30))


async def test_an_unreachable_owner_is_not_pushed_to_until_they_write_again(database: Database) -> None:
    desk, turns = make_parts(database, FakeResponder(), FakeClock())
    delivery = await claimed(desk, turns)
    await desk.intend(delivery, "w1")
    await desk.undeliverable(delivery, "w1", "blocked", unreachable=True)
    async with database.reading() as session:
        assert (await session.get_one(Conversation, "telegram:a")).unreachable == "blocked"
    await desk.receive(make_incoming(2, channel="telegram"))
    await turns.answer_waiting()
    assert [each.reply.text for each in await desk.claim("telegram", "w1")] == ["echo: message 1"]

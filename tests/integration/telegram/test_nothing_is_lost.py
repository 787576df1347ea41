"""Restarts, crashes, doubles and outages on the way in and on the way out."""

from __future__ import annotations

import asyncio
import logging

import pytest

from bot.messaging.desk import Unavailable
from bot.messaging.message import Reply
from bot.messaging.outbox import append
from bot.storage.tables import Conversation
from tests.fake_telegram import FakeTelegram, Hold, Reset, bad_gateway, blocked, cut_off, server_error, too_many_requests, unauthorized
from tests.fake_telegram.faults import Fault
from tests.integration.telegram.conftest import Advisor, Flaky, eventually

CHAT = 4711
OTHER = 4712


# --- on the way in ---


async def test_a_crash_between_fetching_and_storing_loses_and_repeats_nothing(advisor: Advisor, fake: FakeTelegram) -> None:
    desk, reached = Flaky(advisor.desk), asyncio.Event()

    async def hang() -> None:
        reached.set()
        await asyncio.Event().wait()

    desk.before["receive"] = hang
    first = advisor.kill(desk)
    for number in range(3):
        fake.user_writes(CHAT, f"{number}")
    await reached.wait()
    await first.stop()
    assert await advisor.inbox() == []

    advisor.start()
    assert await fake.wait_for_messages(CHAT, 3) == ["echo 0", "echo 1", "echo 2"]
    await advisor.wait_for_states("sent", "sent", "sent")
    await fake.wait_until_all_taken()
    assert len(fake.messages(CHAT)) == 3


async def test_a_crash_between_storing_and_acknowledging_answers_once(advisor: Advisor, fake: FakeTelegram) -> None:
    desk, reached = Flaky(advisor.desk), asyncio.Event()

    async def hang() -> None:
        reached.set()
        await asyncio.Event().wait()

    desk.after["receive"] = hang
    first = advisor.kill(desk)
    fake.user_writes(CHAT, "hello")
    await reached.wait()
    await first.stop()
    assert len(fake.world.updates) == 1, "Telegram still has it"

    advisor.start()
    await fake.wait_until_all_taken()
    await advisor.wait_for_states("sent")
    assert fake.texts(CHAT) == ["echo hello"]


async def test_an_update_that_comes_twice_is_answered_once(advisor: Advisor, fake: FakeTelegram) -> None:
    number = fake.user_writes(CHAT, "hello")
    update = fake.world.updates[number]
    advisor.start(poll=1)
    await fake.wait_for_messages(CHAT, 1)
    await fake.wait_until_all_taken()
    fake.redeliver(update)
    await fake.wait_until_all_taken()
    fake.user_writes(CHAT, "again")
    assert await fake.wait_for_messages(CHAT, 2) == ["echo hello", "echo again"]


async def test_the_offset_waits_while_nothing_can_be_stored(advisor: Advisor, fake: FakeTelegram) -> None:
    desk = Flaky(advisor.desk)
    tries = 0

    async def fail() -> None:
        nonlocal tries
        tries += 1
        if tries < 4:
            assert len(fake.world.updates) == 2, "acknowledged before it was stored"
            raise Unavailable

    desk.before["receive"] = fail
    fake.user_writes(CHAT, "one")
    fake.user_writes(CHAT, "two")
    advisor.start(desk)
    assert await fake.wait_for_messages(CHAT, 2) == ["echo one", "echo two"]
    assert tries == 5


async def test_polling_goes_on_after_an_outage(advisor: Advisor, fake: FakeTelegram) -> None:
    advisor.start()
    await fake.wait_for_calls("getUpdates", 1)
    fake.fail("getUpdates", bad_gateway(), times=2)
    fake.fail("getUpdates", too_many_requests(0))
    await fake.stop()
    fake.user_writes(CHAT, "while you were away")
    await fake.start()
    assert await fake.wait_for_messages(CHAT, 1) == ["echo while you were away"]


async def test_a_second_poller_is_reported_and_survived(advisor: Advisor, fake: FakeTelegram, caplog: pytest.LogCaptureFixture) -> None:
    first = advisor.start()
    await fake.wait_for_calls("getUpdates", 1)
    advisor.start()
    await fake.wait_for_calls("getUpdates", 4)
    await first.stop()
    fake.user_writes(CHAT, "hello")
    assert await fake.wait_for_messages(CHAT, 1) == ["echo hello"]
    assert "telegram_conflict" in [getattr(record, "action", "") for record in caplog.records]


async def test_an_old_webhook_is_removed(advisor: Advisor, fake: FakeTelegram) -> None:
    fake.world.webhook = "https://old.example/hook"
    fake.user_writes(CHAT, "hello")
    advisor.start()
    assert await fake.wait_for_messages(CHAT, 1) == ["echo hello"]


async def test_a_refused_token_ends_the_channel_with_one_clear_line(
    advisor: Advisor, fake: FakeTelegram, caplog: pytest.LogCaptureFixture
) -> None:
    await advisor.start(token="123456:wrong").ended()
    [record] = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert "ADVISOR_TELEGRAM_TOKEN" in record.getMessage()
    assert "123456:wrong" not in caplog.text


# --- on the way out ---


async def test_a_pause_asked_for_one_chat_does_not_stop_the_others(advisor: Advisor, fake: FakeTelegram) -> None:
    fake.fail("sendMessage", too_many_requests(30), chat=CHAT)
    advisor.start()
    fake.user_writes(CHAT, "hello")
    fake.user_writes(CHAT, "still there?")
    await fake.wait_for_calls("sendMessage", 1, CHAT)
    await advisor.wait_for_states("pending", "pending")
    fake.user_writes(OTHER, "hello")
    assert await fake.wait_for_messages(OTHER, 1) == ["echo hello"]
    assert len(fake.calls_of("sendMessage", CHAT)) == 1

    row = (await advisor.outbox())[0]
    assert 28 < (row.due_at - advisor.clock()).total_seconds() <= 31
    assert row.failures == 0
    advisor.clock.move(seconds=32)
    assert await fake.wait_for_messages(CHAT, 2) == ["echo hello", "echo still there?"]


async def test_an_owner_who_blocked_the_bot_is_left_alone_until_they_write_again(advisor: Advisor, fake: FakeTelegram) -> None:
    advisor.will_say("bye", *(Reply(text=f"line {number}") for number in range(3)))
    fake.fail("sendMessage", blocked())
    advisor.start()
    fake.user_writes(CHAT, "bye")
    await advisor.wait_for_states("pending", "pending", "pending")
    await eventually(lambda: advisor.unreachable(CHAT), bool)
    assert len(fake.calls_of("sendMessage", CHAT)) == 1

    fake.user_blocks(CHAT)
    fake.user_unblocks(CHAT)
    fake.user_writes(CHAT, "back")
    assert await fake.wait_for_messages(CHAT, 4) == ["line 0", "line 1", "line 2", "echo back"]
    assert await advisor.unreachable(CHAT) is None


async def test_a_chat_that_is_gone_is_unreachable(advisor: Advisor, fake: FakeTelegram) -> None:
    fake.user_writes(CHAT, "hello")
    del fake.world.chats[CHAT]
    advisor.start()
    obstacle = await eventually(lambda: advisor.unreachable(CHAT), bool)
    assert "chat not found" in str(obstacle).lower()


async def test_a_token_that_is_refused_for_a_while_delays_and_loses_nothing(advisor: Advisor, fake: FakeTelegram) -> None:
    fake.fail("sendMessage", unauthorized())
    advisor.start()
    fake.user_writes(CHAT, "hello")
    [row] = await eventually(advisor.outbox, lambda rows: bool(rows) and rows[0].error == "InvalidToken")
    assert (row.state, row.failures, row.ambiguous) == ("pending", 0, 0)
    advisor.clock.move(seconds=62)
    await advisor.wait_for_states("sent")
    assert fake.texts(CHAT) == ["echo hello"]


@pytest.mark.parametrize("fault", [Reset(accepted=True), cut_off(), bad_gateway()])
async def test_an_unclear_answer_costs_at_most_one_more_copy(advisor: Advisor, fake: FakeTelegram, fault: Fault) -> None:
    fake.fail("sendMessage", fault)
    advisor.start()
    fake.user_writes(CHAT, "hello")
    await _ambiguous(advisor)
    advisor.clock.move(minutes=4)
    await advisor.wait_for_states("sent")
    assert len(fake.calls_of("sendMessage", CHAT)) == 2
    assert 1 <= len(fake.messages(CHAT)) <= 2


@pytest.mark.parametrize("fault", [bad_gateway(), server_error()])
async def test_a_server_that_fails_for_half_an_hour_delays_and_loses_nothing(advisor: Advisor, fake: FakeTelegram, fault: Fault) -> None:
    fake.fail("sendMessage", fault, times=4)
    advisor.start()
    fake.user_writes(CHAT, "hello")
    for number, minutes in enumerate((3, 6, 12, 24), start=1):
        await eventually(advisor.outbox, lambda rows, number=number: bool(rows) and rows[0].ambiguous == number)  # type: ignore[misc]
        assert len(fake.calls_of("sendMessage")) == number
        advisor.clock.move(minutes=minutes, seconds=2)
    await advisor.wait_for_states("sent")
    assert fake.texts(CHAT) == ["echo hello"]


async def _ambiguous(advisor: Advisor) -> None:
    await eventually(advisor.outbox, lambda rows: bool(rows) and rows[0].ambiguous == 1)


async def test_a_checkin_that_is_sent_again_says_so(advisor: Advisor, fake: FakeTelegram) -> None:
    advisor.start()
    fake.user_writes(CHAT, "hello")
    await fake.wait_for_messages(CHAT, 1)
    fake.fail("sendMessage", bad_gateway())
    async with advisor.database.transaction() as session:
        conversation = await session.get_one(Conversation, f"telegram:{CHAT}")
        await append(session, conversation, [Reply("調子はどうですか?")], None, advisor.clock(), is_nudge=True)
    await eventually(advisor.outbox, lambda rows: rows[-1].ambiguous == 1)
    advisor.clock.move(minutes=4)
    assert await fake.wait_for_messages(CHAT, 2) == ["echo hello", "もう一度お送りします。\n調子はどうですか?"]


async def test_twice_unclear_is_left_as_unknown(advisor: Advisor, fake: FakeTelegram) -> None:
    fake.fail("sendMessage", Reset(accepted=True), times=2)
    advisor.start()
    fake.user_writes(CHAT, "hello")
    await _ambiguous(advisor)
    advisor.clock.move(minutes=4)
    await advisor.wait_for_states("unknown")
    fake.user_writes(CHAT, "next")
    assert await fake.wait_for_messages(CHAT, 3) == ["echo hello", "echo hello", "echo next"]


async def test_a_line_that_never_left_is_tried_again_and_arrives_once(advisor: Advisor, fake: FakeTelegram) -> None:
    desk = Flaky(advisor.desk)
    stopped = False

    async def network_goes_down() -> None:
        nonlocal stopped
        if not stopped:
            stopped = True
            await fake.stop()

    desk.after["intend"] = network_goes_down
    advisor.start(desk)
    fake.user_writes(CHAT, "hello")
    [row] = await eventually(advisor.outbox, lambda rows: bool(rows) and rows[0].failures == 1)
    assert (row.state, row.ambiguous) == ("pending", 0)
    await fake.start()
    advisor.clock.move(minutes=1)
    assert await fake.wait_for_messages(CHAT, 1) == ["echo hello"]
    await advisor.wait_for_states("sent")
    assert len(fake.messages(CHAT)) == 1


async def test_a_crash_before_the_intent_sends_exactly_once(advisor: Advisor, fake: FakeTelegram) -> None:
    desk, reached = Flaky(advisor.desk), asyncio.Event()

    async def hang() -> None:
        reached.set()
        await asyncio.Event().wait()

    desk.before["intend"] = hang
    first = advisor.kill(desk)
    fake.user_writes(CHAT, "hello")
    await reached.wait()
    await first.stop()
    await advisor.wait_for_states("claimed")

    advisor.start()
    advisor.clock.move(seconds=61)
    assert await fake.wait_for_messages(CHAT, 1) == ["echo hello"]
    [row] = await advisor.wait_for_states("sent")
    assert (row.ambiguous, len(fake.messages(CHAT))) == (0, 1)


async def test_a_crash_while_sending_costs_at_most_one_more_copy(advisor: Advisor, fake: FakeTelegram) -> None:
    hold = Hold()
    fake.fail("sendMessage", hold)
    first = advisor.kill()
    fake.user_writes(CHAT, "hello")
    await fake.wait_for_messages(CHAT, 1)
    await first.stop()
    await advisor.wait_for_states("sending")

    advisor.start()
    advisor.clock.move(seconds=91)
    await _ambiguous(advisor)
    advisor.clock.move(minutes=4)
    await advisor.wait_for_states("sent")
    assert fake.texts(CHAT) == ["echo hello", "echo hello"]


async def test_a_clean_stop_finishes_what_is_being_sent(advisor: Advisor, fake: FakeTelegram) -> None:
    hold = Hold()
    fake.fail("sendMessage", hold)
    running = advisor.start()
    fake.user_writes(CHAT, "hello")
    await fake.wait_for_messages(CHAT, 1)
    stopping = asyncio.create_task(running.stop())
    await asyncio.sleep(0)
    hold.release.set()
    await stopping
    await advisor.wait_for_states("sent")


@pytest.mark.parametrize("step", ["reap", "claim", "intend", "sent"])
async def test_a_database_that_is_away_for_a_moment_costs_only_time(advisor: Advisor, fake: FakeTelegram, step: str) -> None:
    desk = Flaky(advisor.desk)
    tries: list[str] = []

    async def fail() -> None:
        tries.append(step)
        if len(tries) < 4:
            raise Unavailable

    desk.before[step] = fail
    advisor.start(desk)
    fake.user_writes(CHAT, "hello")
    await advisor.wait_for_states("sent")
    assert fake.texts(CHAT) == ["echo hello"]
    assert tries


async def test_a_clean_stop_leaves_nothing_claimed(advisor: Advisor, fake: FakeTelegram) -> None:
    desk, reached, go = Flaky(advisor.desk), asyncio.Event(), asyncio.Event()

    async def wait() -> None:
        if await advisor.outbox():
            reached.set()
            await go.wait()

    desk.before["claim"] = wait
    running = advisor.start(desk)
    fake.user_writes(CHAT, "hello")
    await reached.wait()
    stopping = asyncio.create_task(running.stop())
    await asyncio.sleep(0)
    go.set()
    await stopping
    await advisor.wait_for_states("sent")


async def test_two_channels_on_one_outbox_send_each_line_once(advisor: Advisor, fake: FakeTelegram) -> None:
    advisor.start()
    advisor.start()
    for number in range(20):
        fake.user_writes(1000 + number % 5, f"{number}")
    for chat in range(1000, 1005):
        await fake.wait_for_messages(chat, 4)
    await advisor.wait_for_states(*["sent"] * 20)
    assert sum(len(fake.messages(chat)) for chat in range(1000, 1005)) == 20

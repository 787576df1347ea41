"""Groups: the advisor speaks only when spoken to. And members, memberships, edits: what else Telegram tells."""

from __future__ import annotations

import pytest

from tests.fake_telegram import MENTION, FakeTelegram
from tests.integration.telegram.conftest import Advisor, eventually

CHAT, GROUP, GROWN = 4711, -200, -1000000000200


@pytest.mark.parametrize(("said", "heard"), [(f"{MENTION} CRMって何?", "CRMって何?"), (f"/help{MENTION}", ""), ("/diagnose", "")])
async def test_a_group_is_answered_when_it_speaks_to_the_bot(advisor: Advisor, fake: FakeTelegram, said: str, heard: str) -> None:
    advisor.start()
    fake.user_writes(GROUP, said, kind="group")
    await fake.wait_for_messages(GROUP, 1)
    [incoming] = advisor.responder.heard
    assert (incoming.text, incoming.command, incoming.is_group) == (heard, None, True)


async def test_a_reply_to_the_bot_speaks_to_it(advisor: Advisor, fake: FakeTelegram) -> None:
    advisor.start()
    fake.user_writes(GROUP, f"{MENTION} hello", kind="group")
    await fake.wait_for_messages(GROUP, 1)
    fake.user_replies(GROUP, "and then?")
    assert await fake.wait_for_messages(GROUP, 2) == ["echo hello", "echo and then?"]


@pytest.mark.parametrize("said", ["hello everybody", "/help@another_bot", "mail me at a@advisor.example"])
async def test_what_a_group_says_to_others_is_none_of_ours(advisor: Advisor, fake: FakeTelegram, said: str) -> None:
    advisor.start()
    fake.user_writes(GROUP, said, kind="group")
    fake.user_writes(CHAT, "hello")
    await fake.wait_for_messages(CHAT, 1)
    assert [row.conversation_id for row in await advisor.inbox()] == [f"telegram:{CHAT}"]
    assert fake.calls_of("sendMessage", GROUP) == []


async def test_a_group_that_grew_is_answered_at_its_new_number(advisor: Advisor, fake: FakeTelegram) -> None:
    fake.user_writes(GROUP, f"{MENTION} hello", kind="group")
    fake.world.chats[GROUP].moved_to = GROWN  # before anybody tells us
    fake.world.chat(GROWN, kind="supergroup")
    advisor.start()
    assert await fake.wait_for_messages(GROWN, 1) == ["echo hello"]
    assert await advisor.unreachable(GROUP)


async def test_a_group_that_says_it_grew_is_followed(advisor: Advisor, fake: FakeTelegram) -> None:
    advisor.start()
    fake.user_writes(GROUP, f"{MENTION} hello", kind="group")
    await fake.wait_for_messages(GROUP, 1)
    fake.group_grows(GROUP, GROWN)
    await eventually(lambda: advisor.unreachable(GROUP), bool)
    fake.user_writes(GROWN, f"{MENTION} again", kind="supergroup")
    assert await fake.wait_for_messages(GROWN, 1) == ["echo again"]


async def test_an_owner_who_blocks_is_known_at_once_and_back_when_they_return(advisor: Advisor, fake: FakeTelegram) -> None:
    advisor.start()
    fake.user_writes(CHAT, "hello")
    await fake.wait_for_messages(CHAT, 1)
    fake.user_blocks(CHAT)
    assert "kicked" in str(await eventually(lambda: advisor.unreachable(CHAT), bool))
    fake.user_unblocks(CHAT)
    await eventually(lambda: advisor.unreachable(CHAT), lambda obstacle: obstacle is None)


async def test_an_edited_message_is_handed_in_as_a_correction(advisor: Advisor, fake: FakeTelegram) -> None:
    advisor.start()
    fake.user_writes(CHAT, "2")
    await fake.wait_for_messages(CHAT, 1)
    fake.user_edits(CHAT, "3")
    await fake.wait_for_messages(CHAT, 2)
    first, second = advisor.responder.heard
    assert (second.text, second.corrects, first.corrects) == ("3", first.client_id, None)


async def test_service_messages_are_passed_over(advisor: Advisor, fake: FakeTelegram) -> None:
    advisor.start()
    fake.user_writes(CHAT, "first")
    await fake.wait_for_messages(CHAT, 1)
    chat = fake.world.chats[CHAT].json()
    fake.queue_raw("message", {"message_id": 99, "date": 1, "chat": chat, "delete_chat_photo": True})
    fake.user_writes(CHAT, "second")
    assert await fake.wait_for_messages(CHAT, 2) == ["echo first", "echo second"]


async def test_a_code_behind_start_is_handed_in_as_a_code(advisor: Advisor, fake: FakeTelegram) -> None:
    advisor.start()
    fake.user_writes(CHAT, "/start Abc-123_x")
    await fake.wait_for_messages(CHAT, 1)
    [heard] = advisor.responder.heard
    assert (heard.command, heard.code, heard.text) == ("start", "Abc-123_x", "")


async def test_typing_is_shown_until_the_answer_has_left(advisor: Advisor, fake: FakeTelegram) -> None:
    advisor.start(typing_every=0.05)
    fake.user_writes(CHAT, "hello")
    await fake.wait_for_messages(CHAT, 1)
    await advisor.wait_for_states("sent")
    before = len(fake.calls_of("sendChatAction", CHAT))
    fake.user_writes(CHAT + 1, "a later message")
    await fake.wait_for_messages(CHAT + 1, 1)
    assert before >= 1
    assert len(fake.calls_of("sendChatAction", CHAT)) <= before + 1


async def test_the_advisor_learns_where_its_bot_is_found(advisor: Advisor, fake: FakeTelegram) -> None:
    advisor.start()
    fake.user_writes(CHAT, "hello")
    await fake.wait_for_messages(CHAT, 1)
    assert await advisor.address() == "https://t.me/advisor_test_bot"

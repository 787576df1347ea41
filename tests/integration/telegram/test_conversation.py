"""What owners see: answers, buttons, commands, and things that are not text."""

from __future__ import annotations

import logging

import pytest

from bot.channels.telegram.commands import MiniApp
from bot.messaging.message import Reply
from tests.fake_telegram import FakeTelegram
from tests.integration.telegram.conftest import Advisor, choice

CHAT = 4711


async def test_a_message_is_answered(advisor: Advisor, fake: FakeTelegram) -> None:
    advisor.start()
    fake.user_writes(CHAT, "在庫管理を教えて", language="ja")
    assert await fake.wait_for_messages(CHAT, 1) == ["echo 在庫管理を教えて"]
    await advisor.wait_for_states("sent")
    [row] = await advisor.inbox()
    assert (row.conversation_id, row.body["language"]) == (f"telegram:{CHAT}", "ja")
    [line] = await advisor.outbox()
    assert line.provider_id == str(fake.messages(CHAT)[0]["message_id"])


async def test_the_owner_sees_that_an_answer_is_being_written(advisor: Advisor, fake: FakeTelegram) -> None:
    advisor.start()
    fake.user_writes(CHAT, "hello")
    [call] = await fake.wait_for_calls("sendChatAction", 1)
    assert (call.chat, call.fields["action"]) == (CHAT, "typing")


async def test_the_lines_of_one_answer_come_in_order_and_promptly(advisor: Advisor, fake: FakeTelegram) -> None:
    advisor.will_say("go", *(Reply(text=f"line {number}") for number in range(8)))
    advisor.start(look_every=3600, reap_every=3600)  # so only the bell can bring the next line
    fake.user_writes(CHAT, "go")
    assert await fake.wait_for_messages(CHAT, 8) == [f"line {number}" for number in range(8)]


async def test_many_owners_are_answered_each_in_order(advisor: Advisor, fake: FakeTelegram) -> None:
    advisor.start()
    chats = range(1, 31)
    for number in range(3):
        for chat in chats:
            fake.user_writes(chat, f"{number}")
    for chat in chats:
        assert await fake.wait_for_messages(chat, 3) == ["echo 0", "echo 1", "echo 2"]


async def test_a_pressed_button_is_answered_and_its_message_edited_in_place(advisor: Advisor, fake: FakeTelegram) -> None:
    advisor.will_say("start?", choice("**どちら** & <どれ>?", "はい、始める", "あとで"))
    advisor.start()
    fake.user_writes(CHAT, "start?")
    await fake.wait_for_messages(CHAT, 1)
    assert fake.titles(CHAT) == [["はい、始める"], ["あとで"]]
    entities = fake.messages(CHAT)[0]["entities"]

    fake.user_presses(CHAT, "あとで")
    await fake.wait_for_messages(CHAT, 2)
    await fake.wait_for_calls("editMessageText", 1)
    await fake.wait_until(lambda: "reply_markup" not in fake.messages(CHAT)[0], "the keyboard to go")
    assert fake.messages(CHAT)[0]["text"] == "どちら & <どれ>?\n\n✓ あとで"
    assert fake.messages(CHAT)[0]["entities"] == entities
    assert advisor.responder.heard[-1].button == "b2.1"
    assert list(fake.world.presses.values()) == [True]
    assert (await advisor.inbox())[-1].body["title"] == "あとで"


async def test_the_same_press_twice_edits_once_and_complains_never(
    advisor: Advisor, fake: FakeTelegram, caplog: pytest.LogCaptureFixture
) -> None:
    advisor.will_say("start?", choice("Which?", "A", "B"))
    fake.user_writes(CHAT, "start?")
    advisor.start()
    await fake.wait_for_messages(CHAT, 1)
    fake.user_presses(CHAT, "A")
    fake.user_presses(CHAT, "A")
    await fake.wait_for_messages(CHAT, 3)
    await fake.wait_for_calls("editMessageText", 2)
    assert fake.texts(CHAT)[0] == "Which?\n\n✓ A"
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


async def test_a_failing_callback_answer_does_not_lose_the_press(advisor: Advisor, fake: FakeTelegram) -> None:
    advisor.will_say("start?", choice("Which?", "A"))
    advisor.start()
    fake.user_writes(CHAT, "start?")
    await fake.wait_for_messages(CHAT, 1)
    fake.user_presses(CHAT, "A")
    fake.world.presses["query-1"] = True  # as when it is too old by now
    assert (await fake.wait_for_messages(CHAT, 2))[1] == "echo b2.0"


async def test_a_button_below_a_full_message_only_loses_its_keyboard(advisor: Advisor, fake: FakeTelegram) -> None:
    advisor.will_say("long", choice("x" * 4096, "A"))
    advisor.start()
    fake.user_writes(CHAT, "long")
    await fake.wait_for_messages(CHAT, 1)
    fake.user_presses(CHAT, "A")
    await fake.wait_until(lambda: "reply_markup" not in fake.messages(CHAT)[0], "the keyboard to go")
    assert fake.texts(CHAT)[0] == "x" * 4096


@pytest.mark.parametrize(
    ("typed", "command", "text"),
    [
        ("/start", "start", ""),
        ("/start web_4f2a", "start", ""),
        ("/help", "help", ""),
        ("/Help@advisor_test_bot", "help", ""),
        ("/language  English please", "language", "English please"),
        ("/unknown thing", None, "unknown thing"),
        ('/faq{"a": 1}', None, '/faq{"a": 1}'),
        ("1/2", None, "1/2"),
    ],
)
async def test_commands_of_the_menu_come_as_commands(
    advisor: Advisor, fake: FakeTelegram, typed: str, command: str | None, text: str
) -> None:
    advisor.start()
    fake.user_writes(CHAT, typed)
    await fake.wait_for_messages(CHAT, 1)
    [heard] = advisor.responder.heard
    assert (heard.command, heard.text) == (command, text)


@pytest.mark.parametrize(
    ("sent", "handed_in"),
    [
        ("photo", "photo"),
        ("sticker", "sticker"),
        ("voice", "voice"),
        ("location", "location"),
        ("contact", "contact"),
        ("document", "file"),
    ],
)
async def test_what_is_not_text_is_handed_in(advisor: Advisor, fake: FakeTelegram, sent: str, handed_in: str) -> None:
    advisor.start()
    fake.user_sends(CHAT, sent, caption="これは?" if sent == "photo" else "")
    assert await fake.wait_for_messages(CHAT, 1) == [f"echo {handed_in}"]
    assert advisor.responder.heard[0].text == ("これは?" if sent == "photo" else "")


async def test_an_update_that_cannot_be_read_does_not_stop_the_others(
    advisor: Advisor, fake: FakeTelegram, caplog: pytest.LogCaptureFixture
) -> None:
    fake.world.chat(CHAT)
    fake.queue_raw("message", {"message_id": 1, "chat": {"id": CHAT}, "text": "secret figures"})
    fake.user_writes(CHAT, "hello")
    advisor.start()
    assert await fake.wait_for_messages(CHAT, 1) == ["echo hello"]
    assert "telegram_update_unreadable" in [getattr(record, "action", "") for record in caplog.records]
    assert "secret figures" not in caplog.text


async def test_the_command_menu_is_set_in_every_language(advisor: Advisor, fake: FakeTelegram) -> None:
    advisor.start()
    await fake.wait_until(lambda: len(fake.world.commands) == 3, "the menu in three languages")
    scope = "all_private_chats"
    assert fake.world.commands[scope, "ja"][1] == {"command": "diagnose", "description": "診断を始める"}
    assert fake.world.commands[scope, "en"] == fake.world.commands[scope, ""]


async def test_an_empty_chat_tells_what_the_bot_is_in_every_language(advisor: Advisor, fake: FakeTelegram) -> None:
    advisor.start()
    await fake.wait_until(lambda: len(fake.world.descriptions) == 6, "both descriptions in three languages")
    assert fake.world.descriptions["description", "ja"] == "小さな会社の相談相手です。"
    assert fake.world.descriptions["short_description", ""] == "Adviser"


async def test_button_beside_the_input_opens_the_page_and_is_taken_back(advisor: Advisor, fake: FakeTelegram) -> None:
    url = "https://advisor.example/telegram"
    first = advisor.start(mini_app=MiniApp("画面で開く", url))
    await fake.wait_until(lambda: bool(fake.world.menu_buttons), "the menu button")
    assert fake.world.menu_buttons == {None: {"type": "web_app", "text": "画面で開く", "web_app": {"url": url}}}
    await first.stop()
    advisor.start()
    await fake.wait_until(lambda: fake.world.menu_buttons[None]["type"] == "default", "the usual button")


async def test_logs_carry_neither_the_token_nor_what_was_said(
    advisor: Advisor, fake: FakeTelegram, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        advisor.start()
        fake.user_writes(CHAT, "売上は三千万円")
        await fake.wait_for_messages(CHAT, 1)
        await advisor.wait_for_states("sent")
    assert "売上" not in caplog.text
    assert "a-token-of-the-fake" not in caplog.text

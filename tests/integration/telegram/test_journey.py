"""The whole way with the real assistant, through the real channel and the fake Telegram; and one owner in two channels."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.assistant.agent import Assistant
from bot.channels.telegram.channel import TelegramChannel
from bot.messaging.bell import INBOX, Bell
from bot.messaging.desk import Desk
from bot.messaging.message import Incoming
from bot.messaging.turns import Turns
from bot.people.profiles import Defaults
from bot.reports.documents import DocumentFiles
from bot.rollout.ringing import ring_due
from bot.services import Services
from bot.storage.database import Database
from bot.storage.tables import CheckIn, Conversation, InboxRow, OutboxRow, Person
from tests.fake_telegram import MENTION, TOKEN, FakeTelegram
from tests.integration.telegram.conftest import FAST, ShiftedClock, eventually

CHAT, GROUP, PAGE = 4711, -200, "web:page"


@dataclass
class Journey:
    """An owner with a phone, and perhaps a web page."""

    database: Database
    desk: Desk
    bell: Bell
    clock: ShiftedClock
    fake: FakeTelegram
    seen: dict[int, int] = field(default_factory=dict)
    said_on_page: int = 0

    async def say(self, text: str, chat: int = CHAT, **how: str) -> str:
        """Type; returns what the advisor says to it."""
        self.fake.user_writes(chat, text, **how)
        return await self.hear(chat)

    async def press(self, title: str, chat: int = CHAT) -> str:
        """Press the newest button whose title begins so."""
        buttons = [each["text"] for rows in self._keyboards(chat) for row in rows for each in row]
        self.fake.user_presses(chat, next(each for each in reversed(buttons) if each.startswith(title)))
        return await self.hear(chat)

    def _keyboards(self, chat: int) -> list[list[list[dict[str, str]]]]:
        return [message.get("reply_markup", {}).get("inline_keyboard", []) for message in self.fake.messages(chat)]

    async def edit(self, text: str, was: str) -> str:
        """Rewrite a message."""
        self.fake.user_edits(CHAT, text, was)
        return await self.hear()

    async def hear(self, chat: int = CHAT) -> str:
        """Wait until everything that came is answered, and the answers have arrived; returns what is new."""
        await self.fake.wait_until_all_taken()
        await eventually(self._is_quiet, bool)
        new, self.seen[chat] = self.fake.messages(chat)[self.seen.get(chat, 0) :], len(self.fake.messages(chat))
        return "\n".join(message.get("text", message.get("caption", "")) for message in new)

    async def _is_quiet(self) -> bool:
        async with self.database.reading() as session:
            unanswered = await session.scalar(select(InboxRow.id).where(InboxRow.state == "waiting"))
            unsent = await session.scalar(select(OutboxRow.id).where(OutboxRow.state.in_(("pending", "claimed", "sending"))))
        return unanswered is None and unsent is None

    async def on_page(self, text: str = "", button: str | None = None) -> str:
        """Type or press on the web page instead."""
        self.said_on_page += 1
        incoming = Incoming("web", f"page:{self.said_on_page}", PAGE, text=text, button=button, language="ja")
        return "\n".join(reply.text for reply in await self.desk.answer(incoming, timeout=60))

    async def press_on_page(self, title: str) -> str:
        """Press the newest button of the page whose title begins so."""
        lines = [line for line in await self.desk.lines(PAGE) if line.author == "advisor"]
        buttons = [each for line in lines for each in line.reply.buttons]
        return await self.on_page(button=next(each.payload for each in reversed(buttons) if each.title.startswith(title)))

    async def wait_for_checkin(self) -> None:
        """Let time pass until the next check-in is due, and ring."""
        async with self.database.transaction() as session:
            due_at = await session.scalar(select(CheckIn.due_at).where(CheckIn.state == "pending").order_by(CheckIn.due_at).limit(1))
        assert due_at is not None
        self.clock.move(seconds=(due_at - self.clock() + timedelta(seconds=1)).total_seconds())
        async with self.database.transaction() as session:
            assert await ring_due(self.database, session, self.clock()) >= 1
        self.bell.ring(INBOX)


@pytest.fixture
async def journey(sqlite_url: str, fake: FakeTelegram, assistant: Assistant, services: Services) -> AsyncIterator[Journey]:
    """The advisor as it is served, with time that can be moved."""
    database, bell, clock = Database(sqlite_url), Bell(), ShiftedClock()
    files = DocumentFiles(database, services.reports.documents, clock)
    desk = Desk(database, bell, clock, files)
    menu = {language: [(name, each.text.get(language)) for name, each in services.commands.items()] for language in ("ja", "en")}
    channel = TelegramChannel(desk, TOKEN, fake.base_url, menu, timing=FAST)
    tasks = [asyncio.create_task(part) for part in (Turns(database, assistant, bell, clock, Defaults()).run(), channel.run())]
    yield Journey(database, desk, bell, clock, fake)
    for task in tasks:
        task.cancel()
    with suppress(asyncio.CancelledError):
        await asyncio.gather(*tasks, return_exceptions=True)
    files.close()
    await database.close()


async def begin(journey: Journey) -> None:
    """Into the assessment, past the questions about the firm."""
    await journey.say("/start")
    assert "(1/8)" in await journey.press("診断を始める")
    for told in ("居酒屋です", "6人"):
        await journey.say(told)
    assert "(4/8)" in await journey.say("手作業")


async def test_the_whole_way_in_telegram(journey: Journey) -> None:
    await begin(journey)
    assert "(5/8)" in await journey.press("②")
    said = await journey.say("棚卸しに丸一日かかる")
    assert "お店の在庫管理" in said
    assert "(5/8)" in said
    assert "(6/8)" in await journey.say("2")
    assert "注文や予約を受けてから請求まで" in await journey.say("/back")
    for answer in ("①", "①", "①"):
        await journey.press(answer)
    assert "レベル1" in await journey.press("①")
    assert "レベル1" in await journey.say("/result")
    assert "報告書" in await journey.say("/report")
    assert [message["document"]["file_name"] for message in journey.fake.messages(CHAT) if "document" in message]
    assert "8つの段階" in await journey.press("1. を始める")
    assert "の計画です" in await journey.say("/roadmap")

    await journey.wait_for_checkin()
    await eventually(journey._is_quiet, bool)
    await journey.hear()
    assert await journey.press("あとで")
    await journey.wait_for_checkin()
    await journey.hear()
    assert "1つだけ教えてください" in await journey.press("合っていて、目標も書けた")
    assert "おめでとうございます" in await journey.say("12月末までに棚卸しを月5時間に")
    assert await journey.say("/stop")
    async with journey.database.reading() as session:
        assert (await session.scalars(select(Person))).one().checkins_paused

    assert "本当に消しますか" in await journey.say("/delete")
    assert "すべて消しました" in await journey.press("はい、すべて消す")
    assert "まだ診断の結果がありません" in await journey.say("/result")
    assert "✓ はい、すべて消す" in journey.fake.transcript(CHAT)
    assert journey.fake.world.presses
    assert all(journey.fake.world.presses.values()), "every press was answered"


async def test_a_rewritten_answer_corrects_that_answer_and_the_open_question_stays_open(journey: Journey) -> None:
    await begin(journey)
    await journey.say("2")
    assert "(6/8)" in await journey.say("３")
    said = await journey.edit("5", was="2")
    assert "⑤" in said
    assert "(6/8)" in said


async def test_a_rewritten_answer_about_the_firm_is_corrected_too(journey: Journey) -> None:
    await begin(journey)
    said = await journey.edit("20人", was="6人")
    assert "(4/8)" in said
    async with journey.database.reading() as session:
        assert (await session.scalars(select(Person))).one().size == "6-20"


async def test_a_rewritten_question_is_answered_anew(journey: Journey) -> None:
    await journey.say("天気は?")
    assert "お店の在庫管理" in await journey.edit("棚卸しに丸一日かかる", was="天気は?")


@pytest.mark.parametrize(
    ("sent", "words"),
    [("sticker", "お気持ち"), ("voice", "音声"), ("photo", "文字だけ"), ("location", "場所"), ("contact", "連絡先")],
)
async def test_what_is_not_text_gets_a_kind_answer(journey: Journey, sent: str, words: str) -> None:
    journey.fake.user_sends(CHAT, sent)
    assert words in await journey.hear()


async def test_a_picture_with_words_is_answered_for_its_words(journey: Journey) -> None:
    journey.fake.user_sends(CHAT, "photo", caption="棚卸しに丸一日かかる")
    assert "お店の在庫管理" in await journey.hear()


async def test_a_group_gets_answers_but_no_assessment_and_no_buttons(journey: Journey) -> None:
    answer = await journey.say(f"{MENTION} 棚卸しに丸一日かかる", GROUP, kind="group")
    assert "お店の在庫管理" in answer
    for said in (f"/diagnose{MENTION}", f"{MENTION} 診断の結果を見せて", f"{MENTION} データを消して"):
        assert "https://t.me/advisor_test_bot?start=group" in await journey.say(said, GROUP, kind="group")
    assert all("reply_markup" not in message for message in journey.fake.messages(GROUP))


async def test_the_language_of_the_phone_is_spoken(journey: Journey) -> None:
    assert "I help small firms go digital" in await journey.say("/start", language="en-GB")


# --- two channels, one owner ---


async def start_on_page(journey: Journey) -> str:
    """An assessment under way on the page; returns the link's `/start …`."""
    await journey.say("/help")  # so that the channel is up, and its address known
    journey.seen.clear()
    await journey.on_page("こんにちは")
    await journey.press_on_page("診断を始める")
    for told in ("居酒屋です", "6人", "手作業", "2"):
        await journey.on_page(told)
    said = await journey.on_page("Telegramで続けたい")
    assert "(5/8)" in said, "the page goes on as well"
    link = next(line for line in said.splitlines() if line.startswith("https://t.me/advisor_test_bot?start="))
    return f"/start {link.partition('start=')[2]}"


async def test_a_link_from_the_page_joins_the_two_and_the_assessment_goes_on_where_it_was(journey: Journey) -> None:
    start = await start_on_page(journey)
    said = await journey.say(start)
    assert "引き継ぎました" in said
    assert "(5/8)" in said
    assert "(6/8)" in await journey.press("③")
    said = await journey.on_page("2")  # to the question that still stands on the page
    assert "もうお答えいただいています" in said
    assert "(6/8)" in said
    assert "(7/8)" in await journey.on_page("2"), "and back on the page"
    async with journey.database.reading() as session:
        people = list(await session.scalars(select(Person)))
        conversations = list(await session.scalars(select(Conversation.id)))
    assert len(people) == 1
    assert set(conversations) == {PAGE, f"telegram:{CHAT}"}
    assert people[0].preferred_channel == "telegram"


async def test_a_link_works_once_and_not_for_long(journey: Journey) -> None:
    start = await start_on_page(journey)
    assert "引き継ぎました" in await journey.say(start)
    said = await journey.say(start, chat=CHAT + 1)
    assert "もう使えません" in said
    again = await start_on_page_again(journey)
    journey.clock.move(minutes=31)
    assert "もう使えません" in await journey.say(again, chat=CHAT + 2)


async def start_on_page_again(journey: Journey) -> str:
    """Another owner's page."""
    incoming = Incoming("web", "other:1", "web:other", text="Telegramで続けたい", language="ja")
    said = "\n".join(reply.text for reply in await journey.desk.answer(incoming, timeout=60))
    return f"/start {said.partition('start=')[2].split()[0]}"


async def test_check_ins_go_where_the_owner_wants_them(journey: Journey) -> None:
    await journey.say(await start_on_page(journey))
    for _ in range(4):
        await journey.press("①")
    await journey.press("1. を始める")
    await journey.wait_for_checkin()
    assert await journey.hear(), "in Telegram, which they chose"
    await journey.press("合っていて、目標も書けた")
    await journey.say("12月末までに棚卸しを月5時間に")
    assert "もうつながっています" in await journey.on_page("Telegramで続けたい")
    assert "ウェブの画面に届けます" in await journey.press_on_page("ウェブに届ける")
    before = len(await journey.desk.lines(PAGE))
    await journey.wait_for_checkin()
    assert await journey.hear() == ""
    assert len(await journey.desk.lines(PAGE)) > before


async def test_without_telegram_nobody_is_sent_there(journey: Journey) -> None:
    await journey.say("/help")
    await journey.desk.announce("telegram", None)
    assert "ご用意がありません" in await journey.on_page("Telegramで続けたい")


async def test_help_on_the_page_offers_telegram_until_it_is_joined(journey: Journey) -> None:
    start = await start_on_page(journey)

    async def titles() -> list[str]:
        await journey.on_page("何ができるの")
        lines = [line for line in await journey.desk.lines(PAGE) if line.author == "advisor"]
        return [button.title for line in lines[-4:] for button in line.reply.buttons]

    assert "Telegramで続ける" in await titles()
    await journey.say(start)
    assert "Telegramで続ける" not in await titles()

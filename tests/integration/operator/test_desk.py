"""A hand-off from the owner's conversation to the operator's page and back, over the real advisor."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.app import Advisor, build_web, open_advisor
from bot.messaging.notices import Browser
from bot.services import Services
from bot.settings import Settings
from bot.storage.database import Database
from bot.storage.tables import Conversation, Handoff, HandoffLine, InboxRow, OperatorAct, OutboxRow, Person
from tests.conversations.talking import Talk, talk_of
from tests.fakes import FakeClock
from tests.integration.operator.conftest import TOKEN, Operator, browser

WORDS = "ZQXJV請求書の相談です"


@pytest.fixture
async def advisor(database_url: str, tmp_path: Path, model: Path, services: Services, clock: FakeClock) -> AsyncIterator[Advisor]:
    """An advisor with somebody behind it."""
    settings = Settings(data_dir=tmp_path / "data", database_url=database_url, operator_token=TOKEN, secret_key="a-key")
    async with open_advisor(settings, model, services, clock) as advisor:
        yield advisor


async def ask(talk: Talk) -> None:
    """Ask for a person, with a message."""
    await talk.say("補助金は使えますか")
    await talk.say("人と話したい")
    await talk.press("要約を添えて頼む")
    await talk.press("ひとこと書き添える")
    await talk.say(WORDS)


async def signed_in(advisor: Advisor) -> Operator:
    operator = browser(build_web(advisor))
    await operator.sign_in()
    return operator


async def number_of(database: Database) -> int:
    async with database.reading() as session:
        return int(await session.scalar(select(func.max(Handoff.id))) or 0)


async def acts(database: Database) -> list[tuple[str, int | None]]:
    async with database.reading() as session:
        return [tuple(row) for row in await session.execute(select(OperatorAct.act, OperatorAct.handoff_id).order_by(OperatorAct.id))]


async def test_from_the_chat_to_the_answer_and_back(advisor: Advisor, clock: FakeClock) -> None:
    talk = talk_of(advisor, clock)
    await ask(talk)
    number = await number_of(advisor.database)
    operator = await signed_in(advisor)
    assert "お返事を待つ依頼が 1 件あります" in operator.page
    assert f"/operator/handoffs/{number}" in (await operator.get("/tables/handoffs")).text
    assert WORDS not in (await operator.get(f"/handoffs/{number}")).text
    shown = (await operator.send(f"/handoffs/{number}/show")).text
    assert WORDS in shown
    assert "最後のご質問: 補助金は使えますか" in shown

    answered = await operator.send(f"/handoffs/{number}/answer", text="どの請求書ですか?\r\n<b>紙</b>でしょうか。")
    assert "送りました" in answered.text
    assert await talk.listen() == "**相談窓口から**\nどの請求書ですか?\n<b>紙</b>でしょうか。"
    await talk.press("窓口に返す")
    await talk.say("紙です")
    again = (await operator.send(f"/handoffs/{number}/show")).text
    assert [part in again for part in ("紙です", "&lt;b&gt;紙&lt;/b&gt;", "<b>紙</b>")] == [True, True, False]
    assert "終えました" in (await operator.send(f"/handoffs/{number}/close")).text
    assert await talk.listen() == ""
    assert "この依頼は終わっています" in operator.page
    done = ["signed_in", "shown", "answered", "shown", "closed"]
    assert await acts(advisor.database) == [(act, None if act == "signed_in" else number) for act in done]


async def test_what_is_read_is_written_down_and_shown_and_holds_no_words(advisor: Advisor, clock: FakeClock) -> None:
    await ask(talk_of(advisor, clock))
    number = await number_of(advisor.database)
    operator = await signed_in(advisor)
    for path in ("", "/tables/handoffs", f"/handoffs/{number}"):
        assert "ZQXJV" not in (await operator.get(path)).text
    assert [act for act, _ in await acts(advisor.database)] == ["signed_in"]
    await operator.send(f"/handoffs/{number}/show")
    trail = (await operator.get("/acts")).text
    assert "要約と言葉を見た" in trail
    assert "ZQXJV" not in trail


async def test_an_answer_sent_twice_arrives_once_and_an_empty_one_never(advisor: Advisor, clock: FakeClock) -> None:
    talk = talk_of(advisor, clock)
    await ask(talk)
    number = await number_of(advisor.database)
    operator = await signed_in(advisor)
    form = (await operator.get(f"/handoffs/{number}")).text
    assert "何も送っていません" in (await operator.send(f"/handoffs/{number}/answer", text=" \r\n")).text
    for _ in range(2):
        operator.page = form
        await operator.send(f"/handoffs/{number}/answer", text="一度だけ")
    assert (await talk.listen()).count("一度だけ") == 1


async def test_what_ended_meanwhile_is_not_answered(advisor: Advisor, clock: FakeClock) -> None:
    talk = talk_of(advisor, clock)
    await ask(talk)
    number = await number_of(advisor.database)
    operator = await signed_in(advisor)
    await operator.get(f"/handoffs/{number}")
    form = operator.page
    await talk.say("人と話したい")
    await talk.press("取り下げる")
    assert "終わっていました" in (await operator.send(f"/handoffs/{number}/answer", text="遅い")).text
    operator.page = form
    assert "終わっていました" in (await operator.send(f"/handoffs/{number}/close")).text
    assert await talk.listen() == ""
    assert (await operator.get("/handoffs/999999")).status_code == 404


async def test_the_answer_is_pushed_to_where_the_owner_is_reached(advisor: Advisor, clock: FakeClock) -> None:
    talk = talk_of(advisor, clock)
    await ask(talk)
    async with advisor.database.transaction() as session:
        here = await session.get_one(Conversation, talk.key)
        person = await session.get_one(Person, here.person_id)
        person.preferred_channel = "telegram"
        session.add(Conversation(id="telegram:7", person_id=person.id, channel="telegram", created_at=clock(), active_at=clock()))
    operator, number = await signed_in(advisor), await number_of(advisor.database)
    await operator.get(f"/handoffs/{number}")
    await operator.send(f"/handoffs/{number}/answer", text="こんにちは")
    await advisor.turns.answer_waiting()
    (delivery,) = await advisor.desk.claim("telegram", "w")
    assert (delivery.conversation, delivery.reply.text) == ("telegram:7", "**相談窓口から**\nこんにちは")
    assert not delivery.is_nudge


async def test_a_closed_page_is_told_of_the_answer(advisor: Advisor, clock: FakeClock) -> None:
    talk = talk_of(advisor, clock)
    await ask(talk)
    await advisor.desk.subscribe(talk.key, Browser("https://push.example/1", "p", "a", "https://advisor.example"))
    operator, number = await signed_in(advisor), await number_of(advisor.database)
    await operator.get(f"/handoffs/{number}")
    await operator.send(f"/handoffs/{number}/answer", text="こんにちは")
    await advisor.turns.answer_waiting()
    clock.advance(timedelta(seconds=10))
    assert [notice.reply.text for notice in await advisor.desk.claim_notices()] == ["**相談窓口から**\nこんにちは"]


async def test_an_answer_is_said_at_once_by_the_running_turns(advisor: Advisor, clock: FakeClock) -> None:
    talk = talk_of(advisor, clock)
    await ask(talk)
    operator, number = await signed_in(advisor), await number_of(advisor.database)
    running = asyncio.create_task(advisor.turns.run())
    await operator.get(f"/handoffs/{number}")
    with advisor.bell.listening(talk.key) as said:
        await operator.send(f"/handoffs/{number}/answer", text="すぐに")
        async with asyncio.timeout(10):
            await said.wait()
    running.cancel()
    assert "すぐに" in await talk.listen()


async def test_deletion_takes_the_hand_off_and_the_trail_forgets_it(advisor: Advisor, clock: FakeClock) -> None:
    talk = talk_of(advisor, clock)
    await ask(talk)
    operator, number = await signed_in(advisor), await number_of(advisor.database)
    await operator.get(f"/handoffs/{number}")
    await operator.send(f"/handoffs/{number}/show")
    await operator.send(f"/handoffs/{number}/answer", text="ZQXJVへのお返事")
    await talk.listen()
    await talk.say("データをすべて消して")
    await talk.press("はい、すべて消す")
    async with advisor.database.reading() as session:
        for table in (Handoff, HandoffLine):
            assert await session.scalar(select(func.count()).select_from(table)) == 0
        bodies = [*await session.scalars(select(InboxRow.body)), *await session.scalars(select(OutboxRow.body))]
    assert "ZQXJV" not in str(bodies)
    assert {handoff for _, handoff in await acts(advisor.database)} == {None}
    assert (await operator.get(f"/handoffs/{number}")).status_code == 404


async def test_the_words_of_a_hand_off_go_when_their_time_is_over(advisor: Advisor, clock: FakeClock) -> None:
    talk = talk_of(advisor, clock)
    await ask(talk)
    clock.advance(timedelta(days=91))
    await advisor.forget_words()
    operator, number = await signed_in(advisor), await number_of(advisor.database)
    await operator.get(f"/handoffs/{number}")
    shown = (await operator.send(f"/handoffs/{number}/show")).text
    assert "要約は添えられていません" in shown
    assert "保存の期間が過ぎ" in shown


async def test_without_a_token_there_is_no_page(database_url: str, tmp_path: Path, model: Path, services: Services) -> None:
    async with open_advisor(Settings(data_dir=tmp_path / "data", database_url=database_url, secret_key="a-key"), model, services) as alone:
        stranger = browser(build_web(alone))
        for path in ("", "/sign-in", "/sheet.css", "/handoffs/1"):
            assert (await stranger.client.get(f"/operator{path}")).status_code == 404

"""An owner's words, said wherever they can be said: handed out in full, deleted without a trace, and never in a log."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from bot.app import Advisor, open_advisor
from bot.messaging.files import FileGone
from bot.messaging.message import Incoming
from bot.services import Services
from bot.settings import Settings
from bot.storage.tables import Base, Erasure, Question
from tests.conversations.talking import Talk, talk_of
from tests.fakes import FakeClock
from tests.integration.people.everything import MARKER, files_marked, where_marked

#: Loading the advisor takes seconds; what differs between the databases is shown by one test.
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
async def advisor(database_url: str, tmp_path: Path, model: Path, services: Services, clock: FakeClock) -> AsyncIterator[Advisor]:
    """The whole advisor, with its data folder, in which there is always something to look through."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "kept.txt").write_text("nobody's words")
    settings = Settings(data_dir=tmp_path / "data", database_url=database_url, secret_key="a-key", public_url="https://advisor.example")
    async with open_advisor(settings, model, services, clock) as advisor:
        yield advisor


@pytest.fixture
def talk(advisor: Advisor, clock: FakeClock) -> Talk:
    """An owner who talks to it."""
    return talk_of(advisor, clock)


async def tell_everything(talk: Talk, advisor: Advisor) -> None:
    """The marker in a question that nothing answers, an answer, a caption, a note, a figure, quotes, papers, pages and lists."""
    await talk.say("こんにちは")
    await talk.say(f"{MARKER} qwrtp zxcvb?")
    await talk.press("Yes, pass them on")
    await talk.say(f"{MARKER} hjklm wqrtz?")
    await talk.press_payload("b999.9")
    await talk.desk.receive(Incoming("web", "photo", talk.key, text=f"{MARKER}の写真です", attachment="photo"))
    await talk.listen()
    await talk.say("診断を始める")
    for number in ("2", "3", "1"):
        await talk.say(number)
    await talk.say(f"{MARKER}という表計算でやっています")
    for _ in range(5):
        await talk.press("②")
    await talk.say("報告書がほしい")
    await talk.start_rollout(advisor.services, "two-step-login")
    await talk.say(f"{MARKER}商会の見積もりは月3万円です")
    await talk.say("毎週金曜日にまとめを送って")
    await talk.say("計画を共有したい")
    await talk.travel_to_question()
    await talk.say(f"{MARKER}さんが反対していて、進みません")
    await talk.say(f"できました。{MARKER}という表を作りました")
    await talk.say(f"{MARKER}の紙を貼りました")


async def copies(talk: Talk) -> tuple[str, dict[str, list[dict[str, object]]]]:
    """The text of the paper, and the tables of the data."""
    paper, data = [await talk.desk.file(reply.file.url) for reply in talk.last if reply.file]
    assert (paper.media_type, data.media_type) == ("application/pdf", "application/json")
    text = "".join("".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(paper.data)).pages)
    return text, json.loads(data.data)["tables"]


async def test_everything_said_is_in_the_copy_and_gone_after_the_deletion(talk: Talk, advisor: Advisor, tmp_path: Path) -> None:
    await tell_everything(talk, advisor)
    said = await talk.say("私のデータをください")
    assert "お預かりしている内容です" in said
    addresses = [reply.file.url for reply in talk.last if reply.file]
    paper, tables = await copies(talk)
    marked = await where_marked(advisor.database)
    assert marked >= {"inbox", "outbox", "vendor", "question", "document"}
    assert {name for name, rows in tables.items() if MARKER in str(rows)} >= marked - {"document"}
    assert f"{MARKER}商会" in paper
    assert f"{MARKER}という表計算でやっています" in paper

    assert "本当に消しますか" in await talk.say("データをすべて消して")
    receipt = await talk.press("はい、すべて消す")
    assert "受付番号は" in receipt
    assert "会話の記録" in receipt
    assert await where_marked(advisor.database) == set()
    assert files_marked(tmp_path) == []
    assert list((tmp_path / "data" / "documents").iterdir()) == []
    for address in addresses:
        with pytest.raises(FileGone):
            await talk.desk.file(address)
    async with advisor.database.reading() as session:
        (kept,) = await session.scalars(select(Erasure))
    assert kept.receipt in receipt


@on_sqlite
async def test_after_the_deletion_the_conversation_begins_anew(talk: Talk, advisor: Advisor) -> None:
    await tell_everything(talk, advisor)
    await talk.say("データをすべて消して")
    await talk.press("はい、すべて消す")
    for after in (timedelta(days=1), timedelta(days=8), timedelta(days=90)):
        talk.clock.advance(after)
        assert await talk.ring() == ""
    assert "診断を始める" in "".join([await talk.say("こんにちは"), *talk.titles])


@on_sqlite
async def test_a_no_deletes_nothing(talk: Talk, advisor: Advisor) -> None:
    await talk.say(f"{MARKER}です")
    await talk.say("データをすべて消して")
    await talk.press("やめる")
    assert "inbox" in await where_marked(advisor.database)


@on_sqlite
async def test_the_copy_before_anything_was_told_is_short_and_opens(talk: Talk) -> None:
    talk.language = "en"
    await talk.say("hello")
    assert "This is what I keep about you" in await talk.say("export my data")
    paper, tables = await copies(talk)
    assert "AcopyofwhatIkeepaboutyou" in paper
    assert tables["assessment"] == []


@on_sqlite
async def test_a_new_copy_ends_the_earlier_one(talk: Talk) -> None:
    await talk.say("こんにちは")
    await talk.say("私のデータをください")
    first = [reply.file.url for reply in talk.last if reply.file]
    await talk.say("私のデータをください")
    await copies(talk)
    for address in first:
        with pytest.raises(FileGone):
            await talk.desk.file(address)


@on_sqlite
async def test_nothing_is_kept_for_others_without_a_yes(talk: Talk, advisor: Advisor) -> None:
    """The words of questions, and the packet for an adviser: asked first, and a no is a no."""
    await talk.say("こんにちは")
    await talk.say(f"{MARKER} qwrtp zxcvb?")
    await talk.say(f"{MARKER} hjklm wqrtz?")
    async with advisor.database.reading() as session:
        assert list(await session.scalars(select(Question))) == []
    await talk.say("診断を始める")
    for number in ("2", "3", "1"):
        await talk.say(number)
    for _ in range(5):
        await talk.press("②")
    await talk.say("報告書がほしい")
    await talk.press("税理士などに渡す資料")
    assert "はい、作ってください" in talk.titles
    assert not [reply for reply in talk.last if reply.file]
    await talk.press("やめておく")
    async with advisor.database.reading() as session:
        kinds = list(await session.scalars(select(Base.metadata.tables["document"].c.kind)))
    assert "packet_data" not in kinds


@on_sqlite
async def test_a_button_whose_line_was_emptied_is_answered_kindly(talk: Talk, advisor: Advisor) -> None:
    await talk.say("こんにちは")
    old = next(button.payload for reply in talk.last for button in reply.buttons)
    talk.clock.advance(timedelta(days=91))
    assert await advisor.forget_words() > 0
    said = await talk.press_payload(old)
    assert "そのボタンは前の話のもので、今は使えません" in said


@on_sqlite
async def test_logs_at_debug_level_never_hold_words(talk: Talk, advisor: Advisor, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        await tell_everything(talk, advisor)
        await talk.say("私のデータをください")
        await copies(talk)
        await talk.say("データをすべて消して")
        await talk.press("はい、すべて消す")
    assert any(getattr(record, "action", "") == "erased" for record in caplog.records)
    assert [record for record in caplog.records if MARKER in f"{record.getMessage()} {record.__dict__}"] == []

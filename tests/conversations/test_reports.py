"""Pictures and paper in conversation: shown, asked for in many ways, agreed to, and delivered."""

from __future__ import annotations

import io
import json
from collections.abc import AsyncIterator

import pytest
from icalendar import Calendar
from pypdf import PdfReader

from bot.assistant.agent import Assistant
from bot.messaging.bell import Bell
from bot.messaging.desk import Desk
from bot.messaging.files import Content, FileGone
from bot.messaging.message import Incoming
from bot.reports.documents import DocumentFiles
from bot.services import Services
from bot.storage.database import Database
from tests.conversations.talking import Talk


@pytest.fixture
async def talk(sqlite_url: str, assistant: Assistant, services: Services) -> AsyncIterator[Talk]:
    """A new owner, whose desk hands out files."""
    database = Database(sqlite_url)
    talk = Talk(database, assistant)
    files = DocumentFiles(database, services.reports.documents, talk.clock)
    talk.desk = Desk(database, Bell(), talk.clock, files)
    yield talk
    files.close()
    await database.close()


async def assess(talk: Talk, hello: str = "こんにちは", start: str = "診断を始める") -> str:
    """From the first hello to the express result."""
    await talk.say(hello)
    await talk.press(start)
    for number in ("2", "3", "1"):
        await talk.say(number)
    for _ in range(5):
        said = await talk.press("②")
    return said


async def delivered(talk: Talk) -> list[Content]:
    """The files of what was said last."""
    return [await talk.desk.file(reply.file.url) for reply in talk.last if reply.file]


def text_of(content: Content) -> str:
    """A PDF's text."""
    return "".join("".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(content.data)).pages)


WORDS = {
    "ja": {
        "begin": ("こんにちは", "診断を始める"),
        "shown": "5つの分野を図にしました",
        "alt": "技術採用は今2、次の目標3。",
        "get": "報告書(PDF)を受け取る",
        "name": "デジタル化診断-2026-11-24.pdf",
        "title": "デジタル化診断報告書",
    },
    "en": {
        "begin": ("hello", "Start the check"),
        "shown": "five areas as a picture",
        "alt": "Technology adoption: 2 today, next target 3.",
        "get": "Get the report",
        "name": "digital-maturity-2026-11-24.pdf",
        "title": "Digitalmaturityreport",
    },
}


@pytest.mark.parametrize("language", ["ja", "en"])
async def test_the_result_shows_the_radar_and_its_button_delivers_the_report(talk: Talk, language: str) -> None:
    words = WORDS[language]
    assert words["shown"] in await assess(talk, *words["begin"])
    image = next(reply.image for reply in talk.last if reply.image)
    assert words["alt"] in image.alt
    assert (await talk.desk.file(image.url)).data.startswith(b"\x89PNG")
    await talk.press(str(words["get"]))
    [report] = await delivered(talk)
    assert report.name == words["name"]
    assert words["title"] in text_of(report)


@pytest.mark.parametrize("asked", ["報告書をPDFでください", "診断の結果を印刷したい", "Can I have my result as a PDF?"])
async def test_the_report_may_be_asked_for_in_words(talk: Talk, asked: str) -> None:
    await assess(talk)
    await talk.say(asked)
    assert len(await delivered(talk)) == 1


async def test_the_command_delivers_the_report_and_before_any_answer_offers_the_check(talk: Talk) -> None:
    await talk.desk.receive(Incoming("web", "first", talk.key, command="report"))
    assert "まだ診断の結果がありません" in await talk.listen()
    await assess(talk)
    await talk.desk.receive(Incoming("web", "second", talk.key, command="report"))
    await talk.listen()
    assert len(await delivered(talk)) == 1


async def test_a_report_in_the_middle_of_the_check_brings_the_question_back(talk: Talk) -> None:
    await assess(talk)
    await talk.say("はい")
    await talk.desk.receive(Incoming("web", "middle", talk.key, command="report"))
    said = await talk.listen()
    assert len(await delivered(talk)) == 1
    assert "では、診断の続きです。" in said


async def test_the_packet_is_made_only_after_the_owner_agreed(talk: Talk) -> None:
    await assess(talk)
    await talk.press("報告書(PDF)を受け取る")
    said = await talk.press("税理士などに渡す資料")
    assert "すべての質問へのお答え" in said
    assert await delivered(talk) == []
    await talk.press("はい、作ってください")
    paper, data = await delivered(talk)
    assert "ご本人の同意を得て作成しました" in text_of(paper)
    assert len(json.loads(data.data)["answers"]) == 5


async def test_a_refused_packet_is_not_made(talk: Talk) -> None:
    await assess(talk)
    await talk.press("報告書(PDF)を受け取る")
    await talk.press("税理士などに渡す資料")
    await talk.press("やめておく")
    assert await delivered(talk) == []


async def test_actions_are_compared_in_a_picture_and_a_plan_goes_into_the_calendar(talk: Talk) -> None:
    await assess(talk)
    assert "効果と手間で並べました" in await talk.press("取り組みを図で比べる")
    await talk.press("1. を始める")
    await talk.press("計画を見る")
    assert "今日は2026年11月24日" in next(reply.image.alt for reply in talk.last if reply.image)
    await talk.press("カレンダーに入れる")
    [calendar] = await delivered(talk)
    events = Calendar.from_ical(calendar.data).events
    assert len([event for event in events if "phase-" in event["uid"]]) == 8
    assert [event for event in events if "checkin-" in event["uid"]]


async def test_the_same_report_asked_for_twice_is_the_same_file(talk: Talk) -> None:
    await assess(talk)
    await talk.press("報告書(PDF)を受け取る")
    first = await delivered(talk)
    await talk.press("報告書(PDF)を受け取る")
    assert await delivered(talk) == first


async def test_after_deletion_every_address_is_dead(talk: Talk) -> None:
    await assess(talk)
    image = next(reply.image for reply in talk.last if reply.image)
    await talk.say("データを全部消して")
    await talk.press("はい、すべて消す")
    with pytest.raises(FileGone):
        await talk.desk.file(image.url)

"""Pictures and documents: the bytes themselves, with captions, and words when there are none."""

from __future__ import annotations

import pytest

from bot.channels.telegram.formatting import CAPTION_LIMIT, pieces_of
from bot.messaging.files import Content
from bot.messaging.message import Button, File, Image, Reply
from tests.fake_telegram import FakeTelegram, Refuse
from tests.fake_telegram.faults import BadRequest
from tests.fake_telegram.markup import utf16
from tests.integration.telegram.conftest import Advisor

CHAT = 4711
PNG = b"\x89PNG and so on"
CHART = Content(PNG, "image/png", "chart.png")
REPORT = Content(b"%PDF-1.7", "application/pdf", "診断の報告.pdf")
IMAGE = Image("/files/chart", "図: 全体 3.2", 800, 800)
FILE = File("診断の報告.pdf", "/files/report", 8)


@pytest.fixture(autouse=True)
def _made(advisor: Advisor) -> None:
    advisor.files.contents |= {"/files/chart": CHART, "/files/report": REPORT}


async def test_a_picture_arrives_with_its_text_and_buttons(advisor: Advisor, fake: FakeTelegram) -> None:
    advisor.will_say("result", Reply("全体は**レベル3**", (Button("次へ", meaning="affirm"),), image=IMAGE))
    advisor.start()
    fake.user_writes(CHAT, "result")
    assert await fake.wait_for_messages(CHAT, 1) == ["全体はレベル3"]
    [message] = fake.messages(CHAT)
    assert "photo" in message
    assert [entity["type"] for entity in message["caption_entities"]] == ["bold"]
    assert fake.titles(CHAT) == [["次へ"]]
    [call] = fake.calls_of("sendPhoto")
    assert call.fields["photo"].data == PNG

    fake.user_presses(CHAT, "次へ")
    await fake.wait_for_calls("editMessageCaption", 1)
    await fake.wait_until(lambda: "reply_markup" not in fake.messages(CHAT)[0], "the keyboard to go")
    assert fake.messages(CHAT)[0]["caption"] == "全体はレベル3\n\n✓ 次へ"


async def test_a_picture_without_words_shows_its_text_alternative(advisor: Advisor, fake: FakeTelegram) -> None:
    advisor.will_say("chart", Reply(image=IMAGE))
    advisor.start()
    fake.user_writes(CHAT, "chart")
    assert await fake.wait_for_messages(CHAT, 1) == ["図: 全体 3.2"]


async def test_a_document_keeps_its_japanese_name(advisor: Advisor, fake: FakeTelegram) -> None:
    advisor.will_say("report", Reply("報告をどうぞ。", file=FILE))
    advisor.start()
    fake.user_writes(CHAT, "report")
    assert await fake.wait_for_messages(CHAT, 1) == ["報告をどうぞ。"]
    assert fake.messages(CHAT)[0]["document"]["file_name"] == "診断の報告.pdf"


async def test_a_long_text_goes_before_the_picture_and_the_buttons_stay_last(advisor: Advisor, fake: FakeTelegram) -> None:
    advisor.will_say("long", Reply("あ" * (CAPTION_LIMIT + 1), (Button("OK", meaning="affirm"),), image=IMAGE, file=FILE))
    advisor.start()
    fake.user_writes(CHAT, "long")
    texts = await fake.wait_for_messages(CHAT, 3)
    assert texts == ["あ" * (CAPTION_LIMIT + 1), "図: 全体 3.2", ""]
    kinds = [next(kind for kind in ("text", "photo", "document") if kind in message) for message in fake.messages(CHAT)]
    assert kinds == ["text", "photo", "document"]
    assert ["reply_markup" in message for message in fake.messages(CHAT)] == [False, False, True]


async def test_a_file_that_is_gone_is_told_in_words(advisor: Advisor, fake: FakeTelegram) -> None:
    advisor.files.contents.clear()
    advisor.will_say("gone", Reply("結果", image=IMAGE, file=FILE))
    advisor.start()
    fake.user_writes(CHAT, "gone")
    assert await fake.wait_for_messages(CHAT, 1) == ["結果\n\n図: 全体 3.2\n\n診断の報告.pdf"]


async def test_a_picture_that_telegram_refuses_arrives_as_a_document(advisor: Advisor, fake: FakeTelegram) -> None:
    advisor.will_say("odd", Reply("図です", image=IMAGE))
    fake.fail("sendPhoto", Refuse(400, BadRequest("PHOTO_INVALID_DIMENSIONS").body()))
    advisor.start()
    fake.user_writes(CHAT, "odd")
    assert await fake.wait_for_messages(CHAT, 1) == ["図です"]
    assert fake.messages(CHAT)[0]["document"]["file_name"] == "chart.png"
    await advisor.wait_for_states("sent")


async def test_a_caption_that_telegram_cannot_read_is_sent_plain(advisor: Advisor, fake: FakeTelegram) -> None:
    advisor.will_say("bold", Reply("**太い**図", image=IMAGE))
    fake.fail("sendPhoto", Refuse(400, BadRequest("can't parse entities: x").body()))
    advisor.start()
    fake.user_writes(CHAT, "bold")
    assert await fake.wait_for_messages(CHAT, 1) == ["太い図"]
    assert "photo" in fake.messages(CHAT)[0]


def test_a_drawing_is_a_document_since_telegram_shows_only_pixels() -> None:
    [piece] = pieces_of(Reply(image=IMAGE), Content(b"<svg/>", "image/svg+xml", "chart.svg"))
    assert not piece.is_photo


@pytest.mark.parametrize("text", ["𠮷" * 512, "**" + "あ" * 1024 + "**", "x" * 1025, "𠮷" * 513])
def test_no_caption_is_longer_than_telegram_takes(text: str) -> None:
    for piece in pieces_of(Reply(text, image=IMAGE), CHART):
        assert utf16(piece.plain) <= (CAPTION_LIMIT if piece.content else 4096)

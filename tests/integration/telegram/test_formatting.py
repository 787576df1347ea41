"""How our texts look in Telegram: bold, escaped, in parts, with buttons."""

from __future__ import annotations

import pytest

from bot.channels.telegram.formatting import TEXT_LIMIT, keyboard, pieces_of, utf16_length
from bot.messaging.message import Button, File, Image, Reply
from tests.fake_telegram import FakeTelegram, Refuse, too_many_requests
from tests.fake_telegram.faults import BadRequest
from tests.fake_telegram.markup import read_html, utf16
from tests.integration.telegram.conftest import Advisor, choice, eventually

CHAT = 4711


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("**まず**一つ", "<b>まず</b>一つ"),
        ("a < b & c > d", "a &lt; b &amp; c &gt; d"),
        ("**<b>**", "<b>&lt;b&gt;</b>"),
        ("2 ** 3 ** 4", "2 ** 3 ** 4"),
        ("**open", "**open"),
        ("**a** and **b**", "<b>a</b> and <b>b</b>"),
        ("https://example.jp/?a=1&b=2\nnext", "https://example.jp/?a=1&amp;b=2\nnext"),
        ('"quoted"', '"quoted"'),
    ],
)
def test_marks_become_html_and_everything_else_is_escaped(text: str, html: str) -> None:
    [part] = pieces_of(Reply(text=text))
    assert part.html == html
    assert read_html(part.html)[0] == part.plain


@pytest.mark.parametrize(
    "text",
    [
        "あ" * 4095 + "。" + "い" * 100,
        "𠮷" * 5000,
        "段落。\n\n" * 2000,
        "**" + "太字" * 4000 + "**",
        "line with **bold** and & and <\n" * 600,
        "no separator at all".replace(" ", "") * 700,
    ],
)
def test_a_long_text_is_cut_into_parts_that_telegram_takes(text: str) -> None:
    parts = pieces_of(Reply(text=text))
    assert len(parts) > 1
    for part in parts:
        assert 0 < utf16(part.plain) <= TEXT_LIMIT
        assert read_html(part.html)[0] == part.plain
    without_space = "".join("".join(part.plain.split()) for part in parts)
    assert without_space == "".join(text.replace("**", "").split())


def test_a_long_text_is_cut_at_paragraphs_first_then_lines_then_sentences() -> None:
    def first(text: str) -> str:
        return pieces_of(Reply(text=text))[0].plain

    assert first("あ" * 2000 + "\n\n" + "い" * 1500 + "\n" + "う" * 2000) == "あ" * 2000
    assert first("あ" * 2000 + "\n" + "い" * 1500 + "。" + "う" * 2000) == "あ" * 2000
    assert first("あ" * 2000 + "。" + "い" * 1500 + " " + "う" * 2000) == "あ" * 2000 + "。"


def test_length_is_counted_as_telegram_counts() -> None:
    assert utf16_length("𠮷a") == utf16("𠮷a") == 3


def test_short_labels_share_a_row_and_others_have_their_own() -> None:
    titles = ["①", "②", "③", "④", "⑤", "わからない", "1", "2", "やめておく"]
    markup = keyboard([Button(title, payload=f"b1.{index}") for index, title in enumerate(titles)])
    assert markup is not None
    rows = [[button.text for button in row] for row in markup.inline_keyboard]
    assert rows == [["①", "②", "③", "④", "⑤"], ["わからない"], ["1", "2"], ["やめておく"]]


def test_no_row_is_longer_than_telegram_allows() -> None:
    markup = keyboard([Button(str(index), payload=f"b1.{index}") for index in range(12)])
    assert markup is not None
    assert [len(row) for row in markup.inline_keyboard] == [8, 4]


def test_pictures_and_files_that_are_not_at_hand_are_told_in_words() -> None:
    image = Image(url="https://advisor.example/files/x", alt="図: 3.2", width=1, height=1)
    file = File(name="報告.pdf", url="/files/y", size=1)
    [part] = pieces_of(Reply(text="結果", image=image, file=file))
    assert part.plain == "結果\n\n図: 3.2\n\nhttps://advisor.example/files/x\n\n報告.pdf"


async def test_a_long_answer_arrives_in_parts_with_the_buttons_below_the_last(advisor: Advisor, fake: FakeTelegram) -> None:
    text = "\n\n".join(f"{number} " + "あ" * 1500 for number in range(5))
    advisor.will_say("long", choice(text, "次へ"), Reply(text="after"))
    advisor.start()
    fake.user_writes(CHAT, "long")
    texts = await fake.wait_for_messages(CHAT, 4)
    assert "\n\n".join(texts[:3]) == text
    assert texts[3] == "after"
    assert ["reply_markup" in message for message in fake.messages(CHAT)] == [False, False, True, False]
    rows = await advisor.wait_for_states("sent", "sent")
    assert rows[0].provider_id == str(fake.messages(CHAT)[2]["message_id"])


async def test_a_later_part_that_fails_makes_the_line_unclear(advisor: Advisor, fake: FakeTelegram) -> None:
    advisor.will_say("long", Reply(text="あ" * 4096 + "い" * 10))
    fake.fail("sendMessage", too_many_requests(1), spare=1)
    advisor.start()
    fake.user_writes(CHAT, "long")
    await fake.wait_for_calls("sendMessage", 2)
    [row] = await eventually(advisor.outbox, lambda rows: rows[0].ambiguous == 1)
    assert row.state == "pending"


async def test_refused_markup_is_sent_as_plain_text(advisor: Advisor, fake: FakeTelegram) -> None:
    advisor.will_say("bold", choice("**太い** & 細い", "OK"))
    fake.fail("sendMessage", Refuse(400, BadRequest("can't parse entities: Unsupported start tag").body()))
    advisor.start()
    fake.user_writes(CHAT, "bold")
    assert await fake.wait_for_messages(CHAT, 1) == ["太い & 細い"]
    assert "entities" not in fake.messages(CHAT)[0]
    assert fake.titles(CHAT) == [["OK"]]
    await advisor.wait_for_states("sent")


async def test_a_line_that_telegram_will_never_take_does_not_stop_the_next(advisor: Advisor, fake: FakeTelegram) -> None:
    advisor.will_say("odd", Reply(text=""), choice("buttons", " "), Reply(text="fine"))
    advisor.start()
    fake.user_writes(CHAT, "odd")
    assert await fake.wait_for_messages(CHAT, 1) == ["fine"]
    rows = await advisor.wait_for_states("dead", "dead", "sent")
    assert await advisor.unreachable(CHAT) is None
    assert rows[1].failures == 0

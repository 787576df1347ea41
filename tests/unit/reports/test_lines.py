"""Line breaking: Japanese between phrases, English between words, and nothing is lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.reports.lines import broken

JAPANESE = "鍵と控えは、これから足す道具すべての土台になり、ひと晩で整えられるからです。"


def test_english_breaks_between_words() -> None:
    assert broken("Write down the three files", 12, len) == ["Write down", "the three", "files"]


def test_japanese_breaks_between_phrases() -> None:
    assert broken(JAPANESE, 12, len) == ["鍵と控えは、これから足す", "道具すべての土台になり、", "ひと晩で", "整えられるからです。"]


@pytest.mark.parametrize("width", range(4, 30))
def test_no_line_begins_with_a_full_stop_or_a_closing_bracket(width: int) -> None:
    text = "前と後の数字を目標と比べ、「進む・直す・やめる」のどれかを決めてあること。(紙や表計算)を止めたこと。"
    assert not [line for line in broken(text, width, len)[1:] if line[0] in "、。」)・"]


def test_a_word_that_is_longer_than_the_line_is_cut() -> None:
    assert broken("abcdefghij", 4, len) == ["abcd", "efgh", "ij"]


def test_line_breaks_of_the_text_are_kept() -> None:
    assert broken("a\n\nb", 10, len) == ["a", "", "b"]


@given(st.text(alphabet="あいう漢字、。ー abcXYZ(「」)", max_size=60), st.integers(1, 20))
def test_every_character_is_kept(text: str, width: int) -> None:
    lines = broken(text, width, len)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")

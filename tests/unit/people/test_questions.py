"""What is kept of a question leads back to nobody by itself."""

from __future__ import annotations

import pytest

from bot.people.questions import MOST_CHARACTERS, masked


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("電話は03-1234-5678です", "電話は***です"),
        ("会員番号は1234567", "会員番号は***"),
        ("全角の123456も", "全角の***も"),
        ("メールはtaro@example.co.jpまで", "メールは***まで"),
        ("see https://example.com/me?id=1 please", "see *** please"),
        ("write to ann.b+x@example.com or +44 20 7946 0000", "write to *** or +***"),
        ("1日に 3回、5,000円で 10.5 時間", "1日に 3回、5,000円で 10.5 時間"),
        ("two\n\nlines\x00", "two lines"),
        (" \n ", ""),
    ],
)
def test_addresses_and_long_numbers_are_masked_and_amounts_stay(written: str, kept: str) -> None:
    assert masked(written) == kept


def test_a_long_question_is_cut_and_nothing_is_left_half_masked() -> None:
    question = "あ" * (MOST_CHARACTERS - 4) + "taro@example.com"
    assert masked(question) == "あ" * (MOST_CHARACTERS - 4) + "***"
    assert len(masked("長い質問。" * 20_000)) == MOST_CHARACTERS

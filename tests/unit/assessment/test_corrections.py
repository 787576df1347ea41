from __future__ import annotations

import pytest

from bot.assessment.corrections import is_correction, read_correction
from tests.unit.assessment.builders import shipped

TRAIL = ("industry", "size", "pain", "TEC1", "PRO1", "DAT1", "TEC4", "DAT2")


@pytest.mark.parametrize(
    ("typed", "question", "value"),
    [
        ("さっきの答え、やっぱり1", "DAT2", 1),
        ("在庫の質問、3に直して", "DAT2", 3),
        ("change the backup one to 3", "TEC4", 3),
        ("make the stock one a 4, not 2", "DAT2", 4),
        ("change question 5 to option two", "PRO1", 2),
        ("業種を間違えた、小売じゃなくて飲食です", "industry", 2),
        ("人数の答えを直したい、パートも入れて8人だった", "size", 3),
        ("さっきの飲食店は間違い、小売です", "industry", 1),
        ("さっきの答え、やっぱり10人です", "size", 3),
        ("the last one is wrong, we are retail", "industry", 1),
    ],
)
def test_a_named_answer_is_corrected_to_what_was_said(typed: str, question: str, value: int) -> None:
    found = read_correction(typed, shipped(), TRAIL, "ja")
    assert found is not None
    assert found.answer is not None
    assert (found.questions, found.answer.value) == ((question,), value)
    assert is_correction(typed, shipped(), TRAIL, "ja")


@pytest.mark.parametrize("typed", ["change the backup one", "パスワードの質問、答えを変えてもいい?"])
def test_without_a_new_answer_only_the_question_is_meant(typed: str) -> None:
    found = read_correction(typed, shipped(), TRAIL, "ja")
    assert found is not None
    assert (found.questions, found.answer) == (("TEC4",), None)


@pytest.mark.parametrize("typed", ["the last two were wrong", "さっきの2つ間違えました"])
def test_the_last_several_are_meant_by_position(typed: str) -> None:
    found = read_correction(typed, shipped(), TRAIL, "ja")
    assert found is not None
    assert found.questions == ("TEC4", "DAT2")


@pytest.mark.parametrize("typed", ["在庫は全部紙です", "we keep stock on paper", "戻る", "9問目を直して", "ネット予約の質問、3に直して"])
def test_an_answer_a_plain_back_and_a_question_without_an_answer_are_no_corrections(typed: str) -> None:
    assert not is_correction(typed, shipped(), TRAIL, "ja")

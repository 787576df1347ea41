"""What an owner may say besides answers: each has its rule and its words in both languages, and the question stays open."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.conversations.talking import Talk

FIRM = {
    "ja": ("こんにちは", "診断を始める", "飲食", "6人", "手作業"),
    "en": ("hello", "Start the check", "Restaurant", "6 people", "Manual work"),
}
QUESTION = {"ja": "仕事で毎日使う道具", "en": "Which is closest to the tools"}
BACK = {"ja": "続き", "en": "continue"}


async def begin(talk: Talk, language: str, questions: int = 4) -> str:
    """Come to the first scored question, or an earlier one."""
    talk.language = language
    hello, start, *firm = FIRM[language]
    await talk.say(hello)
    said = await talk.press(start)
    for told in firm[: questions - 1]:
        said = await (talk.say(told) if told[0] == "6" else talk.press(told))
    assert f"({questions}/8)" in said
    return said


@pytest.mark.parametrize(
    ("language", "typed", "answer"),
    [
        ("ja", "0", "番号(1〜5)"),
        ("ja", "9", "番号(1〜5)"),
        ("ja", "6人", "番号(1〜5)"),
        ("en", "0", "number (1-5)"),
        ("en", "eleven", "number (1-5)"),
        ("en", "100", "number (1-5)"),
    ],
)
async def test_a_number_that_is_no_option_is_asked_again_with_the_range(talk: Talk, language: str, typed: str, answer: str) -> None:
    await begin(talk, language)
    said = await talk.say(typed)
    assert answer in said
    assert "(4/8)" in said


@pytest.mark.parametrize(
    ("language", "typed", "answer"),
    [("ja", "0人", "1人以上"), ("ja", "-3", "1人以上"), ("ja", "99999999999999人", "1人以上"), ("en", "0 people", "at least 1")],
)
async def test_a_number_of_people_that_cannot_be_is_asked_again(talk: Talk, language: str, typed: str, answer: str) -> None:
    await begin(talk, language, 2)
    said = await talk.say(typed)
    assert answer in said
    assert "(2/8)" in said


async def test_people_are_no_option_of_another_question(talk: Talk) -> None:
    await begin(talk, "ja", 3)
    assert "(3/8)" in await talk.say("6人")


@pytest.mark.parametrize(
    ("language", "typed", "answer"),
    [("ja", "2月30日に聞いて", "カレンダーにありません"), ("en", "remind me on February 30", "isn't in the calendar")],
)
async def test_a_day_that_no_calendar_has_is_said_to_be_none(talk: Talk, language: str, typed: str, answer: str) -> None:
    await begin(talk, language)
    said = await talk.say(typed)
    assert answer in said
    assert QUESTION[language] in said


@pytest.mark.parametrize(
    ("language", "typed", "answer"),
    [
        ("ja", "これは知り合いの店の話なんですが全部紙です", "ご自身の会社について"),
        ("ja", "友人の会社の代わりに答えています", "ご自身の会社について"),
        ("en", "I'm answering for my brother's company, all paper there", "somebody else's firm"),
        ("en", "on behalf of a client: they use paper", "somebody else's firm"),
    ],
)
async def test_answers_for_another_company_are_not_taken(talk: Talk, language: str, typed: str, answer: str) -> None:
    await begin(talk, language)
    said = await talk.say(typed)
    assert answer in said
    assert "(4/8)" in said


@pytest.mark.parametrize("language", ["ja", "en"])
async def test_a_minute_of_silence_is_nobodys_worry_and_the_answer_after_it_counts(talk: Talk, language: str) -> None:
    await begin(talk, language)
    talk.clock.now += timedelta(minutes=1)
    assert await talk.ring() == ""
    assert "(5/8)" in await talk.press("②")


@pytest.mark.parametrize(
    ("language", "typed", "answer"),
    [("ja", "…", "ゆっくりで大丈夫です"), ("ja", "・・・", "ゆっくりで大丈夫です"), ("en", "...", "Take your time")],
)
async def test_nothing_but_dots_is_given_time(talk: Talk, language: str, typed: str, answer: str) -> None:
    await begin(talk, language)
    said = await talk.say(typed)
    assert answer in said
    assert QUESTION[language] in said


@pytest.mark.parametrize(
    ("language", "sentence"), [("ja", "うちの店の話を長々と書きます。"), ("en", "Let me tell you at length about our shop. ")]
)
async def test_a_page_of_text_gets_the_question_again_or_its_nearest_options(talk: Talk, language: str, sentence: str) -> None:
    await begin(talk, language)
    said = await talk.say(sentence * 60)
    assert "(4/8)" in said
    assert "(5/8)" not in said


@pytest.mark.parametrize(
    ("language", "typed", "answer"),
    [
        ("ja", "このポンコツ、黙れ", "損ねてしまったなら"),
        ("ja", "バカ", "損ねてしまったなら"),
        ("ja", "おまえ使えないな", "損ねてしまったなら"),
        ("en", "you're useless", "no help"),
        ("en", "idiot", "no help"),
    ],
)
async def test_abuse_is_met_calmly_and_the_way_goes_on(talk: Talk, language: str, typed: str, answer: str) -> None:
    await begin(talk, language)
    said = await talk.say(typed)
    assert answer in said
    assert "(4/8)" in said


@pytest.mark.parametrize("typed", ["ばかりか、紙ばかりです", "おかげさまでバカ売れです"])
async def test_words_that_only_hold_a_rude_one_are_not_rude(talk: Talk, typed: str) -> None:
    await begin(talk, "ja")
    assert "損ねて" not in await talk.say(typed)


@pytest.mark.parametrize(
    ("language", "typed", "helpers"),
    [
        ("ja", "もう店を畳もうかと", ("よろず支援拠点", "商工会議所")),
        ("ja", "もう疲れた、死にたい", ("119", "よりそいホットライン")),
        ("en", "we're going under, I think we have to close", ("chamber of commerce",)),
        ("en", "I want to die", ("emergency number", "crisis line")),
    ],
)
async def test_distress_comes_before_anything_else(talk: Talk, language: str, typed: str, helpers: tuple[str, ...]) -> None:
    await begin(talk, language)
    said = await talk.say(typed)
    assert all(each in said for each in helpers)
    assert QUESTION[language] not in said
    assert QUESTION[language] in await talk.say(BACK[language])


@pytest.mark.parametrize(
    ("language", "typed", "saved"),
    [
        ("ja", "ありがとう、今日はここまでにします", "保存しました"),
        ("ja", "さようなら", "保存しました"),
        ("en", "thanks, that's it for today", "Saved"),
        ("en", "bye", "Saved"),
    ],
)
async def test_a_parting_saves_and_does_not_ask_on(talk: Talk, language: str, typed: str, saved: str) -> None:
    await begin(talk, language)
    said = await talk.say(typed)
    assert saved in said
    assert QUESTION[language] not in said


@pytest.mark.parametrize(
    ("language", "typed"), [("ja", "紙と電話だけの日もあるけど、日によってまちまち"), ("en", "paper and phone mostly but it depends")]
)
async def test_an_answer_that_depends_is_asked_back(talk: Talk, language: str, typed: str) -> None:
    await begin(talk, language)
    said = await talk.say(typed)
    assert "(4/8)" in said
    assert "(5/8)" not in said


async def test_a_question_that_has_not_come_yet_may_be_answered_by_its_name(talk: Talk) -> None:
    await begin(talk, "ja")
    said = await talk.say("パスワードの質問、5に直して")
    assert "パスワードとデータの守り" in said
    assert "⑤" in said
    assert QUESTION["ja"] in said

"""Questions in the owner's own words: answered, followed up, compared, explained."""

from __future__ import annotations

import pytest

from bot.services import Services
from tests.conversations.talking import Talk

MOST_CHARACTERS = {"ja": 350, "en": 700}


async def test_how_much_leans_on_the_answer_before(talk: Talk) -> None:
    await talk.say("棚卸しに丸一日かかる")
    said = await talk.say("いくらかかる?")
    assert "お店の在庫管理: 費用" in said
    assert "目安" in said


async def test_the_same_question_in_the_middle_of_the_assessment_is_answered_and_the_assessment_goes_on(talk: Talk) -> None:
    await talk.say("診断を始めたい")
    await talk.say("棚卸しに丸一日かかる")
    said = await talk.say("うちみたいな小さい店でも?")
    assert "はじめの一歩" in said
    assert "(1/8)" in said


async def test_a_follow_up_without_anything_before_asks_what_it_is_about(talk: Talk) -> None:
    await talk.say("こんにちは")
    assert "何についてお知りになりたいですか" in await talk.say("いくらかかる?")


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("CRMと表計算、どっちがいい?", "表計算で足ります"),
        ("RPA と API の違い", "API"),
        ("クリニックをやっています。何ができますか", "同じお仕事の方"),
        ("お金をかけずにすぐできることは?", "お金も手間も少なく"),
        ("AIを入れたらうちの社員は要らなくなるの?", "判断と気配りは人に残ります"),
        ("パイロットで気をつけることは?", "気をつけること"),
    ],
)
async def test_questions_that_are_more_than_a_look_up_get_their_own_kind_of_answer(talk: Talk, question: str, words: str) -> None:
    assert words in await talk.say(question)


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("CRM or a spreadsheet?", "spreadsheet will do"),
        ("I run a clinic, what can I do?", "Firms in your trade"),
        ("quick wins please", "little money"),
        ("we are too small to be hacked, right?", "many attacks are automatic"),
        ("what should I watch in the pilot?", "what to watch for"),
    ],
)
async def test_the_same_in_english(talk: Talk, question: str, words: str) -> None:
    talk.language = "en"
    assert words in await talk.say(question)


async def test_sources_and_reasons_are_told_when_asked(talk: Talk) -> None:
    await talk.say("棚卸しに丸一日かかる")
    assert "最後に見直した日" in await talk.say("出典は?")
    assert "近いと考えて" in await talk.say("なぜ?")


async def test_the_next_phase_follows_a_phase(talk: Talk) -> None:
    await talk.say("パイロットで気をつけることは?")
    said = await talk.say("次は?")
    assert "明日の朝できること" in said


async def test_two_questions_at_once_are_both_served(talk: Talk) -> None:
    said = await talk.say("棚卸しに丸一日かかる。あと、パスワードの使い回しが心配")
    assert "お店の在庫管理" in said
    assert "こちらも" in said


@pytest.mark.parametrize(("language", "question"), [("ja", "棚卸しに丸一日かかる"), ("en", "stocktaking takes us all day")])
async def test_a_first_answer_is_no_wall_of_text(talk: Talk, language: str, question: str) -> None:
    talk.language = language
    await talk.say(question)
    assert len(talk.last[0].text) <= MOST_CHARACTERS[language]


def test_no_entry_is_a_wall_of_text(services: Services) -> None:
    for entry in services.knowledge.entries.values():
        for language, most in MOST_CHARACTERS.items():
            parts = (entry.title, entry.summary, entry.tomorrow)
            assert sum(len(part.get(language)) for part in parts) + 60 <= most, (entry.id, language)


async def test_a_disliked_answer_is_apologised_for_and_its_question_is_only_kept_after_a_yes(talk: Talk) -> None:
    await talk.say("棚卸しに丸一日かかる")
    said = await talk.press("違う")
    assert said
    assert "届けてよい" in talk.titles

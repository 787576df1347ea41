"""Several people of one firm: a link, five questions straight away, and the owner sees where they differ."""

from __future__ import annotations

from itertools import count

import pytest

from tests.conversations.talking import Talk

WORDS = {
    "ja": {
        "hello": ("こんにちは", "診断を始める", "飲食", "6", "手作業"),
        "ask": "ほかの人にも答えてもらう",
        "joined": "要の5問だけ",
        "core": "仕事で毎日使う道具",
        "done": "速報",
        "alone": "あなた ④、ほかの1人 ①",
        "both": "あなた ④、ほかの2人 ①④",
        "apart": "見え方が違います",
        "own": "転送してください",
        "already": "もうお答えいただいています",
        "unknown": "見つかりませんでした",
        "unsure": "もう別の診断のお答えがあります",
        "yes": "はい、5問に答える",
    },
    "en": {
        "hello": ("hello", "Start the check", "Restaurant", "6", "Manual work"),
        "ask": "Ask others in the firm",
        "joined": "only ask the five core questions",
        "core": "closest to the tools",
        "done": "first result",
        "alone": "you ④, the other 1: ①",
        "both": "you ④, the other 2: ①④",
        "apart": "you see this differently",
        "own": "just forward it",
        "already": "answered all five already",
        "unknown": "could not find that code",
        "unsure": "answers of another check",
        "yes": "Yes, answer the five",
    },
}


async def owner(talk: Talk, language: str, mark: str = "④") -> str:
    """Take the express assessment, and return the code of the link that the owner is given."""
    words = WORDS[language]
    talk.language = language
    await talk.desk.announce("web", "https://advisor.example.com/")
    await talk.desk.announce("telegram", "https://t.me/advisor_bot")
    hello, *titles = words["hello"]
    said = await talk.say(hello)
    for title in (*titles, *([mark] * 5)):
        said = await talk.press(title)
    assert words["done"] in said
    said = await talk.press(str(words["ask"]))
    code = said.split("https://advisor.example.com/?join=")[1][:8]
    assert f"https://t.me/advisor_bot?start=join_{code}" in said
    return code


def someone(talk: Talk, key: str) -> Talk:
    """Somebody else in the firm."""
    return Talk(talk.database, talk.assistant, talk.clock, key=key, language=talk.language, _numbers=count(1000))


@pytest.mark.parametrize("language", ["ja", "en"])
async def test_colleagues_answer_by_a_link_and_the_owner_sees_where_they_differ(talk: Talk, language: str) -> None:
    words, code = WORDS[language], await owner(talk, language)
    for key, mark, compared in (("web:two", "①", "alone"), ("telegram:3", "④", "both")):
        other = someone(talk, key)
        said = await other.open_link(f"join_{code}")
        assert words["joined"] in said
        assert words["core"] in said
        for _ in range(5):
            said = await other.press(mark)
        assert words["done"] in said
        seen = await talk.press(str(words["ask"]))
        assert words[compared] in seen
        assert words["apart"] in seen


@pytest.mark.parametrize("language", ["ja", "en"])
async def test_a_link_that_starts_nothing_says_why(talk: Talk, language: str) -> None:
    words, code = WORDS[language], await owner(talk, language)
    assert words["own"] in await talk.open_link(f"join_{code}")
    assert words["unknown"] in await someone(talk, "web:three").open_link("join_ABCDEFGH")
    other = someone(talk, "web:four")
    await other.open_link(f"join_{code}")
    for _ in range(5):
        await other.press("②")
    assert words["already"] in await other.open_link(f"join_{code}")


@pytest.mark.parametrize("language", ["ja", "en"])
async def test_a_colleague_who_left_half_way_goes_on_by_the_same_link(talk: Talk, language: str) -> None:
    words, code = WORDS[language], await owner(talk, language)
    other = someone(talk, "web:five")
    await other.open_link(f"join_{code}")
    await other.press("②")
    said = await other.open_link(f"join_{code}")
    assert words["core"] not in said
    assert "②" in said


@pytest.mark.parametrize("language", ["ja", "en"])
async def test_somebody_with_a_check_of_their_own_is_asked_first(talk: Talk, language: str) -> None:
    words, code = WORDS[language], await owner(talk, language)
    other = someone(talk, "web:six")
    await owner(other, language)
    said = await other.open_link(f"join_{code}")
    assert words["unsure"] in said
    assert words["core"] not in said
    assert words["core"] in await other.press(str(words["yes"]))


@pytest.mark.parametrize(
    ("language", "typed"),
    [
        ("ja", "スタッフにも答えてもらいたい"),
        ("ja", "社員にも聞いてほしい"),
        ("en", "can I ask my team too?"),
        ("en", "how do I invite my staff"),
    ],
)
async def test_the_links_are_given_to_whoever_asks_for_them(talk: Talk, language: str, typed: str) -> None:
    code = await owner(talk, language)
    assert f"?join={code}" in await talk.say(typed)

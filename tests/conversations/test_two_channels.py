"""An owner who leaves for days and comes back elsewhere: nothing is asked twice, and the same question is open."""

from __future__ import annotations

from datetime import timedelta
from itertools import count

import pytest

from tests.conversations.talking import Talk

BOT = "https://t.me/advisor_bot"
WORDS = {
    "ja": {
        "hello": "こんにちは",
        "start": "診断を始める",
        "firm": ("飲食", "6人", "手作業"),
        "pause": "今日はここまでにします",
        "saved": "保存しました(4問お答え済み)",
        "link": "Telegramで続けたい",
        "back": "続き",
        "same": "注文や予約を受けてから請求まで",
        "asked_before": ("どんなお仕事", "何人で働いて", "毎日使う道具に、一番近い"),
        "result": "速報",
        "answer": "(5/8)",
    },
    "en": {
        "hello": "hello",
        "start": "Start the check",
        "firm": ("Restaurant", "6 of us", "manual work"),
        "pause": "let's stop here for today",
        "saved": "Saved (4 answered so far)",
        "link": "continue on Telegram",
        "back": "continue",
        "same": "How does work move from an order or booking",
        "asked_before": ("What kind of business", "How many people", "closest to the tools"),
        "result": "first result",
        "answer": "(5/8)",
    },
}


async def half_way(talk: Talk, language: str) -> dict[str, object]:
    """Answer the first four questions."""
    words = WORDS[language]
    talk.language = language
    await talk.desk.announce("telegram", BOT)
    await talk.say(str(words["hello"]))
    await talk.press(str(words["start"]))
    for told in words["firm"]:
        await talk.say(told)
    assert words["answer"] in await talk.press("③")
    return words


def elsewhere(talk: Talk) -> Talk:
    """The same owner's chat in Telegram."""
    return Talk(talk.database, talk.assistant, talk.clock, key="telegram:77", language=talk.language, _numbers=count(1000))


async def code_for(talk: Talk, wish: object) -> str:
    """Ask for the link to Telegram, and return its code."""
    said = await talk.say(str(wish))
    assert f"{BOT}?start=" in said
    return said.split("?start=")[1].split()[0].rstrip(")。.")


@pytest.mark.parametrize("language", ["ja", "en"])
async def test_a_pause_of_three_days_ends_in_another_channel_at_the_same_question(talk: Talk, language: str) -> None:
    words = await half_way(talk, language)
    assert words["saved"] in await talk.say(str(words["pause"]))
    talk.clock.now += timedelta(days=3)
    phone = elsewhere(talk)
    await phone.open_link(await code_for(talk, words["link"]))
    said = await phone.say(str(words["back"]))
    assert words["same"] in said
    heard = said
    while str(words["result"]) not in said:
        said = await phone.press("③")
        heard += said
    assert not any(asked in heard for asked in words["asked_before"])


@pytest.mark.parametrize("language", ["ja", "en"])
async def test_an_open_question_follows_its_owner_to_another_channel_at_once(talk: Talk, language: str) -> None:
    words = await half_way(talk, language)
    phone = elsewhere(talk)
    said = await phone.open_link(await code_for(talk, words["link"]))
    assert words["same"] in said
    assert words["answer"] in said


async def test_answers_given_over_there_are_known_here(talk: Talk) -> None:
    words = await half_way(talk, "ja")
    phone = elsewhere(talk)
    await phone.open_link(await code_for(talk, words["link"]))
    assert "(6/8)" in await phone.press("③")
    said = await talk.say("続き")
    assert "(6/8)" in said
    assert "売上や利益の数字" in said


async def test_a_link_that_is_too_old_says_so_once_and_welcomes(talk: Talk) -> None:
    said = await elsewhere(talk).open_link("a-link-of-last-week-or-so")
    assert "もう使えません" in said
    assert "診断を始める(約2分)" in said or "8つの質問" in said
    assert "読み取れませんでした" not in said

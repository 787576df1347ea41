"""From the first hello to the first check-in, in both languages."""

from __future__ import annotations

import pytest

from tests.conversations.talking import Talk

WORDS = {
    "ja": {
        "hello": "こんにちは",
        "start": "診断を始める",
        "firm": ("居酒屋です", "6人", "手作業"),
        "question": "棚卸しに丸一日かかる",
        "answered": "お店の在庫管理",
        "back_on_track": "では、診断の続きです。",
        "level": "レベル1 基本",
        "yes": "はい",
        "complete": "これで全部の質問が終わりました",
        "start_first": "1. を始める",
        "plan": "8つの段階",
        "done": "合っていて、目標も書けた",
        "no_note": "書かずに次へ",
        "next_phase": "おめでとうございます",
    },
    "en": {
        "hello": "hello",
        "start": "Start the check",
        "firm": ("I run a small restaurant", "6 of us", "manual work"),
        "question": "stocktaking takes us all day",
        "answered": "Keeping track of shop stock",
        "back_on_track": "Now, back to the check.",
        "level": "level 1, Basic",
        "yes": "yes",
        "complete": "That was the last question",
        "start_first": "Start no. 1",
        "plan": "eight phases",
        "done": "It fits, and my goal is written down",
        "no_note": "Go on without it",
        "next_phase": "Well done",
    },
}


@pytest.mark.parametrize("language", ["ja", "en"])
async def test_an_owner_is_assessed_asks_a_question_starts_a_rollout_and_is_checked_on(talk: Talk, language: str) -> None:
    words = WORDS[language]
    await talk.say(words["hello"])
    assert "(1/8)" in await talk.press(words["start"])
    for told in words["firm"]:
        said = await talk.say(told)
    assert "(4/8)" in said
    await talk.press("②")
    said = await talk.say(words["question"])
    assert words["answered"] in said
    assert words["back_on_track"] in said
    assert "(5/8)" in said
    for _ in range(4):
        said = await talk.press("①")
    assert words["level"] in said
    assert "(5%)" in said
    said = await talk.say(words["yes"])
    assert "(9/20)" in said
    for _ in range(12):
        said = await talk.press("②")
    assert words["complete"] in said
    said = await talk.press(words["start_first"])
    assert words["plan"] in said
    asked = await talk.wait_for_checkin()
    assert words["done"] in talk.titles
    assert asked
    await talk.press(words["done"])
    said = await talk.press(words["no_note"])
    assert words["next_phase"] in said

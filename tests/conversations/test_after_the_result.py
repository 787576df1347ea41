"""After the result: contradictions, corrections that change the advice, plans that are kept, progress, and the second time."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.rollout.figures import read_figure
from bot.services import Services
from bot.storage.tables import Assessment, Person
from tests.conversations.talking import Talk

WORDS = {
    "ja": {
        "hello": ("こんにちは", "診断を始める", "飲食", "6", "手作業"),
        "express": "速報",
        "on": "診断を続ける",
        "complete": "これで全部の質問が終わりました",
        "check": "ひとつだけ確かめさせてください",
        "both": "両方そのとおり",
        "stay": "両方そのままにしておきます",
        "yes": "はい",
        "correct": "「毎日使う道具」を直す",
        "again": "計算し直しました",
        "one": "この1問だけ",
        "not_blamed": ("間違", "矛盾", "おかしい"),
        "new": "新しく入ったもの",
        "gone": "外れたもの",
        "by_name": "売上の見方の質問、5に直して",
        "start": "1. を始める",
        "kept": "消さずにそのまま続けています",
        "no_hurry": "急いで取り組む理由がなくなりました",
        "stop": "この計画をやめる",
        "plan": "計画を見る",
        "running": "毎週見る数字を1枚の紙にする",
        "progress": "どこまで進んだ?",
        "half": "8問まで終わっています",
        "figures": "始める前と今で並べました",
        "alt": "12時間から4時間へ",
        "tell_before": "月12時間",
        "trend": "前回(",
        "tech": "技術採用: 1→2",
        "changed": "毎日使う道具: ①→②",
        "restart": ("診断を始める", "もう一度診断する"),
    },
    "en": {
        "hello": ("hello", "Start the check", "Restaurant", "6", "Manual work"),
        "express": "first result",
        "on": "Carry on with the check",
        "complete": "That was the last question",
        "check": "May I check one thing?",
        "both": "Both are right",
        "stay": "both stay as they are",
        "yes": "yes",
        "correct": "Correct “Everyday tools”",
        "again": "worked out the score and the first steps again",
        "one": "just this one question",
        "not_blamed": ("mistake", "contradict", "wrong"),
        "new": "- New:",
        "gone": "No longer among the first",
        "by_name": "change the sales numbers answer to 5",
        "start": "Start no. 1",
        "kept": "still there, just as it was",
        "no_hurry": "there is no hurry with it any more",
        "stop": "Stop this plan",
        "plan": "Show the plan",
        "running": "Put your weekly numbers on one page",
        "progress": "show my progress",
        "half": "answered 8 of 20",
        "figures": "before you began and now",
        "alt": "from 12 hours to 4 hours",
        "tell_before": "12 hours a month",
        "trend": "Since last time (",
        "tech": "Technology adoption: 1 → 2",
        "changed": "Everyday tools: ① → ②",
        "restart": ("start the check", "Take it again"),
    },
}


async def express(talk: Talk, language: str, marks: str = "②②②②②") -> str:
    """The first result."""
    talk.language = language
    hello, *titles = WORDS[language]["hello"]
    said = await talk.say(hello)
    for title in (*titles, *marks):
        said = await talk.press(title)
    assert WORDS[language]["express"] in said
    return said


async def contradictions(talk: Talk) -> dict[str, str]:
    """What is kept about them."""
    async with talk.database.reading() as session:
        kept: dict[str, str] = (await session.get_one(Assessment, 1)).contradictions
        return kept


@pytest.mark.parametrize("language", ["ja", "en"])
async def test_a_shop_on_paper_that_uses_ai_every_week_is_asked_once_and_never_blamed(talk: Talk, language: str) -> None:
    words = WORDS[language]
    said = await express(talk, language, "④①②②②")
    assert words["check"] in said
    asked = said[said.index(str(words["check"])) :]
    assert not any(word in asked for word in words["not_blamed"])
    assert words["stay"] in await talk.press(str(words["both"]))
    assert await contradictions(talk) == {"ai-by-hand": "both"}
    said = await talk.press(str(words["on"]))
    while str(words["complete"]) not in said:
        assert words["check"] not in said
        said = await talk.press("②")
    assert words["check"] not in said


@pytest.mark.parametrize("language", ["ja", "en"])
async def test_a_bare_yes_means_that_both_are_right(talk: Talk, language: str) -> None:
    await express(talk, language, "④①②②②")
    said = await talk.say(str(WORDS[language]["yes"]))
    assert WORDS[language]["stay"] in said
    assert len(talk.last) == 2


@pytest.mark.parametrize("language", ["ja", "en"])
async def test_the_answer_that_is_not_right_is_corrected_and_the_result_comes_anew(talk: Talk, language: str) -> None:
    words = WORDS[language]
    await express(talk, language, "④①②②②")
    said = await talk.press(str(words["correct"]))
    assert words["one"] in said
    said = await talk.press("①")
    assert words["again"] in said
    assert words["check"] not in said
    assert words["on"] in talk.titles


@pytest.mark.parametrize("language", ["ja", "en"])
async def test_a_correction_tells_what_changed_and_keeps_the_plan_whose_reason_is_gone(
    talk: Talk, services: Services, language: str
) -> None:
    words = WORDS[language]
    await express(talk, language)
    assert words["running"] in await talk.press(str(words["start"]))
    said = await talk.say(str(words["by_name"]))
    assert words["again"] in said
    assert words["gone"] in said
    assert words["kept"] in said
    assert words["no_hurry"] in said
    assert words["stop"] in talk.titles
    assert words["running"] in await talk.press(str(words["plan"]))


@pytest.mark.parametrize("language", ["ja", "en"])
async def test_a_correction_that_brings_a_new_first_action_names_it(talk: Talk, language: str) -> None:
    words = WORDS[language]
    await express(talk, language, "②②④②②")
    back = str(words["by_name"]).replace("5", "1")
    assert words["new"] in await talk.say(back)


@pytest.mark.parametrize("language", ["ja", "en"])
async def test_progress_is_told_before_there_is_a_plan_and_shown_as_pictures_afterwards(
    talk: Talk, services: Services, language: str
) -> None:
    words = WORDS[language]
    await express(talk, language)
    assert words["half"] in await talk.say(str(words["progress"]))
    rollout = await talk.start_rollout(services, "weekly-number-page")
    await talk.say(str(words["progress"]))
    [picture] = [reply.image for reply in talk.last if reply.image]
    assert str(words["running"]) in picture.alt
    await note(talk, services, rollout, str(words["tell_before"]), str(words["tell_before"]).replace("12", "4"))
    said = await talk.say(str(words["progress"]))
    assert words["figures"] in said
    alternatives = [reply.image.alt for reply in talk.last if reply.image]
    assert len(alternatives) == 2
    assert words["alt"] in alternatives[1]


async def note(talk: Talk, services: Services, initiative: int, before: str, now: str) -> None:
    """The figures that the owner told in the pilot."""
    async with talk.database.transaction() as session:
        person = (await session.scalars(select(Person))).one()
        rollout = await services.rollouts.rollout(session, person, initiative)
        assert rollout is not None
        for kind, words in (("before", before), ("reading", now)):
            services.ledgers.note(session, rollout, kind, 4, read_figure(words, services.ledgers.words), talk.clock())


@pytest.mark.parametrize("language", ["ja", "en"])
async def test_a_second_check_shows_the_trend_and_what_changed(talk: Talk, language: str) -> None:
    words = WORDS[language]
    await express(talk, language, "①①①①①")
    said = await talk.press(str(words["on"]))
    while str(words["complete"]) not in said:
        said = await talk.press("①")
    talk.clock.now += timedelta(days=180)
    wish, again = words["restart"]
    await talk.say(wish)
    await talk.press(again)
    for _ in range(5):
        said = await talk.press("②")
    assert words["trend"] in said
    assert words["tech"] in said
    assert words["changed"] in said

"""Ten trades to the end, in both languages: every question, the result, the trade's own way, and its challenges with their practice."""

from __future__ import annotations

import pytest

from bot.services import Services
from tests.conversations.talking import Talk

#: What owners call their trade, by its id.
TRADES = {
    "retail": ("小売", "Retail"),
    "restaurant": ("飲食", "Restaurant"),
    "manufacturing": ("製造", "Manufacturing"),
    "construction": ("建設", "Construction"),
    "professional-services": ("専門サービス", "Professional"),
    "healthcare": ("医療", "Healthcare"),
    "real-estate": ("不動産", "Real estate"),
    "education": ("教育", "Education"),
    "logistics": ("運輸", "Transport"),
    "finance": ("金融", "Finance"),
}
WORDS = {
    "ja": {
        "hello": ("こんにちは", "診断を始める", "6", "手作業"),
        "express": "速報",
        "on": "診断を続ける",
        "complete": "これで全部の質問が終わりました",
        "first": "最初にやること",
        "way": "同じ業種の進め方",
        "challenges": "つまずきやすい所",
        "tomorrow": "明日できること",
        "why": "1. なぜ?",
        "drops": "この提案は外れます",
    },
    "en": {
        "hello": ("hello", "Start the check", "6", "Manual work"),
        "express": "first result",
        "on": "Carry on with the check",
        "complete": "That was the last question",
        "first": "What to do first",
        "way": "My trade, step by step",
        "challenges": "Likely stumbling blocks",
        "tomorrow": "Tomorrow",
        "why": "Why no. 1?",
        "drops": "drops off the list",
    },
}


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("trade", TRADES)
async def test_each_trade_is_assessed_to_the_end_and_gets_advice_of_its_own(
    talk: Talk, services: Services, trade: str, language: str
) -> None:
    words = WORDS[language]
    talk.language = language
    hello, start, size, pain = words["hello"]
    await talk.say(hello)
    await talk.press(start)
    for title in (TRADES[trade][language == "en"], size, pain):
        said = await talk.press(title)
    while words["express"] not in said:
        said = await talk.press("②")
    said = await talk.press(str(words["on"]))
    while words["complete"] not in said:
        said = await talk.press("②")
    assert words["first"] in said
    assert "1. **" in said
    way = await talk.press(str(words["way"]))
    for number, step in enumerate(services.prospects.ways[trade], 1):
        assert f"{number}. {step.get(language)}" in way
    cases = [each for reply in talk.last for each in reply.rests_on]
    assert cases
    assert all(services.knowledge.entries[each].title.get(language) in talk.titles for each in cases)
    await _challenges_and_their_practice(talk, services, language)
    said = await talk.press(str(words["why"]))
    assert words["drops"] in said
    assert talk.last[0].rests_on


async def _challenges_and_their_practice(talk: Talk, services: Services, language: str) -> None:
    words, entries = WORDS[language], services.knowledge.entries
    said = await talk.press(str(words["challenges"]))
    assert words["tomorrow"] in said
    cited = [each for reply in talk.last for each in reply.rests_on]
    assert len(cited) >= 2
    assert all(entries[each].title.get(language) in said for each in cited)


def test_every_trade_with_a_use_case_is_among_them(services: Services) -> None:
    assert set(TRADES) == set(services.prospects.ways)

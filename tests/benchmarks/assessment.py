"""How long the assessment takes an owner: `uv run python -m tests.benchmarks.assessment`.

A scripted reader reads every word that is put to them (Japanese 500 characters a minute, English 200 words a minute; signs such as ①
and ** are no words) and needs six seconds a tap. The way is the longest: no answer lets a question be passed over.
"""

from __future__ import annotations

import asyncio
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path

from bot.assistant.agent import load_assistant
from bot.assistant.training import ensure_model
from bot.services import ROOT, load_services
from bot.storage.database import Database, migrate, parse_url
from tests.conversations.talking import Talk

CHARACTERS_A_MINUTE, WORDS_A_MINUTE = 500, 200
SECONDS_A_TAP = 6
#: What is said and pressed, up to the first scored question; what shows that a result has come; what goes on.
WAYS = {
    "ja": ("こんにちは", ("診断を始める", "飲食", "6", "手作業"), "速報", "診断を続ける", "全部の質問が終わりました"),
    "en": ("hello", ("Start the check", "Restaurant", "6", "Manual work"), "first result", "Carry on", "the last question"),
}
ANSWER = "②"
#: Marks of options and of emphasis, and bars: seen, not read.
_SIGNS = re.compile(r"[①-⑪*■□]")


@dataclass(frozen=True)
class Pace:
    """`messages` from the first contact to the express result; minutes for all questions, without and with reading that result."""

    messages: int
    express_minutes: float
    minutes: float
    minutes_with_result: float


async def measure(talk: Talk, language: str) -> Pace:
    """Take a new owner through the whole assessment."""
    talk.language = language
    hello, first, express, onwards, complete = WAYS[language]
    put, taps = [await talk.say(hello)], 1
    for title in first:
        put.append(await talk.press(title))
        taps += 1
    while express not in put[-1]:
        put.append(await talk.press(ANSWER))
        taps += 1
    result, messages = put.pop(), taps
    express_minutes = _minutes(put, taps, language)
    put.append(await talk.press(onwards))
    taps += 1
    while complete not in put[-1]:
        put.append(await talk.press(ANSWER))
        taps += 1
    put.pop()
    return Pace(messages, express_minutes, _minutes(put, taps, language), _minutes([*put, result], taps, language))


def _minutes(put: list[str], taps: int, language: str) -> float:
    plain = [_SIGNS.sub(" ", text) for text in put]
    words, characters = sum(len(text.split()) for text in plain), sum(len("".join(text.split())) for text in plain)
    read = words / WORDS_A_MINUTE if language == "en" else characters / CHARACTERS_A_MINUTE
    return read + taps * SECONDS_A_TAP / 60


async def main() -> None:
    """Both languages, each on a database of its own."""
    model = ensure_model(ROOT, ROOT / "data" / "test-models", print)
    assistant = load_assistant(model, load_services(ROOT, lambda: model))
    for language in WAYS:
        with tempfile.TemporaryDirectory(prefix="advisor-benchmark-") as folder:
            url = f"sqlite:///{Path(folder) / 'advisor.db'}"
            migrate(parse_url(url))
            database = Database(url)
            pace = await measure(Talk(database, assistant), language)
            await database.close()
        print(f"{language}: {pace.messages} messages and {pace.express_minutes:.1f} minutes to the express result")
        print(f"{language}: {pace.messages - 1} messages on the web page, which speaks first")
        print(f"{language}: {pace.minutes:.1f} minutes for all questions, {pace.minutes_with_result:.1f} with the express result read")


if __name__ == "__main__":
    asyncio.run(main())

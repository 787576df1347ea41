"""Throwing inputs at the house, and deciding what is wrong."""

from __future__ import annotations

import asyncio
import faulthandler
import time
import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import psutil

from bot.messaging.message import Incoming, clean
from tests.fuzz.calling import Answer, Hung
from tests.fuzz.house import House, shown_in
from tests.fuzz.making import Maker
from tests.fuzz.parsers import Parsers
from tests.fuzz.surfaces import SURFACES, WEIGHTS

#: A parser that works for longer than this on one message holds up every conversation.
SLOW_SECONDS = 1.0
#: More than this after warming up is a leak.
GROWTH_MB = 50.0
_WARM_SHARE = 0.2
_LOOK_EVERY = 200
#: When an input takes longer than this, standard error shows where.
_STUCK_SECONDS = 25.0
#: Failures that are shown in full; more of one kind tell nothing new.
_MOST_SHOWN = 25


@dataclass
class Outcome:
    """What came of a run: inputs by surface, answers by status, and what was wrong."""

    counts: Counter[str] = field(default_factory=Counter)
    statuses: Counter[int] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)
    warm_mb: float = 0.0
    end_mb: float = 0.0

    def fail(self, surface: str, seed: int, what: str) -> None:
        """Keep one failure; its seed makes it happen again."""
        if len(self.failures) < _MOST_SHOWN and not any(what[:160] in each for each in self.failures):
            self.failures.append(f"{surface} (seed {seed}): {what}")

    @property
    def total(self) -> int:
        """Inputs of all surfaces."""
        return sum(self.counts.values())


class Run:
    """One run over a house. Input number n is made of `seed + n`, so each can be made again by itself."""

    def __init__(self, house: House, parsers: Parsers, seed: int, outcome: Outcome | None = None) -> None:
        self._house = house
        self._parsers = parsers.all()
        parsers.warm()
        self._seed = seed
        self._turns = 0
        self.outcome = outcome or Outcome()

    async def throw(self, inputs: int, of_turns: int = 0) -> Outcome:
        """So many inputs, a third of them to parsers, and `of_turns` more that the real assistant answers."""
        names, weights = list(SURFACES), [WEIGHTS[name] for name in SURFACES]
        parsers = list(self._parsers)
        for number in range(inputs):
            faulthandler.dump_traceback_later(_STUCK_SECONDS)
            maker = Maker(self._seed + number)
            if number % 3 == 0:
                self._parse(parsers[number // 3 % len(parsers)], maker, self._seed + number)
            else:
                await self._ask(maker.chance.choices(names, weights)[0], maker, self._seed + number)
            self._look_after(number, inputs)
            if number % _LOOK_EVERY == 0:
                await asyncio.sleep(0)
        await self._take_turns(of_turns)
        faulthandler.cancel_dump_traceback_later()
        self.outcome.end_mb = memory_mb()
        self._check_memory(inputs)
        return self.outcome

    async def _ask(self, name: str, maker: Maker, seed: int) -> None:
        self.outcome.counts[name] += 1
        try:
            answer = await SURFACES[name](self._house, maker)
        except Hung:
            self.outcome.fail(name, seed, "no answer in time")
        except Exception:  # whatever gets out of the application is what we look for
            self.outcome.fail(name, seed, traceback.format_exc(limit=-6))
        else:
            self._judge(name, seed, answer)

    def _judge(self, name: str, seed: int, answer: Answer) -> None:
        self.outcome.statuses[answer.status] += 1
        if answer.status >= 500:
            self.outcome.fail(name, seed, f"answered {answer.status}: {answer.body[:300]!r}")
        for what in shown_in(answer.everything):
            self.outcome.fail(name, seed, f"showed {what}")

    def _parse(self, name: str, maker: Maker, seed: int) -> None:
        self.outcome.counts[f"parser {name}"] += 1
        started = time.thread_time()
        try:
            self._parsers[name](maker)
        except Exception:  # as above
            self.outcome.fail(f"parser {name}", seed, traceback.format_exc(limit=-6))
        if (taken := time.thread_time() - started) > SLOW_SECONDS:
            self.outcome.fail(f"parser {name}", seed, f"took {taken:.1f} s")

    async def _take_turns(self, many: int) -> None:
        """Owners who say anything, press anything and send anything, in conversations that go on."""
        for number in range(many):
            faulthandler.dump_traceback_later(_STUCK_SECONDS)
            maker = Maker(-1 - self._seed - number)
            self.outcome.counts["turns of the real assistant"] += 1
            conversation = f"web:real{number % 12}"
            said = self._anything(maker, conversation, f"{self._seed}.{number}")
            if not await self._house.advisor.desk.answer(said, timeout=20) and said.text != "":
                self.outcome.fail("turns", -1 - self._seed - number, f"no answer to {said}")
            self._look_after(number + 1, many)

    def _anything(self, maker: Maker, conversation: str, number: str) -> Incoming:
        many: dict[str, Any] = maker.chance.choice(
            (
                *({"text": clean(maker.text()) or "?"} for _ in range(4)),
                {"button": f"b{maker.chance.randint(0, 60)}.{maker.chance.randint(0, 4)}"},
                {"command": maker.chance.choice(("help", "start", "diagnose", "language", clean(maker.text()) or "x"))},
                {"attachment": maker.chance.choice(("photo", "voice", "sticker", "location", "contact", "file", "other"))},
                {"text": clean(maker.text()) or "?", "corrects": "c1", "client_id": "c2"},
                {"code": clean(maker.text())[:64] or "x", "command": "start"},
            )
        )
        return Incoming("web", f"real:{number}", conversation, language=maker.chance.choice(("ja", "en", None)), **many)

    def _look_after(self, number: int, many: int) -> None:
        if number % _LOOK_EVERY == 0:
            for what in self._house.said_wrong():
                self.outcome.fail("log", self._seed + number, what)
        if not self.outcome.warm_mb and number >= many * _WARM_SHARE:
            self.outcome.warm_mb = memory_mb()

    def _check_memory(self, inputs: int) -> None:
        grown = self.outcome.end_mb - self.outcome.warm_mb
        if grown > GROWTH_MB:
            self.outcome.fail("memory", self._seed, f"grew by {grown:.0f} MB over {inputs} inputs")


def memory_mb() -> float:
    """What this process holds."""
    return float(psutil.Process().memory_info().rss) / 2**20


def told(outcome: Outcome, seconds: float, show: Callable[[str], None]) -> None:
    """The counts by surface, and what was wrong."""
    for name, count in sorted(outcome.counts.items()):
        show(f"{count:>8}  {name}")
    statuses = ", ".join(f"{count} × {status or 'none'}" for status, count in sorted(outcome.statuses.items()))
    show(f"{outcome.total:>8}  inputs in {seconds:.0f} s; answers: {statuses}")
    show(f"memory: {outcome.warm_mb:.0f} MB when warm, {outcome.end_mb:.0f} MB at the end")
    for failure in outcome.failures:
        show(f"\nFAILED {failure}")

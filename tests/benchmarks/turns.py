"""How long a turn takes (text in → replies committed) early and late in a conversation, beside stock Rasa in the same run.

`uv run python -m tests.benchmarks.turns` (with `--alone`: without stock Rasa).
"""

from __future__ import annotations

import argparse
import asyncio
import secrets
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from pathlib import Path

import psutil

from bot.app import Advisor
from bot.messaging.message import Incoming
from dialogues.actions import all_actions
from tests.benchmarks.opening import opened
from tests.benchmarks.stock_rasa import stock_rasa

LENGTHS = (5, 50, 300)
WINDOW = 20
SAID = (
    *("こんにちは", "棚卸しに丸一日かかる", "診断を始めたい", "2", "なぜ聞くの?"),
    *("ここまでにします", "ありがとう", "CRMって何?", "計画を見せて", "続けます"),
)


async def measure(data: Path, alone: bool) -> None:
    """Talk 320 turns with each and print both tables."""
    started = time.perf_counter()
    async with opened("", data) as advisor:
        times = await _talk(partial(_turn, advisor))
        first = time.perf_counter() - started - sum(times[1:])
        ours = _report("the advisor", times, first, psutil.Process().memory_info().rss / 2**20)
        model, names = advisor.model, [action.name() for action in all_actions(advisor.services)]
    if alone:
        return
    started = time.perf_counter()
    async with stock_rasa(model.absolute(), names, data) as rasa:
        times = await _talk(rasa.turn)
        first = time.perf_counter() - started - sum(times[1:])
        kept = rasa.kept_events()
        theirs = _report("stock Rasa (SQL tracker store, action server over HTTP)", times, first, rasa.memory_megabytes())
    print(f"stock Rasa has stored {kept} events")
    for length in LENGTHS:
        print(f"the advisor / stock Rasa at turn {length}: {ours[length] / theirs[length]:.2f}")
    print(f"the advisor / stock Rasa over all turns: {ours[max(ours)] / theirs[max(theirs)]:.2f}")


async def _talk(turn: Callable[[str], Awaitable[float]]) -> list[float]:
    return [await turn(SAID[number % len(SAID)]) for number in range(max(LENGTHS) + WINDOW)]


async def _turn(advisor: Advisor, text: str) -> float:
    started = time.perf_counter()
    await advisor.desk.receive(Incoming("terminal", secrets.token_hex(8), "terminal:benchmark", text=text))
    await advisor.turns.answer_waiting()
    return time.perf_counter() - started


def _report(name: str, times: list[float], first: float, memory: float) -> Mapping[int, float]:
    """Print one table; returns the medians (seconds) by length."""
    print(f"\n{name}: first answer after {first:.1f} s, memory {memory:.0f} MB\n{'turn':>6} {'p50 ms':>8} {'p95 ms':>8}")
    medians = {}
    for length in LENGTHS:
        window = sorted(times[length - 5 : length - 5 + WINDOW])
        medians[length] = statistics.median(window)
        print(f"{length:>6} {medians[length] * 1000:>8.1f} {window[int(WINDOW * 0.95) - 1] * 1000:>8.1f}")
    ordered = sorted(times)
    medians[len(times)] = statistics.median(ordered)
    print(f"{'all':>6} {medians[len(times)] * 1000:>8.1f} {ordered[int(len(ordered) * 0.95)] * 1000:>8.1f}")
    print(f"turn 300 / turn 5: {medians[300] / medians[5]:.2f}")
    return medians


def main() -> None:
    """Run in a folder of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--alone", action="store_true", help="leave stock Rasa out")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="advisor-benchmark-") as folder:
        asyncio.run(measure(Path(folder), chosen.alone))


if __name__ == "__main__":
    main()

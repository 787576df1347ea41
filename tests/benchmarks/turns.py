"""How long a turn takes (text in → replies committed) early and late in a conversation: `uv run python -m tests.benchmarks.turns`."""

from __future__ import annotations

import asyncio
import secrets
import statistics
import tempfile
import time
from pathlib import Path

import psutil

from bot.app import open_advisor, read_content
from bot.assistant.training import ensure_model
from bot.messaging.message import Incoming
from bot.services import ROOT
from bot.settings import load_settings

LENGTHS = (5, 50, 300)
WINDOW = 20
SAID = (
    *("こんにちは", "棚卸しに丸一日かかる", "診断を始めたい", "2", "なぜ聞くの?"),
    *("ここまでにします", "ありがとう", "CRMって何?", "計画を見せて", "続けます"),
)


async def measure(data: Path) -> None:
    """Talk 300 turns and print the table."""
    started = time.perf_counter()
    settings = load_settings({"ADVISOR_DATA_DIR": str(data)})
    model = ensure_model(ROOT, ROOT / "data" / "test-models", print)
    services = read_content(ROOT, ROOT / "data" / "test-models")
    async with open_advisor(settings, model, services) as advisor:
        await advisor.database.migrate()
        times = [await _turn(advisor, number) for number in range(max(LENGTHS) + WINDOW)]
        print(f"from start to first answer: {time.perf_counter() - started - sum(times[1:]):.1f} s")
    print(f"{'turn':>6} {'p50 ms':>8} {'p95 ms':>8}")
    medians = {}
    for length in LENGTHS:
        window = sorted(times[length - 5 : length - 5 + WINDOW])
        medians[length] = statistics.median(window)
        print(f"{length:>6} {medians[length] * 1000:>8.1f} {window[int(WINDOW * 0.95) - 1] * 1000:>8.1f}")
    print(f"turn 300 / turn 5: {medians[300] / medians[5]:.2f}")
    print(f"memory: {psutil.Process().memory_info().rss / 2**20:.0f} MB")


async def _turn(advisor, number: int) -> float:  # type: ignore[no-untyped-def]
    started = time.perf_counter()
    incoming = Incoming("terminal", secrets.token_hex(8), "terminal:benchmark", text=SAID[number % len(SAID)])
    await advisor.desk.receive(incoming)
    await advisor.turns.answer_waiting()
    return time.perf_counter() - started


def main() -> None:
    """Run in a folder of its own."""
    with tempfile.TemporaryDirectory(prefix="advisor-benchmark-") as folder:
        asyncio.run(measure(Path(folder)))


if __name__ == "__main__":
    main()

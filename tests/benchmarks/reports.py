"""From the last answer to the delivered radar and PDF: `uv run python -m tests.benchmarks.reports [OWNERS]`.

Each owner is new, so nothing of theirs is cached. Their last answer is handed in; the clock stops when the bytes of the radar and of the
report have been read through the desk, as a channel reads them.
"""

from __future__ import annotations

import asyncio
import secrets
import statistics
import sys
import tempfile
import time
from pathlib import Path

import psutil

from bot.app import Advisor, open_advisor, read_content
from bot.assistant.training import ensure_model
from bot.messaging.message import Incoming, Reply
from bot.services import ROOT
from bot.settings import load_settings

OWNERS = 20
FIRM = ("2", "3", "1")
CORE = 5


async def measure(data: Path, owners: int) -> None:
    """Take owners through the express assessment, one after the other, and print the table."""
    settings = load_settings({"ADVISOR_DATA_DIR": str(data)})
    model = ensure_model(ROOT, ROOT / "data" / "test-models", print)
    services = read_content(lambda: model)
    async with open_advisor(settings, model, services) as advisor:
        await advisor.database.migrate()
        before = psutil.Process().memory_info().rss / 2**20
        times = [await _owner(advisor, number) for number in range(owners)]
        after = psutil.Process().memory_info().rss / 2**20
        beside = sum(each.memory_info().rss for each in psutil.Process().children()) / 2**20
    warm = sorted(wall for wall, _ in times[1:])
    print(f"first of the process (the drawing process began while they answered): {times[0][0]:.2f} s")
    p95 = warm[round(0.95 * (len(warm) - 1))]
    print(f"others ({len(warm)}): p50 {statistics.median(warm):.2f} s, p95 {p95:.2f} s, worst {warm[-1]:.2f} s")
    print(f"processor time of one of them: {statistics.median(busy for _, busy in times[1:]):.2f} s")
    print(f"memory before the first drawing {before:.0f} MB, at the end {after:.0f} MB, beside it the drawing process {beside:.0f} MB")


async def _owner(advisor: Advisor, number: int) -> tuple[float, float]:
    """Seconds on the clock and of the processor for one owner; different answers make different pictures."""
    conversation = f"terminal:benchmark-{number}"
    await _say(advisor, conversation, text="診断を始めたい")
    answers = [*FIRM, *(str(1 + (number + place) % 4) for place in range(CORE - 1))]
    for text in answers:
        await _say(advisor, conversation, text=text)
    started, idle = time.perf_counter(), _processor_seconds()
    replies = await _say(advisor, conversation, text=str(1 + number % 3))
    radar = next(reply.image for reply in replies if reply.image)
    assert (await advisor.desk.file(radar.url)).data
    replies = await _say(advisor, conversation, command="report")
    report = next(reply.file for reply in replies if reply.file)
    assert (await advisor.desk.file(report.url)).data
    return time.perf_counter() - started, _processor_seconds() - idle


def _processor_seconds() -> float:
    """Of the advisor and the process that draws for it."""
    used = [each.cpu_times() for each in (psutil.Process(), *psutil.Process().children())]
    return sum(each.user + each.system for each in used)


async def _say(advisor: Advisor, conversation: str, **what: str) -> list[Reply]:
    seen = max((line.seq for line in await advisor.desk.lines(conversation)), default=0)
    await advisor.desk.receive(Incoming("terminal", secrets.token_hex(8), conversation, **what))  # type: ignore[arg-type]
    await advisor.turns.answer_waiting()
    return [line.reply for line in await advisor.desk.lines(conversation, seen) if line.author == "advisor"]


def main() -> None:
    """Run in a folder of its own."""
    with tempfile.TemporaryDirectory(prefix="advisor-benchmark-") as folder:
        asyncio.run(measure(Path(folder), int(sys.argv[1]) if len(sys.argv) > 1 else OWNERS))


if __name__ == "__main__":
    main()

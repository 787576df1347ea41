"""How many turns a second are taken, by how many conversations speak at once, and how much memory the process holds afterwards.

`uv run python -m tests.benchmarks.throughput [--at-once 1 10 50] [--turns 1000] [--visit 20] [--postgresql [--replicas 3]]`. Each owner
says the next thing when the answer to the last is there, and makes room for a new one after a visit; a turn counts when its replies are
committed. With replicas, one of them also plays the owners.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import multiprocessing.process
import secrets
import tempfile
import time
from pathlib import Path
from typing import Any

import psutil

from bot.app import Advisor
from bot.messaging.message import Incoming
from tests.benchmarks.opening import database_url, opened

#: A first visit: the assessment with a question and a complaint in the middle, then what follows.
SAID = (
    *("こんにちは", "診断を始めたい", "飲食店", "6", "スマホでできますか", "2", "3", "CRMって何?", "2", "1"),
    *("なぜ聞くの?", "4", "2", "棚卸しに丸一日かかる", "3", "2", "次へ", "ここまでにします", "ありがとう", "計画を見せて"),
)
COLUMNS = ("at once", "turns/s", "p50 ms", "p95 ms", "processor ms", "conversations", "memory MB")


async def measure(url: str, data: Path, sizes: list[int], turns: int, visit: int) -> None:
    """Print a line for each number of conversations."""
    async with opened(url, data) as advisor:
        print(f"{advisor.database.url.get_backend_name()}\n" + "".join(f"{name:>15}" for name in COLUMNS))
        spoken = 0
        for at_once in sizes:
            worked = time.process_time()
            spent, waits, conversations = await _crowd(advisor, at_once, turns, visit)
            worked = time.process_time() - worked
            spoken += conversations
            waits.sort()
            memory = psutil.Process().memory_info().rss / 2**20
            p50, p95 = (waits[int(len(waits) * share)] * 1000 for share in (0.5, 0.95))
            figures = (at_once, len(waits) / spent, p50, p95, worked / len(waits) * 1000, spoken, memory)
            print("".join(f"{figure:>15.1f}" if isinstance(figure, float) else f"{figure:>15}" for figure in figures))


async def _crowd(advisor: Advisor, at_once: int, turns: int, visit: int) -> tuple[float, list[float], int]:
    """Let `at_once` owners talk, each visit by somebody new; returns seconds, the wait for each answer, and how many owners came."""
    answering = asyncio.create_task(advisor.turns.run())
    waits: list[float] = []
    came = 0

    async def visits(place: int) -> None:
        nonlocal came
        length = 1 + place % visit  # the first visits end early, each elsewhere: not everybody says the same at the same time
        while len(waits) < turns:
            came += 1
            conversation = f"web:{secrets.token_hex(8)}"
            for text in SAID[:length]:
                started = time.perf_counter()
                await advisor.desk.answer(Incoming("web", secrets.token_hex(8), conversation, text=text), timeout=120)
                waits.append(time.perf_counter() - started)
                if len(waits) >= turns:
                    return
            length = visit

    started = time.perf_counter()
    await asyncio.gather(*(visits(place) for place in range(at_once)))
    spent = time.perf_counter() - started
    answering.cancel()
    await asyncio.gather(answering, return_exceptions=True)
    return spent, waits, came


async def _main(chosen: argparse.Namespace) -> None:
    with tempfile.TemporaryDirectory(prefix="advisor-benchmark-") as folder:
        async with database_url(chosen.postgresql) as url:
            others = [_replica(url, Path(folder) / f"replica{number}") for number in range(1, chosen.replicas)]
            try:
                await measure(url, Path(folder) / "data", chosen.at_once, chosen.turns, chosen.visit)
            finally:
                for other in others:
                    other.kill()


def _replica(url: str, data: Path) -> multiprocessing.process.BaseProcess:
    """Another process that takes turns of the same database; returns when it has begun to."""
    spawning = multiprocessing.get_context("spawn")
    ready = spawning.Event()
    process = spawning.Process(target=_take_turns, args=(url, data, ready), daemon=True)
    process.start()
    ready.wait()
    return process


def _take_turns(url: str, data: Path, ready: Any) -> None:
    async def run() -> None:
        async with opened(url, data) as advisor:
            ready.set()
            await advisor.turns.run()

    asyncio.run(run())


def main() -> None:
    """Run in a folder of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--at-once", type=int, nargs="+", default=[1, 10, 50])
    parser.add_argument("--turns", type=int, default=1000)
    parser.add_argument("--visit", type=int, default=len(SAID), help="how many things an owner says")
    parser.add_argument("--replicas", type=int, default=1)
    parser.add_argument("--postgresql", action="store_true")
    asyncio.run(_main(parser.parse_args()))


if __name__ == "__main__":
    main()

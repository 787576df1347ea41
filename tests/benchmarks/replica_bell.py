"""From one replica's commit to another replica's socket: `uv run python -m tests.benchmarks.replica_bell [--messages 300]`.

Two web channels with a bell of their own on one PostgreSQL, in one process; the owner's socket is at the one, the message comes to the
other, and nobody looks by themselves.
"""

from __future__ import annotations

import argparse
import asyncio
import time
from datetime import UTC, datetime
from statistics import quantiles

from bot.channels.web.limits import Limits
from tests.fakes import FakeResponder
from tests.integration.web.serving import Advisor
from tests.postgres import durable_postgres

MANY = 1_000_000
NEVER = Limits(look_seconds=3_600, burst=MANY, messages_per_minute=MANY)


def now() -> datetime:
    return datetime.now(UTC)


async def measure(url: str, messages: int) -> list[float]:
    """Milliseconds from the commit there to the frame here, for each message."""
    taken: list[float] = []
    committed = 0.0

    def note(topic: str) -> None:
        nonlocal committed
        committed = time.perf_counter()

    async with (
        Advisor(url, FakeResponder(), now, limits=NEVER) as here,
        Advisor(url, FakeResponder(), now, limits=NEVER) as there,
        here.client() as one,
        there.client(one.token) as other,
    ):
        await asyncio.gather(one.lines(1), other.lines(1))
        with there.bell.carried(note):
            for number in range(messages):
                await other.text(f"c{number}")
                await one.lines(2)
                taken.append((time.perf_counter() - committed) * 1000)
                await other.lines(2)
    return taken


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=300)
    chosen = parser.parse_args()
    with durable_postgres() as url:
        taken = asyncio.run(measure(url, chosen.messages))
    cuts = quantiles(taken, n=20)
    print(f"{len(taken)} messages: p50 {cuts[9]:.1f} ms, p95 {cuts[18]:.1f} ms, longest {max(taken):.1f} ms")


if __name__ == "__main__":
    main()

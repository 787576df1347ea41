"""What a turn costs when the database is full: with 10,000 and with 1,000,000 stored messages.

`uv run python -m tests.benchmarks.growth [--postgresql] [--messages 10000 1000000]`. The messages belong to other owners; half of them are
the advisor's. A turn is measured from the stored message to the committed replies.
"""

from __future__ import annotations

import argparse
import asyncio
import secrets
import statistics
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.app import Advisor
from bot.messaging.message import Incoming
from bot.storage.tables import Conversation, InboxRow, OutboxRow, Person
from tests.benchmarks.opening import database_url, opened
from tests.benchmarks.throughput import SAID
from tests.crowd import conversations, fill, people

#: Both sides of a conversation together.
LINES_EACH = 50
OWNERS_MEASURED = 15
#: Between the numbers of one lot of owners and the next, since those who talk in between get the numbers behind the last.
FAR_APART = 10_000_000


async def measure(url: str, data: Path, sizes: list[int]) -> None:
    """Print a line for each size, and how the last compares with the first."""
    async with opened(url, data) as advisor:
        await _talk(advisor, OWNERS_MEASURED)  # what is loaded at the first use
        print(f"{advisor.database.url.get_backend_name()}\n{'messages':>10} {'p50 ms':>8} {'p95 ms':>8}")
        stored, medians = 0, []
        for place, size in enumerate(sizes, 1):
            await _store(advisor, range(place * FAR_APART, place * FAR_APART + (size - stored) // LINES_EACH))
            stored = size
            times = sorted(await _talk(advisor, OWNERS_MEASURED))
            medians.append(statistics.median(times))
            print(f"{size:>10} {medians[-1] * 1000:>8.1f} {times[int(len(times) * 0.95)] * 1000:>8.1f}")
        print(f"{sizes[-1]:,} / {sizes[0]:,}: {medians[-1] / medians[0]:.2f}")


async def _store(advisor: Advisor, owners: range) -> None:
    now = datetime.now(UTC)
    await fill(advisor.database, Person, people(owners, now))
    await fill(advisor.database, Conversation, conversations(owners, now))
    await fill(advisor.database, InboxRow, _said_by(owners, now))
    await fill(advisor.database, OutboxRow, _answered(owners, now))
    await advisor.database.wipe()  # SQLite's log is as short as between two owners, not as after a million rows at once


def _said_by(owners: range, now: datetime) -> Iterator[dict[str, Any]]:
    for owner in owners:
        for seq in range(1, LINES_EACH, 2):
            yield {
                **{"channel": "web", "external_id": f"{owner}-{seq}", "conversation_id": f"web:{owner}", "seq": seq},
                **{"body": {"text": "うちの在庫の数え方"}, "state": "done", "attempts": 0, "received_at": now, "answered_at": now},
            }


def _answered(owners: range, now: datetime) -> Iterator[dict[str, Any]]:
    body: dict[str, Any] = {"text": "まず、よく動く品目だけ数えてみましょう。" * 5, "language": "ja"}
    body["buttons"] = [{"title": "次へ", "meaning": "next", "payload": "b2.0"}]
    for owner in owners:
        for seq in range(2, LINES_EACH + 1, 2):
            yield {
                **{"conversation_id": f"web:{owner}", "channel": "web", "seq": seq, "body": body, "state": "pulled", "is_nudge": False},
                **{"attempt": 0, "failures": 0, "ambiguous": 0, "due_at": now, "created_at": now},
            }


async def _talk(advisor: Advisor, owners: int) -> list[float]:
    times = []
    for _ in range(owners):
        conversation = f"web:{secrets.token_hex(8)}"
        for text in SAID:
            await advisor.desk.receive(Incoming("web", secrets.token_hex(8), conversation, text=text))
            started = time.perf_counter()
            await advisor.turns.answer_waiting()
            times.append(time.perf_counter() - started)
    return times


async def _main(chosen: argparse.Namespace) -> None:
    with tempfile.TemporaryDirectory(prefix="advisor-benchmark-") as folder:
        async with database_url(chosen.postgresql) as url:
            await measure(url, Path(folder) / "data", chosen.messages)


def main() -> None:
    """Run in a folder of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, nargs="+", default=[10_000, 1_000_000])
    parser.add_argument("--postgresql", action="store_true")
    asyncio.run(_main(parser.parse_args()))


if __name__ == "__main__":
    main()

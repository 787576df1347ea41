"""How long after its moment a check-in stands in an open widget: `uv run python -m tests.benchmarks.checkin_arrival`.

The whole advisor over SQLite with the real assistant, idle but for this; owners are connected by WebSocket, one after the other, each
with a new rollout whose first check-in comes due at a random moment.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import statistics
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import websockets
from sqlalchemy import select

from bot.app import Advisor, claim_port, serve
from bot.storage.tables import CheckIn, Conversation, Person
from tests.benchmarks.opening import opened
from tests.integration.web.serving import free_port

#: A Tuesday, 11:00 in Tokyo: the owners are open. Time goes on from there.
BEGINNING = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)


async def measure(data: Path, owners: int, seed: int) -> list[float]:
    """Seconds from the moment at which each check-in is due until the widget has it."""
    chance, shift = random.Random(seed), BEGINNING - datetime.now(UTC)
    port = free_port()
    async with opened("", data, lambda: datetime.now(UTC) + shift) as advisor:
        ready = asyncio.Event()
        serving = asyncio.create_task(serve(advisor, claim_port("127.0.0.1", port), ready.set))
        await ready.wait()
        found = [await _arrival(advisor, port, chance.uniform(1.0, 3.0)) for _ in range(owners)]
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)
    return found


async def _arrival(advisor: Advisor, port: int, ahead: float) -> float:
    origin: Any = f"http://127.0.0.1:{port}"
    async with websockets.connect(f"ws://127.0.0.1:{port}/ws", origin=origin, subprotocols=["advisor.v1"]) as widget:  # type: ignore[list-item]
        await widget.send(json.dumps({"type": "hello", "token": None, "after": 0, "lang": "ja"}))
        await _message(widget)  # the greeting: the owner is known now
        due_at = await _plan(advisor, ahead)
        await _message(widget)
        return (advisor.clock() - due_at).total_seconds()


async def _message(widget: Any) -> None:
    while json.loads(await widget.recv())["type"] != "message":
        pass


async def _plan(advisor: Advisor, ahead: float) -> datetime:
    """Give the newest owner a rollout whose first check-in is due in `ahead` seconds; returns the moment."""
    async with advisor.database.transaction() as session:
        newest = select(Conversation).order_by(Conversation.created_at.desc()).limit(1)
        conversation = (await session.scalars(newest)).one()
        person = await session.get_one(Person, conversation.person_id)
        await advisor.services.rollouts.start(session, person, "weekly-number", 1, advisor.clock())
        due_at = advisor.clock() + timedelta(seconds=ahead)
        mine = select(CheckIn).where(CheckIn.person_id == person.id).order_by(CheckIn.due_at).limit(1)
        (await session.scalars(mine)).one().due_at = due_at
    return due_at


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--owners", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="advisor-benchmark-") as folder:
        seconds = asyncio.run(measure(Path(folder), chosen.owners, chosen.seed))
    p95 = statistics.quantiles(seconds, n=20)[-1]
    p50, longest = statistics.median(seconds), max(seconds)
    print(f"{len(seconds)} check-ins, due → in the widget: p50 {p50:.2f} s, p95 {p95:.2f} s, longest {longest:.2f} s")


if __name__ == "__main__":
    main()

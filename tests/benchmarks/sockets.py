"""How many idle WebSockets one process holds, what they cost, and whether an owner who writes notices them.

`uv run python -m tests.benchmarks.sockets [--sockets 2000] [--seconds 60]`. Every socket is an owner of its own who opened the page and was
greeted. They come from many addresses (of the loopback network), since one address may begin only so many conversations.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import secrets
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import websockets
from websockets.typing import Origin, Subprotocol

from tests.conftest import CACHE
from tests.integration.web.serving import free_port
from tests.replicas.topology import Replica

#: Conversations that are begun from one address, and so many at a time.
EACH_ADDRESS, AT_ONCE = 40, 20
ASKED = 20
SAID = ("CRMって何?", "棚卸しに丸一日かかる", "補助金はありますか")


async def _open(number: int, port: int, slots: asyncio.Semaphore) -> Any:
    """One owner's page, opened and greeted."""
    address = f"127.{1 + number // EACH_ADDRESS // 250}.{number // EACH_ADDRESS % 250}.1"
    url, origin, speaking = f"ws://127.0.0.1:{port}/ws", Origin(f"http://127.0.0.1:{port}"), [Subprotocol("advisor.v1")]
    async with slots:
        connection = await websockets.connect(
            url, origin=origin, subprotocols=speaking, local_addr=(address, 0), open_timeout=60, ping_interval=None
        )
        await connection.send(json.dumps({"type": "hello", "lang": "ja"}))
        await _next_line(connection)
    return connection


async def _next_line(connection: Any) -> None:
    async with asyncio.timeout(60):
        while True:
            frame = json.loads(await connection.recv())
            if frame["type"] == "message" and frame["from"] == "advisor":
                return


async def _ask(connection: Any, text: str) -> float:
    started = time.perf_counter()
    await connection.send(json.dumps({"type": "text", "cid": secrets.token_hex(8), "text": text}))
    await _next_line(connection)
    return time.perf_counter() - started


@contextmanager
def running(folder: Path) -> Iterator[Replica]:
    """`advisor serve` as a process of its own."""
    server = Replica(1, free_port(), folder, {"ADVISOR_MODELS_DIR": str(CACHE)}, is_quick=False)
    server.start()
    try:
        yield server
    finally:
        server.kill()


async def measure(sockets: int, seconds: float) -> None:
    """Open them, wait, ask, and print."""
    with tempfile.TemporaryDirectory(prefix="advisor-sockets-") as folder, running(Path(folder)) as server:
        await server.ready()
        assert server.process is not None
        process = psutil.Process(server.process.pid)
        before = process.memory_info().rss
        started, slots = time.perf_counter(), asyncio.Semaphore(AT_ONCE)
        connections = await asyncio.gather(*(_open(number, server.port, slots) for number in range(sockets)))
        print(f"{len(connections)} sockets opened and greeted in {time.perf_counter() - started:.0f} s")
        worked = sum(process.cpu_times()[:2])
        await asyncio.sleep(seconds)
        share = (sum(process.cpu_times()[:2]) - worked) / seconds
        times = sorted([await _ask(connections[number], SAID[number % len(SAID)]) for number in range(ASKED)])
        memory = process.memory_info().rss
        open_still = sum(connection.state is websockets.State.OPEN for connection in connections)
        print(f"after {seconds:.0f} s: {open_still} open, {share:.0%} of a processor meanwhile")
        print(f"memory {memory / 2**20:.0f} MB, {(memory - before) / sockets / 1024:.0f} KB a socket with its conversation")
        print(f"question → answer of one owner: p50 {statistics.median(times) * 1000:.0f} ms, longest {times[-1] * 1000:.0f} ms")


def main() -> None:
    """Run a server of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sockets", type=int, default=2_000)
    parser.add_argument("--seconds", type=float, default=60)
    chosen = parser.parse_args()
    asyncio.run(measure(chosen.sockets, chosen.seconds))


if __name__ == "__main__":
    main()

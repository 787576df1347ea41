"""The advisor as a process of its own, which can be killed: `python -m tests.browser.served PORT DATABASE_URL`."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from subprocess import DEVNULL, Popen

import httpx

from bot.channels.web.limits import Limits
from bot.messaging.message import Incoming, Reply
from tests.fakes import FakeResponder
from tests.integration.web.serving import Advisor

ROOT = Path(__file__).parents[2]
START_SECONDS = 60.0


def _answer(incoming: Incoming) -> Sequence[Reply]:
    return [Reply(text="ようこそ" if incoming.command else f"答え {incoming.text}")]


async def _serve(port: int, url: str) -> None:
    async with Advisor(url, FakeResponder(_answer), lambda: datetime.now(UTC), port=port, limits=Limits(burst=500, connections=20)):
        await asyncio.Event().wait()


class Server:
    """Starts and kills that process."""

    def __init__(self, port: int, url: str) -> None:
        self.port = port
        self.origin = f"http://127.0.0.1:{port}"
        self._command = [sys.executable, "-m", "tests.browser.served", str(port), url]
        self._process: Popen[bytes] | None = None

    async def start(self) -> None:
        """Start it; returns when it answers."""
        self._process = await asyncio.to_thread(Popen, self._command, cwd=ROOT, stdout=DEVNULL, stderr=DEVNULL)
        async with httpx.AsyncClient() as client:
            for _ in range(int(START_SECONDS / 0.05)):
                try:
                    await client.get(f"{self.origin}/chat/push")
                except httpx.TransportError:
                    await asyncio.sleep(0.05)
                else:
                    return
        raise TimeoutError("the server did not start")

    def kill(self) -> float:
        """SIGKILL: nothing can be tidied up. Returns the moment."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()
        return time.monotonic()


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1]), sys.argv[2]))

"""PostgreSQL, three advisors with a folder of their own each, and the proxy before them."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from bot.services import ROOT
from tests.conftest import CACHE
from tests.fake_telegram import TOKEN
from tests.integration.web.serving import free_port
from tests.replicas.proxying import Proxy, caddy

SECRET = "a-secret-of-the-replicas-run"
#: Three at once start on two slow cores.
START_SECONDS = 180.0
#: Longer than the slowest clean end.
STOP_SECONDS = 60.0
DRAIN_SECONDS = 2
_MAIN = "from bot.cli import main; main()"
#: What a dead replica had claimed is free soon, and what is unclear is sent again soon: a short run must not wait minutes for its end.
_QUICKLY = (
    "from datetime import timedelta as t; from bot.messaging import pushing as p; "
    "p.LEASE, p.LONGEST_SEND, p.REAP_SLACK, p.RESEND_AFTER = t(seconds=15), t(seconds=6), t(seconds=3), t(seconds=5); "
)


def inherited() -> dict[str, str]:
    """This process's environment without settings, and without what would have each replica compile every library again."""
    left_out = "ADVISOR_", "PYTHONDONTWRITEBYTECODE"
    return {name: value for name, value in os.environ.items() if not name.startswith(left_out)}


@dataclass
class Replica:
    """One `advisor serve`, which may be killed or asked to end at any moment."""

    number: int
    port: int
    folder: Path
    environment: dict[str, str]
    is_quick: bool
    process: subprocess.Popen[bytes] | None = None
    #: What each clean end came to.
    exits: list[int] = field(default_factory=list)

    @property
    def log(self) -> Path:
        """What it said."""
        return self.folder / "log"

    def start(self) -> None:
        """Start it; it takes seconds until it is ready."""
        self.folder.mkdir(parents=True, exist_ok=True)
        own = {"ADVISOR_DATA_DIR": str(self.folder), "PYTHONUNBUFFERED": "1"}
        command = [sys.executable, "-c", (_QUICKLY if self.is_quick else "") + _MAIN, "serve", "--port", str(self.port)]
        with self.log.open("ab") as said:
            self.process = subprocess.Popen(command, cwd=ROOT, env=inherited() | self.environment | own, stdout=said, stderr=said)

    def kill(self) -> None:
        """SIGKILL: nothing can be tidied up."""
        assert self.process
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    async def end(self) -> None:
        """SIGTERM, and wait until it has finished what it had begun."""
        assert self.process
        self.process.send_signal(signal.SIGTERM)
        self.exits.append(await asyncio.to_thread(self.process.wait, STOP_SECONDS))

    async def ready(self) -> None:
        """Wait until it says so. Raises RuntimeError when it ended instead, or takes too long."""
        async with httpx.AsyncClient() as client:
            for _ in range(int(START_SECONDS / 0.1)):
                with suppress(httpx.TransportError):
                    if (await client.get(f"http://127.0.0.1:{self.port}/readyz")).status_code == 200:
                        return
                if self.process is None or self.process.poll() is not None:
                    break
                await asyncio.sleep(0.1)
        raise RuntimeError(f"replica {self.number} did not get ready: {self.log.read_text(encoding='utf-8')[-2000:]}")


@dataclass(frozen=True)
class Topology:
    """What runs."""

    replicas: list[Replica]
    proxy: Proxy


@asynccontextmanager
async def topology(program: str, folder: Path, url: str, telegram: str, is_quick: bool, count: int = 3) -> AsyncIterator[Topology]:
    """Everything up and ready on the database at `url`, with the fake Telegram at `telegram`."""
    environment = {
        "ADVISOR_DATABASE_URL": url,
        "ADVISOR_SECRET_KEY": SECRET,
        "ADVISOR_MODELS_DIR": str(CACHE),
        "ADVISOR_TELEGRAM_TOKEN": TOKEN,
        "ADVISOR_TELEGRAM_API_BASE": telegram,
        "ADVISOR_TELEGRAM_WEBHOOK_URL": "https://advisor.example.com",
        "ADVISOR_PUBLIC_URL": "https://advisor.example.com",
        "ADVISOR_DRAIN_SECONDS": str(DRAIN_SECONDS),
    }
    replicas = [Replica(number, free_port(), folder / f"replica-{number}", environment, is_quick) for number in range(1, count + 1)]
    async with AsyncExitStack() as stack:
        for replica in replicas:
            replica.start()
            stack.callback(_end_for_good, replica)
        for replica in replicas:
            await replica.ready()
        yield Topology(replicas, stack.enter_context(caddy(program, folder, [replica.port for replica in replicas])))


def _end_for_good(replica: Replica) -> None:
    if replica.process and replica.process.poll() is None:
        replica.kill()

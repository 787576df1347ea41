"""`kill -9` in the middle of the assessment, again and again, under a client that resends what was not acknowledged.

`uv run python -m tests.integration.kill_run --kills 20` prints what came of it; the test suite runs a short one.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import websockets

from bot.services import ROOT
from tests.conftest import CACHE

START_SECONDS = 90
QUESTIONS = 20


@dataclass
class Server:
    """The real process, which may die at any moment."""

    data: Path
    port: int
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it listens and answers."""
        environment = {**os.environ, "ADVISOR_DATA_DIR": str(self.data), "PYTHONUNBUFFERED": "1"}
        command = [sys.executable, "-c", "from bot.cli import main; main()", "serve", "--port", str(self.port)]
        self.process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def kill(self) -> None:
        """SIGKILL: nothing can be tidied up."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


@dataclass
class Client:
    """Answers option 2 to everything; resends what was not acknowledged; keeps every line that it was shown."""

    url: str
    origin: str
    token: str | None = None
    shown: dict[int, dict[str, Any]] = field(default_factory=dict)
    doubled: list[int] = field(default_factory=list)
    unacknowledged: dict[str, dict[str, Any]] = field(default_factory=dict)
    answered: int = 0
    finished: bool = False

    @property
    def last(self) -> int:
        return max(self.shown, default=0)

    async def run(self) -> None:
        """Connect, talk, and connect again whenever the server dies, until the result is there."""
        deadline = time.monotonic() + 600
        while not self.finished and time.monotonic() < deadline:
            try:
                async with websockets.connect(self.url, origin=self.origin, subprotocols=["advisor.v1"]) as connection:  # type: ignore[arg-type]
                    await self._talk(connection)
            except (OSError, websockets.WebSocketException):
                await asyncio.sleep(0.2)

    async def _talk(self, connection: Any) -> None:
        await connection.send(json.dumps({"type": "hello", "token": self.token, "after": self.last, "lang": "ja"}))
        for frame in list(self.unacknowledged.values()):
            await connection.send(json.dumps(frame))
        while not self.finished:
            frame = json.loads(await connection.recv())
            await self._take(connection, frame)

    async def _take(self, connection: Any, frame: dict[str, Any]) -> None:
        if frame["type"] == "session":
            self.token = frame["token"]
        elif frame["type"] == "ack":
            self.unacknowledged.pop(frame["cid"], None)
        elif frame["type"] == "message":
            self._show(frame)
            if frame["from"] == "advisor":
                await self._go_on(connection, frame)

    def _show(self, frame: dict[str, Any]) -> None:
        if frame["seq"] in self.shown:
            self.doubled.append(frame["seq"])
        self.shown[frame["seq"]] = frame

    async def _go_on(self, connection: Any, frame: dict[str, Any]) -> None:
        self.finished = self.finished or "全部の質問が終わりました" in frame["text"]
        button = chosen(frame)
        if button is None:
            return
        cid = f"c{frame['seq']}"
        self.unacknowledged[cid] = {"type": "button", "cid": cid, "payload": button["payload"]}
        self.answered += 1
        await connection.send(json.dumps(self.unacknowledged[cid]))


def chosen(frame: dict[str, Any]) -> dict[str, str] | None:
    """The button that the script presses: start, go on, or the second option of a question."""
    buttons = frame.get("buttons") or []
    titles = [each["title"] for each in buttons]
    for wanted in ("診断を始める", "診断を続ける"):
        if found := [each for each in buttons if each["title"].startswith(wanted)]:
            return dict(found[0])
    if "(" in frame["text"][:1] and len(titles) >= 5:
        return dict(buttons[1])
    return None


@dataclass
class Outcome:
    """What came of a run."""

    kills: int
    answers: dict[str, tuple[str, int | None]]
    shown: list[int]
    doubled: list[int]
    result: str
    seconds: float

    @property
    def is_gapless(self) -> bool:
        """Whether every line was shown; number 1 is the page's own silent greeting and belongs to nobody's screen."""
        return self.shown == list(range(2, len(self.shown) + 2))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def run(kills: int, seed: int, say: Callable[[str], None] = lambda text: None) -> Outcome:
    """One assessment of 20 questions under `kills` SIGKILLs at random moments."""
    chance, started = random.Random(seed), time.monotonic()
    with tempfile.TemporaryDirectory(prefix="advisor-kill-") as folder:
        data = Path(folder)
        (data / "models").symlink_to(CACHE)
        server = Server(data, free_port())
        client = Client(f"ws://127.0.0.1:{server.port}/ws", f"http://127.0.0.1:{server.port}")
        server.start()
        talking = asyncio.create_task(client.run())
        try:
            for number in range(kills):
                # Wait for some progress, then strike somewhere in the next answer.
                await _progress(client, server)
                await asyncio.sleep(chance.uniform(0, 0.08))
                server.kill()
                say(f"kill {number + 1}: {len(client.shown)} lines shown, {client.answered} buttons pressed")
                server.start()
            await talking
        finally:
            talking.cancel()
            server.kill()
        return _outcome(data, client, kills, time.monotonic() - started)


async def _progress(client: Client, server: Server) -> None:
    before, deadline = len(client.shown), time.monotonic() + START_SECONDS
    while len(client.shown) == before and not client.finished:
        if time.monotonic() > deadline or (server.process and server.process.poll() is not None):
            raise RuntimeError("the advisor did not come back")
        await asyncio.sleep(0.005)


def _outcome(data: Path, client: Client, kills: int, seconds: float) -> Outcome:
    import sqlite3  # noqa: PLC0415 - only to look at the file from outside

    with sqlite3.connect(data / "advisor.db") as database:
        rows = database.execute("SELECT question, kind, value FROM answer ORDER BY id").fetchall()
    answers = {question: (kind, value) for question, kind, value in rows}
    assert len(answers) == len(rows)
    result = next((frame["text"] for frame in reversed(list(client.shown.values())) if "全体は" in frame["text"]), "")
    return Outcome(kills, answers, sorted(client.shown), client.doubled, result, seconds)


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    chosen_options = parser.parse_args()
    outcome = asyncio.run(run(chosen_options.kills, chosen_options.seed, lambda text: sys.stdout.write(text + "\n")))
    sys.stdout.write(
        f"{outcome.kills} kills in {outcome.seconds:.0f} s: {len(outcome.answers)} answers recorded, {len(outcome.shown)} lines shown, "
        f"gapless {outcome.is_gapless}, shown twice {len(outcome.doubled)}\n"
    )


if __name__ == "__main__":
    main()

"""Stock Rasa on the same model and dialogues: `rasa run`, an action server over HTTP and its SQL tracker store, as documented by Rasa.

The tracker store needs SQLAlchemy 1.4, which uv lays over our environment for that process. Its actions are the nearest that can run
without our database: each says the same two letters, and nothing but the conversation is stored.
"""

from __future__ import annotations

import asyncio
import os
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import httpx
import psutil

from bot.services import ROOT

START_SECONDS = 180
_RASA = "import sys; from pathlib import Path; from bot.assistant.rasa_command import run_rasa; sys.exit(run_rasa(Path('.'), sys.argv[1:]))"
_ACTIONS = '''
from rasa_sdk import Action
from rasa_sdk.events import SlotSet

class _Says(Action):
    def name(self):
        return self.action_name

    def run(self, dispatcher, tracker, domain):
        dispatcher.utter_message(text="ok", buttons=[{"title": str(n), "payload": str(n)} for n in range(1, 6)])
        return [SlotSet("assessment_answer", None)] if self.action_name.startswith("validate") else []
'''


class StockRasa:
    """A running stock Rasa with its action server."""

    def __init__(self, url: str, server: int, actions: int, database: Path) -> None:
        self._database = database
        self._client = httpx.AsyncClient(base_url=url, timeout=60)
        self._processes = (server, actions)

    async def turn(self, text: str) -> float:
        """Say something; seconds until all replies are back."""
        started = time.perf_counter()
        response = await self._client.post("/webhooks/rest/webhook", json={"sender": "benchmark", "message": text})
        response.raise_for_status()
        return time.perf_counter() - started

    def memory_megabytes(self) -> float:
        """Both processes together."""
        family = [process for each in self._processes for process in (psutil.Process(each), *psutil.Process(each).children(recursive=True))]
        return sum(float(process.memory_info().rss) for process in family) / 2**20

    def kept_events(self) -> int:
        """How many events its tracker store holds: none would mean that it keeps conversations in memory after all."""
        with sqlite3.connect(self._database) as database:
            return int(database.execute("SELECT count(*) FROM events").fetchone()[0])

    async def answers(self) -> bool:
        """Whether the server is up."""
        try:
            return (await self._client.get("/")).status_code == 200
        except httpx.HTTPError:
            return False


@asynccontextmanager
async def stock_rasa(model: Path, action_names: list[str], folder: Path) -> AsyncIterator[StockRasa]:
    """Start both servers on the trained `model` (an absolute path); stop them at the end."""
    port, actions_port = _free_port(), _free_port()
    _write_files(folder, action_names, actions_port)
    files = ("--endpoints", str(folder / "endpoints.yml"), "--credentials", str(folder / "credentials.yml"))
    serve = ["run", "-m", str(model), *files, "-p", str(port), "-i", "127.0.0.1"]
    with (
        _process([sys.executable, "-m", "rasa_sdk", "--actions", "stock_actions", "-p", str(actions_port)], folder) as actions,
        _process(["uv", "run", "--quiet", "--frozen", "--with", "sqlalchemy>=1.4,<1.5", "python", "-c", _RASA, *serve], ROOT) as server,
    ):
        rasa = StockRasa(f"http://127.0.0.1:{port}", server, actions, folder / "rasa.db")
        async with asyncio.timeout(START_SECONDS):
            while not await rasa.answers():  # noqa: ASYNC110 - another process; there is nothing to wait on
                await asyncio.sleep(0.5)
        yield rasa


def _write_files(folder: Path, action_names: list[str], port: int) -> None:
    classes = [f"class A{number}(_Says):\n    action_name = {name!r}\n" for number, name in enumerate(action_names)]
    (folder / "stock_actions.py").write_text("\n\n".join([_ACTIONS, *classes]), encoding="utf-8")
    actions = f"action_endpoint:\n  url: http://127.0.0.1:{port}/webhook\n"
    tracker_store = f"tracker_store:\n  type: SQL\n  dialect: sqlite\n  db: {folder / 'rasa.db'}\n"
    (folder / "endpoints.yml").write_text(actions + tracker_store, encoding="utf-8")
    (folder / "credentials.yml").write_text("rest:\n", encoding="utf-8")


@contextmanager
def _process(command: list[str], folder: Path) -> Iterator[int]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join((str(ROOT), str(folder))), "LOG_LEVEL": "ERROR"}
    process = subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield process.pid
    finally:
        process.terminate()
        process.wait(timeout=20)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])

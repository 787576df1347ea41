"""Owners who talk through the proxy as the widget does: by socket or by server-sent events, resending what was not acknowledged."""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import httpx
import websockets

from tests.fake_telegram import FakeTelegram
from tests.integration.kill_run import chosen
from tests.replicas.proxying import Proxy

#: What owners ask between, and after, the questions of the assessment.
QUESTIONS = (
    "棚卸しに丸一日かかる",
    "補助金は使えますか",
    "セキュリティは何から始めればいい？",
    "請求書を紙で送るのをやめたい",
    "社員がパソコンを嫌がります",
    "ホームページは必要ですか",
    "What does a cloud accounting tool cost?",
    "データのバックアップはどうすればいい？",
)
AWAY_SECONDS = 0.3
ANSWERED_WITHIN_SECONDS = 10.0


@dataclass
class Owner:
    """What one owner said and was shown, whatever the way; `think` gives the pause before the next message (seconds)."""

    name: str
    token: str
    chance: random.Random
    think: Callable[[], float]
    #: A silent owner only listens.
    is_silent: bool = False
    shown: dict[int, dict[str, Any]] = field(default_factory=dict)
    doubled: list[int] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    #: Seconds from the first try to send a message to its answer.
    waits: list[float] = field(default_factory=list)
    unacknowledged: dict[str, Any] | None = None
    #: The message under way, and when it was first tried.
    asked: str | None = None
    asked_at: float = 0.0
    _heard_ours: bool = False
    _button: dict[str, str] | None = None
    is_over: bool = False

    @property
    def last(self) -> int:
        """The last line shown."""
        return max(self.shown, default=0)

    def take(self, frame: dict[str, Any]) -> None:
        """One frame from the advisor."""
        kind = frame["type"]
        if kind == "session":
            self.token = frame["token"]
        elif kind == "ack" and self.unacknowledged and frame["cid"] == self.unacknowledged["cid"]:
            self.unacknowledged = None
        elif kind == "message":
            self._show(frame)

    def _show(self, frame: dict[str, Any]) -> None:
        if frame["seq"] in self.shown:
            self.doubled.append(frame["seq"])
        self.shown[frame["seq"]] = frame
        if frame["from"] == "owner":
            self._heard_ours = self._heard_ours or frame.get("cid") == self.asked
            return
        self._button = chosen(frame) or self._button
        if self.asked and self._heard_ours:
            self.waits.append(time.monotonic() - self.asked_at)
            self.asked = None

    def next_message(self) -> dict[str, Any]:
        """Answer the open question, or ask something."""
        cid = f"c{len(self.said)}"
        if self._button and self.chance.random() < 0.8:
            message = {"type": "button", "cid": cid, "payload": self._button["payload"]}
        else:
            message = {"type": "text", "cid": cid, "text": self.chance.choice(QUESTIONS)}
        self._button = None
        self.said.append(cid)
        self.unacknowledged, self.asked, self.asked_at, self._heard_ours = message, cid, time.monotonic(), False
        return message


class SocketOwner:
    """Over `/ws`."""

    def __init__(self, owner: Owner, proxy: Proxy) -> None:
        self.owner = owner
        self._proxy = proxy

    async def run(self) -> None:
        """Until cancelled; connects again whenever the connection ends."""
        address = f"wss://localhost:{self._proxy.port}/ws"
        while True:
            with suppress(OSError, websockets.WebSocketException, ExceptionGroup):
                async with websockets.connect(
                    address,
                    ssl=self._proxy.trust,
                    origin=self._proxy.origin,  # type: ignore[arg-type]
                    subprotocols=["advisor.v1"],  # type: ignore[list-item]
                    open_timeout=ANSWERED_WITHIN_SECONDS,
                ) as connection:
                    await self._converse(connection)
            await asyncio.sleep(AWAY_SECONDS)

    async def _converse(self, connection: Any) -> None:
        owner = self.owner
        await connection.send(json.dumps({"type": "hello", "token": owner.token, "after": owner.last, "lang": "ja"}))
        if owner.unacknowledged:
            await connection.send(json.dumps(owner.unacknowledged))
        async with asyncio.TaskGroup() as group:
            group.create_task(self._hear(connection))
            if not owner.is_silent:
                group.create_task(self._speak(connection))

    async def _hear(self, connection: Any) -> None:
        while True:
            self.owner.take(json.loads(await connection.recv()))

    async def _speak(self, connection: Any) -> None:
        while True:
            await asyncio.sleep(self.owner.think())
            if self.owner.asked is None and not self.owner.is_over and self.owner.shown:
                await connection.send(json.dumps(self.owner.next_message()))


class StreamOwner:
    """Over `/chat/events` and `/chat/messages`."""

    def __init__(self, owner: Owner, proxy: Proxy) -> None:
        self.owner = owner
        self._proxy = proxy

    async def run(self) -> None:
        """Until cancelled."""
        client = httpx.AsyncClient(base_url=self._proxy.origin, verify=self._proxy.trust, timeout=20)
        async with client, asyncio.TaskGroup() as group:
            group.create_task(self._listen(client))
            if not self.owner.is_silent:
                group.create_task(self._speak(client))

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.owner.token}"}

    async def _listen(self, client: httpx.AsyncClient) -> None:
        while True:
            with suppress(httpx.HTTPError):
                query = {"after": self.owner.last, "lang": "ja"}
                async with client.stream("GET", "/chat/events", params=query, headers=self._headers()) as stream:
                    async for line in stream.aiter_lines():
                        if line.startswith("data: {"):
                            self.owner.take(json.loads(line.removeprefix("data: ")))
            await asyncio.sleep(AWAY_SECONDS)

    async def _speak(self, client: httpx.AsyncClient) -> None:
        while True:
            if self.owner.unacknowledged:
                await self._send(client, self.owner.unacknowledged)
                continue
            await asyncio.sleep(self.owner.think())
            if self.owner.asked is None and not self.owner.is_over and self.owner.shown:
                self.owner.next_message()

    async def _send(self, client: httpx.AsyncClient, message: dict[str, Any]) -> None:
        with suppress(httpx.HTTPError):
            answer = await client.post("/chat/messages", json=message, headers=self._headers())
            if answer.status_code == 200:
                for frame in answer.json():
                    self.owner.take(frame)
        if self.owner.unacknowledged is message:
            await asyncio.sleep(AWAY_SECONDS)


@dataclass
class TelegramOwner:
    """Writes to the fake Telegram, one message after the other."""

    chat: int
    fake: FakeTelegram
    chance: random.Random
    think: Callable[[], float]
    written: int = 0
    waits: list[float] = field(default_factory=list)
    is_over: bool = False
    is_waiting: bool = False

    async def run(self) -> None:
        """Until it is over, or cancelled."""
        while not self.is_over:
            await asyncio.sleep(self.think())
            before, started = len(self.fake.messages(self.chat)) if self.written else 0, time.monotonic()
            self.is_waiting = True
            self.fake.user_writes(self.chat, self.chance.choice(QUESTIONS))
            self.written += 1
            while len(self.fake.messages(self.chat)) <= before:  # noqa: ASYNC110 - other processes work on it
                await asyncio.sleep(0.02)
            self.waits.append(time.monotonic() - started)
            self.is_waiting = False

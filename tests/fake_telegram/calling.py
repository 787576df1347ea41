"""The fake's webhook: calls the bot as Telegram does, in order within a chat, again and again until it says 200."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import aiohttp

from tests.fake_telegram.world import Update, World

_AGAIN_SECONDS = 0.05
_CALLS_AT_A_TIME = 40


@dataclass(frozen=True)
class Answer:
    """What the bot's server said to one call."""

    update: int
    status: int


class Calling:
    """Runs while the fake runs. `route` stands in for the proxy that ends TLS: where calls to the webhook's https address really go."""

    def __init__(self, world: World, changed: Callable[[], Awaitable[None]]) -> None:
        self._world = world
        self._changed = changed
        self._something = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self.route = ""
        #: How the certificate behind an https route is checked.
        self.trust: ssl.SSLContext | bool = True
        self.answers: list[Answer] = []

    def wake(self) -> None:
        """An update was queued, or a webhook set."""
        self._something.set()

    def start(self) -> None:
        """Begin to call."""
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Call no more."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def _run(self) -> None:
        async with aiohttp.ClientSession() as client:
            while True:
                self._something.clear()
                calls = [self._call(client, update) for update in self._next()] if self._world.webhook and self.route else []
                if not calls:
                    await self._something.wait()
                    continue
                if not all(await asyncio.gather(*calls)):
                    await asyncio.sleep(_AGAIN_SECONDS)
                await self._changed()

    def _next(self) -> list[Update]:
        """The oldest update of every chat."""
        first: dict[Any, Update] = {}
        for update in self._world.waiting():
            first.setdefault(_chat_of(update), update)
        return list(first.values())[:_CALLS_AT_A_TIME]

    async def _call(self, client: aiohttp.ClientSession, update: Update) -> bool:
        headers = {"X-Telegram-Bot-Api-Secret-Token": self._world.secret} if self._world.secret else {}
        try:
            async with client.post(self.route, json=update, headers=headers, ssl=self.trust) as response:
                status = response.status
        except aiohttp.ClientError:
            status = 0
        self.answers.append(Answer(update["update_id"], status))
        if 200 <= status < 300:
            self._world.updates.pop(update["update_id"], None)
        return 200 <= status < 300


def _chat_of(update: Update) -> Any:
    content = next(value for name, value in update.items() if name != "update_id")
    return (content.get("message") or content).get("chat", {}).get("id")

"""getUpdates: held open until something comes; an offset makes Telegram forget; a second poller ends the first."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from tests.fake_telegram.faults import Refusal
from tests.fake_telegram.world import Update, World


class Polling:
    """One bot's queue."""

    def __init__(self, world: World, changed: Callable[[], Awaitable[None]]) -> None:
        self._world = world
        self._changed = changed
        self._something = asyncio.Event()
        self._current: asyncio.Event | None = None

    def wake(self) -> None:
        """An update was queued."""
        self._something.set()

    @property
    def is_open(self) -> bool:
        """Whether somebody polls right now."""
        return self._current is not None

    async def get_updates(self, fields: dict[str, Any]) -> list[Update]:
        """getUpdates. Raises Refusal (409) when another poller takes over or a webhook is set."""
        if self._world.webhook:
            raise Refusal(409, "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to remove it")
        if self._current is not None:
            self._current.set()
            self._something.set()
        mine = self._current = asyncio.Event()
        self._world.allowed = fields.get("allowed_updates", self._world.allowed)
        try:
            return await self._wait(mine, int(fields.get("offset", 0)), int(fields.get("limit", 100)), float(fields.get("timeout", 0)))
        finally:
            if self._current is mine:
                self._current = None

    async def _wait(self, mine: asyncio.Event, offset: int, limit: int, timeout: float) -> list[Update]:
        self._forget(offset)
        await self._changed()
        end = asyncio.get_running_loop().time() + timeout
        while True:
            if mine.is_set():
                raise Refusal(409, "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running")
            self._something.clear()
            found = self._waiting(offset)
            left = end - asyncio.get_running_loop().time()
            if found or left <= 0:
                return found[:limit]
            try:
                async with asyncio.timeout(left):
                    await self._something.wait()
            except TimeoutError:
                continue

    def _forget(self, offset: int) -> None:
        for number in [number for number in self._world.updates if number < offset]:
            del self._world.updates[number]

    def _waiting(self, offset: int) -> list[Update]:
        return [update for update in self._world.waiting() if update["update_id"] >= offset]

"""The line of those who want to write to a SQLite file: one at a time, in order, but what must not be lost goes first."""

from __future__ import annotations

import asyncio
from collections import deque


class Writers:
    """A lock with two lanes: whoever is urgent is let in before all others that wait."""

    def __init__(self) -> None:
        self._is_busy = False
        self._urgent: deque[asyncio.Future[None]] = deque()
        self._others: deque[asyncio.Future[None]] = deque()

    def come_in_at_once(self) -> bool:
        """Be the one who writes, if nobody is."""
        was_free, self._is_busy = not self._is_busy, True
        return was_free

    async def come_in(self, urgent: bool) -> None:
        """Wait to be the one who writes."""
        if self.come_in_at_once():
            return
        mine = asyncio.get_running_loop().create_future()
        (self._urgent if urgent else self._others).append(mine)
        try:
            await mine
        except asyncio.CancelledError:
            if mine.done() and not mine.cancelled():  # let in at the very moment of giving up
                self.leave()
            raise

    def leave(self) -> None:
        """Let the next one in."""
        for lane in (self._urgent, self._others):
            while lane:
                following = lane.popleft()
                if not following.done():
                    following.set_result(None)
                    return
        self._is_busy = False

"""Telegram's limits on sending: about 30 messages a second over all chats, and one a second in one chat after a short burst."""

from __future__ import annotations

import asyncio

from bot.channels.telegram.timing import Timing

#: Two different chats pushed back within this time mean that the whole bot is too fast, not one chat.
_TOGETHER_SECONDS = 5.0
#: The whole bot is never held longer than this; each line also has its own time to wait, which is obeyed in full.
_LONGEST_HOLD_SECONDS = 60.0
_MANY_CHATS = 1000


class _Slots:
    """Evenly spaced slots, of which a few may be used ahead of time (GCRA)."""

    def __init__(self, per_second: float, burst: int) -> None:
        self._interval = 1 / per_second
        self._ahead = (burst - 1) * self._interval
        self._next = 0.0

    def take(self, now: float) -> float:
        """Take the next slot; returns how long to wait for it."""
        at = max(now, self._next - self._ahead)
        self._next = max(self._next, now) + self._interval
        return at - now

    def is_idle(self, now: float) -> bool:
        return self._next <= now


class Pace:
    """Tells every message when it may leave."""

    def __init__(self, timing: Timing) -> None:
        self._timing = timing
        self._overall = _Slots(timing.per_second, burst=1)
        self._chats: dict[str, _Slots] = {}
        self._pushed_back: tuple[str, float] | None = None
        self._held_until = 0.0

    async def turn(self, chat: str) -> None:
        """Wait until one more message may go to `chat`."""
        await asyncio.sleep(self._slots_of(chat).take(_now()))
        await asyncio.sleep(self._overall.take(_now()))  # only now: a chat that must wait must not make others wait

    def push_back(self, chat: str, seconds: float) -> None:
        """Telegram asked for a pause. When it asks in two chats at the same time, everything is held for a while."""
        now = _now()
        if self._pushed_back is not None:
            other, at = self._pushed_back
            if other != chat and now - at < _TOGETHER_SECONDS:
                self._held_until = now + min(seconds, _LONGEST_HOLD_SECONDS)
        self._pushed_back = chat, now

    @property
    def is_held(self) -> bool:
        """Whether nothing at all should be claimed now."""
        return _now() < self._held_until

    def _slots_of(self, chat: str) -> _Slots:
        if chat not in self._chats:
            if len(self._chats) >= _MANY_CHATS:
                now = _now()
                self._chats = {name: slots for name, slots in self._chats.items() if not slots.is_idle(now)}
            self._chats[chat] = _Slots(self._timing.chat_per_second, self._timing.chat_burst)
        return self._chats[chat]


def _now() -> float:
    return asyncio.get_running_loop().time()

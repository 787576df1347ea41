"""Telegram's limits on sending: some thirty messages a second over all chats, about one in one chat, and twenty a minute in a group."""

from __future__ import annotations

from collections import defaultdict, deque
from dataclasses import dataclass, field

from tests.fake_telegram.faults import Refusal


@dataclass
class Limits:
    """Refuses with 429 what comes faster. Windows are in seconds."""

    per_second: int = 30
    chat_burst: int = 6
    chat_window: float = 5.0
    group_per_minute: int = 20
    refused: int = 0
    _overall: deque[float] = field(default_factory=deque)
    _chats: dict[int | None, deque[float]] = field(default_factory=lambda: defaultdict(deque))
    _groups: dict[int, deque[float]] = field(default_factory=lambda: defaultdict(deque))

    def check(self, chat: int | None, at: float) -> None:
        """Count a message. Raises Refusal (429)."""
        is_group = chat is not None and chat < 0
        fits_chat = _has_room(self._chats[chat], at, self.chat_window, self.chat_burst)
        if is_group:
            fits_chat = fits_chat and _has_room(self._groups[chat], at, 60.0, self.group_per_minute)
        if not fits_chat or not _has_room(self._overall, at, 1.0, self.per_second):
            self.refused += 1
            raise Refusal(429, "Too Many Requests: retry after 1", retry_after=1)
        self._overall.append(at)
        self._chats[chat].append(at)
        if is_group:
            self._groups[chat].append(at)


def _has_room(times: deque[float], at: float, window: float, most: int) -> bool:
    while times and times[0] <= at - window:
        times.popleft()
    return len(times) < most

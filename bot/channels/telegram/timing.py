"""How long the channel waits for what. One place, so that tests can make all of it short."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Timing:
    """All durations in seconds."""

    #: A getUpdates call is held open this long by Telegram.
    poll: int = 25
    #: First and longest pause after an error; it doubles in between.
    first_pause: float = 1.0
    longest_pause: float = 30.0
    #: Pause after "another bot instance is polling".
    conflict_pause: float = 30.0
    #: The outbox is looked at this often when nobody rings.
    look_every: float = 1.0
    reap_every: float = 15.0
    #: A clean shutdown waits this long for what is being sent.
    finish_within: float = 25.0
    #: Messages per second over all chats, and in one chat after a burst.
    per_second: float = 25.0
    chat_per_second: float = 1.0
    chat_burst: int = 4


class Backoff:
    """Pauses that double from the first to the longest."""

    def __init__(self, timing: Timing) -> None:
        self._timing = timing
        self._pause = timing.first_pause

    def next(self) -> float:
        """The pause to make now."""
        pause, self._pause = self._pause, min(self._pause * 2, self._timing.longest_pause)
        return pause

    def reset(self) -> None:
        """It worked: begin with the first pause again."""
        self._pause = self._timing.first_pause

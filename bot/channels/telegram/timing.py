"""How long the channel waits for what. One place, so that tests can make all of it short."""

from __future__ import annotations

import random
from dataclasses import dataclass

from bot.messaging.rates import Rate


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
    #: "typing…" is shown for five seconds, so it is said again this often, and not for ever.
    typing_every: float = 4.0
    typing_times: int = 10
    #: Messages per second, shared by all replicas: together below Telegram's 30, and one a second in one chat after a short burst.
    rate: Rate = Rate()  # noqa: RUF009 - it cannot be changed


class Backoff:
    """Pauses that double from the first to the longest, spread so that not all who wait come back together."""

    def __init__(self, timing: Timing) -> None:
        self._timing = timing
        self._pause = timing.first_pause

    def next(self) -> float:
        """The pause to make now."""
        pause, self._pause = self._pause, min(self._pause * 2, self._timing.longest_pause)
        return pause * (0.75 + random.random() / 2)  # noqa: S311 - spreads load, guards nothing

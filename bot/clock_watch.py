"""Notices when the machine's clock was set: by a person, by a time server, or by a machine that slept."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime

#: A clock may be corrected by so much without anybody minding.
_HARMLESS_SECONDS = 60.0


class ClockWatch:
    """Compares the wall clock with the time that has passed since the last look."""

    def __init__(self, clock: Callable[[], datetime], passed: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._passed = passed
        self._ahead = self._difference()

    def _difference(self) -> float:
        return self._clock().timestamp() - self._passed()

    def step(self) -> float:
        """By how many seconds the clock was set since the last look, backwards being negative; 0.0 for a harmless correction."""
        before, self._ahead = self._ahead, self._difference()
        step = self._ahead - before
        return step if abs(step) > _HARMLESS_SECONDS else 0.0

"""Allowances that refill with time: what keeps any one of many from taking everything."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

#: Buckets kept in memory; full ones are forgotten first, because a new one would be full, too.
MOST_BUCKETS = 10_000


@dataclass(slots=True)
class _Bucket:
    tokens: float
    filled_at: float


class Allowance:
    """Buckets by name: each holds `burst` tokens and regains `per_minute`. `clock` gives seconds that only grow."""

    def __init__(self, burst: int, per_minute: float, clock: Callable[[], float]) -> None:
        self._burst = burst
        self._per_minute = per_minute
        self._clock = clock
        self._buckets: dict[str, _Bucket] = {}

    def take(self, name: str) -> bool:
        """Take one token; False when none is left."""
        bucket = self._refilled(name)
        if bucket.tokens < 1:
            return False
        bucket.tokens -= 1
        return True

    def __len__(self) -> int:
        return len(self._buckets)

    def _refilled(self, name: str) -> _Bucket:
        now = self._clock()
        if name not in self._buckets:
            self._make_room(now)
            self._buckets[name] = _Bucket(self._burst, now)
        bucket = self._buckets[name]
        bucket.tokens, bucket.filled_at = self._level(bucket, now), now
        return bucket

    def _level(self, bucket: _Bucket, now: float) -> float:
        gained = (now - bucket.filled_at) * self._per_minute / 60
        return min(self._burst, bucket.tokens + gained)

    def _make_room(self, now: float) -> None:
        """Full buckets go; were they not enough, the fuller half of the rest goes too, so that no crowd of names fills our memory."""
        if len(self._buckets) < MOST_BUCKETS:
            return
        used = sorted(self._buckets.items(), key=lambda item: self._level(item[1], now))
        self._buckets = {name: bucket for name, bucket in used[: MOST_BUCKETS // 2] if self._level(bucket, now) < self._burst}

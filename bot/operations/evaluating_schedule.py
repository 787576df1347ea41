"""`advisor evaluate schedule`: how often an owner's words about time are read as they were meant."""

from __future__ import annotations

import statistics
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.rollout.wishes.deciding import About
from bot.rollout.wishes.reading import WishReader
from bot.rollout.wishes.wish import Wish

KEYS = ("text", "today", "kind", "expected")


def evaluate_schedule(reader: WishReader, rows: Sequence[Mapping[str, Any]]) -> tuple[dict[str, Any], list[str]]:
    """The report on wishes with their right meaning, and the lines that went wrong.

    A line counts as understood only when its kind and every value are right. `intent`, where a line has one, is what the message was
    understood to be about before its words about time are read. Raises ValueError for a `today` that is no local time, or an intent
    that is not about time.
    """
    timed = [_read(reader, row) for row in rows]
    right = [wish.kind.value == row["kind"] and wish.as_dict() == row["expected"] for (wish, _), row in zip(timed, rows, strict=True)]
    per_kind: dict[str, list[bool]] = defaultdict(list)
    for row, fits in zip(rows, right, strict=True):
        per_kind[row["kind"]].append(fits)
    report = {
        "n": len(rows),
        "understood": _share(right),
        "wrongly_sure": _share([not fits and wish.problem is None for (wish, _), fits in zip(timed, right, strict=True)]),
        "per_kind": {kind: _share(flags) for kind, flags in sorted(per_kind.items())},
        "ms_p50": round(statistics.median(seconds for _, seconds in timed) * 1000, 2),
    }
    triples = zip(rows, timed, right, strict=True)
    wrong = [f"{row['text']}  → {_shown(wish)}  (right: {row['kind']} {row['expected']})" for row, (wish, _), fits in triples if not fits]
    return report, wrong


def _read(reader: WishReader, row: Mapping[str, Any]) -> tuple[Wish, float]:
    now = datetime.fromisoformat(row["today"])
    about = About(row["intent"]) if "intent" in row else None
    started = time.perf_counter()
    wish = reader.read(row["text"], now, about)
    return wish, time.perf_counter() - started


def _shown(wish: Wish) -> str:
    return f"{wish.kind.value} {wish.as_dict()}"


def _share(flags: Sequence[bool]) -> float:
    return round(sum(flags) / len(flags), 4)

"""`advisor evaluate replies`: how often an owner's own words behind a check-in are taken as they were meant."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from bot.assistant.replying import certain_reply, likely_reply, told_reply
from bot.rollout.replies import read_obstacle
from bot.services import Services

KEYS = ("text", "answer")
_ANSWERS = {
    "checkin_done": "done",
    "checkin_in_progress": "in_progress",
    "checkin_blocked": "blocked",
    "snooze_checkin": "later",
}
Classify = Callable[[str], Awaitable[dict[str, Any]]]


async def evaluate_replies(services: Services, classify: Classify, rows: Sequence[Mapping[str, Any]]) -> tuple[dict[str, Any], list[str]]:
    """The report on replies with their right answer (done, in_progress, blocked, later), and the lines that went wrong.

    A line with a `reason` (the id of an obstacle) counts as understood only when the obstacle is right as well. Raises ValueError for
    an answer or a reason that does not exist.
    """
    for row in rows:
        _check(services, row)
    taken = [await _taken(services, classify, row["text"]) for row in rows]
    meant = [(row["answer"], row.get("reason")) for row in rows]
    right = [one[0] == other[0] and other[1] in (None, one[1]) for one, other in zip(taken, meant, strict=True)]
    report = {
        "n": len(rows),
        "understood": _share(right),
        "answer_right": _share([one[0] == other[0] for one, other in zip(taken, meant, strict=True)]),
        "per_answer": {
            answer: _share([fits for fits, (each, _) in zip(right, meant, strict=True) if each == answer])
            for answer in sorted({answer for answer, _ in meant})
        },
    }
    lines = zip(rows, taken, meant, right, strict=True)
    wrong = [f"{row['text']}  → {one}  (right: {other})" for row, one, other, fits in lines if not fits]
    return report, wrong


def _check(services: Services, row: Mapping[str, Any]) -> None:
    if row["answer"] not in _ANSWERS.values():
        raise ValueError(f"there is no answer '{row['answer']}'")
    if row.get("reason") and services.reply_words.obstacle(row["reason"]) is None:
        raise ValueError(f"there is no reason '{row['reason']}'")


async def _taken(services: Services, classify: Classify, text: str) -> tuple[str, str | None]:
    """What the advisor would take the words for while a check-in stands, and the obstacle."""
    meant = certain_reply(None, services, text, offered=False)
    if meant is None:
        found = await classify(text)
        meant = told_reply(None, services, text, found) or likely_reply(None, services, text, found, offered=False)
        if meant is None:
            return _ANSWERS.get(found["intent"]["name"], found["intent"]["name"]), read_obstacle(text, services.reply_words)
    return _ANSWERS.get(meant.intent, meant.intent), meant.obstacle or read_obstacle(text, services.reply_words)


def _share(flags: Sequence[bool]) -> float:
    return round(sum(flags) / len(flags), 4) if flags else 0.0

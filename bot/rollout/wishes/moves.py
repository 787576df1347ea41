"""「パイロットは1月からにしたい」, "push training back two weeks": a phase that is to begin on another day. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from bot.rollout.plan import PlannedPhase
from bot.rollout.wishes import days
from bot.rollout.wishes.folding import folded
from bot.rollout.wishes.reading import WishReader
from bot.rollout.wishes.wish import Kind
from bot.rollout.wishes.words import WishWords
from knowledge.patterns import compiled

_NUMBERED = re.compile(
    r"(?:phase|step|ふぇーず|すてっぷ|段階)\s?(?P<after>[1-8])(?!\d)|(?:第\s?)?(?P<before>[1-8])(?:つ目|番目)?の?(?:段階|ふぇーず)"
)
_SHIFT = re.compile(r"(?P<n>\d{1,3})\s?(?P<unit>週|week|日|day|か月|month)")
_NOON = time(12)


class Move(NamedTuple):
    """Phase `number` is to begin on `day`."""

    number: int
    day: date


def read_move(text: str, plan: Sequence[PlannedPhase], today: date, reader: WishReader) -> Move | None:
    """The phase that `text` names and the day on which it is to begin; None when it names no phase or no day.

    A length ("two weeks later") counts from the phase's planned start. Whether the plan allows the day is `bot.rollout.plan`'s to say.
    """
    plain = folded(text)
    named = _NUMBERED.search(plain) or compiled(reader.words.groups["phases"]).search(plain)
    planned = _planned(named, plan, reader.words) if named else None
    if named is None or planned is None:
        return None
    rest = plain[: named.start()] + " " + plain[named.end() :]
    day = _shifted(rest, planned.starts_on, reader.words) or _said(rest, today, reader)
    return Move(planned.number, day) if day else None


def _planned(named: re.Match[str], plan: Sequence[PlannedPhase], words: WishWords) -> PlannedPhase | None:
    groups = named.groupdict()
    number = int(groups.get("after") or groups.get("before") or words.key("phases", named.group()))
    return next((phase for phase in plan if phase.number == number), None)


def _shifted(rest: str, starts_on: date, words: WishWords) -> date | None:
    length = _SHIFT.search(rest)
    earlier = words.has("earlier", rest)
    if length is None or not (earlier or words.has("later_on", rest)):
        return None
    n = int(length["n"]) * (-1 if earlier else 1)
    if length["unit"] in ("か月", "month"):
        return days.months_later(starts_on, n)
    return starts_on + timedelta(days=n * (7 if length["unit"] in ("週", "week") else 1))


def _said(rest: str, today: date, reader: WishReader) -> date | None:
    wish = reader.read(rest, datetime.combine(today, _NOON))
    return wish.day if wish.kind in (Kind.ONCE, Kind.NOT_BEFORE) else None

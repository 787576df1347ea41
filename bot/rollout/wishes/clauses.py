"""What stands around a date or time: from, until, after, before; and whether it is meant, avoided or closed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum

from bot.rollout.wishes import days
from bot.rollout.wishes.finds import Clock, Day, Find, Mark, MonthDays, Part, Stretch, Thing, Weekdays
from bot.rollout.wishes.words import WishWords
from knowledge.patterns import compiled


class Role(Enum):
    """How the words beside a thing bound it."""

    PLAIN = "plain"
    FROM = "from"
    #: After it is over.
    AFTER = "after"
    UNTIL = "until"
    #: Up to and including.
    THROUGH = "through"
    BEFORE = "before"


@dataclass(frozen=True)
class Clause:
    """A thing with what is said about it."""

    thing: Thing
    role: Role = Role.PLAIN
    avoided: bool = False
    closed: bool = False
    busy: bool = False
    only: bool = False
    words: str = ""

    @property
    def meant(self) -> bool:
        """Whether the owner wants it, rather than wants it left out."""
        return not (self.avoided or self.closed or self.busy)


_JAPANESE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")
#: What follows a thing in Japanese. 「までに」 is a wish for that day, not a wait.
_AFTER_IT = (
    (Role.UNTIL, r"^(?:いっぱい|頃|ごろ|くらい)?まで(?!に)"),
    (Role.BEFORE, r"^\s?(?:より|よりも)?(?:前|以前)"),
    (Role.FROM, r"^(?:頃|ごろ|くらい)?(?:以降|以後|から|より後|にな(?:って|ったら|れば)|開始|始まり)"),
    (Role.AFTER, r"^(?:いっぱい)?(?:の|が|も|を)?(?:明け|あけ|終わっ|終わり|済|過ぎ|すぎ|のあと|後)"),
)
#: What stands before a thing in English.
_BEFORE_IT = (
    (Role.UNTIL, r"\b(?:until|till|til|'til)(?: around| about| the)?\s?$"),
    (Role.AFTER, r"\b(?:after|once|past|following)(?: the)?\s?$"),
    (Role.THROUGH, r"\b(?:through|thru|through to|up to and including)(?: the)?\s?$"),
    (Role.BEFORE, r"\b(?:before|earlier than|prior to)(?: the)?\s?$"),
    (Role.FROM, r"\b(?:from|since|starting|beginning|as of|from the)\s?$"),
    (Role.FROM, r"\b(?:start|begin|resume|restart|continue)(?: again| up)?(?: in| on| from)?\s?$"),
)
_BEHIND_IT = ((Role.FROM, r"^\s?(?:onwards?|or later|and after|at the earliest)"), (Role.AFTER, r"^\s?(?:is|are) over"))
#: 「定休日は火曜」 says it in front.
_CLOSED_BEFORE = re.compile("(?:定休|休業|店休|公休)日?.{0,3}$")
_NEGATED = re.compile(r"\b(?:not?|never|nothing|don't|dont|no \w+)\b[^,.;]*$")
_JOINER = re.compile(r"^\s?(?:から|より|~|-|to|until|till|through|thru)\s?$")
_LIST = re.compile(r"^\s?(?:と|や|・|and|or|&|and on|or on|and the)\s?$")
_LIST_OF_WEEKDAYS = re.compile(r"^\s?(?:、|,)?\s?$")


def clauses_of(text: str, finds: Sequence[Find], words: WishWords) -> list[Clause]:
    """Every find with what is said about it; "from A to B" becomes one stretch."""
    joined = _joined(text, finds)
    read = _japanese if _JAPANESE.search(text) else _english
    clauses = [_settled(read(text, joined, index, words), words) for index in range(len(joined))]
    return _inherited(text, joined, clauses, backwards=read is _japanese)


def _settled(clause: Clause, words: WishWords) -> Clause:
    """What a thing says by itself goes before the words around it."""
    thing = clause.thing
    if isinstance(thing, Stretch) and thing.explicit:
        return replace(clause, role=Role.PLAIN)
    if isinstance(thing, Stretch) and words.has("new_year_comes", clause.words):
        return replace(clause, role=Role.FROM)
    return replace(clause, closed=False) if isinstance(thing, (Clock, Part)) else clause


def _joined(text: str, finds: Sequence[Find]) -> list[Find]:
    result: list[Find] = []
    for find in finds:
        before = result[-1] if result else None
        if before and isinstance(before.thing, Day) and isinstance(find.thing, Day) and _JOINER.match(text[before.end : find.start]):
            stretch = days.between(before.thing.day, find.thing.day)
            result[-1] = Find(before.start, find.end, stretch, text[before.start : find.end])
        else:
            result.append(find)
    return result


def _between(text: str, finds: Sequence[Find], index: int) -> tuple[str, str]:
    """The words before and after a find, up to its neighbours."""
    start = finds[index - 1].end if index else 0
    end = finds[index + 1].start if index + 1 < len(finds) else len(text)
    return text[start : finds[index].start], text[finds[index].end : end]


def _role(patterns: Sequence[tuple[Role, str]], text: str) -> Role:
    return next((role for role, pattern in patterns if compiled(pattern).search(text)), Role.PLAIN)


def _japanese(text: str, finds: Sequence[Find], index: int, words: WishWords) -> Clause:
    before, after = _between(text, finds, index)
    find = finds[index]
    said = re.split("[。.!?!?]", after)[0]
    if isinstance(find.thing, Weekdays) and _CLOSED_BEFORE.search(before) and not after.startswith("に"):
        said = before + said
    return Clause(
        find.thing,
        _role(_AFTER_IT, after),
        avoided=words.has("avoid", said),
        closed=words.has("closed", said),
        busy=words.has("busy", said),
        only=words.has("only", said),
        words=find.words,
    )


def _english(text: str, finds: Sequence[Find], index: int, words: WishWords) -> Clause:
    before, after = _between(text, finds, index)
    find = finds[index]
    near, behind = re.split(r"[.;!?]|, (?!and |or )", before)[-1], re.split("[.;,!?]", after)[0]
    following = behind if index + 1 == len(finds) or re.match(r"\s(?:is|are|'s|off\b|closed|only|will)", behind) else ""
    role = _role(_BEHIND_IT, after) if _role(_BEHIND_IT, after) is not Role.PLAIN else _role(_BEFORE_IT, before)
    negated = role in (Role.BEFORE, Role.AFTER, Role.UNTIL) and _NEGATED.search(near)
    said = "" if negated else near + " | " + following
    clause = Clause(
        find.thing,
        role,
        avoided=words.has("avoid", said),
        closed=words.has("closed", said),
        busy=words.has("busy", said),
        only=words.has("only", near + " | " + behind),
        words=find.words,
    )
    return replace(clause, role=_turned(role, find.thing)) if negated else clause


def _turned(role: Role, thing: Thing) -> Role:
    """ "not before nine" is from nine, "not after eight" until eight."""
    if isinstance(thing, (Clock, Part)):
        return {Role.BEFORE: Role.FROM, Role.AFTER: Role.UNTIL}.get(role, role)
    return {Role.BEFORE: Role.FROM}.get(role, role)


def _is_single_weekday(thing: Thing) -> bool:
    return isinstance(thing, Mark) or (isinstance(thing, Weekdays) and len(thing.days) == 1)


def _inherited(text: str, finds: Sequence[Find], clauses: list[Clause], backwards: bool) -> list[Clause]:
    """In "not on sundays or public holidays" and 「日曜と祝日は休み」 what is said of one is said of both."""
    order = range(len(clauses) - 1, 0, -1) if backwards else range(1, len(clauses))
    for index in order:
        giver, taker = (index, index - 1) if backwards else (index - 1, index)
        alike = all(isinstance(clauses[each].thing, (Weekdays, Mark, Stretch, Day, MonthDays)) for each in (giver, taker))
        between = text[finds[index - 1].end : finds[index].start]
        weekdays = all(_is_single_weekday(clauses[each].thing) for each in (giver, taker))
        listed = _LIST.match(between) or (weekdays and _LIST_OF_WEEKDAYS.match(between))
        if alike and clauses[taker].meant and listed:
            said = clauses[giver]
            clauses[taker] = replace(clauses[taker], avoided=said.avoided, closed=said.closed, busy=said.busy, only=said.only)
    return clauses

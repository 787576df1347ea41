"""Patterns for dates and times in both languages, and the scan that finds them.

A pattern is a regular expression over the folded text in which `<name>` stands for the words of a group. Patterns are tried in their order,
each on what the ones before it have left, so the most telling come first.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from bot.rollout.wishes.finds import Find, Thing
from bot.rollout.wishes.words import WishWords

#: Stands where something was found, so that nothing later matches across it.
_TAKEN = "\0"
#: The group of the content file behind a name in a pattern; other names are lists.
_GROUP_OF = {
    "day": "days",
    "weekday": "weekdays",
    "month": "months",
    "week": "weeks",
    "away": "months_away",
    "years": "years_away",
    "place": "places",
    "part": "parts",
    "holiday": "holidays",
    "feast": "feasts",
}
_NAME = re.compile(r"<(\w+?)(\d?)>(?!\w*=)")


@dataclass(frozen=True)
class Seen:
    """A match, with what is needed to make sense of it."""

    match: re.Match[str]
    words: WishWords
    now: datetime

    @property
    def today(self) -> date:
        """The owner's date."""
        return self.now.date()

    def has(self, name: str) -> bool:
        """Whether this part of the pattern matched."""
        return self.match.groupdict().get(name) is not None

    def text(self, name: str) -> str:
        """What this part of the pattern matched; "" for nothing."""
        return self.match.groupdict().get(name) or ""

    def number(self, name: str, default: int = 1) -> int:
        """The same as a number."""
        found = self.text(name)
        return int(found) if found else default

    def key(self, name: str) -> str:
        """What the matched word means."""
        return self.words.key(_GROUP_OF[name.rstrip("2")], self.text(name))


Maker = Callable[[Seen], Thing | None]
Pattern = tuple[str, Maker]


def compiled(patterns: Sequence[Pattern], words: WishWords) -> list[tuple[re.Pattern[str], Maker]]:
    """The patterns with the words filled in."""
    return [(re.compile(_filled(template, words)), maker) for template, maker in patterns]


def _filled(template: str, words: WishWords) -> str:
    return _NAME.sub(lambda found: _alternatives(found[1], found[2], words), template.replace("(?P<", "(?P\1")).replace("(?P\1", "(?P<")


def _alternatives(name: str, number: str, words: WishWords) -> str:
    if name in _GROUP_OF:
        return f"(?P<{name}{number}>{words.groups[_GROUP_OF[name]]})"
    return words.lists[name]


def scan(text: str, patterns: Sequence[tuple[re.Pattern[str], Maker]], words: WishWords, now: datetime) -> list[Find]:
    """Everything that the patterns find in a folded text, in the order of the text."""
    left, finds = text, []
    for pattern, maker in patterns:
        for match in pattern.finditer(left):
            thing = maker(Seen(match, words, now)) if match.end() > match.start() else None
            if thing is not None:
                finds.append(Find(match.start(), match.end(), thing, match.group()))
                left = left[: match.start()] + _TAKEN * (match.end() - match.start()) + left[match.end() :]
    return sorted(finds, key=lambda find: find.start)

"""The words of `knowledge/rollout/wishes.yml`, ready to be put into patterns."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import time
from pathlib import Path

from bot.rollout.calendar import valid_time_zone
from bot.rollout.wishes.folding import folded
from knowledge.content import Node
from knowledge.patterns import compiled
from knowledge.problems import Problems
from knowledge.yaml_files import read_yaml

#: Lists of words that mean one thing.
LISTS = (
    *("past_days", "working_week", "weekend", "all_week", "tonight", "new_year_comes", "always", "avoid", "closed", "busy", "season"),
    *("only", "open", "public_holidays", "wait", "less", "more", "stop", "resume", "zone_marks", "habit", "later_on", "earlier"),
)
#: Groups of words, each with a key that says what it means.
GROUPS = {
    "days": range(4),
    "weekdays": range(7),
    "months": range(1, 13),
    "weeks": range(3),
    "months_away": range(3),
    "years_away": range(2),
    "places": ("start", "middle", "late", "end"),
    "phases": range(1, 9),
}
_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")
_MONTH_DAY = re.compile(r"(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")
MonthDay = tuple[int, int]


@dataclass(frozen=True)
class Part:
    """A part of the day: its hours, and the time that is meant when no clock is named."""

    opens: time
    closes: time
    at: time


@dataclass(frozen=True)
class Feast:
    """A time of the year: first and last day, and the day on which firms are back."""

    first: MonthDay
    last: MonthDay
    after: MonthDay


@dataclass(frozen=True)
class WishWords:
    """Words by meaning: `lists` hold patterns, `groups` patterns with the key of each word."""

    lists: Mapping[str, str]
    groups: Mapping[str, str]
    keys: Mapping[str, Mapping[str, str]]
    parts: Mapping[str, Part]
    feasts: Mapping[str, Feast]

    def has(self, name: str, text: str) -> bool:
        """Whether a folded text holds a word of the list."""
        return compiled(self.lists[name]).search(text) is not None

    def key(self, group: str, word: str) -> str:
        """What a word that matched the pattern of `group` means."""
        return self.keys[group][word]


def pattern_of(words: Iterable[str]) -> str:
    """A pattern for any of the words, the longest first; Latin ones stand alone, with or without a plural."""
    ordered = sorted(set(words), key=lambda word: (-len(word), word))
    return "(?:" + "|".join(_bounded(word) for word in ordered) + ")"


def _bounded(word: str) -> str:
    escaped = re.escape(word)
    return rf"(?<![a-z0-9]){escaped}(?![a-z0-9])" if word.isascii() else escaped


def load_wish_words(root: Path) -> WishWords:
    """Read `rollout/wishes.yml` under the folder `root` (`knowledge/`). Raises ContentError."""
    problems = Problems()
    page = read_yaml(root / "rollout" / "wishes.yml", root.parent, problems)
    page.only(*LISTS, *GROUPS, "parts", "holidays", "feasts", "zones")
    _check_zones(page.section("zones"))
    keyed = {name: _group(page.section(name), [str(key) for key in keys]) for name, keys in GROUPS.items()}
    keyed |= {name: _group(page.section(name), None) for name in ("parts", "holidays", "feasts", "zones")}
    words = WishWords(
        lists={name: pattern_of(_words(page.section(name))) for name in LISTS},
        groups={name: pattern_of(keys) for name, keys in keyed.items()},
        keys=keyed,
        parts={name: _part(node) for name, node in page.section("parts").sections()},
        feasts={name: _feast(node) for kind in ("holidays", "feasts") for name, node in page.section(kind).sections()},
    )
    problems.raise_if_any()
    return words


def _words(node: Node) -> list[str]:
    return [folded(word) for language in ("ja", "en") for word in node.texts(language, 1)]


def _group(section: Node, wanted: list[str] | None) -> dict[str, str]:
    if wanted is not None:
        section.only(*wanted)
    return {form: key for key, node in section.sections() for word in _words(node) for form in _forms(word)}


def _forms(word: str) -> tuple[str, ...]:
    return (word, word + "s") if word.isascii() and word.endswith("day") else (word,)


def _part(node: Node) -> Part:
    node.only("opens", "closes", "at", "ja", "en")
    return Part(*(_clock(node, key) for key in ("opens", "closes", "at")))


def _clock(node: Node, key: str) -> time:
    written = node.text(key)
    if not _CLOCK.fullmatch(written):
        node.problem(f"'{key}' is not a time", 'Write it in quotes as "HH:MM"', key)
        return time()
    return time.fromisoformat(written)


def _feast(node: Node) -> Feast:
    node.only("from", "to", "after", "on", "ja", "en")
    keys = ("on", "on", "on") if node.has("on") else ("from", "to", "after")
    return Feast(*(_month_day(node, key) for key in keys))


def _month_day(node: Node, key: str) -> MonthDay:
    found = _MONTH_DAY.fullmatch(node.text(key))
    if not found:
        node.problem(f"'{key}' is not a day of the year", 'Write it in quotes as "MM-DD"', key)
        return (1, 1)
    return int(found[1]), int(found[2])


def _check_zones(zones: Node) -> None:
    for zone in zones:
        if not valid_time_zone(zone):
            zones.problem(f"Unknown time zone '{zone}'", "Use a name of the zone database such as Asia/Tokyo", zone)

"""Small pieces of text in both languages: lines of lists, labels, dates. The words stand in phrases.yml."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date as Date
from datetime import datetime
from functools import reduce
from pathlib import Path

from knowledge.content import Text, Texts
from knowledge.problems import Problems
from knowledge.yaml_files import read_yaml


@dataclass(frozen=True)
class Phrases:
    """Every phrase by name, and the names of days and months."""

    texts: Mapping[str, Text]
    weekdays: Texts
    months: Texts

    def say(self, name: str, language: str, /, **values: object) -> str:
        """The phrase with its values filled in. Raises KeyError for an unknown phrase or a value that is missing."""
        return self.texts[name].get(language).format(**values)

    def listed(self, items: Iterable[str], language: str, phrase: str = "pair") -> str:
        """Several items in one line; "" for none."""
        found = list(items)
        return reduce(lambda first, second: self.say(phrase, language, first=first, second=second), found) if found else ""

    def day(self, day: Date, language: str) -> str:
        """A date with its weekday, without the year."""
        weekday = self.weekdays.get(language)[day.weekday()]
        month = self.months.get(language)[day.month - 1]
        return self.say("date", language, month=day.month, day=day.day, weekday=weekday, month_name=month)

    def short_day(self, day: Date, language: str) -> str:
        """A date for a list: day and month."""
        month = self.months.get(language)[day.month - 1]
        return self.say("short_date", language, month=day.month, day=day.day, month_short=month[:3])

    def moment(self, at: datetime, language: str, phrase: str = "moment") -> str:
        """A date and a time, as the clock on the owner's wall shows it; `exact_moment` for what has happened to the minute."""
        return self.say(phrase, language, date=self.day(at.date(), language), hour=at.hour, minute=f"{at.minute:02d}")


@dataclass(frozen=True)
class Command:
    """A command of a channel's menu: what it means to the advisor, and its description."""

    meaning: str
    text: Text


def load_phrases(root: Path) -> Phrases:
    """Read `phrases.yml` in the folder `root`. Raises ContentError."""
    problems = Problems()
    page = read_yaml(root / "phrases.yml", root.parent, problems)
    page.only("phrases", "weekdays", "months")
    section = page.section("phrases")
    texts = {name: section.bilingual(name) for name in section}
    phrases = Phrases(texts, page.bilingual_list("weekdays", 7, 7), page.bilingual_list("months", 12, 12))
    problems.raise_if_any()
    return phrases


def load_commands(root: Path) -> dict[str, Command]:
    """Read `commands.yml` in the folder `root`. Raises ContentError."""
    problems = Problems()
    page = read_yaml(root / "commands.yml", root.parent, problems)
    page.only("commands")
    found = page.section("commands").sections()
    commands = {name: Command(node.text("meaning"), node.bilingual("text", ja=120, en=250)) for name, node in found}
    problems.raise_if_any()
    return commands

"""Figures in an owner's words: 「月12時間」, "about 3 hours a week", 「2万円」. Pure; the words to look for are content (`figures.yml`)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from bot.assessment.reading import plain
from knowledge.content import Node
from knowledge.patterns import compiled
from knowledge.problems import Problems
from knowledge.yaml_files import read_yaml

PERIODS = ("month", "week", "day", "year")
#: How many times a month; a day is not compared with a month, because firms work on different numbers of days.
_TIMES_A_MONTH = {"": 1.0, "month": 1.0, "week": 52 / 12, "year": 1 / 12}
_LARGE = {"万": 10_000, "千": 1_000, "百": 100, "k": 1_000}
_NUMBER = r"\d+(?:\.\d+)?"
_KANJI_MULTIPLIER = re.compile(rf"({_NUMBER})\s*([百千])")
#: 「2時間半」, 「2時間30分」
_HOURS_AND_MINUTES = re.compile(rf"({_NUMBER})時間(?:半|({_NUMBER})分)")
_LAST_MONTH = re.compile("[先今来]月|last month|this month")
#: A counter that the content does not know: a short run of kanji or katakana, or one English word.
_OTHER_UNIT = r"[一-鿿ァ-ヺー]{1,4}|[a-z]{3,16}"


@dataclass(frozen=True)
class Unit:
    """A unit: figures of one `family` can be compared, one of these being `factor` of the family's smallest."""

    id: str
    family: str
    factor: float
    words: tuple[str, ...]


@dataclass(frozen=True)
class FigureWords:
    """The words that figures are read by."""

    units: tuple[Unit, ...]
    periods: Mapping[str, tuple[str, ...]]
    more_is_better: tuple[str, ...]
    passing: tuple[str, ...]

    def unit(self, name: str) -> Unit | None:
        """The unit with this id or word."""
        return next((unit for unit in self.units if name == unit.id or name in unit.words), None)

    def name_of(self, unit: str, language: str) -> str:
        """A unit (an id, or the owner's own word) as it is written in `language`."""
        known = self.unit(unit)
        if known is None:
            return unit
        return next((word for word in known.words if word.isascii() == (language == "en")), known.words[0])

    def __hash__(self) -> int:  # one set of words is loaded once; its patterns are kept by identity
        return id(self)


@dataclass(frozen=True)
class Figure:
    """A number with its unit (an id of the content, or the owner's own word, or ""), its period, and the words it was told in."""

    value: float
    unit: str = ""
    period: str = ""
    words: str = ""
    #: The owner named something that should rise.
    more_is_better: bool = False


def load_figure_words(root: Path) -> FigureWords:
    """Read `rollout/figures.yml` under the folder `root` (`knowledge/`). Raises ContentError."""
    problems = Problems()
    page = read_yaml(root / "rollout" / "figures.yml", root.parent, problems)
    page.only("units", "periods", "more_is_better", "pass")
    section = page.section("periods")
    section.only(*PERIODS)
    words = FigureWords(
        units=tuple(_read_unit(node) for node in page.items("units", 1)),
        periods={name: section.texts(name, 1) for name in PERIODS},
        more_is_better=page.texts("more_is_better", 1),
        passing=page.texts("pass", 1),
    )
    problems.raise_if_any()
    return words


def _read_unit(node: Node) -> Unit:
    node.only("id", "family", "factor", "words")
    return Unit(node.text("id"), node.text("family"), node.integer("factor", 1, 100_000), node.texts("words", 1))


def read_figure(text: str, words: FigureWords) -> Figure | None:
    """The figure that a message tells; None when there is none. Of several the last counts: "from 12 to 5 hours" tells the new one."""
    shown = _normal(text)
    if is_passed_over(text, words) and not re.search(r"\d", shown):
        return None
    matches = list(_pattern(words).finditer(shown))
    if not matches:
        return None
    match = matches[-1]
    unit = words.unit(match["unit"] or "")
    better = any(word in shown for word in words.more_is_better)
    return Figure(_value(match), unit.id if unit else match["unit"] or "", _period(match, words), match[0].strip(), better)


def is_passed_over(text: str, words: FigureWords) -> bool:
    """Whether the owner would rather not say, or has not measured yet."""
    shown = _normal(text)
    return len(shown) <= 40 and any(_found(word, shown) for word in words.passing)


def _found(word: str, text: str) -> bool:
    ends = r"(?![a-z])" if word[-1].isascii() and word[-1].isalpha() else ""
    begins = r"(?<![a-z])" if word[0].isascii() and word[0].isalpha() else ""
    return compiled(f"{begins}{re.escape(word)}{ends}").search(text) is not None


def _normal(text: str) -> str:
    # Before kanji numbers are read: 「3千円」 would become 3 and 1,000.
    folded = unicodedata.normalize("NFKC", text)
    spelled = _KANJI_MULTIPLIER.sub(lambda match: f"{float(match[1]) * _LARGE[match[2]]:g}", folded)
    shown = _HOURS_AND_MINUTES.sub(lambda match: f"{float(match[1]) + float(match[2] or 30) / 60:.4g}時間", plain(spelled))
    return _LAST_MONTH.sub(lambda match: "・" * len(match[0]), shown)


@lru_cache(maxsize=4)
def _pattern(words: FigureWords) -> re.Pattern[str]:
    periods = _any(word for names in words.periods.values() for word in names)
    units = _any(word for unit in words.units for word in unit.words)
    filler = r"(?:に|間|あたり|当たり|平均|約|およそ|だいたい|about|around|roughly|[\s:、])*"
    return re.compile(
        rf"(?:(?P<before>{periods}){filler})?(?P<number>{_NUMBER})(?:-(?P<upper>{_NUMBER}))?\s*(?P<large>万|k(?![a-z]))?"
        rf"\s*(?P<unit>{units}|{_OTHER_UNIT})?(?:\s*/?\s*(?P<after>{periods})(?![a-z0-9]))?"
    )


def _any(words: object) -> str:
    found = sorted({plain(word) for word in words}, key=lambda word: (-len(word), word))  # type: ignore[attr-defined]
    return "|".join(re.escape(word) + (r"(?![a-z])" if word[-1].isascii() and word[-1].isalpha() else "") for word in found)


def _value(match: re.Match[str]) -> float:
    number = float(match["number"])
    if match["upper"]:
        number = (number + float(match["upper"])) / 2
    return number * _LARGE.get(match["large"] or "", 1)


def _period(match: re.Match[str], words: FigureWords) -> str:
    told = match["before"] or match["after"] or ""
    return next((name for name, names in words.periods.items() if told in {plain(each) for each in names}), "")


def converted(figure: Figure, like: Figure, words: FigureWords) -> float | None:
    """The value of `figure` in the unit and period of `like`; None when they measure different things. What is not told counts as alike."""
    value = figure.value
    if figure.unit and like.unit and figure.unit != like.unit:
        mine, theirs = words.unit(figure.unit), words.unit(like.unit)
        if mine is None or theirs is None or mine.family != theirs.family:
            return None
        value = value * mine.factor / theirs.factor
    if figure.period == like.period or not figure.period or not like.period:
        return value
    if figure.period not in _TIMES_A_MONTH or like.period not in _TIMES_A_MONTH:
        return None
    return value * _TIMES_A_MONTH[figure.period] / _TIMES_A_MONTH[like.period]


def monthly(value: float, period: str) -> float:
    """A value of a period as one of a month; a working month has about 22 days (a rule of thumb)."""
    return value * (22 if period == "day" else _TIMES_A_MONTH[period])

"""Quotes side by side: seven points from 1 to 5, added up without weights, what is not known left out. Pure, over content."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.rollout.prices import Price
from knowledge.content import Node, Text, Texts
from knowledge.problems import Problems
from knowledge.yaml_files import read_yaml

HIGHEST = 5
CRITERIA_COUNT = 7
#: A label stands on a button and in a narrow column.
_LONGEST_LABEL = 12
#: The topic that the phase of choosing a supplier belongs to.
VENDOR_PHASE = "phase/vendor-selection"
_NOUNS = ("no_name", "before_name", "quote", "arrived", "remove", "rename", "score", "chosen", "demo", "asking", "unknown")


@dataclass(frozen=True)
class Criterion:
    """One point on which quotes are scored, and the words by which owners name it."""

    id: str
    label: Text
    question: Text
    words: tuple[str, ...]


@dataclass(frozen=True)
class VendorWords:
    """The criteria in their order, words for the scores 1 to 5, and lists of words by what they say."""

    criteria: tuple[Criterion, ...]
    levels: tuple[tuple[str, ...], ...]
    lists: Mapping[str, tuple[str, ...]]

    def criterion(self, name: str) -> Criterion | None:
        """The criterion with this id."""
        return next((each for each in self.criteria if each.id == name), None)


@dataclass(frozen=True)
class Quote:
    """A supplier's quote as the owner told it. A criterion that is missing was not asked yet; None: the owner does not know yet."""

    id: int
    name: str
    scores: Mapping[str, int | None]
    #: None: not asked for yet; one without any figure: the owner does not know it yet.
    price: Price | None = None

    @property
    def points(self) -> dict[str, int]:
        """The scores that are known."""
        return {name: value for name, value in self.scores.items() if value is not None}


@dataclass(frozen=True)
class Sum:
    """What the known scores of a quote add up to, and out of how many criteria."""

    points: int
    known: int

    @property
    def most(self) -> int:
        """The highest that the same criteria could add up to."""
        return self.known * HIGHEST


@dataclass(frozen=True)
class Comparison:
    """Quotes side by side; only those are compared whose scoring is finished.

    `common` are the criteria that all of these have a score for: their sums, in the same order, count nothing else.
    """

    quotes: tuple[Quote, ...]
    compared: tuple[Quote, ...]
    common: tuple[str, ...]
    common_sums: tuple[int, ...]
    #: Names of those that share the highest sum over the common criteria; fewer than two: no tie.
    tied: tuple[str, ...]
    #: The common criterion in which the quotes differ most; None: they nowhere differ.
    widest: str | None


def load_vendor_words(root: Path) -> VendorWords:
    """Read `rollout/vendors.yml` under the folder `root` (`knowledge/`). Raises ContentError."""
    problems = Problems()
    page = read_yaml(root / "rollout" / "vendors.yml", root.parent, problems)
    page.only("criteria", "levels", *_NOUNS)
    criteria = tuple(_read_criterion(node) for node in page.items("criteria", CRITERIA_COUNT, CRITERIA_COUNT))
    levels = page.bilingual_list("levels", HIGHEST, HIGHEST)
    lists = {name: _both(page.bilingual_list(name, 1)) for name in _NOUNS}
    problems.raise_if_any()
    words = tuple(tuple(f"{ja},{en}".split(",")) for ja, en in zip(levels.ja, levels.en, strict=True))
    return VendorWords(criteria, words, lists)


def _both(texts: Texts) -> tuple[str, ...]:
    return (*texts.ja, *texts.en)


def _read_criterion(node: Node) -> Criterion:
    node.only(*Criterion.__dataclass_fields__)
    label = node.bilingual("label", ja=_LONGEST_LABEL, en=2 * _LONGEST_LABEL)
    return Criterion(node.text("id"), label, node.bilingual("question"), _both(node.bilingual_list("words", 1)))


def next_criterion(quote: Quote, criteria: Sequence[Criterion]) -> Criterion | None:
    """The first criterion that was not asked yet; None when all were."""
    return next((each for each in criteria if each.id not in quote.scores), None)


def is_scored(quote: Quote, criteria: Sequence[Criterion]) -> bool:
    """Whether every criterion was asked, and at least one has a score."""
    return next_criterion(quote, criteria) is None and bool(quote.points)


def unknown_of(quote: Quote, criteria: Sequence[Criterion]) -> tuple[Criterion, ...]:
    """The criteria without a score."""
    return tuple(each for each in criteria if quote.scores.get(each.id) is None)


def sum_of(quote: Quote) -> Sum:
    """What the known scores add up to."""
    return Sum(sum(quote.points.values()), len(quote.points))


def compare(quotes: Sequence[Quote], criteria: Sequence[Criterion]) -> Comparison:
    """Quotes side by side, in the order in which they were told: nobody is put first."""
    scored = tuple(quote for quote in quotes if is_scored(quote, criteria))
    common = tuple(each.id for each in criteria if scored and all(each.id in quote.points for quote in scored))
    sums = tuple(sum(quote.points[each] for each in common) for quote in scored)
    return Comparison(tuple(quotes), scored, common, sums, _tied(scored, sums, common), _widest(scored, common))


def _tied(quotes: Sequence[Quote], sums: Sequence[int], common: Collection[str]) -> tuple[str, ...]:
    highest = [quote.name for quote, points in zip(quotes, sums, strict=True) if points == max(sums)]
    return tuple(highest) if common and len(highest) > 1 else ()


def _widest(quotes: Sequence[Quote], common: Sequence[str]) -> str | None:
    gaps = {each: _gap([quote.points[each] for quote in quotes]) for each in common}
    widest = max(gaps, key=lambda each: gaps[each], default=None)
    return widest if widest is not None and gaps[widest] > 0 else None


def _gap(points: Sequence[int]) -> int:
    return max(points) - min(points)

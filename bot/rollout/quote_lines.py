"""Quotes in words: what one costs and how that was worked out, its points, and what is still missing. Pure; for chat and paper alike."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from unicodedata import east_asian_width

from bot.rollout.prices import Price
from bot.rollout.vendors import Comparison, Criterion, Quote, next_criterion, sum_of, unknown_of
from knowledge.phrases import Phrases

#: So much of a name fits in a row on a phone, in widths of a Latin letter.
_WIDEST_NAME = 14


def short_names(names: Sequence[str]) -> list[str]:
    """Names cut for narrow rows, as long as they can still be told apart."""
    short = [_cut(name) for name in names]
    return short if len(set(short)) == len(short) else list(names)


def _cut(name: str) -> str:
    widths = accumulate(2 if east_asian_width(each) in "WF" else 1 for each in name)
    fits = sum(width <= _WIDEST_NAME for width in widths)
    return name if fits == len(name) else f"{name[: fits - 1].rstrip()}…"


@dataclass(frozen=True)
class QuoteLines:
    """The phrases in one language, and the criteria in their order."""

    phrases: Phrases
    language: str
    criteria: tuple[Criterion, ...]

    def say(self, name: str, /, **values: object) -> str:
        """A phrase."""
        return self.phrases.say(name, self.language, **values)

    def label(self, criterion: str) -> str:
        """What a criterion is called."""
        return next((each.label.get(self.language) for each in self.criteria if each.id == criterion), criterion)

    def names(self, names: Iterable[str]) -> str:
        """Names in one line."""
        return self.phrases.listed(names, self.language)

    # --- money ----------------------------------------------------------------------------------------------------------------

    def money(self, value: float, currency: str) -> str:
        """An amount as it is written in the currency that was told."""
        return self.say(f"money_{currency or 'bare'}", amount=f"{value:,.10g}" if value % 1 else f"{value:,.0f}")

    def first_year(self, price: Price | None) -> str:
        """What the first year costs, or that this is not known."""
        if price is None or price.first_year is None:
            return self.say("quote_unknown")
        return self.money(price.first_year, price.currency)

    def working(self, price: Price | None) -> str:
        """How the first year's cost follows from what was told; "" when nothing was told."""
        if price is None:
            return ""
        if price.first_year is None:
            return self.say("price_as_told", words=price.words) if price.words else ""
        if price.total is not None:
            return self.say("price_total")
        return self.phrases.listed(self._parts(price), self.language, "sum")

    def _parts(self, price: Price) -> Iterator[str]:
        for name, value in (("monthly", price.monthly), ("yearly", price.yearly), ("one_off", price.one_off)):
            if value is not None:
                yield self.say(f"price_{name}", amount=self.money(value, price.currency))

    def price(self, price: Price | None) -> str:
        """The cost of the first year with its working, in one sentence."""
        working = self.working(price)
        if price is None or price.first_year is None:
            return self.say("price_unknown_told", working=working) if working else self.say("price_unknown")
        return self.say("price_known", amount=self.first_year(price), working=working)

    # --- points ---------------------------------------------------------------------------------------------------------------

    def cell(self, quote: Quote, criterion: str) -> str:
        """A score, or a sign that it is not known."""
        value = quote.scores.get(criterion)
        return str(value) if value is not None else self.say("quote_unknown")

    def total(self, quote: Quote) -> str:
        """What the known points add up to, and out of how many."""
        found = sum_of(quote)
        if next_criterion(quote, self.criteria) is not None:
            return self.say("quote_begun" if quote.scores else "quote_not_scored")
        missing = len(self.criteria) - found.known
        return self.say("total_all" if not missing else "total_part", points=found.points, most=found.most, missing=missing)

    def own_points(self, quote: Quote) -> str:
        """One supplier's points, one a line."""
        return "\n".join(self.say("quote_point", label=self.label(each.id), value=self.cell(quote, each.id)) for each in self.criteria)

    def side_by_side(self, comparison: Comparison) -> str:
        """Every criterion with all suppliers' points, one a line: readable on a phone."""
        rows = [(self.label(each.id), [self.cell(quote, each.id) for quote in comparison.quotes]) for each in self.criteria]
        rows.append((self.say("row_first_year"), [self.first_year(quote.price) for quote in comparison.quotes]))
        rows.append((self.say("row_total"), [self.total(quote) for quote in comparison.quotes]))
        names = short_names([quote.name for quote in comparison.quotes])
        return "\n".join(self._row(label, names, values) for label, values in rows)

    def _row(self, label: str, names: list[str], values: list[str]) -> str:
        cells = (self.say("row_cell", name=name, value=value) for name, value in zip(names, values, strict=True))
        return self.say("row_line", label=label, cells=self.names(cells))

    # --- what it comes to -------------------------------------------------------------------------------------------------------

    def findings(self, comparison: Comparison) -> list[str]:
        """What the points say, and no more: sums over what all have in common, a tie, where they differ most."""
        return list(self._findings(comparison))

    def _findings(self, comparison: Comparison) -> Iterator[str]:
        if len(comparison.compared) < 2:
            return
        if not comparison.common:
            yield self.say("nothing_common")
            return
        if len(comparison.common) < len(self.criteria):
            rated = zip(comparison.compared, comparison.common_sums, strict=True)
            cells = (self.say("row_cell", name=quote.name, value=points) for quote, points in rated)
            yield self.say("common_sums", count=len(comparison.common), total=len(self.criteria), cells=self.names(cells))
        if comparison.tied:
            yield self.say("tied", names=self.names(comparison.tied), count=len(comparison.common))
        if comparison.widest:
            cells = (self.say("row_cell", name=quote.name, value=self.cell(quote, comparison.widest)) for quote in comparison.compared)
            yield self.say("widest", label=self.label(comparison.widest), cells=self.names(cells))

    def missing(self, quotes: Iterable[Quote]) -> list[str]:
        """What is not known yet, one line for each supplier."""
        found = ((quote.name, self._missing(quote)) for quote in quotes)
        return [self.say("missing_line", name=name, what=what) for name, what in found if what]

    def _missing(self, quote: Quote) -> str:
        unknown = unknown_of(quote, self.criteria)
        labels = [each.label.get(self.language) for each in unknown]
        what = [self.say("missing_all")] if len(unknown) == len(self.criteria) else labels
        if quote.price is None or quote.price.first_year is None:
            what.append(self.say("row_first_year"))
        return self.names(what)

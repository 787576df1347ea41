"""What a rollout has brought: the figure before it, the real ones since, and whether the money comes back. Pure.

    gain     = before - latest reading (or the other way round for figures that should rise), in the unit and period of `before`
    saving   = gain a month in money: as it is for yen, times the value of an hour for hours and minutes
    payback  = cost of the first year / saving, in months, rounded up; planned with the target in place of the reading
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from bot.rollout.figures import Figure, FigureWords, converted, monthly

#: A payback further away than this is none that an owner should count on.
LONGEST_PAYBACK_MONTHS = 60
#: Within this share of the figure before, nothing has changed: owners tell rounded figures.
NO_CHANGE = 0.02
#: What is asked when the pilot begins, in this order.
OPENING = ("before", "target", "hour_value")


class Verdict(StrEnum):
    """How the latest reading stands beside the figure before."""

    BETTER = "better"
    WORSE = "worse"
    SAME = "same"
    NO_BEFORE = "no_before"
    NO_READING = "no_reading"


class Payback(StrEnum):
    """Whether the money comes back."""

    EXPECTED = "expected"
    FAR = "far"
    NONE = "none"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Ledger:
    """The figures of one initiative; `passed` are the kinds that the owner was asked for and did not tell."""

    before: Figure | None = None
    target: Figure | None = None
    hour_value: Figure | None = None
    cost: Figure | None = None
    readings: tuple[Figure, ...] = ()
    passed: frozenset[str] = field(default=frozenset())

    def to_ask(self, words: FigureWords) -> str | None:
        """The next figure to ask for at the start of the pilot: before, then target, then the value of an hour; None when there is none."""
        if self.before is None:
            return None if "before" in self.passed else "before"
        if self.target is None and "target" not in self.passed:
            return "target"
        wanted = self.hour_value is None and "hour_value" not in self.passed and _family(self.before, words) == "time"
        return "hour_value" if wanted else None


@dataclass(frozen=True)
class Summary:
    """What it comes to: the words of both figures, the verdict, and months until the cost is back, real and planned."""

    verdict: Verdict
    before: str = ""
    now: str = ""
    payback: Payback = Payback.UNKNOWN
    months: int | None = None
    planned_months: int | None = None


def ledger_of(figures: Iterable[tuple[str, Figure | None]]) -> Ledger:
    """A ledger from figures by kind, oldest first; a later one of a kind takes the earlier one's place, readings are kept in a row."""
    found: dict[str, Figure] = {}
    readings: list[Figure] = []
    passed: set[str] = set()
    for kind, figure in figures:
        if figure is None:
            passed.add(kind)
        elif kind == "reading":
            readings.append(figure)
        else:
            found[kind] = figure
    return Ledger(readings=tuple(readings), passed=frozenset(passed), **found)


def summarise(ledger: Ledger, words: FigureWords) -> Summary:
    """The honest result so far."""
    if ledger.before is None:
        return Summary(Verdict.NO_BEFORE, now=ledger.readings[-1].words if ledger.readings else "")
    reading = _latest_comparable(ledger, words)
    if reading is None:
        return Summary(Verdict.NO_READING, before=ledger.before.words, planned_months=_planned(ledger, words))
    gain = _gain(ledger.before, reading, words)
    payback, months = _payback(ledger, gain, words)
    return Summary(_verdict(ledger.before, gain), ledger.before.words, reading.words, payback, months, _planned(ledger, words))


def is_comparable(figure: Figure, ledger: Ledger, words: FigureWords) -> bool:
    """Whether `figure` measures the same thing as the figure before; True when there is none to compare with."""
    return ledger.before is None or converted(figure, ledger.before, words) is not None


def _latest_comparable(ledger: Ledger, words: FigureWords) -> Figure | None:
    return next((each for each in reversed(ledger.readings) if is_comparable(each, ledger, words)), None)


def before_and_now(ledger: Ledger, words: FigureWords) -> tuple[Figure, float] | None:
    """The figure before, and the latest reading in the same unit and period; None until there are both."""
    reading = _latest_comparable(ledger, words) if ledger.before else None
    if ledger.before is None or reading is None:
        return None
    value = converted(reading, ledger.before, words)
    return None if value is None else (ledger.before, value)


def _gain(before: Figure, other: Figure, words: FigureWords) -> float:
    value = converted(other, before, words)
    assert value is not None
    return value - before.value if before.more_is_better else before.value - value


def _verdict(before: Figure, gain: float) -> Verdict:
    if abs(gain) <= NO_CHANGE * abs(before.value):
        return Verdict.SAME
    return Verdict.BETTER if gain > 0 else Verdict.WORSE


def _planned(ledger: Ledger, words: FigureWords) -> int | None:
    if ledger.before is None or ledger.target is None or not is_comparable(ledger.target, ledger, words):
        return None
    return _payback(ledger, _gain(ledger.before, ledger.target, words), words)[1]


def _payback(ledger: Ledger, gain: float, words: FigureWords) -> tuple[Payback, int | None]:
    saving = _saving(ledger, gain, words)
    if ledger.cost is None or saving is None:
        return Payback.UNKNOWN, None
    if saving <= 0:
        return Payback.NONE, None
    months = math.ceil(ledger.cost.value / saving)
    return (Payback.EXPECTED if months <= LONGEST_PAYBACK_MONTHS else Payback.FAR), months


def _saving(ledger: Ledger, gain: float, words: FigureWords) -> float | None:
    """The gain as money a month; None when nobody has said what it is worth."""
    assert ledger.before is not None
    unit, a_month = words.unit(ledger.before.unit), monthly(gain, ledger.before.period)
    if unit is None:
        return None
    if unit.family == "money":
        return a_month * unit.factor
    if unit.family == "time" and ledger.hour_value:
        return a_month * unit.factor / 60 * ledger.hour_value.value
    return None


def _family(figure: Figure, words: FigureWords) -> str | None:
    unit = words.unit(figure.unit)
    return unit.family if unit else None

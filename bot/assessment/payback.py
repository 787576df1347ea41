"""When does a purchase pay for itself? From the owner's own figures only: nothing is assumed. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

from bot.assessment.reading import fold

_UNIT = {"": 1, "千": 1_000, "万": 10_000, "k": 1_000}
_AMOUNT = r"(\d+(?:\.\d+)?)\s*(千|万|k)?"
#: How owners name the four figures, folded; the number follows, or stands before for hours.
_COST = re.compile(rf"(?:費用|初期|本体|購入|cost|costs|price|set-?up|one-off)\D{{0,12}}?{_AMOUNT}")
_FEE = re.compile(rf"(?:月額|毎月の料金|monthly fee|fee|subscription|per month costs)\D{{0,12}}?{_AMOUNT}")
_HOURS = re.compile(r"(\d+(?:\.\d+)?)\s*(?:時間|hours|hrs|h\b)")
_WAGE = re.compile(rf"(?:時給|wage|per hour|an hour|hourly)\D{{0,12}}?{_AMOUNT}")


@dataclass(frozen=True)
class Figures:
    """What the owner said: one-off cost, fee a month, hours saved a month, what an hour costs; money in the owner's currency."""

    cost: Fraction
    fee: Fraction
    hours: Fraction
    wage: Fraction

    @property
    def gain(self) -> Fraction:
        """What it brings a month after its fee."""
        return self.hours * self.wage - self.fee

    @property
    def months(self) -> Fraction | None:
        """Months until the cost is back; None: at these figures it never is."""
        return self.cost / self.gain if self.gain > 0 else None


def read_figures(text: str) -> Figures | None:
    """The figures in a message such as 「費用30万円、月額5000円、月10時間、時給1500円」; None unless cost, hours and wage are said."""
    typed = fold(text)
    cost, fee, wage, hours = (_amount(pattern, typed) for pattern in (_COST, _FEE, _WAGE, _HOURS))
    if cost is None or hours is None or wage is None:
        return None
    return Figures(cost, fee or Fraction(), hours, wage)


def _amount(pattern: re.Pattern[str], text: str) -> Fraction | None:
    found = pattern.search(text)
    if found is None:
        return None
    unit = found.group(2) if pattern.groups > 1 else None
    return Fraction(found.group(1)) * _UNIT[unit or ""]

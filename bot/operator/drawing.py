"""Bars beside the figures of a table, as plain SVG: every figure also stands in the table, so the bars are for the eye only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.insights.tables import Table

#: The columns that a table's bars show, the whole first and the part of it second.
BARS: Mapping[str, tuple[str, ...]] = {
    "conversations": ("conversations",),
    "funnel": ("asked", "answered"),
    "checkins": ("sent", "answered"),
    "rollouts": ("plans", "late"),
}
#: The width of a bar, in its own units.
WIDTH = 100.0


@dataclass(frozen=True, slots=True)
class Bar:
    """The lengths of the whole and of its part, 0 to WIDTH."""

    whole: float
    part: float


def bars_of(table: Table) -> Sequence[Bar]:
    """One bar a row, all of one scale; none for a table that has no bars."""
    columns = BARS.get(table.id, ())
    if not columns:
        return ()
    longest = max((getattr(row, columns[0]) for row in table.rows), default=0) or 1
    return [Bar(*(round(WIDTH * value / longest, 1) for value in _ends(row, columns))) for row in table.rows]


def _ends(row: object, columns: Sequence[str]) -> tuple[int, int]:
    whole = getattr(row, columns[0])
    return whole, getattr(row, columns[1]) if len(columns) > 1 else 0

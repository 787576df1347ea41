"""A table of figures: the same object for the page, the terminal, JSON and CSV. Pure."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import Any

#: Stands for a count that is neither zero nor large enough to hide one owner.
FEW = "<3"
_FEWEST = 3
#: A program for tables would take text that begins like this for a formula.
_FORMULA = ("=", "+", "-", "@", "\t")


@dataclass(frozen=True)
class Table:
    """Rows are dataclasses of one kind, whose fields are the columns. `is_sideways`: so few rows that columns are better shown as lines."""

    id: str
    row_type: type[Any]
    rows: tuple[Any, ...]
    is_sideways: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns; words for them stand in words.yml."""
        return tuple(field.name for field in fields(self.row_type))

    def cells(self) -> Iterator[tuple[Any, ...]]:
        """The values of every row, in the order of the columns."""
        for row in self.rows:
            yield tuple(getattr(row, name) for name in self.columns)


def hidden_when_few(count: int) -> int | str:
    """A count as it may be shown where a group is small: one or two owners could be guessed."""
    return FEW if 0 < count < _FEWEST else count


def as_data(table: Table) -> list[dict[str, Any]]:
    """The rows for JSON: days and moments in ISO 8601."""
    return [{name: _plain(value) for name, value in asdict(row).items()} for row in table.rows]


def as_csv(table: Table) -> str:
    """The rows for a program for tables: a header with the columns' names, one line a row."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(table.columns)
    writer.writerows([_safe(as_words(value)) for value in row] for row in table.cells())
    return out.getvalue()


def as_words(value: object) -> str:
    """One cell in one line of text; "" for nothing."""
    if value is None:
        return ""
    if isinstance(value, Mapping):
        return ", ".join(f"{count} {name}" for name, count in sorted(value.items()))
    if isinstance(value, list | tuple):
        return " | ".join(as_words(each) for each in value)
    if isinstance(value, float):
        return f"{value:.3f}".rstrip("0").rstrip(".")
    return str(_plain(value))


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value


def _safe(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text

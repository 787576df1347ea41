"""The tables in a terminal: for people, as JSON, or as CSV."""

from __future__ import annotations

import json
from collections.abc import Callable
from enum import StrEnum

from rich.console import Console
from rich.table import Table as Grid

from bot.insights.tables import Table, as_csv, as_data, as_words
from bot.insights.words import TableWords, load_words
from bot.operations.questions import Group

#: What the terminal speaks, like every command.
LANGUAGE = "en"


class Form(StrEnum):
    """How a table is printed."""

    TEXT = "text"
    JSON = "json"
    CSV = "csv"


def show(table: Table, form: Form, console: Console) -> None:
    """Print a table; as JSON or CSV nothing else."""
    if form is Form.JSON:
        console.print_json(json.dumps(as_data(table), ensure_ascii=False))
    elif form is Form.CSV:
        console.out(as_csv(table), end="", highlight=False)
    else:
        _AS_TEXT.get(table.id, _show_grid)(table, console)


def _show_grid(table: Table, console: Console) -> None:
    words = load_words().tables[table.id]
    grids = _sideways(table, words) if table.is_sideways else [_grid(table, words)]
    for grid in grids:
        console.print(grid)


def _grid(table: Table, words: TableWords) -> Grid:
    grid = Grid(*(words.columns[name].get(LANGUAGE) for name in table.columns), title=words.title.get(LANGUAGE))
    for row in table.cells():
        grid.add_row(*map(as_words, row))
    return grid


def _sideways(table: Table, words: TableWords) -> list[Grid]:
    """One grid a row, named by its first cell, a line for each of its other columns."""
    grids = []
    for first, *others in table.cells():
        grid = Grid("what", "value", title=f"{words.title.get(LANGUAGE)}: {first}")
        for name, value in zip(table.columns[1:], others, strict=True):
            grid.add_row(words.columns[name].get(LANGUAGE), as_words(value) or "-")
        grids.append(grid)
    return grids


def _show_groups(table: Table, console: Console) -> None:
    """Questions are sentences, which a grid would break apart."""
    for group in table.rows:
        _show_group(group, console)
    if not table.rows:
        console.print("no questions have been kept")


def _show_group(group: Group, console: Console) -> None:
    languages = ", ".join(group.languages)
    counts = f"{group.count} ({group.unanswered} unanswered, {group.disliked} disliked; {languages})"
    console.print(f"{counts}, nearest topic: {group.nearest or 'none'}", markup=False)
    for example in group.examples:
        console.print(f"  - {example}", markup=False)


_AS_TEXT: dict[str, Callable[[Table, Console], None]] = {"questions": _show_groups}

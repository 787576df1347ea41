"""The pages as HTML, from the templates beside this: escaped, without scripts, in the language that was chosen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse, Response

from bot.insights.tables import FEW, Table
from bot.operator.drawing import WIDTH, Bar, bars_of
from bot.operator.labels import NAMES, Labels
from knowledge.content import Text
from knowledge.problems import Problems
from knowledge.yaml_files import read_yaml

FOLDER = Path(__file__).parent
TEMPLATES = FOLDER / "templates"
LANGUAGES = ("ja", "en")
#: Nothing but our own sheet and forms: no script, no picture from anywhere, no frame around it, and it is kept nowhere.
HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src data:; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow",
    "Referrer-Policy": "same-origin",  # "no-referrer" would hide from us that a form is our own
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "private, no-store",
}


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: its text, or several items, and whether it is a figure."""

    text: str
    items: tuple[str, ...]
    is_figure: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One row; `is_marked`: somebody should look."""

    cells: tuple[Cell, ...]
    bar: Bar | None
    is_marked: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """A table as a template shows it."""

    id: str
    title: str
    note: str
    columns: tuple[Cell, ...]
    rows: tuple[Row, ...]
    is_sideways: bool


class Pages:
    """Fills the templates."""

    def __init__(self, labels: Labels) -> None:
        self.labels = labels
        self._words = load_page_words()
        self._templates = Environment(
            loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
        )
        self._templates.globals["bar_width"] = WIDTH

    def page(self, name: str, language: str, status: int = 200, /, **values: Any) -> Response:
        """The page `name`, never kept by anybody."""
        other = next(each for each in LANGUAGES if each != language)
        template = self._templates.get_template(f"{name}.html")
        common = {"say": lambda word, **parts: self.say(word, language, **parts), "language": language, "other": other}
        return HTMLResponse(template.render(common | values), status, headers={**HEADERS, "Content-Language": language})

    def say(self, word: str, language: str, /, **parts: object) -> str:
        """A word of the page. Raises KeyError for one that is not in words.yml."""
        return self._words[word].get(language).format(**parts)

    def shown(self, table: Table, language: str) -> Shown:
        """A table with the words of a language; its sign `is_well` becomes a mark at the row."""
        words = self.labels.words.tables[table.id]
        columns = tuple(name for name in table.columns if name != "is_well")
        bars = bars_of(table) or (None,) * len(table.rows)
        rows = tuple(
            Row(tuple(self._cell(name, getattr(row, name), language) for name in columns), bar, not getattr(row, "is_well", True))
            for row, bar in zip(table.rows, bars, strict=True)
        )
        figures = [any(row.cells[place].is_figure for row in rows) for place in range(len(columns))]
        heads = tuple(Cell(words.columns[name].get(language), (), is_figure) for name, is_figure in zip(columns, figures, strict=True))
        return Shown(table.id, words.title.get(language), words.note.get(language), heads, rows, table.is_sideways)

    def _cell(self, column: str, value: object, language: str) -> Cell:
        items = tuple(map(str, value)) if isinstance(value, tuple) else ()
        is_figure = column not in NAMES and (value == FEW or (isinstance(value, int | float) and not isinstance(value, bool)))
        return Cell("" if items else self.labels.cell(column, value, language), items, is_figure)


def load_page_words() -> Mapping[str, Text]:
    """Read words.yml. Raises ContentError."""
    problems = Problems()
    section = read_yaml(FOLDER / "words.yml", FOLDER.parents[1], problems).section("words")
    words = {name: section.bilingual(name) for name in section}
    problems.raise_if_any()
    return words

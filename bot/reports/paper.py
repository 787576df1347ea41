"""A document before it is laid out: sections of words, tables and pictures. What can be kept as JSON and drawn again, always alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from bot.reports.figures import Matrix, Radar, Roadmap

Style = Literal["body", "lead", "small", "strong"]


@dataclass(frozen=True)
class Words:
    """A paragraph."""

    text: str
    style: Style = "body"


@dataclass(frozen=True)
class Table:
    """Rows under a header; `widths` are parts of the page's width, `least` the lowest height of a row in points: room to write in."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[int, ...]
    least: int = 0


@dataclass(frozen=True)
class Beside:
    """A picture with paragraphs to its right."""

    figure: Radar | Matrix | Roadmap
    words: tuple[Words, ...]


@dataclass(frozen=True)
class Together:
    """Paragraphs that stay on one page."""

    words: tuple[Words, ...]


Block = Words | Table | Beside | Together


@dataclass(frozen=True)
class Section:
    """A heading with what belongs to it; `new_page`: begins a page."""

    heading: str
    blocks: tuple[Block, ...]
    new_page: bool = False


@dataclass(frozen=True)
class Paper:
    """A whole document.

    `details` are label and value under the title, "" for a blank to write on; `footer` stands on every page before its number.
    """

    language: str
    title: str
    made_on: str
    details: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...]
    footer: str

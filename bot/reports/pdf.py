"""A document as a PDF: A4 pages with an embedded Japanese font, lines broken between phrases, pictures drawn in.

reportlab is imported with this module; the module is imported only where something is drawn.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache, partial

from reportlab import rl_config
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from bot.reports.charts import INK, LATER, LINE, NOW, SOFT, WIDTH, pixels, size_of
from bot.reports.figures import Figure
from bot.reports.fonts import font_file
from bot.reports.lines import broken
from bot.reports.paper import Beside, Block, Paper, Section, Style, Table, Together, Words

FONT = "IPAexGothic"
PAGE_WIDTH, PAGE_HEIGHT = A4
MARGIN, BOTTOM = 18 * mm, 20 * mm
ROOM = PAGE_WIDTH - 2 * MARGIN
#: Size and leading in points, and colour, of each style.
_STYLES: dict[Style, tuple[float, float, str]] = {
    "lead": (13, 19, NOW),
    "strong": (10.5, 16, INK),
    "body": (9.5, 14.5, INK),
    "small": (8.5, 13, SOFT),
}
_GAP, _PADDING = 4.0, 3.5
_PICTURE = 82 * mm
#: A section up to this height is not divided between two pages.
_SHORT = 120 * mm


def render(paper: Paper) -> bytes:
    """The document as a PDF file."""
    kept = io.BytesIO()
    # Invariant: the same content gives the same file, whenever it is drawn.
    # Without a font of ours, reportlab would name Helvetica in every file. (Its stubs take the name for a number.)
    canvas = Canvas(kept, pagesize=A4, initialFontName=_font(), lang=paper.language, invariant=1)  # type: ignore[arg-type]
    page = _Page(canvas, paper)
    for section in paper.sections:
        _section(page, section)
    page.close()
    return kept.getvalue()


@lru_cache(maxsize=1)
def _font() -> str:
    """Registers the font once per process: reading it takes a tenth of a second. Streams stay binary: as text they cost as much again."""
    rl_config.useA85 = 0
    pdfmetrics.registerFont(TTFont(FONT, str(font_file())))
    return FONT


@lru_cache(maxsize=512)  # a text is measured first and written later
def _lines(text: str, width: float, size: float) -> Sequence[str]:
    return broken(text, width, partial(pdfmetrics.stringWidth, fontName=_font(), fontSize=size))


class _Page:
    """The page being filled; `y` is how far down it has come (from the page's bottom, as PDF counts)."""

    def __init__(self, canvas: Canvas, paper: Paper) -> None:
        self.canvas = canvas
        self._paper = paper
        self._number = 1
        canvas.setTitle(paper.title)
        canvas.setSubject(paper.footer)
        self.y = PAGE_HEIGHT - MARGIN
        self._head()

    def _head(self) -> None:
        """Title, date and who it is about, on the first page."""
        self.write(MARGIN, self.y - 18, self._paper.title, 19, NOW)
        self.write(PAGE_WIDTH - MARGIN, self.y - 16, self._paper.made_on, 9, SOFT, right=True)
        self.y -= 30
        self.rule(self.y, NOW, 1.2)
        self.y -= 6
        for index, (label, value) in enumerate(self._paper.details):
            x = MARGIN + (index % 2) * ROOM / 2
            self.write(x, self.y - 11, label, 8.5, SOFT)
            if value:
                self.write(x + 42 * mm, self.y - 11, value, 9.5, INK)
            else:
                self.rule(self.y - 13, SOFT, left=x + 42 * mm, right=MARGIN + (index % 2 + 1) * ROOM / 2 - 6 * mm)
            if index % 2 or index == len(self._paper.details) - 1:
                self.y -= 16
        self.y -= 4

    @property
    def is_fresh(self) -> bool:
        """Nothing stands on this page yet."""
        return self.y == PAGE_HEIGHT - MARGIN

    def write(self, x: float, y: float, text: str, size: float, colour: str, right: bool = False) -> None:
        """One line of text with its base line at `y`."""
        self.canvas.setFont(_font(), size)
        self.canvas.setFillColor(colour)
        (self.canvas.drawRightString if right else self.canvas.drawString)(x, y, text)

    def rule(self, y: float, colour: str = LINE, width: float = 0.5, left: float = MARGIN, right: float = PAGE_WIDTH - MARGIN) -> None:
        """A line across the page."""
        self.canvas.setStrokeColor(colour)
        self.canvas.setLineWidth(width)
        self.canvas.line(left, y, right, y)

    def make_room(self, height: float) -> None:
        """Begin a new page unless `height` is left on this one."""
        if self.y - height < BOTTOM and not self.is_fresh:
            self.turn()

    def turn(self) -> None:
        """End this page and begin the next."""
        self._foot()
        self.canvas.showPage()
        self._number += 1
        self.y = PAGE_HEIGHT - MARGIN

    def close(self) -> None:
        """End the document."""
        self._foot()
        self.canvas.save()

    def _foot(self) -> None:
        self.rule(BOTTOM - 6 * mm)
        self.write(MARGIN, BOTTOM - 10 * mm, self._paper.footer, 8, SOFT)
        self.write(PAGE_WIDTH - MARGIN, BOTTOM - 10 * mm, str(self._number), 8, SOFT, right=True)


def _section(page: _Page, section: Section) -> None:
    if section.new_page and not page.is_fresh:
        page.turn()
    page.make_room(34 + _kept_together(section))
    page.y -= 0 if page.is_fresh else 8
    page.write(MARGIN, page.y - 14, section.heading, 13, NOW)
    page.y -= 24
    for block in section.blocks:
        _DRAWN[type(block)](page, block)
        page.y -= _GAP


def _kept_together(section: Section) -> float:
    """A heading never stands alone at the foot of a page, and a short section stays whole."""
    heights = [_height(block, ROOM) + _GAP for block in section.blocks]
    return sum(heights) if sum(heights) <= _SHORT else min(sum(heights[:1]), _SHORT)


# --- paragraphs ---------------------------------------------------------------------------------------------------------------


def _words_height(words: Words, width: float) -> float:
    size, leading, _ = _STYLES[words.style]
    return len(_lines(words.text, width, size)) * leading


def _column_height(words: Sequence[Words], width: float) -> float:
    return sum(_words_height(each, width) + _GAP for each in words)


def _draw_words(page: _Page, words: Words) -> None:
    page.make_room(min(_words_height(words, ROOM), 60))
    size, leading, colour = _STYLES[words.style]
    for line in _lines(words.text, ROOM, size):
        page.make_room(leading)
        page.write(MARGIN, page.y - leading + (leading - size) / 2 + 1, line, size, colour)
        page.y -= leading


def _column(page: _Page, x: float, y: float, width: float, words: Sequence[Words]) -> float:
    """Paragraphs under one another; returns where they end."""
    for each in words:
        size, leading, colour = _STYLES[each.style]
        for line in _lines(each.text, width, size):
            page.write(x, y - leading + (leading - size) / 2 + 1, line, size, colour)
            y -= leading
        y -= _GAP
    return y


def _draw_together(page: _Page, block: Together) -> None:
    page.make_room(_column_height(block.words, ROOM))
    page.y = _column(page, MARGIN, page.y, ROOM, block.words)


# --- pictures -----------------------------------------------------------------------------------------------------------------


def _picture_height(figure: Figure) -> float:
    return _PICTURE * size_of(figure)[1] / WIDTH


def _draw_beside(page: _Page, block: Beside) -> None:
    height = _picture_height(block.figure)
    width = ROOM - _PICTURE - 5 * mm
    page.make_room(max(height, _column_height(block.words, width)))
    picture = ImageReader(pixels(block.figure))
    page.canvas.drawImage(picture, MARGIN, page.y - height, _PICTURE, height)
    ends = _column(page, MARGIN + _PICTURE + 5 * mm, page.y - 2, width, block.words)
    page.y = min(page.y - height, ends)


# --- tables -------------------------------------------------------------------------------------------------------------------


def _columns(table: Table) -> list[float]:
    return [ROOM * part / sum(table.widths) for part in table.widths]


def _row_lines(row: Sequence[str], columns: Sequence[float], size: float) -> list[Sequence[str]]:
    return [_lines(cell, width - 2 * _PADDING, size) for cell, width in zip(row, columns, strict=True)]


def _row_height(lines: Sequence[Sequence[str]], leading: float) -> float:
    return max(map(len, lines)) * leading + 2 * _PADDING


def _table_rows(table: Table) -> Iterator[tuple[bool, list[Sequence[str]], float]]:
    """Every row with whether it is the header, its lines and its height."""
    columns = _columns(table)
    for row in ((table.header, *table.rows) if table.header else table.rows):
        lines = _row_lines(row, columns, 9)
        yield row is table.header, lines, max(_row_height(lines, 13.5), 0 if row is table.header else table.least)


def _draw_table(page: _Page, table: Table) -> None:
    columns = _columns(table)
    for is_header, lines, height in _table_rows(table):
        page.make_room(height)
        if is_header:
            page.canvas.setFillColor(LATER)
            page.canvas.rect(MARGIN, page.y - height, ROOM, height, stroke=0, fill=1)
        x = MARGIN
        for cell, width in zip(lines, columns, strict=True):
            for index, line in enumerate(cell):
                page.write(x + _PADDING, page.y - _PADDING - 10 - 13.5 * index, line, 9, NOW if is_header else INK)
            x += width
        page.y -= height
        page.rule(page.y)


_DRAWN: dict[type[Block], Callable[..., None]] = {Words: _draw_words, Table: _draw_table, Beside: _draw_beside, Together: _draw_together}


def _height(block: Block, width: float) -> float:
    """How much of a page a block takes."""
    if isinstance(block, Words):
        return _words_height(block, width)
    if isinstance(block, Together):
        return _column_height(block.words, width)
    if isinstance(block, Beside):
        return max(_picture_height(block.figure), _column_height(block.words, width - _PICTURE - 5 * mm))
    return sum(height for _, _, height in _table_rows(block))

"""Our texts as Telegram shows them: `**bold**` as HTML, long texts in parts, buttons as an inline keyboard. No input or output."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.messaging.files import Content
from bot.messaging.message import Button, Reply

#: Telegram counts UTF-16 units, after the tags are taken out.
TEXT_LIMIT = 4096
CAPTION_LIMIT = 1024
#: Where a long text is best cut, the best first.
_SEPARATORS = ("\n\n", "\n", "。", ". ", " ")
_BOLD = re.compile(r"\*\*(?=\S)(.+?)(?<=\S)\*\*")
#: Labels such as ① or 1-2 share a row.
_SHORT_LABEL = 3
_LONGEST_ROW = 8
_MOST_BUTTONS = 100


#: Formats that Telegram shows as a picture; others arrive as documents.
_PHOTOS = ("image/png", "image/jpeg", "image/webp")


@dataclass(frozen=True, slots=True)
class Piece:
    """One message: as HTML, and as plain text should the HTML be refused; with `content`, these are its caption."""

    html: str
    plain: str
    content: Content | None = None

    @property
    def is_photo(self) -> bool:
        """Whether the content is shown as a picture."""
        return self.content is not None and self.content.media_type in _PHOTOS


def pieces_of(reply: Reply, image: Content | None = None, file: Content | None = None) -> list[Piece]:
    """The messages that make up one reply, in order; empty when there is nothing to show.

    Of a picture or document whose bytes are not at hand, what can be said in words stands in the text, so that nothing is left out.
    """
    text = _whole_text(reply, image, file)
    attached = [(content, caption) for content, caption in ((image, _alt(reply)), (file, "")) if content]
    if attached and utf16_length(_unmarked(text)[0]) <= CAPTION_LIMIT:
        attached[0] = (attached[0][0], text or attached[0][1])
        text = ""
    return [*_parts(text, TEXT_LIMIT), *(_captioned(content, caption) for content, caption in attached)]


def _alt(reply: Reply) -> str:
    return reply.image.alt if reply.image else ""


def _captioned(content: Content, caption: str) -> Piece:
    part = next(iter(_parts(caption, CAPTION_LIMIT)), Piece("", ""))
    return replace(part, content=content)


def _parts(text: str, limit: int) -> list[Piece]:
    plain, bolds = _unmarked(text)
    return [Piece(_html(plain, bolds, start, end), plain[start:end]) for start, end in _spans(plain, limit)]


def keyboard(buttons: Sequence[Button]) -> InlineKeyboardMarkup | None:
    """One button per row, which suits Japanese labels; neighbouring short labels share a row."""
    rows: list[list[InlineKeyboardButton]] = []
    previous_is_short = False
    for button in buttons[:_MOST_BUTTONS]:
        shown = InlineKeyboardButton(button.title, callback_data=button.payload)
        is_short = len(button.title) <= _SHORT_LABEL
        if is_short and previous_is_short and len(rows[-1]) < _LONGEST_ROW:
            rows[-1].append(shown)
        else:
            rows.append([shown])
        previous_is_short = is_short
    return InlineKeyboardMarkup(rows) if rows else None


def utf16_length(text: str) -> int:
    """The length of `text` as Telegram counts it."""
    return len(text) + sum(character > "\uffff" for character in text)


def _whole_text(reply: Reply, image: Content | None, file: Content | None) -> str:
    pieces = [reply.text]
    if reply.image and image is None:
        pieces += [reply.image.alt, _public(reply.image.url)]
    if reply.file and file is None:
        pieces += [reply.file.name, _public(reply.file.url)]
    return "\n\n".join(piece for piece in pieces if piece)


def _public(url: str) -> str:
    return url if url.startswith(("https://", "http://")) else ""


def _unmarked(text: str) -> tuple[str, list[tuple[int, int]]]:
    """The text without its `**`, and where in it the bold stretches begin and end."""
    plain, bolds, last = "", [], 0
    for match in _BOLD.finditer(text):
        plain += text[last : match.start()]
        bolds.append((len(plain), len(plain) + len(match[1])))
        plain += match[1]
        last = match.end()
    return plain + text[last:], bolds


def _html(plain: str, bolds: Sequence[tuple[int, int]], start: int, end: int) -> str:
    """One stretch as HTML. Tags are written per stretch, so a cut can never lie inside of one."""
    made, last = "", start
    for bold_start, bold_end in bolds:
        inside_start, inside_end = max(bold_start, start), min(bold_end, end)
        if inside_start < inside_end:
            made += f"{_escaped(plain[last:inside_start])}<b>{_escaped(plain[inside_start:inside_end])}</b>"
            last = inside_end
    return made + _escaped(plain[last:end])


def _escaped(text: str) -> str:
    return html.escape(text, quote=False)


def _spans(plain: str, limit: int) -> Iterator[tuple[int, int]]:
    """Stretches that fit into one message each, without the white space at their ends."""
    start = 0
    while start < len(plain):
        end = _furthest(plain, start, limit)
        if end < len(plain):
            end = _best_cut(plain, start, end)
        shown = plain[start:end]
        if stripped := shown.strip():
            first = start + shown.index(stripped)
            yield first, first + len(stripped)
        start = end


def _furthest(plain: str, start: int, limit: int) -> int:
    units = 0
    for index in range(start, len(plain)):
        units += 2 if plain[index] > "\uffff" else 1
        if units > limit:
            return index
    return len(plain)


def _best_cut(plain: str, start: int, end: int) -> int:
    """After the last good separator that does not leave a very small part; else a hard cut between two characters."""
    earliest = start + (end - start) // 4
    for separator in _SEPARATORS:
        if (at := plain.rfind(separator, earliest, end)) >= 0:
            return at + len(separator)
    return end

"""Where a line of text may end: English between words, Japanese between phrases, so that no line begins with a stray 「を」 or 「。」."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache

import budoux

#: Characters that must not begin a line, should a single phrase be longer than the line.
_NEVER_FIRST = frozenset("、。,.!?!?)]）」』】〕％%ーゃゅょっャュョッぁぃぅぇぉァィゥェォ々:;・〜")

Measure = Callable[[str], float]


@lru_cache(maxsize=1)
def _phrases() -> budoux.Parser:
    return budoux.load_default_japanese_parser()


def broken(text: str, width: float, measure: Measure) -> list[str]:
    """The lines of `text` for a column of `width`, in the unit of `measure`; its own line breaks are kept."""
    return [line for paragraph in text.split("\n") for line in _filled(_pieces(paragraph), width, measure)]


def _pieces(paragraph: str) -> Iterator[str]:
    """Parts that stay on one line; a space belongs to the end of its part."""
    words = paragraph.split(" ")
    for index, word in enumerate(words):
        phrases = _joined(_phrases().parse(word)) if word and not word.isascii() else [word]
        yield from phrases[:-1]
        yield (phrases[-1] if phrases else "") + (" " if index < len(words) - 1 else "")


def _joined(phrases: Iterable[str]) -> list[str]:
    """Phrases, none of which begins with a character that must not begin a line, or in the middle of a number."""
    kept: list[str] = []
    for phrase in phrases:
        if kept and (phrase[0] in _NEVER_FIRST or (phrase[0].isdigit() and kept[-1][-1].isdigit())):
            kept[-1] += phrase
        else:
            kept.append(phrase)
    return kept


def _filled(pieces: Iterable[str], width: float, measure: Measure) -> list[str]:
    lines = [""]
    for piece in pieces:
        if measure((lines[-1] + piece).rstrip()) <= width:
            lines[-1] += piece
        elif measure(piece.rstrip()) <= width:
            lines.append(piece)
        else:
            lines += _by_character(piece, width, measure)
    kept = [line.rstrip() for line in lines]
    return kept[1:] if len(kept) > 1 and not kept[0] else kept


def _by_character(piece: str, width: float, measure: Measure) -> list[str]:
    """A part that is longer than a line: cut between characters."""
    lines = [""]
    for character in piece:
        if measure(lines[-1] + character) <= width or character in _NEVER_FIRST or not lines[-1]:
            lines[-1] += character
        else:
            lines.append(character)
    return lines

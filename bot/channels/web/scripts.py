"""The widget's scripts as they are sent. They are served as they were written, but in one piece and without what only we read:
nothing has to be built, and a phone loads one small file.
"""

from __future__ import annotations

import re
from pathlib import Path

_IMPORT = re.compile(r'^import \{[^}]*\} from "\./(\w+\.js)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export ", re.MULTILINE)
#: A line that is only a comment, or the comment at a line's end; in a text or an address no blank stands on both sides of the strokes.
_COMMENT = re.compile(r"^[ \t]*(//.*|/\*\*.*\*/)$|[ \t]+// .*$", re.MULTILINE)
_INDENT = re.compile(r"^[ \t]+", re.MULTILINE)
_BLANK = re.compile(r"\n{2,}")
_SHEET = re.compile(r"(?<=STYLES = `)[^`]+|(?<=replaceSync\(`)[^`]+")
_SHEET_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_SHEET_SPACE = re.compile(r"(?<=[:;,{}]) | (?=\{)|;(?= ?\})")


def bundle(entry: Path) -> str:
    """A module with everything that it imports statically, as one module. Names of the top level must differ among all of them."""
    parts: dict[str, str] = {}
    _collect(entry, parts)
    return "\n".join(parts.values())


def _collect(path: Path, parts: dict[str, str]) -> None:
    text = path.read_text(encoding="utf-8")
    for name in _IMPORT.findall(text):
        if name not in parts:
            _collect(path.parent / name, parts)
    parts[path.name] = _EXPORT.sub("", _IMPORT.sub("", text))


def tight(text: str) -> str:
    """A script without comment lines, indentation and blank lines, its sheets without their spaces."""
    bare = _BLANK.sub("\n", _INDENT.sub("", _COMMENT.sub("", text)))
    return _SHEET.sub(lambda sheet: _SHEET_SPACE.sub("", sheet[0]), bare)


def tight_sheet(text: str) -> str:
    """A sheet without comments, indentation and spaces."""
    return _SHEET_SPACE.sub("", _BLANK.sub("\n", _INDENT.sub("", _SHEET_COMMENT.sub("", text)))).strip()

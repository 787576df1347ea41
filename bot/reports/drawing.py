"""From what a document shows to the file that is handed out. Slow (up to a second): for a thread, not for the event loop."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter

from bot.messaging.files import Content
from bot.reports import calendar_file, charts
from bot.reports.calendar_file import Agenda
from bot.reports.figures import Figure, Matrix, Progress, Radar, Roadmap, Spoke
from bot.reports.paper import Beside, Paper, Section, Words


@dataclass(frozen=True)
class _Kind:
    """How one kind of document is kept and drawn."""

    shape: TypeAdapter[Any]
    draw: Callable[[Any], bytes]
    media_type: str


def _picture(figure: Figure) -> bytes:
    return charts.draw(figure).data


def _pdf(paper: Paper) -> bytes:
    from bot.reports import pdf  # noqa: PLC0415 - brings reportlab, half a second that only a drawing pays for

    return pdf.render(paper)


def _json(data: Mapping[str, Any]) -> bytes:
    return json.dumps(data, ensure_ascii=False, indent=2).encode()


_KINDS: dict[str, _Kind] = {
    "radar": _Kind(TypeAdapter(Radar), _picture, "image/png"),
    "matrix": _Kind(TypeAdapter(Matrix), _picture, "image/png"),
    "roadmap": _Kind(TypeAdapter(Roadmap), _picture, "image/png"),
    "progress": _Kind(TypeAdapter(Progress), _picture, "image/png"),
    "report": _Kind(TypeAdapter(Paper), _pdf, "application/pdf"),
    "copy": _Kind(TypeAdapter(Paper), _pdf, "application/pdf"),
    "copy_data": _Kind(TypeAdapter(dict[str, Any]), _json, "application/json"),
    "packet_data": _Kind(TypeAdapter(dict[str, Any]), _json, "application/json"),
    "calendar": _Kind(TypeAdapter(Agenda), calendar_file.render, "text/calendar"),
}


def kept(kind: str, shown: object) -> dict[str, Any]:
    """What a document shows, as JSON."""
    content: dict[str, Any] = _KINDS[kind].shape.dump_python(shown, mode="json")
    return content


def draw(kind: str, content: Mapping[str, Any]) -> bytes:
    """The file of a document, from its kept content."""
    found = _KINDS[kind]
    return found.draw(found.shape.validate_python(content))


def warm() -> None:
    """Bring all that drawing needs: libraries, the font, the line breaker."""
    from bot.reports import pdf  # noqa: PLC0415 - as above

    nothing = Radar("", (Spoke("文字", "文字", 1, 2, None),), "文字", "文字", "")
    charts.draw(nothing)
    pdf.render(Paper("ja", "文字", "", (), (Section("文字", (Beside(nothing, (Words("文字"),)),)),), ""))


def as_file(kind: str, name: str, data: bytes) -> Content:
    """A drawn document as it is handed out."""
    return Content(data, _KINDS[kind].media_type, name)

"""`advisor report --demo`: the pictures, the report and the packet of an example firm, written to a folder."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

from bot.reports.calendar_file import Course, agenda
from bot.reports.drawing import draw, kept
from bot.reports.examples import Example
from bot.reports.facts import Material
from bot.reports.figures import Figure
from bot.reports.packet import packet_data
from bot.reports.picturing import matrix, progress, radar, roadmap
from bot.reports.writing import write_packet, write_report

_ENDINGS = {"report": "pdf", "packet_data": "json", "calendar": "ics"}


def write_example(example: Example, material: Material, language: str, folder: Path, now: datetime) -> list[Path]:
    """Write every file of an example, and the pictures' text alternatives beside them; returns the paths. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, kind, shown in _shown(example, material, language, now.date(), now):
        path = folder / f"{name}.{_ENDINGS.get(kind, 'png')}"
        path.write_bytes(draw(kind, kept(kind, shown)))
        written.append(path)
        if isinstance(shown, Figure):
            written.append(path.with_suffix(".txt"))
            written[-1].write_text(f"{shown.alt}\n", encoding="utf-8")
    return written


def _shown(example: Example, material: Material, language: str, today: date, now: datetime) -> Iterator[tuple[str, str, object]]:
    """File name, kind and content of each."""
    facts = example.facts(material, today)
    pictures = {
        "radar": radar(facts, language),
        "matrix": matrix(facts, language),
        "roadmap": roadmap(material, facts.plan, today, language) if facts.plan else None,
        "progress": progress(material, example.measured(language), language),
    }
    yield from ((name, name, figure) for name, figure in pictures.items() if figure is not None)
    yield "report", "report", write_report(facts, language)
    yield "packet", "report", write_packet(facts, language)
    yield "packet", "packet_data", packet_data(facts, language)
    if facts.plan:
        yield "calendar", "calendar", agenda(material, [Course(1, facts.plan.action, facts.plan.phases, ())], language, now)

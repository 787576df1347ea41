"""One entry, unfolded part by part: the beginning first, never a wall of text."""

from __future__ import annotations

from collections.abc import Callable

from bot.services import Services
from dialogues.actions.base import Speaker, button
from knowledge.answering import Owner, after, is_for_size
from knowledge.base import Entry

MOST_RELATED = 4


def show_part(services: Services, speaker: Speaker, entry: Entry, part: str | None, owner: Owner) -> None:
    """Say one part of an entry: None is the beginning; see PARTS in knowledge/queries.py for the others."""
    if part == "related":
        _related(services, speaker, entry)
    elif part == "cells":
        _cells(services, speaker, entry)
    elif part == "next" and (topic := after(services.knowledge, entry.id)):
        show_part(services, speaker, services.knowledge.entries[topic], None, owner)
    else:
        name = part if part in _VALUES else "entry"
        values = _VALUES[name](services, speaker, entry, owner)
        more = _more(speaker, entry) if name == "entry" else ()
        speaker.say(f"utter_knowledge_{name}", more, [entry.id], title=entry.title.get(speaker.language), topic=entry.id, **values)


def _more(speaker: Speaker, entry: Entry) -> list[dict[str, str]]:
    """Behind a level or a dimension stand its five cells of the maturity table."""
    if entry.kind not in ("maturity", "dimension"):
        return []
    return [button(speaker.phrase(f"cells_of_{entry.kind}"), "ask_knowledge", topic=entry.id, part="cells")]


def _cells(services: Services, speaker: Speaker, entry: Entry) -> None:
    """What a dimension looks like at each level, or a level in each dimension."""
    language, words = speaker.language, services.knowledge.vocabulary
    level = next((each for each, topic in enumerate(services.knowledge.by_kind("maturity"), 1) if topic.id == entry.id), None)
    dimension = entry.id.partition("/")[2]
    lines = [
        speaker.phrase("cell_line", name=words["dimension" if level else "level"][each if level else str(at)].get(language), looks=looks)
        for (each, at), cell in services.cells.items()
        if (at == level if level else each == dimension)
        for looks in (cell.looks.get(language),)
    ]
    speaker.say("utter_knowledge_cells", (), [entry.id], title=entry.title.get(language), lines="\n".join(lines))


def _related(services: Services, speaker: Speaker, entry: Entry) -> None:
    language = speaker.language
    entries = [services.knowledge.entries[each.id] for each in entry.related if each.id in services.knowledge.entries][:MOST_RELATED]
    buttons = [button(each.title.get(language), "ask_knowledge", topic=each.id) for each in entries]
    speaker.say("utter_knowledge_related", buttons, [each.id for each in entries], title=entry.title.get(language))


def _entry_values(services: Services, speaker: Speaker, entry: Entry, owner: Owner) -> dict[str, str]:
    language = speaker.language
    note = _note_for(services, speaker, entry, owner)
    return {"summary": entry.summary.get(language), "tomorrow": entry.tomorrow.get(language), "note": f"\n\n{note}" if note else ""}


def _note_for(services: Services, speaker: Speaker, entry: Entry, owner: Owner) -> str:
    """One line for this owner: that the entry is early for their level, or why it is for them; "" when nothing is known."""
    levels = entry.fits.levels
    if owner.level is not None and levels and owner.level < min(levels):
        return speaker.phrase("note_early", level=owner.level)
    if owner.industry and entry.fits.industries == {owner.industry}:
        return speaker.phrase("note_trade")
    return ""


def _steps_values(services: Services, speaker: Speaker, entry: Entry, owner: Owner) -> dict[str, str]:
    return {"steps": speaker.numbered(entry.steps.get(speaker.language))}


def _benefit_values(services: Services, speaker: Speaker, entry: Entry, owner: Owner) -> dict[str, str]:
    return {"benefit": entry.benefit.get(speaker.language), "measure": entry.measure.get(speaker.language)}


def _pitfalls_values(services: Services, speaker: Speaker, entry: Entry, owner: Owner) -> dict[str, str]:
    return {"pitfalls": speaker.items(entry.pitfalls.get(speaker.language))} | _cost_values(services, speaker, entry, owner)


def _cost_values(services: Services, speaker: Speaker, entry: Entry, owner: Owner) -> dict[str, str]:
    language = speaker.language
    needed = services.phrases.listed(entry.prerequisites.get(language), language) or speaker.phrase("none")
    cost = services.knowledge.vocabulary["cost"][entry.cost].get(language)
    return {"prerequisites": needed, "cost": cost, "effort": str(entry.effort), "impact": str(entry.impact)}


def _fit_values(services: Services, speaker: Speaker, entry: Entry, owner: Owner) -> dict[str, str]:
    """Whether it is for a firm of the owner's size, or from which size on."""
    suits = is_for_size(entry, owner)
    verdict = "fit_yes" if suits or (suits is None and "1" in entry.fits.sizes) else "fit_later" if suits is False else "fit_small"
    return {"verdict": speaker.phrase(verdict), "tomorrow": entry.tomorrow.get(speaker.language)}


def _sources_values(services: Services, speaker: Speaker, entry: Entry, owner: Owner) -> dict[str, str]:
    language = speaker.language
    sources = [services.knowledge.sources[each] for each in entry.sources]
    lines = speaker.items(speaker.phrase("source_line", title=each.title.get(language), year=each.date.year) for each in sources)
    return {"sources": lines, "reviewed": entry.reviewed_on.isoformat()}


def _why_values(services: Services, speaker: Speaker, entry: Entry, owner: Owner) -> dict[str, str]:
    return {"summary": entry.summary.get(speaker.language), "benefit": entry.benefit.get(speaker.language)}


Values = Callable[[Services, Speaker, Entry, Owner], dict[str, str]]
_VALUES: dict[str, Values] = {
    "entry": _entry_values,
    "steps": _steps_values,
    "benefit": _benefit_values,
    "pitfalls": _pitfalls_values,
    "cost": _cost_values,
    "fit": _fit_values,
    "sources": _sources_values,
    "why": _why_values,
}

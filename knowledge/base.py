"""The knowledge base: every entry read, checked and held ready. The fields and limits are those of docs/writing-content.md."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import MappingProxyType

from knowledge.content import Node, Text, Texts
from knowledge.problems import ContentError, Problem, Problems
from knowledge.samples import Sample, load_samples
from knowledge.yaml_files import read_yaml

__all__ = [
    "ContentError",
    "Entry",
    "Fits",
    "KnowledgeBase",
    "Problem",
    "Related",
    "Sample",
    "Source",
    "Text",
    "Texts",
    "load_knowledge",
    "load_samples",
    "load_topics",
]

INDUSTRIES = (
    "retail",
    "restaurant",
    "manufacturing",
    "construction",
    "professional-services",
    "healthcare",
    "real-estate",
    "education",
    "logistics",
    "finance",
    "other",
)
SIZES = ("1", "2-5", "6-20", "21-100", "101+")
DIMENSIONS = ("technology-adoption", "process-integration", "data-utilization", "customer-engagement", "business-impact")
LEVELS = ("1", "2", "3", "4", "5")
#: The five dimensions of maturity, as their topics are called after `dimension/`.
DIMENSIONS = ("technology-adoption", "process-integration", "data-utilization", "customer-engagement", "business-impact")
PHASES = ("1", "2", "3", "4", "5", "6", "7", "8")
COSTS = ("free", "low", "medium", "high")
#: What `fits` names, with the values of each.
FITS: Mapping[str, tuple[str, ...]] = {"industries": INDUSTRIES, "sizes": SIZES, "levels": LEVELS, "phases": PHASES}
#: From least to most: effort and impact; how many related topics.
SCALE = (1, 5)
RELATED = (3, 6)
#: The most characters of a text, in Japanese and in English.
TEXT_LIMITS: Mapping[str, tuple[int, int]] = {
    "title": (30, 60),
    "summary": (130, 270),
    "tomorrow": (110, 230),
    "benefit": (90, 190),
    "measure": (90, 190),
}
#: The fewest and most items of a list in one language, and the most characters of each in Japanese and in English; None: no limit.
LIST_LIMITS: Mapping[str, tuple[int, int | None, int | None, int | None]] = {
    "aliases": (3, 8, None, None),
    "steps": (3, 5, 70, 150),
    "pitfalls": (2, 3, 80, 170),
    "prerequisites": (0, None, None, None),
}
#: Lists with as many items in one language as in the other.
_EQUAL = ("steps", "pitfalls")
RELATIONS = ("helps-with", "done-in", "uses", "practice", "example", "next", "see")

FIELDS = (
    "id",
    "title",
    "aliases",
    "summary",
    "tomorrow",
    "steps",
    "benefit",
    "measure",
    "pitfalls",
    "effort",
    "impact",
    "cost",
    "prerequisites",
    "fits",
    "related",
    "sources",
    "reviewed_on",
)


@dataclass(frozen=True)
class Related:
    """A link to another topic; `type` is one of RELATIONS."""

    type: str
    id: str


@dataclass(frozen=True)
class Fits:
    """For whom an entry is: trades, numbers of people, maturity levels (1-5), rollout phases (1-8)."""

    industries: frozenset[str]
    sizes: frozenset[str]
    levels: frozenset[int]
    phases: frozenset[int]


@dataclass(frozen=True)
class Source:
    """What an entry rests on."""

    id: str
    title: Text
    date: date


@dataclass(frozen=True)
class Entry:
    """One topic, answered. `effort` and `impact` run from 1 (little) to 5 (much) for a firm of about ten people."""

    id: str
    title: Text
    aliases: Texts
    summary: Text
    tomorrow: Text
    steps: Texts
    benefit: Text
    measure: Text
    pitfalls: Texts
    effort: int
    impact: int
    cost: str
    prerequisites: Texts
    fits: Fits
    related: tuple[Related, ...]
    sources: tuple[str, ...]
    reviewed_on: date

    @property
    def kind(self) -> str:
        """The first half of the id ("use-case" of "use-case/retail-inventory")."""
        return self.id.partition("/")[0]


@dataclass(frozen=True)
class KnowledgeBase:
    """All entries by id, in the order of topics.yml; the topics' own titles; the words of vocabulary.yml by group and value."""

    entries: Mapping[str, Entry]
    topics: Mapping[str, Text]
    vocabulary: Mapping[str, Mapping[str, Text]]
    sources: Mapping[str, Source]

    def get(self, id: str) -> Entry | None:
        """The entry, or None when there is no such entry."""
        return self.entries.get(id)

    def by_kind(self, kind: str) -> tuple[Entry, ...]:
        """The entries of one kind, in the order of topics.yml."""
        return tuple(entry for entry in self.entries.values() if entry.kind == kind)


def load_knowledge(root: Path) -> KnowledgeBase:
    """Read everything under the folder `root` (`knowledge/`).

    Raises ContentError with the problems of all files.
    """
    problems = Problems()
    topics = _read_topics(root, problems)
    vocabulary = _read_vocabulary(root, problems)
    sources = _read_sources(root, problems)
    found = _read_entries(root, topics, sources, problems)
    problems.raise_if_any()
    entries = MappingProxyType({id: found[id] for id in topics if id in found})
    return KnowledgeBase(entries, MappingProxyType(topics), MappingProxyType(vocabulary), MappingProxyType(sources))


def load_topics(root: Path) -> Mapping[str, Text]:
    """The topics of `topics.yml` in the folder `root`, by id, with their titles. Raises ContentError."""
    problems = Problems()
    topics = _read_topics(root, problems)
    problems.raise_if_any()
    return MappingProxyType(topics)


def _read_topics(root: Path, problems: Problems) -> dict[str, Text]:
    page = read_yaml(root / "topics.yml", root.parent, problems)
    return {f"{kind}/{slug}": topic.as_text() for kind, group in page.sections() for slug, topic in group.sections()}


def _read_vocabulary(root: Path, problems: Problems) -> dict[str, Mapping[str, Text]]:
    page = read_yaml(root / "vocabulary.yml", root.parent, problems)
    return {name: MappingProxyType({value: words.as_text() for value, words in group.sections()}) for name, group in page.sections()}


def _read_sources(root: Path, problems: Problems) -> dict[str, Source]:
    page = read_yaml(root / "sources.yml", root.parent, problems)
    return {id: _read_source(id, node) for id, node in page.sections()}


def _read_source(id: str, node: Node) -> Source:
    node.only("title", "date")
    return Source(id, node.bilingual("title"), node.day("date"))


def _read_entries(root: Path, topics: Mapping[str, Text], sources: Mapping[str, Source], problems: Problems) -> dict[str, Entry]:
    entries = {}
    for path in sorted((root / "entries").rglob("*")):
        if path.is_dir() or path.name.startswith("."):
            continue
        place = path.relative_to(root / "entries")
        if path.suffix != ".yml" or len(place.parts) != 2:
            file = path.relative_to(root.parent).as_posix()
            problems.add(file, 1, "The file is not where entries are read", "Move it to entries/<kind>/<slug>.yml")
            continue
        page = read_yaml(path, root.parent, problems)
        if not page.is_broken:
            id = place.with_suffix("").as_posix()
            entries[id] = _read_entry(page, id, topics, sources)
    return entries


def _read_entry(page: Node, id: str, topics: Mapping[str, Text], sources: Mapping[str, Source]) -> Entry:
    page.only(*FIELDS)
    _check_id(page, id, topics)
    texts = {name: page.bilingual(name, *limits) for name, limits in TEXT_LIMITS.items()}
    lists = {name: page.bilingual_list(name, *limits, equal=name in _EQUAL) for name, limits in LIST_LIMITS.items()}
    return Entry(
        id=id,
        title=texts["title"],
        aliases=lists["aliases"],
        summary=texts["summary"],
        tomorrow=texts["tomorrow"],
        steps=lists["steps"],
        benefit=texts["benefit"],
        measure=texts["measure"],
        pitfalls=lists["pitfalls"],
        prerequisites=lists["prerequisites"],
        effort=page.integer("effort", *SCALE),
        impact=page.integer("impact", *SCALE),
        cost=page.choice("cost", COSTS),
        fits=_read_fits(page.section("fits")),
        related=_read_related(page, topics),
        sources=page.choices("sources", tuple(sources), least=1),
        reviewed_on=page.day("reviewed_on"),
    )


def _check_id(page: Node, id: str, topics: Mapping[str, Text]) -> None:
    written = page.text("id")
    if written and written != id:
        page.problem(f"The id '{written}' does not fit the file's place", f"Write 'id: {id}' or move the file", "id")
    if id not in topics:
        page.problem(f"The topic '{id}' is not known", "Add it to knowledge/topics.yml or correct the file's name", "id")


def _read_fits(group: Node) -> Fits:
    group.only(*FITS)
    chosen = {name: group.choices(name, values, least=1, or_all=True) for name, values in FITS.items()}
    return Fits(
        industries=frozenset(chosen["industries"]),
        sizes=frozenset(chosen["sizes"]),
        levels=frozenset(map(int, chosen["levels"])),
        phases=frozenset(map(int, chosen["phases"])),
    )


def _read_related(page: Node, topics: Mapping[str, Text]) -> tuple[Related, ...]:
    links = page.items("related", *RELATED)
    for link in links:
        link.only("type", "id")
    return tuple(Related(link.choice("type", RELATIONS), link.choice("id", topics)) for link in links)

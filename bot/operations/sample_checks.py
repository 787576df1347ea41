"""What can be wrong with messages to learn from beyond their form: one that teaches two things, one that another entry answers better."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from knowledge.content import Node
from knowledge.problems import Problems
from knowledge.samples import INTENT, Sample
from knowledge.search import KnowledgeSearch
from knowledge.text import normalise
from knowledge.yaml_files import read_yaml

#: How much more confident than in a sample's own topic the search must be in another one, for the sample to be reported.
CLEAR_MARGIN = 0.3


@dataclass(frozen=True, slots=True)
class _Example:
    """One message to learn from, what it teaches (a topic or an intent), and where it stands."""

    text: str
    teaches: str
    file: str
    line: int


def check_duplicates(root: Path) -> None:
    """No message may teach two topics, two intents, or a topic and an intent. Raises ContentError."""
    problems = Problems()
    first: dict[str, _Example] = {}
    for example in _examples(root, Problems()):  # what cannot be read is said by the other checks
        known = first.setdefault(_letters(example.text), example)
        if known.teaches != example.teaches:
            what = f"'{example.text[:40]}' of '{example.teaches}' is also a message of '{known.teaches}' ({known.file}:{known.line})"
            problems.add(example.file, example.line, what, "Keep it where it belongs, and remove it from the other place")
    problems.raise_if_any()


def _examples(root: Path, problems: Problems) -> Iterator[_Example]:
    for path in sorted((root / "nlu").glob("*/*.yml")):
        page = read_yaml(path, root, problems)
        for block in page.items("nlu") if page.has("nlu") else ():
            if block.has("intent") and block.has("examples"):
                yield from _examples_of(block)


def _examples_of(block: Node) -> Iterator[_Example]:
    intent = block.text("intent")
    teaches = block.section("metadata").text("topic") if intent == INTENT and block.has("metadata") else intent
    for place, line in enumerate(block.text("examples", one_line=False).splitlines(), start=1):
        if message := line.strip().removeprefix("- ").strip():
            yield _Example(message, teaches, block.file, block.line_of("examples") + place)


def _letters(text: str) -> str:
    """What makes two messages the same: their letters and digits, whatever their case, width and marks."""
    return "".join(character for character in normalise(text) if character.isalnum()) or text


def misplaced_samples(samples: Mapping[str, Sequence[Sample]], search: KnowledgeSearch) -> list[str]:
    """One line for each sample question whose best topic is another one by a clear margin."""
    return [line for topic, questions in samples.items() for each in questions if (line := _misplaced(topic, each.text, search))]


def _misplaced(topic: str, text: str, search: KnowledgeSearch) -> str | None:
    results = search.search(text).results
    if not results or results[0].id == topic:
        return None
    best, own = results[0], next((hit.confidence for hit in results if hit.id == topic), 0.0)
    if best.confidence - own < CLEAR_MARGIN:
        return None
    return f"{topic}: '{text}' is answered by {best.id} ({best.confidence:.2f}, itself {own:.2f})"

"""Sample questions: how owners ask for a topic. They are Rasa NLU training data too, so one file serves both."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from knowledge.content import LANGUAGES, Node
from knowledge.problems import Problems
from knowledge.text import language_of
from knowledge.yaml_files import read_yaml

#: The one intent of all topic questions; the topic itself stands in the block's metadata.
INTENT = "ask_knowledge"


@dataclass(frozen=True)
class Sample:
    """One question as an owner types it; `language` is "ja" or "en"."""

    text: str
    language: str


def load_samples(folder: Path) -> Mapping[str, tuple[Sample, ...]]:
    """Sample questions by topic id, from every `*.yml` under `folder` (`nlu/topics/`), in the order of files and lines.

    Raises ContentError with the problems of all files.
    """
    problems = Problems()
    samples: dict[str, list[Sample]] = {}
    for path in sorted(folder.rglob("*.yml")):
        page = read_yaml(path, folder.parent.parent, problems)
        page.only("version", "nlu")
        for block in page.items("nlu", least=1):
            topic, questions = _read_block(block)
            samples.setdefault(topic, []).extend(questions)
    problems.raise_if_any()
    return MappingProxyType({topic: tuple(questions) for topic, questions in samples.items()})


def load_intent_samples(folder: Path, intents: Collection[str]) -> tuple[Sample, ...]:
    """The examples of some intents, from every `*.yml` under `folder` (`nlu/intents/`); their language is read off their letters.

    Raises ContentError with the problems of all files.
    """
    problems = Problems()
    lines: list[str] = []
    for path in sorted(folder.rglob("*.yml")):
        page = read_yaml(path, folder.parent.parent, problems)
        blocks = page.items("nlu") if page.has("nlu") else ()
        lines += [line for block in blocks if block.has("intent") and block.text("intent") in intents for line in _read_examples(block)]
    problems.raise_if_any()
    return tuple(Sample(line, language_of(line) or "en") for line in lines)


def _read_block(block: Node) -> tuple[str, list[Sample]]:
    block.only("intent", "metadata", "examples")
    block.choice("intent", (INTENT,))
    metadata = block.section("metadata")
    metadata.only("topic", "language")
    topic, language = metadata.text("topic"), metadata.choice("language", LANGUAGES)
    return topic, [Sample(text, language) for text in _read_examples(block)]


def _read_examples(block: Node) -> list[str]:
    lines = [line.strip() for line in block.text("examples", one_line=False).splitlines() if line.strip()]
    for line in lines:
        if not line.startswith("- ") or not line[2:].strip():
            block.problem(f"The example '{line[:40]}' does not begin with '- '", "Write '- ' and one question per line", "examples")
        elif "[" in line or "]" in line:  # Rasa would read an entity there
            block.problem(f"The example '{line[:40]}' contains a square bracket", "Use other brackets", "examples")
    return [line[2:].strip() for line in lines]

"""How owners put things: sample questions for each topic (Rasa NLU training data too, so one file serves both), and sample answers
to the assessment for each level."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from knowledge.content import LANGUAGES, Node
from knowledge.problems import Problems
from knowledge.text import language_of
from knowledge.yaml_files import read_yaml

#: The one intent of all topic questions; the topic itself stands in the block's metadata.
INTENT = "ask_knowledge"
#: The kind of a reply to a check-in that comes with an obstacle.
STUCK = "blocked"


@dataclass(frozen=True)
class Sample:
    """One question as an owner types it; `language` is "ja" or "en"."""

    text: str
    language: str


@dataclass(frozen=True)
class AnswerSample:
    """An owner's own words for a question or a dimension (`about`: its id), and the level (from 1) that they mean."""

    about: str
    level: int
    text: str


@dataclass(frozen=True)
class ReplySample:
    """An owner's own words for how a phase goes (`kind`), and what stands in the way when they are stuck."""

    kind: str
    obstacle: str | None
    text: str


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


def load_intent_samples(folder: Path, is_wanted: Callable[[str], bool]) -> tuple[Sample, ...]:
    """The examples of the intents that are wanted, from every `*.yml` under `folder` (`nlu/intents/`); their letters tell their language.

    Raises ContentError with the problems of all files.
    """
    problems = Problems()
    lines: list[str] = []
    for path in sorted(folder.rglob("*.yml")):
        page = read_yaml(path, folder.parent.parent, problems)
        blocks = page.items("nlu") if page.has("nlu") else ()
        lines += [line for block in blocks if block.has("intent") and is_wanted(block.text("intent")) for line in _read_examples(block)]
    problems.raise_if_any()
    return tuple(Sample(line, language_of(line) or "en") for line in lines)


def load_answer_samples(folder: Path, subjects: Collection[str], levels: int) -> tuple[AnswerSample, ...]:
    """Answers in owners' own words, from every `*.yml` in `folder` (`knowledge/assessment/answers/`), in the order of files and lines.

    `subjects` are the ids that a file may be about. Every level from 1 to `levels` needs answers in both languages.
    Raises ContentError with the problems of all files.
    """
    problems = Problems()
    pages = [read_yaml(path, folder.parent.parent.parent, problems) for path in sorted(folder.glob("*.yml"))]
    samples = tuple(sample for page in pages for sample in _read_answers(page, subjects, levels))
    problems.raise_if_any()
    return samples


def load_reply_samples(root: Path, kinds: Collection[str], obstacles: Collection[str]) -> tuple[ReplySample, ...]:
    """Replies to check-ins, from `rollout/reply_samples.yml` under the folder `root` (`knowledge/`). Raises ContentError.

    Every kind needs replies in both languages, and being stuck (`blocked`) needs them for each of the `obstacles`.
    """
    problems = Problems()
    page = read_yaml(root / "rollout" / "reply_samples.yml", root.parent, problems)
    page.only(*LANGUAGES)
    samples: list[ReplySample] = []
    for group in (page.section(language) for language in LANGUAGES):
        group.only(*kinds)
        for kind in kinds:
            if kind == STUCK:
                reasons = group.section(kind)
                reasons.only(*obstacles)
                samples += [ReplySample(kind, each, line) for each in obstacles for line in _read_lines(reasons, each)]
            else:
                samples += [ReplySample(kind, None, line) for line in _read_lines(group, kind)]
    problems.raise_if_any()
    return tuple(samples)


def _read_answers(page: Node, subjects: Collection[str], levels: int) -> list[AnswerSample]:
    page.only("about", *LANGUAGES)
    about, samples = page.choice("about", subjects), list[AnswerSample]()
    for language in LANGUAGES:
        group = page.section(language)
        group.only(*map(str, range(1, levels + 1)))
        samples += [AnswerSample(about, level, line) for level in range(1, levels + 1) for line in _read_lines(group, str(level))]
    return samples


def _read_block(block: Node) -> tuple[str, list[Sample]]:
    block.only("intent", "metadata", "examples")
    block.choice("intent", (INTENT,))
    metadata = block.section("metadata")
    metadata.only("topic", "language")
    topic, language = metadata.text("topic"), metadata.choice("language", LANGUAGES)
    return topic, [Sample(text, language) for text in _read_examples(block)]


def _read_examples(block: Node) -> list[str]:
    lines = _read_lines(block, "examples")
    for line in lines:
        if "[" in line or "]" in line:  # Rasa would read an entity there
            block.problem(f"The example '{line[:40]}' contains a square bracket", "Use other brackets", "examples")
    return lines


def _read_lines(block: Node, key: str) -> list[str]:
    lines = [line.strip() for line in block.text(key, one_line=False).splitlines() if line.strip()]
    for line in lines:
        if not line.startswith("- ") or not line[2:].strip():
            block.problem(f"The example '{line[:40]}' does not begin with '- '", "Write '- ' and one example per line", key)
    return [line[2:].strip() for line in lines]

"""`advisor report --demo`: reads the content that a report needs, and writes an example firm's files."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from bot.assessment.questionnaire import load_questionnaire
from bot.reports.demo import write_example
from bot.reports.examples import load_examples
from bot.reports.facts import Material
from bot.rollout.phases import load_phases
from knowledge.base import load_knowledge
from knowledge.content import LANGUAGES
from knowledge.phrases import load_phrases
from knowledge.report_words import load_report_words


class UnknownChoice(Exception):
    """There is no such example or language; the message names those there are."""


def write_demo_report(root: Path, name: str, language: str, out: Path, now: datetime) -> list[Path]:
    """Write the files of example `name`; returns their paths. Raises UnknownChoice, ContentError or OSError."""
    if language not in LANGUAGES:
        raise UnknownChoice(f"there is no language '{language}'; use one of: {', '.join(LANGUAGES)}")
    material = load_material(root)
    examples = load_examples(root / "knowledge", material)
    if name not in examples:
        raise UnknownChoice(f"there is no example '{name}'; use one of: {', '.join(examples)}")
    return write_example(examples[name], material, language, out, now)


def load_material(root: Path) -> Material:
    """The content that reports use; unlike all services it needs no search index. Raises ContentError."""
    folder = root / "knowledge"
    knowledge = load_knowledge(folder)
    words = load_report_words(folder, load_phrases(folder))
    return Material(load_questionnaire(folder, knowledge.topics), load_phases(folder, knowledge.topics), knowledge.vocabulary, words)

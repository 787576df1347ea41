"""The words of pictures, of the report and of the calendar file, from reports/words.yml."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from knowledge.content import Node, Text, Texts
from knowledge.phrases import Phrases
from knowledge.problems import Problems
from knowledge.yaml_files import read_yaml


@dataclass(frozen=True)
class Term:
    """A term and what it means in plain words."""

    term: Text
    meaning: Text


@dataclass(frozen=True)
class ReportWords:
    """All `phrases` by name, the shared ones included; the glossary; `asking` are words that ask for the paper."""

    phrases: Phrases
    glossary: tuple[Term, ...]
    asking: Texts

    def asks_for_paper(self, text: str) -> bool:
        """Whether a message about the result wants it as a document."""
        plain = text.casefold()
        return any(word in plain for word in (*self.asking.ja, *self.asking.en))


def load_report_words(root: Path, phrases: Phrases) -> ReportWords:
    """Read `reports/words.yml` in the folder `root`, beside the shared `phrases`. Raises ContentError."""
    problems = Problems()
    page = read_yaml(root / "reports" / "words.yml", root.parent, problems)
    page.only("words", "asking", "glossary")
    section = page.section("words")
    texts = {name: section.bilingual(name) for name in section}
    glossary = tuple(_term(node) for node in page.items("glossary", least=1))
    both = Phrases({**phrases.texts, **texts}, phrases.weekdays, phrases.months)
    words = ReportWords(both, glossary, page.bilingual_list("asking", 1))
    problems.raise_if_any()
    return words


def _term(node: Node) -> Term:
    node.only("term", "meaning")
    return Term(node.bilingual("term"), node.bilingual("meaning"))

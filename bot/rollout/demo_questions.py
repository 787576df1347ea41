"""What to ask a supplier in a demo: questions for every tool, and sheets for one kind of tool. Pure, over content."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

from knowledge.content import Node, Text, Texts
from knowledge.patterns import compiled
from knowledge.problems import Problems
from knowledge.yaml_files import read_yaml

#: Of a sheet's own questions, so many are shown at once; of the general ones, those marked `first`.
FIRST_OF_SHEET = 2
#: Where no kind of tool is known, so many of the general ones.
FIRST_OF_GENERAL = 4
#: A question is read aloud.
_LONGEST = {"ja": 60, "en": 100}


@dataclass(frozen=True)
class GeneralQuestion:
    """A question for every tool; `criterion` is the point of the score that its answer settles, None for none."""

    criterion: str | None
    first: bool
    text: Text


@dataclass(frozen=True)
class Sheet:
    """The questions for one kind of tool, how owners name it, and the topics and plan actions that it belongs to."""

    id: str
    name: Text
    words: tuple[str, ...]
    topics: tuple[str, ...]
    actions: tuple[str, ...]
    questions: Texts


@dataclass(frozen=True)
class DemoQuestions:
    """All questions."""

    general: tuple[GeneralQuestion, ...]
    sheets: tuple[Sheet, ...]

    def sheet(self, name: str | None) -> Sheet | None:
        """The sheet with this id."""
        return next((each for each in self.sheets if each.id == name), None)

    def named(self, text: str) -> Sheet | None:
        """The sheet of the tool that a message names, by the longest of the words in it."""
        typed = unicodedata.normalize("NFKC", text).casefold()
        found = [(len(word), each) for each in self.sheets for word in each.words if _stands(word.casefold(), typed)]
        return max(found, key=lambda each: each[0])[1] if found else None

    def of_action(self, action: str, topics: Iterable[str] = ()) -> Sheet | None:
        """The sheet for a plan's action, by its id, else by the first of its topics that has one."""
        by_id = next((each for each in self.sheets if action in each.actions), None)
        by_topic = (each for topic in topics for each in self.sheets if topic in each.topics)
        return by_id or next(by_topic, None)

    def shown_first(self, sheet: Sheet | None, language: str) -> list[str]:
        """The few questions that matter most."""
        if sheet is None:
            ordered = sorted(self.general, key=lambda each: not each.first)
            return [each.text.get(language) for each in ordered[:FIRST_OF_GENERAL]]
        general = [each.text.get(language) for each in self.general if each.first]
        return [*sheet.questions.get(language)[:FIRST_OF_SHEET], *general]

    def about(self, criterion: str, language: str) -> str:
        """The question whose answer settles a point of the score; "" for none."""
        return next((each.text.get(language) for each in self.general if each.criterion == criterion), "")


def load_demo_questions(root: Path, criteria: Collection[str], topics: Collection[str] | None = None) -> DemoQuestions:
    """Read `rollout/vendor_questions.yml` under the folder `root` (`knowledge/`). With `topics`, those named must be among them.

    Raises ContentError.
    """
    problems = Problems()
    page = read_yaml(root / "rollout" / "vendor_questions.yml", root.parent, problems)
    page.only("general", "sheets")
    general = tuple(_read_general(node, criteria) for node in page.items("general", 6, 8))
    sheets = tuple(_read_sheet(node, topics) for node in page.items("sheets", 1))
    problems.raise_if_any()
    return DemoQuestions(general, sheets)


def _read_general(node: Node, criteria: Collection[str]) -> GeneralQuestion:
    node.only("criterion", "first", "text")
    criterion = node.choice("criterion", criteria) if node.has("criterion") else None
    return GeneralQuestion(criterion, node.has("first") and node.flag("first"), node.bilingual("text", **_LONGEST))


def _read_sheet(node: Node, topics: Collection[str] | None) -> Sheet:
    node.only("id", "name", "words", "topics", "actions", "questions")
    words = node.bilingual_list("words", 1)
    return Sheet(
        id=node.text("id"),
        name=node.bilingual("name", ja=20, en=40),
        words=(*words.ja, *words.en),
        topics=node.texts("topics") if topics is None else node.choices("topics", topics),
        actions=node.texts("actions"),
        questions=node.bilingual_list("questions", 3, 5, equal=True, **_LONGEST),
    )


def _stands(word: str, typed: str) -> bool:
    if not word.isascii():
        return word in typed
    return compiled(rf"(?<![a-z]){re.escape(word)}(?![a-z])").search(typed) is not None

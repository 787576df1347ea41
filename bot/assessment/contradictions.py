"""Two answers that hardly go together, such as AI every week in a shop that does everything by hand. Pure; the pairs are content.

Nobody is told that they are wrong: such firms exist. The owner is asked once, and what they say counts.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.assessment.questionnaire import LEVELS, AnswerKind, Answers, Questionnaire
from knowledge.content import Node
from knowledge.problems import Problems
from knowledge.yaml_files import read_yaml


@dataclass(frozen=True)
class Contradiction:
    """`high` is answered `at_least` so much, while `low` is answered `up_to` so much only."""

    id: str
    high: str
    at_least: int
    low: str
    up_to: int


def find_contradiction(pairs: Sequence[Contradiction], answers: Answers, asked: Collection[str]) -> Contradiction | None:
    """The first pair that the owner's own answers make and that is not among those `asked` (ids); None when there is none."""
    chosen = {question: answer.value or 0 for question, answer in answers.items() if answer.kind is AnswerKind.VALUE}
    return next((each for each in pairs if each.id not in asked and _holds(each, chosen)), None)


def _holds(pair: Contradiction, chosen: dict[str, int]) -> bool:
    return chosen.get(pair.high, 0) >= pair.at_least and 1 <= chosen.get(pair.low, 0) <= pair.up_to


def load_contradictions(root: Path, questionnaire: Questionnaire) -> tuple[Contradiction, ...]:
    """Reads `assessment/contradictions.yml` under `root` (`knowledge/`). Raises ContentError: file, line, remedy."""
    problems = Problems()
    page = read_yaml(root / "assessment" / "contradictions.yml", root.parent, problems)
    page.only("contradictions")
    questions = [each.id for each in questionnaire.questions]
    found = tuple(_contradiction(node, questions) for node in page.items("contradictions", least=1))
    problems.raise_if_any()
    return found


def _contradiction(node: Node, questions: Collection[str]) -> Contradiction:
    node.only("id", "high", "at_least", "low", "up_to")
    return Contradiction(
        id=node.text("id"),
        high=node.choice("high", questions),
        at_least=node.integer("at_least", 2, LEVELS),
        low=node.choice("low", questions),
        up_to=node.integer("up_to", 1, LEVELS - 1),
    )

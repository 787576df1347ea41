"""What awaits firms, as content: each trade's way step by step, and the challenges with the practice that answers each."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.assessment.questionnaire import LEVELS, ProfileQuestion, Questionnaire
from knowledge.content import Node, Text
from knowledge.problems import Problems
from knowledge.yaml_files import read_yaml

STEPS = 5
#: The trade without a use case of its own.
OTHER = "other"


@dataclass(frozen=True)
class Challenge:
    """A challenge (an entry's id) and the practice that answers it; the rest are signs that a firm is likely to meet it.

    `answers` pairs a question with the highest answer that is still a sign.
    """

    challenge: str
    practice: str
    sizes: tuple[str, ...]
    pains: tuple[str, ...]
    industries: tuple[str, ...]
    answers: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Prospects:
    """The ways by trade, and all challenges."""

    ways: Mapping[str, tuple[Text, ...]]
    challenges: tuple[Challenge, ...]


def load_prospects(root: Path, questionnaire: Questionnaire, topics: Collection[str] | None = None) -> Prospects:
    """Reads `assessment/journeys.yml` and `challenges.yml` under `root` (`knowledge/`). Raises ContentError: file, line, remedy."""
    problems = Problems()
    options = {each.id: [option.id for option in each.options] for each in questionnaire.profile if isinstance(each, ProfileQuestion)}
    ways = _ways(read_yaml(root / "assessment" / "journeys.yml", root.parent, problems), options["industry"])
    page = read_yaml(root / "assessment" / "challenges.yml", root.parent, problems)
    page.only("challenges")
    questions = [each.id for each in questionnaire.questions]
    challenges = tuple(_challenge(node, options, questions, topics) for node in page.items("challenges", least=1))
    problems.raise_if_any()
    return Prospects(ways, challenges)


def _ways(page: Node, industries: Collection[str]) -> dict[str, tuple[Text, ...]]:
    page.only(*industries)
    ways = {industry: tuple(each.as_text() for each in page.items(industry, STEPS, STEPS)) for industry in page}
    for missing in sorted(set(industries) - set(ways) - {OTHER}):
        page.problem(f"There is no way for '{missing}'", f"Add '{missing}:' with {STEPS} steps")
    return ways


def _challenge(
    node: Node, options: Mapping[str, Collection[str]], questions: Collection[str], topics: Collection[str] | None
) -> Challenge:
    node.only("challenge", "practice", "sizes", "pains", "industries", "answers")
    signs = node.section("answers") if node.has("answers") else None
    if signs is not None:
        signs.only(*questions)
    return Challenge(
        challenge=node.text("challenge") if topics is None else node.choice("challenge", topics),
        practice=node.text("practice") if topics is None else node.choice("practice", topics),
        sizes=node.choices("sizes", options["size"]) if node.has("sizes") else (),
        pains=node.choices("pains", options["pain"]) if node.has("pains") else (),
        industries=node.choices("industries", options["industry"]) if node.has("industries") else (),
        answers=tuple((question, signs.integer(question, 1, LEVELS - 1)) for question in signs) if signs is not None else (),
    )

"""Example firms, made up, from knowledge/examples/: what a report looks like before anybody has been asked anything."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from bot.assessment.questionnaire import LEVELS, PROFILE_QUESTIONS, Answer, AnswerKind, Profile
from bot.reports.facts import Assessed, Facts, Material, Plan
from bot.reports.picturing import Measured
from bot.rollout.calendar import WorkingTime, default_working_time
from bot.rollout.plan import make_plan
from knowledge.content import Node, Text
from knowledge.problems import Problems
from knowledge.yaml_files import read_yaml

#: What may stand in place of a level (1-5).
_WORDS = (AnswerKind.UNKNOWN.value, AnswerKind.NOT_APPLICABLE.value)
WORKING = default_working_time("Asia/Tokyo", "JP")


@dataclass(frozen=True)
class Figure:
    """A figure of the example firm, before and after."""

    name: Text
    unit: Text
    before: int
    after: int


@dataclass(frozen=True)
class Example:
    """One firm. `rollout`: the action, its first day, and the finished phases; None: not begun."""

    name: str
    profile: Profile
    now: Assessed
    before: Assessed | None
    rollout: tuple[str, date, frozenset[int]] | None
    figures: tuple[Figure, ...]

    def facts(self, material: Material, today: date) -> Facts:
        """The facts of its report."""
        facts = Facts(material, self.profile, self.now, today, self.before)
        return Facts(material, self.profile, self.now, today, self.before, self._plan(facts, WORKING))

    def _plan(self, facts: Facts, working: WorkingTime) -> Plan | None:
        if self.rollout is not None:
            action, start, done = self.rollout
            return Plan(action, make_plan(facts.material.phases, start, self.profile.size, None, working), done, is_under_way=True)
        if not facts.advice:
            return None
        phases = make_plan(facts.material.phases, facts.today, self.profile.size, facts.score.level, working)
        return Plan(facts.advice[0].action.id, phases, frozenset(), is_under_way=False)

    def measured(self, language: str) -> tuple[Measured, ...]:
        """Its figures in one language."""
        return tuple(Measured(each.name.get(language), each.unit.get(language), each.before, each.after) for each in self.figures)


def load_examples(root: Path, material: Material) -> dict[str, Example]:
    """Read `examples/*.yml` in the folder `root`, by name. Raises ContentError with every problem."""
    problems = Problems()
    files = sorted((root / "examples").glob("*.yml"))
    examples = {path.stem: _example(path.stem, read_yaml(path, root.parent, problems), material) for path in files}
    problems.raise_if_any()
    return examples


def _example(name: str, page: Node, material: Material) -> Example:
    page.only("profile", "assessed_on", "answers", "before", "rollout", "figures")
    return Example(
        name=name,
        profile=_profile(page.section("profile"), material),
        now=_assessed(page, material),
        before=_assessed(page.section("before"), material) if page.has("before") else None,
        rollout=_rollout(page.section("rollout"), material) if page.has("rollout") else None,
        figures=tuple(_figure(node) for node in page.items("figures")) if page.has("figures") else (),
    )


def _profile(group: Node, material: Material) -> Profile:
    group.only(*PROFILE_QUESTIONS)
    options = {each.id: [option.id for option in each.options] for each in material.questionnaire.profile}
    return Profile(**{question: group.choice(question, options[question]) for question in PROFILE_QUESTIONS})


def _assessed(group: Node, material: Material) -> Assessed:
    questions = [each.id for each in material.questionnaire.questions]
    given = group.section("answers")
    given.only(*questions)
    return Assessed({each: _answer(given, each) for each in given if each in questions}, group.day("assessed_on"))


def _answer(given: Node, question: str) -> Answer:
    levels = [str(level) for level in range(1, LEVELS + 1)]
    written = given.choice(question, [*levels, *_WORDS])
    return Answer(question, AnswerKind(written)) if written in _WORDS else Answer(question, AnswerKind.VALUE, int(written or 1))


def _rollout(group: Node, material: Material) -> tuple[str, date, frozenset[int]]:
    group.only("action", "started_on", "done")
    phases = [str(each.number) for each in material.phases]
    done = frozenset(int(each) for each in group.choices("done", phases))
    return group.choice("action", [each.id for each in material.questionnaire.actions]), group.day("started_on"), done


def _figure(node: Node) -> Figure:
    node.only("name", "unit", "before", "after")
    amounts = (node.integer(key, 0, 10**12) for key in ("before", "after"))
    return Figure(node.bilingual("name"), node.bilingual("unit"), *amounts)

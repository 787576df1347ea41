"""Facts for the tests of pictures and papers: a restaurant, with what is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache

from bot.assessment.questionnaire import Answer, Profile
from bot.reports.facts import Assessed, Facts, Material, Plan
from bot.rollout.calendar import default_working_time
from bot.rollout.phases import load_phases
from bot.rollout.plan import make_plan
from knowledge.base import load_knowledge
from knowledge.phrases import load_phrases
from knowledge.report_words import load_report_words
from tests.unit.assessment.builders import KNOWLEDGE, WORKED_EXAMPLE, shipped, values

TODAY = date(2026, 11, 25)
LAST_YEAR = date(2025, 11, 20)
BETTER = {"TEC": (3, 2, 3, 3), "PRO": (2, 2, 2), "DAT": (1, 2, 2), "CUS": (4, 3, 4), "BIZ": (2, 2, 1, 2)}


@cache
def material() -> Material:
    """All shipped content that reports use."""
    knowledge = load_knowledge(KNOWLEDGE)
    words = load_report_words(KNOWLEDGE, load_phrases(KNOWLEDGE))
    return Material(shipped(), load_phases(KNOWLEDGE), knowledge.vocabulary, words)


def make_plan_from(start: date, done: frozenset[int] = frozenset(), is_under_way: bool = True) -> Plan:
    """The eight phases of an action, in Japan."""
    phases = make_plan(material().phases, start, "6-20", 2, default_working_time("Asia/Tokyo", "JP"))
    return Plan("link-till-accounting", phases, done, is_under_way)


def make_facts(
    answers: Mapping[str, Answer] | None = None, before: Mapping[str, Answer] | None = None, plan: Plan | None = None
) -> Facts:
    """A restaurant's facts; without `answers`, the worked example of the scoring."""
    now = Assessed(values(**WORKED_EXAMPLE) if answers is None else answers, TODAY)
    earlier = None if before is None else Assessed(before, LAST_YEAR)
    return Facts(material(), Profile("restaurant", "6-20", "manual-work"), now, TODAY, earlier, plan)


def whole_facts() -> Facts:
    """A second assessment with a plan under way."""
    return make_facts(values(**BETTER), values(**WORKED_EXAMPLE), make_plan_from(date(2026, 10, 5), frozenset({1, 2})))

"""What a report is made from: an owner's answers and plan, and the content that explains them. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from bot.assessment.advice import Advice, advise
from bot.assessment.questionnaire import Action, Answer, Answers, Profile, Questionnaire, next_question, with_implied
from bot.assessment.scoring import Score, score
from bot.rollout.phases import Phase
from bot.rollout.plan import PlannedPhase
from knowledge.content import Text
from knowledge.report_words import ReportWords


@dataclass(frozen=True)
class Material:
    """The content: questions, phases, and the words for values, pictures and paper."""

    questionnaire: Questionnaire
    phases: tuple[Phase, ...]
    vocabulary: Mapping[str, Mapping[str, Text]]
    words: ReportWords

    def action(self, action_id: str) -> Action | None:
        """The action with this id; None when the content has dropped it since."""
        return next((each for each in self.questionnaire.actions if each.id == action_id), None)


@dataclass(frozen=True)
class Assessed:
    """The answers of one assessment and the owner's day on which it was last touched."""

    answers: Answers
    on: date


@dataclass(frozen=True)
class Plan:
    """The dates of an action's phases; `is_under_way` False: only what it would look like."""

    action: str
    phases: tuple[PlannedPhase, ...]
    done: frozenset[int]
    is_under_way: bool


@dataclass(frozen=True)
class Facts:
    """Everything about one owner that a report shows. `today` is a day of the owner's calendar."""

    material: Material
    profile: Profile
    now: Assessed
    today: date
    before: Assessed | None = None
    plan: Plan | None = None

    @cached_property
    def known(self) -> dict[str, Answer]:
        """The answers, with those that follow from them."""
        return with_implied(self.now.answers, self.profile)

    @cached_property
    def score(self) -> Score:
        """What the answers come to."""
        return score(self.known, self.material.questionnaire)

    @cached_property
    def score_before(self) -> Score | None:
        """What the previous assessment came to."""
        if self.before is None:
            return None
        return score(with_implied(self.before.answers, self.profile), self.material.questionnaire)

    @cached_property
    def advice(self) -> tuple[Advice, ...]:
        """The first actions."""
        return advise(self.now.answers, self.profile, self.score, self.material.questionnaire)

    @property
    def is_complete(self) -> bool:
        """Whether every question was asked."""
        return next_question(self.material.questionnaire, self.now.answers, self.profile) is None

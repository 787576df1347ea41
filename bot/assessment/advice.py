"""From a score to what to do first: pure and deterministic.

gap      = clip(target - answer, 0, 2), where target = level of the dimension + 1 (わからない and implied answers count as in the score)
priority = gap * pain weight (3/2 if the action helps with the owner's problem, else 1)
           * impact (1-5) * confidence (high 1, medium 4/5, low 1/2) / effort (1-5)
quick win: effort <= 2, impact >= 3, cost within the budget, nothing missing first
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from bot.assessment.questionnaire import (
    COSTS,
    LEVELS,
    Action,
    Answer,
    AnswerKind,
    Answers,
    Profile,
    Questionnaire,
    Requirement,
    ScoredQuestion,
    with_implied,
)
from bot.assessment.scoring import Score

CONFIDENCE_FACTORS = {"high": Fraction(1), "medium": Fraction(4, 5), "low": Fraction(1, 2)}
PAIN_WEIGHT = Fraction(3, 2)
LARGEST_GAP = 2
QUICK_EFFORT = 2
QUICK_IMPACT = 3
#: What a firm can spend without deciding on a budget first.
UNSTATED_BUDGET = "low"


@dataclass(frozen=True)
class Unmet:
    """An answer that has to rise first: `answer` is None when the question is not answered yet, so nobody knows."""

    question: str
    at_least: int
    answer: Answer | None


@dataclass(frozen=True)
class Advice:
    """An action and all that its place rests on: `gap` (0-2), the `target` level, and the answers that were used."""

    action: Action
    priority: Fraction
    gap: int
    target: int
    rests_on: tuple[Answer, ...]
    pain_weighted: bool
    quick_win: bool
    unmet: tuple[Unmet, ...]


@dataclass(frozen=True)
class Shift:
    """What other answers did to the advice, as ids of actions: `came` to the first ones, `went` from them; for `idle` no reason is left."""

    came: tuple[str, ...]
    went: tuple[str, ...]
    idle: tuple[str, ...]


@dataclass(frozen=True)
class Rung:
    """The next option of a question: from the answer `value` to `value + 1`."""

    question: ScoredQuestion
    value: int


def advise(
    answers: Answers, profile: Profile, score: Score, questionnaire: Questionnaire, limit: int = 3, budget: str | None = None
) -> tuple[Advice, ...]:
    """The first `limit` actions whose condition holds, the most worthwhile first; fewer, or none, where the firm is past them.

    An always-first action leads. One whose prerequisites are not met (or not known) comes after all others; one with priority 0 has
    reached its target and only fills up. `budget` is a cost ("free" to "high"). When this gives too little, `next_rungs` has more.
    """
    known = with_implied(answers, profile)
    applicable = (action for action in questionnaire.actions if _applies(action, known))
    offered = [_weigh(action, known, profile, score, budget or UNSTATED_BUDGET) for action in applicable]
    return tuple(sorted(offered, key=_place)[:limit])


def shift(before: Sequence[str], after: Sequence[str], first: int = 3) -> Shift:
    """How the actions `after` a correction differ from those `before` it, each all that apply (ids), in order; `first` are shown."""
    shown_before, shown_after = before[:first], after[:first]
    return Shift(
        came=tuple(each for each in shown_after if each not in shown_before),
        went=tuple(each for each in shown_before if each not in shown_after),
        idle=tuple(each for each in before if each not in after),
    )


def next_rungs(answers: Answers, profile: Profile, questionnaire: Questionnaire, limit: int = 3) -> tuple[Rung, ...]:
    """The lowest chosen answers below 5, core questions first: the next step for a firm to whom no action applies any more."""
    known = with_implied(answers, profile)
    chosen = [(each, known[each.id].value) for each in questionnaire.questions if each.id in known]
    rungs = [Rung(question, value) for question, value in chosen if value is not None and value < LEVELS]
    return tuple(sorted(rungs, key=lambda rung: (rung.value, not rung.question.core))[:limit])


def _applies(action: Action, answers: Answers) -> bool:
    answer = answers.get(action.question)
    return answer is not None and answer.counted is not None and answer.counted <= action.up_to


def _weigh(action: Action, answers: Answers, profile: Profile, score: Score, budget: str) -> Advice:
    target = _target(action, score)
    gap = min(max(target - (answers[action.question].counted or 0), 0), LARGEST_GAP)
    pain_weighted = profile.pain in action.helps
    unmet = tuple(Unmet(each.question, each.at_least, answers.get(each.question)) for each in action.requires if not _is_met(each, answers))
    return Advice(
        action=action,
        priority=gap * (PAIN_WEIGHT if pain_weighted else 1) * _worth(action),
        gap=gap,
        target=target,
        rests_on=_rests_on(action, answers),
        pain_weighted=pain_weighted,
        quick_win=not unmet and is_quick(action, budget),
        unmet=unmet,
    )


def _target(action: Action, score: Score) -> int:
    """One level above that of the dimension which the action's question belongs to."""
    for dimension in score.dimensions:
        if dimension.level is not None and any(part.question == action.question for part in dimension.parts):
            return dimension.level + 1
    raise ValueError(f"The score does not contain {action.question}; compute it from the same answers, implied ones included")


def _worth(action: Action) -> Fraction:
    return action.impact * CONFIDENCE_FACTORS[action.confidence] / action.effort


def _is_met(requirement: Requirement, answers: Answers) -> bool:
    """An answer below, 「わからない」 or none at all does not meet it; where the question does not apply, nothing is required."""
    answer = answers.get(requirement.question)
    if answer is None:
        return False
    return answer.kind is AnswerKind.NOT_APPLICABLE or (answer.counted or 0) >= requirement.at_least


def is_quick(action: Action, budget: str = UNSTATED_BUDGET) -> bool:
    """Little effort, much effect, within the budget ("free" to "high")."""
    return action.effort <= QUICK_EFFORT and action.impact >= QUICK_IMPACT and COSTS.index(action.cost) <= COSTS.index(budget)


def _rests_on(action: Action, answers: Answers) -> tuple[Answer, ...]:
    questions = dict.fromkeys((action.question, *(each.question for each in action.requires)))
    return tuple(answers[each] for each in questions if each in answers)


def _place(advice: Advice) -> tuple[bool, bool, Fraction, bool, int, int]:
    """Smallest first; equal places keep the order of the content file (sorting is stable)."""
    action = advice.action
    return (not action.always_first, bool(advice.unmet), -advice.priority, not advice.pain_weighted, -action.impact, action.effort)

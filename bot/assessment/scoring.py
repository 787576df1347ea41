"""From answers to a maturity score: pure, exact, and the same every time.

The formula, in fractions (with floats, 7 of the 625 combinations of the business-impact answers land one level too low):

    mean of a dimension = weighted mean of its applicable answers (わからない counts 1; the core question of business-impact weighs 2)
    percent             = (mean - 1) / 4 * 100
    level               = 1 < 9/5 <= 2 < 13/5 <= 3 < 17/5 <= 4 < 21/5 <= 5
    gates               : level <= core answer + 1 ("core"), level <= lowest applicable answer + 2 ("leap")
    overall             = the mean of the dimension means; its level <= lowest dimension level + 2
    certainty           = answers given (not わからない, not implied) / questions that apply
    unevenness          = population standard deviation of the dimension means

A better answer never lowers a level, a percentage or the overall result.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from math import sqrt

from bot.assessment.questionnaire import DIMENSIONS, AnswerKind, Answers, Questionnaire, ScoredQuestion

#: A level begins at its mean.
LEVEL_BEGINS = {2: Fraction(9, 5), 3: Fraction(13, 5), 4: Fraction(17, 5), 5: Fraction(21, 5)}
#: The core question of business impact (results so far) weighs as much as two others.
CORE_WEIGHTS = {"business-impact": 2}
CORE_GATE = 1
LEAP_GATE = 2
CERTAINTY_HIGH = Fraction(85, 100)
CERTAINTY_MEDIUM = Fraction(60, 100)
#: AI in weekly work, while figures are retyped or customer data lies scattered: the highest answers that still say so.
AI_ANSWER = ("TEC1", 4)
UNLINKED_ANSWERS = (("TEC2", 2), ("DAT2", 1))


class Cap(StrEnum):
    """Why a level is lower than its mean would give."""

    CORE = "core"
    LEAP = "leap"


@dataclass(frozen=True)
class Part:
    """One answer inside a dimension's mean: what it counted (1-5) and its weight."""

    question: str
    kind: AnswerKind
    counted: int
    weight: int


@dataclass(frozen=True)
class DimensionScore:
    """One dimension. `mean` (1-5), `percent` (0-100) and levels (1-5) are None when no answer applies.

    `uncapped_level` is what the mean alone gives; `cap` says which gate lowered it to `level`.
    """

    dimension: str
    mean: Fraction | None
    percent: Fraction | None
    level: int | None
    uncapped_level: int | None
    cap: Cap | None
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Certainty:
    """`given` of `applicable` answers; `label` is high (>= .85), medium (>= .6) or low."""

    given: int
    applicable: int
    value: Fraction
    label: str


@dataclass(frozen=True)
class Score:
    """The result, which also explains itself: every number that it was computed from is here.

    Overall figures are None without any applicable answer. `strongest` and `weakest` hold the dimensions with the highest and lowest
    mean, and are empty when all are equal. `has_ai_without_linked_data`: AI is in use, but the data that it needs is not joined up.
    """

    dimensions: tuple[DimensionScore, ...]
    mean: Fraction | None
    percent: Fraction | None
    level: int | None
    uncapped_level: int | None
    cap: Cap | None
    certainty: Certainty
    variance: Fraction
    unevenness: float
    strongest: tuple[str, ...]
    weakest: tuple[str, ...]
    has_ai_without_linked_data: bool

    def dimension(self, dimension_id: str) -> DimensionScore:
        """The score of one dimension. Raises KeyError for an unknown one."""
        return {each.dimension: each for each in self.dimensions}[dimension_id]


def score(answers: Answers, questionnaire: Questionnaire) -> Score:
    """The score of `answers` (from `with_implied`), complete or partial: a question without an answer counts in the certainty only."""
    dimensions = tuple(_dimension(each, answers, questionnaire) for each in DIMENSIONS)
    means = {each.dimension: each.mean for each in dimensions if each.mean is not None}
    mean = sum(means.values(), Fraction()) / len(means) if means else None
    uncapped, level = _overall_level(mean, dimensions)
    variance = _variance(tuple(means.values()))
    return Score(
        dimensions=dimensions,
        mean=mean,
        percent=percent_of(mean),
        level=level,
        uncapped_level=uncapped,
        cap=Cap.LEAP if level != uncapped else None,
        certainty=_certainty(answers, questionnaire.questions),
        variance=variance,
        unevenness=sqrt(variance),
        strongest=_at(means, max(means.values(), default=None)),
        weakest=_at(means, min(means.values(), default=None)),
        has_ai_without_linked_data=_has_ai_without_linked_data(answers),
    )


def level_of(mean: Fraction) -> int:
    """The level (1-5) that a mean (1-5) falls into, before any gate."""
    return 1 + sum(mean >= begin for begin in LEVEL_BEGINS.values())


def percent_of(mean: Fraction | None) -> Fraction | None:
    """A mean of 1-5 as 0-100."""
    return None if mean is None else (mean - 1) / 4 * 100


def rounded(number: Fraction) -> int:
    """To the nearest whole number, halves upwards (never to even, which would treat 12.5 and 13.5 differently)."""
    return int((number + Fraction(1, 2)) // 1)


def _dimension(dimension: str, answers: Answers, questionnaire: Questionnaire) -> DimensionScore:
    questions = [each for each in questionnaire.questions if each.dimension == dimension]
    parts = tuple(part for each in questions if (part := _part(each, answers)) is not None)
    if not parts:
        return DimensionScore(dimension, None, None, None, None, None, ())
    mean = Fraction(sum(part.counted * part.weight for part in parts), sum(part.weight for part in parts))
    core = {each.id for each in questions if each.core}
    uncapped = level_of(mean)
    level, cap = _gated(uncapped, [part.counted for part in parts if part.question in core], min(part.counted for part in parts))
    return DimensionScore(dimension, mean, percent_of(mean), level, uncapped, cap, parts)


def _part(question: ScoredQuestion, answers: Answers) -> Part | None:
    answer = answers.get(question.id)
    if answer is None or answer.counted is None:
        return None
    weight = CORE_WEIGHTS.get(question.dimension, 1) if question.core else 1
    return Part(question.id, answer.kind, answer.counted, weight)


def _gated(level: int, core: Sequence[int], lowest: int) -> tuple[int, Cap | None]:
    """The level under both gates and the one that lowered it (the core gate if both did); without a core answer its gate is off."""
    gates = [(answer + CORE_GATE, Cap.CORE) for answer in core] + [(lowest + LEAP_GATE, Cap.LEAP)]
    limit, cap = min(gates, key=lambda gate: gate[0])
    return (limit, cap) if limit < level else (level, None)


def _overall_level(mean: Fraction | None, dimensions: Sequence[DimensionScore]) -> tuple[int | None, int | None]:
    """The level of the mean, and the same held to the lowest dimension's level + 2."""
    if mean is None:
        return None, None
    uncapped = level_of(mean)
    return uncapped, min(uncapped, min(each.level for each in dimensions if each.level is not None) + LEAP_GATE)


def _certainty(answers: Answers, questions: Sequence[ScoredQuestion]) -> Certainty:
    kinds = [answers[each.id].kind if each.id in answers else None for each in questions]
    given = kinds.count(AnswerKind.VALUE)
    applicable = len(kinds) - kinds.count(AnswerKind.NOT_APPLICABLE)
    value = Fraction(given, applicable) if applicable else Fraction()
    label = "high" if value >= CERTAINTY_HIGH else "medium" if value >= CERTAINTY_MEDIUM else "low"
    return Certainty(given, applicable, value, label)


def _variance(means: Sequence[Fraction]) -> Fraction:
    if not means:
        return Fraction()
    middle = sum(means, Fraction()) / len(means)
    return sum(((mean - middle) ** 2 for mean in means), Fraction()) / len(means)


def _at(means: dict[str, Fraction], wanted: Fraction | None) -> tuple[str, ...]:
    stands_out = len(set(means.values())) > 1
    return tuple(dimension for dimension, mean in means.items() if stands_out and mean == wanted)


def _has_ai_without_linked_data(answers: Answers) -> bool:
    chosen = {question: answer.value for question, answer in answers.items() if answer.kind is AnswerKind.VALUE}
    question, ai_from = AI_ANSWER
    unlinked = ((chosen.get(each), up_to) for each, up_to in UNLINKED_ANSWERS)
    return (chosen.get(question) or 0) >= ai_from and any(value is not None and value <= up_to for value, up_to in unlinked)

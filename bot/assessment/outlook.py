"""What lies ahead of a firm, from its answers: single steps that lift a level, challenges it is likely to meet. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from bot.assessment.prospects import Challenge
from bot.assessment.questionnaire import LEVELS, Answer, AnswerKind, Answers, Profile, Questionnaire, ScoredQuestion, with_implied
from bot.assessment.scoring import score

#: A line of one's own needs this many finished assessments of a trade and size, so that nobody can be told apart.
LEAST_PEERS = 30


@dataclass(frozen=True)
class WhatIf:
    """One question a step better (`value` + 1): its dimension goes `before` -> `after`, and the whole from `overall` to `lifted`."""

    question: ScoredQuestion
    value: int
    before: int
    after: int
    overall: int
    lifted: int


def what_ifs(answers: Answers, profile: Profile, questionnaire: Questionnaire, limit: int = 3) -> tuple[WhatIf, ...]:
    """The single steps that lift a level, one for each dimension: those that lift the whole first, then where there is most room."""
    known = with_implied(answers, profile)
    now = score(known, questionnaire)
    found: list[tuple[bool, Fraction, WhatIf]] = []
    for question in questionnaire.questions:
        value = known[question.id].counted if question.id in known else None
        before = now.dimension(question.dimension)
        if value is None or value >= LEVELS or before.level is None or before.mean is None or now.level is None:
            continue
        better = with_implied({**answers, question.id: Answer(question.id, AnswerKind.VALUE, value + 1)}, profile)
        then = score(better, questionnaire)
        after = then.dimension(question.dimension).level or before.level
        if after > before.level:
            step = WhatIf(question, value, before.level, after, now.level, then.level or now.level)
            found.append((step.lifted == step.overall, before.mean, step))
    best: dict[str, WhatIf] = {}
    for _, _, step in sorted(found, key=lambda each: (each[0], each[1], each[2].value)):
        best.setdefault(step.question.dimension, step)
    return tuple(best.values())[:limit]


def likely_challenges(challenges: Sequence[Challenge], answers: Answers, profile: Profile, limit: int = 3) -> tuple[Challenge, ...]:
    """The challenges with the most signs in the firm's answers; in the order of the file where equal."""
    known = with_implied(answers, profile)
    signs = [(each, _signs(each, known, profile)) for each in challenges]
    likely = sorted((pair for pair in signs if pair[1]), key=lambda pair: -pair[1])
    return tuple(each for each, _ in likely[:limit])


def _signs(challenge: Challenge, answers: Answers, profile: Profile) -> int:
    counted = ((answers[question].counted if question in answers else None, up_to) for question, up_to in challenge.answers)
    low = sum(value is not None and value <= up_to for value, up_to in counted)
    return low + (profile.size in challenge.sizes) + (profile.pain in challenge.pains) + (profile.industry in challenge.industries)


def distribution(levels: Sequence[int]) -> tuple[int, ...] | None:
    """Whole percentages of the levels 1 to 5 among peers; None below LEAST_PEERS."""
    if len(levels) < LEAST_PEERS:
        return None
    return tuple(round(100 * levels.count(level) / len(levels)) for level in range(1, LEVELS + 1))

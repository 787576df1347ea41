"""Small questionnaires and answers for the tests of the assessment."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from bot.assessment.questionnaire import (
    DIMENSIONS,
    Action,
    Answer,
    AnswerKind,
    Questionnaire,
    ScoredQuestion,
    load_questionnaire,
)
from knowledge.content import Text

KNOWLEDGE = Path(__file__).parents[3] / "knowledge"
BLANK = Text("", "")
SIZES = {"TEC": 4, "PRO": 3, "DAT": 3, "CUS": 3, "BIZ": 4}
PREFIXES = dict(zip(SIZES, DIMENSIONS, strict=True))
WORKED_EXAMPLE = {"TEC": (2, 1, 2, 2), "PRO": (1, 2, 2), "DAT": (1, 2, 2), "CUS": (2, 2, 1), "BIZ": (2, 1, 2, 2)}


@cache
def shipped() -> Questionnaire:
    """The questionnaire that owners get."""
    return load_questionnaire(KNOWLEDGE)


def make_question(question: str, options: tuple[Text, ...] = (BLANK,) * 5) -> ScoredQuestion:
    """A question whose dimension follows from its id; number 1 is the core one."""
    return ScoredQuestion(question, PREFIXES[question[:3]], question[3:] == "1", BLANK, BLANK, BLANK, options)


def make_action(action: str, question: str, **other: Any) -> Action:
    """An action of impact 4 and effort 2 that is free and certain, unless said otherwise."""
    fields: dict[str, Any] = {
        **{"title": BLANK, "why": BLANK, "first_step": BLANK, "prerequisite": BLANK, "entries": ()},
        **{"up_to": 2, "impact": 4, "effort": 2, "confidence": "high", "cost": "free"},
        **{"helps": (), "requires": (), "always_first": False},
    }
    return Action(id=action, question=question, **(fields | other))


def make_questionnaire(*questions: str, actions: tuple[Action, ...] = ()) -> Questionnaire:
    """The given questions only; without any, the seventeen ids of the shipped one."""
    ids = questions or tuple(f"{prefix}{number}" for prefix, size in SIZES.items() for number in range(1, size + 1))
    return Questionnaire((), tuple(make_question(each) for each in ids), actions)


def values(**given: int | tuple[int, ...]) -> dict[str, Answer]:
    """`TEC1=2` answers one question, `TEC=(2, 1)` the first two of a dimension."""
    numbered: dict[str, int] = {}
    for name, value in given.items():
        numbered |= {name: value} if isinstance(value, int) else {f"{name}{place}": each for place, each in enumerate(value, 1)}
    return {question: Answer(question, AnswerKind.VALUE, value) for question, value in numbered.items()}


def of_kind(kind: AnswerKind, *questions: str) -> dict[str, Answer]:
    """Answers without a value."""
    return {question: Answer(question, kind) for question in questions}


def all_at(level: int) -> Mapping[str, Answer]:
    """Every one of the seventeen questions answered alike."""
    return values(**{prefix: (level,) * size for prefix, size in SIZES.items()})

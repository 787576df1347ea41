"""The packet's data for an accountant or chamber: what the report says, as JSON that another program can read. Pure."""

from __future__ import annotations

from typing import Any

from bot.assessment.questionnaire import PROFILE_QUESTIONS, ScoredQuestion
from bot.assessment.scoring import Score, rounded
from bot.reports.facts import Assessed, Facts
from bot.reports.picturing import say_in, target_of
from bot.reports.writing import answered

#: Rises when a field changes its meaning or goes; docs/reports.md describes the fields.
FORMAT = "advisor-packet/1"


def packet_data(facts: Facts, language: str) -> dict[str, Any]:
    """Everything in the packet; dates are ISO 8601 in the owner's calendar."""
    return {
        "format": FORMAT,
        "language": language,
        "made_on": facts.today.isoformat(),
        "consent_given_on": facts.today.isoformat(),
        "firm": {question: getattr(facts.profile, question) or None for question in PROFILE_QUESTIONS},
        "assessed_on": facts.now.on.isoformat(),
        "is_complete": facts.is_complete,
        "result": _result(facts.score),
        "previous": _previous(facts.before, facts.score_before),
        "answers": [_answer(facts, each, language) for each in facts.material.questionnaire.questions if each.id in facts.known],
        "actions": _actions(facts, language),
        "plan": _plan(facts, language),
    }


def _result(score: Score) -> dict[str, Any]:
    return {
        "level": score.level,
        "percent": rounded(score.percent) if score.percent is not None else None,
        "certainty": score.certainty.label,
        "dimensions": [
            {
                "id": each.dimension,
                "level": each.level,
                "percent": rounded(each.percent) if each.percent is not None else None,
                "target": target_of(each.level),
            }
            for each in score.dimensions
        ],
    }


def _previous(before: Assessed | None, score: Score | None) -> dict[str, Any] | None:
    return {"assessed_on": before.on.isoformat(), **_result(score)} if before and score else None


def _answer(facts: Facts, question: ScoredQuestion, language: str) -> dict[str, Any]:
    answer = facts.known[question.id]
    text = answered(say_in(facts.material, language), question, answer)
    return {"question": question.id, "asked": question.text.get(language), "kind": answer.kind.value, "value": answer.value, "answer": text}


def _actions(facts: Facts, language: str) -> list[dict[str, Any]]:
    return [
        {
            "id": each.action.id,
            "title": each.action.title.get(language),
            "impact": each.action.impact,
            "effort": each.action.effort,
            "cost": each.action.cost,
            "quick_win": each.quick_win,
            "prerequisite": each.action.prerequisite.get(language),
            "prerequisite_met": not each.unmet,
        }
        for each in facts.advice
    ]


def _plan(facts: Facts, language: str) -> dict[str, Any] | None:
    if facts.plan is None:
        return None
    names = facts.material.phases
    phases = [
        {
            "number": each.number,
            "name": names[each.number - 1].name.get(language),
            "starts_on": each.starts_on.isoformat(),
            "ends_on": each.ends_on.isoformat(),
            "done": each.number in facts.plan.done,
        }
        for each in facts.plan.phases
    ]
    return {"action": facts.plan.action, "under_way": facts.plan.is_under_way, "phases": phases}

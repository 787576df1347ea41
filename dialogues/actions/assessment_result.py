"""The result of an assessment as messages: levels, strengths, the first actions and why, and how it was worked out."""

from __future__ import annotations

from collections.abc import Sequence

from bot.assessment.advice import Advice
from bot.assessment.journey import Journey, Result
from bot.assessment.questionnaire import AnswerKind, ScoredQuestion
from bot.assessment.scoring import DimensionScore, Score, rounded
from bot.services import Services
from dialogues.actions.assessment_outlook import show_next_rungs
from dialogues.actions.base import Speaker, button

#: From here on, the five areas differ enough to say so (population standard deviation of their means).
UNEVEN = 0.6


def show_result(services: Services, speaker: Speaker, journey: Journey, result: Result) -> None:
    """Level per dimension and overall, strongest and weakest, and the actions that come first."""
    score, words = result.score, services.knowledge.vocabulary
    speaker.say(
        "utter_assessment_result",
        rests_on=sorted(journey.rows),
        level=score.level,
        level_name=words["level"][str(score.level)].get(speaker.language),
        percent=rounded(score.percent) if score.percent is not None else 0,
        dimensions="\n".join(_dimension_line(services, speaker, journey, each) for each in score.dimensions),
        standing=_standing(services, speaker, score),
        certainty=words["certainty"][score.certainty.label].get(speaker.language),
    )
    if score.has_ai_without_linked_data:
        speaker.say("utter_assessment_ai_unlinked")
    if score.unevenness >= UNEVEN:
        speaker.say("utter_assessment_uneven")
    _show_actions(services, speaker, journey, result.advice)


def _standing(services: Services, speaker: Speaker, score: Score) -> str:
    """The strongest and the weakest, or that all are alike."""
    if not score.strongest:
        return speaker.phrase("all_alike")
    lines = (("strongest", score.strongest), ("weakest", score.weakest))
    return "\n".join(speaker.phrase(phrase, names=_names(services, speaker, found)) for phrase, found in lines)


def _names(services: Services, speaker: Speaker, dimensions: Sequence[str]) -> str:
    names = [services.knowledge.vocabulary["dimension"][each].get(speaker.language) for each in dimensions]
    return services.phrases.listed(names, speaker.language)


def _dimension_line(services: Services, speaker: Speaker, journey: Journey, each: DimensionScore) -> str:
    words, language = services.knowledge.vocabulary, speaker.language
    name = words["dimension"][each.dimension].get(language)
    if each.level is None or each.percent is None:
        return speaker.phrase("dimension_none" if _applies_not(journey, each.dimension) else "dimension_open", name=name)
    return speaker.phrase(
        "dimension_line",
        name=name,
        bar="■" * each.level + "□" * (5 - each.level),
        level=each.level,
        level_name=words["level"][str(each.level)].get(language),
        percent=rounded(each.percent),
    )


def _applies_not(journey: Journey, dimension: str) -> bool:
    """Whether the owner has said of a dimension's questions that they do not concern the firm."""
    answers = (journey.answers.get(each.id) for each in journey.questionnaire.questions if each.dimension == dimension)
    return any(each is not None and each.kind is AnswerKind.NOT_APPLICABLE for each in answers)


def _show_actions(services: Services, speaker: Speaker, journey: Journey, advice: Sequence[Advice]) -> None:
    if not advice:
        show_next_rungs(services, speaker, journey)
        return
    lines = [_action_lines(speaker, journey, index, each) for index, each in enumerate(advice, 1)]
    buttons = [
        each_button
        for index, each in enumerate(advice, 1)
        for each_button in (
            button(speaker.phrase("start_action", number=index), "start_rollout", action=each.action.id),
            button(speaker.phrase("why_action", number=index), "show_results", part="why", action=each.action.id),
        )
    ]
    cited = [entry for each in advice for entry in each.action.entries]
    speaker.say("utter_assessment_actions", actions="\n".join(lines), buttons=buttons, rests_on=dict.fromkeys(cited))


def _action_lines(speaker: Speaker, journey: Journey, index: int, advice: Advice) -> str:
    language = speaker.language
    title = speaker.phrase("action_title", number=index, title=advice.action.title.get(language))
    if advice.quick_win:
        title = speaker.phrase("action_quick", title=title)
    lines = [title, speaker.phrase("action_why", why=advice.action.why.get(language), answer=_given(speaker, journey, advice))]
    if advice.unmet:
        lines.append(speaker.phrase("action_unmet", prerequisite=advice.action.prerequisite.get(language)))
    return "\n".join(lines)


def _given(speaker: Speaker, journey: Journey, advice: Advice) -> str:
    """The owner's own answer that an action rests on, in the words of its option."""
    question = journey.questionnaire.question(advice.action.question)
    answer = next((each for each in advice.rests_on if each.question == question.id), None)
    if answer is None or answer.value is None or not isinstance(question, ScoredQuestion):
        return speaker.phrase(AnswerKind.UNKNOWN.value)
    return question.options[answer.value - 1].get(speaker.language)


def formula(services: Services, speaker: Speaker, result: Result) -> str:
    """The owner's own numbers in the formula, one line a dimension."""
    return "\n".join(_working_line(services, speaker, each) for each in result.score.dimensions)


def _working_line(services: Services, speaker: Speaker, each: DimensionScore) -> str:
    name = services.knowledge.vocabulary["dimension"][each.dimension].get(speaker.language)
    if each.mean is None:
        return speaker.phrase("dimension_none", name=name)
    counted = ", ".join(f"{part.counted}×{part.weight}" if part.weight > 1 else str(part.counted) for part in each.parts)
    line = speaker.phrase("working_line", name=name, counted=counted, mean=f"{float(each.mean):.2f}", level=each.level)
    if each.cap is None:
        return line
    return speaker.phrase("capped_line", line=line, reason=speaker.phrase(f"cap_{each.cap.value}"))

"""After a result: what a corrected answer changes in the advice and for plans under way, and answers that hardly go together."""

from __future__ import annotations

from rasa_sdk import Tracker

from bot.assessment.advice import shift
from bot.assessment.contradictions import Contradiction, find_contradiction
from bot.assessment.journey import Journey
from bot.assessment.questionnaire import AnswerKind
from bot.services import Services
from bot.turn import Turn
from dialogues.actions.assessment_questions import journey_of, offer_more, option_label
from dialogues.actions.base import AdvisorAction, Events, Meaning, Speaker, button

ASKED, BOTH = "asked", "both"


async def say_changes(services: Services, turn: Turn, speaker: Speaker, journey: Journey) -> None:
    """After a correction: which first actions are new or gone. A plan under way is kept, also when its reason is gone."""
    if turn.advised_before is None:
        return
    change = shift(turn.advised_before, journey.advised)
    titles = {each.id: each.title.get(speaker.language) for each in services.questionnaire.actions}
    lines = [speaker.phrase("advice_came", title=titles[each]) for each in change.came]
    lines += [speaker.phrase("advice_went", title=titles[each]) for each in change.went]
    speaker.say("utter_advice_changed" if lines else "utter_advice_same", lines="\n".join(lines))
    for rollout in await services.rollouts.active(turn.session, turn.person):
        action = rollout.initiative.action
        response = "utter_plan_kept_without_reason" if action in change.idle else "utter_plan_kept"
        if action in change.idle or action in change.went:
            speaker.say(response, action=titles[action], initiative=rollout.initiative.id)


def say_contradiction_or_more(services: Services, turn: Turn, speaker: Speaker, journey: Journey) -> None:
    """Two answers that hardly go together are asked about, each pair once; else the questions that are left are offered."""
    noted = journey.assessment.contradictions
    found = find_contradiction(services.contradictions, journey.answers, noted)
    if found is None:
        offer_more(turn, speaker, journey)
        return
    journey.assessment.contradictions = {**noted, found.id: ASKED}
    turn.person.offer = "action_contradiction_both"
    _ask_which(speaker, journey, found)


def _ask_which(speaker: Speaker, journey: Journey, found: Contradiction) -> None:
    told: dict[str, str] = {}
    buttons = []
    for place, question_id in (("high", found.high), ("low", found.low)):
        question, value = journey.questionnaire.question(question_id), journey.answers[question_id].value
        told |= {f"{place}_name": question.name.get(speaker.language)}
        told |= {place: option_label(speaker, question, AnswerKind.VALUE, value)}
        title = speaker.phrase("correct_answer", name=question.name.get(speaker.language))
        buttons.append(button(title, "go_back_previous_question", question=question_id))
    speaker.say("utter_contradiction", buttons, [found.high, found.low], **told)


class BothRight(AdvisorAction):
    """The owner says that both answers are right: they stay, and it is not asked again."""

    action_name = "action_contradiction_both"

    async def act(self, turn: Turn, speaker: Speaker, meaning: Meaning, tracker: Tracker) -> Events:
        journey = await journey_of(self, turn)
        if journey is None:
            speaker.say("utter_no_result_yet")
            return []
        noted = journey.assessment.contradictions
        journey.assessment.contradictions = {pair: BOTH if said == ASKED else said for pair, said in noted.items()}
        speaker.say("utter_contradiction_both")
        offer_more(turn, speaker, journey)
        return []

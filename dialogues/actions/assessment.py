"""The assessment in conversation: it begins, rests, goes on, explains itself and ends in a result."""

from __future__ import annotations

from rasa_sdk import Tracker
from rasa_sdk.events import ActiveLoop, FollowupAction, SlotSet

from bot.assessment.journey import Journey
from bot.assessment.questionnaire import AnswerKind
from bot.people import colleagues
from bot.people.colleagues import Joining
from bot.turn import Turn
from dialogues.actions.assessment_changes import say_changes, say_contradiction_or_more
from dialogues.actions.assessment_outlook import Outlook
from dialogues.actions.assessment_questions import SLOT, journey_of, offer_more
from dialogues.actions.assessment_result import formula, show_result
from dialogues.actions.base import FORM, AdvisorAction, Events, Meaning, Speaker, is_asking
from dialogues.actions.knowledge import answer_question
from dialogues.actions.ledger import say_renewal
from dialogues.actions.reports import show_radar


class Start(AdvisorAction):
    """Begins the assessment, or goes on with the one that is open; a finished one is repeated only when that is asked for."""

    action_name = "action_assessment_start"
    hands_back = False

    async def act(self, turn: Turn, speaker: Speaker, meaning: Meaning, tracker: Tracker) -> Events:
        journey = await journey_of(self, turn)
        if journey is None or (journey.is_complete and meaning.get("confirm") == "again"):
            await self.services.journeys.begin(turn.session, turn.person, turn.now)
            speaker.say("utter_assessment_begin")
            return [FollowupAction(FORM)]
        return resume(journey, turn, speaker)


class Join(AdvisorAction):
    """A colleague joins an owner by a link or a code, and answers the core questions straight away."""

    action_name = "action_join"
    hands_back = False

    async def act(self, turn: Turn, speaker: Speaker, meaning: Meaning, tracker: Tracker) -> Events:
        code = meaning.get("code", "")
        joining = await colleagues.join(turn.session, turn.person, code, turn.now, is_sure=meaning.get("confirm") == "yes")
        if joining is Joining.JOINED:
            await self.services.journeys.begin(turn.session, turn.person, turn.now)
            speaker.say("utter_joined")
            return [FollowupAction(FORM)]
        journey = await journey_of(self, turn)
        is_half_way = joining is Joining.ALREADY and journey is not None and not journey.assessment.express_shown
        if is_half_way:
            return [FollowupAction("action_assessment_resume")]
        speaker.say(f"utter_join_{joining}", code=code)
        return [FollowupAction(FORM)] if is_asking(tracker) else []


class Resume(AdvisorAction):
    """Goes on at the very question that was open."""

    action_name = "action_assessment_resume"
    hands_back = False

    async def act(self, turn: Turn, speaker: Speaker, meaning: Meaning, tracker: Tracker) -> Events:
        journey = await journey_of(self, turn)
        return [FollowupAction("action_assessment_start")] if journey is None else resume(journey, turn, speaker)


def resume(journey: Journey, turn: Turn, speaker: Speaker) -> Events:
    """Open the form again where it stopped; a complete journey offers its result instead."""
    if journey.is_complete and journey.assessment.revisiting is None:
        speaker.say("utter_assessment_again")
        return []
    journey.wake(turn.now)
    speaker.say("utter_assessment_resume")
    return [FollowupAction(FORM)]


class Finish(AdvisorAction):
    """The express result after the core questions, the full one after the last."""

    action_name = "action_assessment_finish"
    hands_back = False

    async def act(self, turn: Turn, speaker: Speaker, meaning: Meaning, tracker: Tracker) -> Events:
        journey = await journey_of(self, turn)
        result = journey.result() if journey else None
        if journey is None or result is None:
            speaker.say("utter_no_result_yet")
            return [SlotSet(SLOT, None)]
        is_new = turn.advised_before is None
        journey.finish(turn.now)
        first_words = "utter_assessment_complete" if result.is_complete else "utter_assessment_express"
        speaker.say(first_words if is_new else "utter_assessment_derived_again")
        show_result(self.services, speaker, journey, result)
        await say_changes(self.services, turn, speaker, journey)
        if is_new:
            await show_radar(self.services, turn, speaker)
            await Outlook(self.services, turn, speaker, journey, result).round_off()
        say_contradiction_or_more(self.services, turn, speaker, journey)
        if is_new:
            await say_renewal(self.services, turn, speaker, journey)
        return [SlotSet(SLOT, None)]


class ShowResult(AdvisorAction):
    """The result so far, or how it was worked out."""

    action_name = "action_assessment_result"

    async def act(self, turn: Turn, speaker: Speaker, meaning: Meaning, tracker: Tracker) -> Events:
        journey = await journey_of(self, turn)
        result = journey.result() if journey else None
        if journey is None or result is None:
            speaker.say("utter_no_result_yet")
        elif meaning.get("part") == "formula":
            speaker.say("utter_assessment_formula", working=formula(self.services, speaker, result), rests_on=sorted(journey.rows))
        elif not await (outlook := Outlook(self.services, turn, speaker, journey, result)).show(meaning.get("part", ""), meaning):
            if not result.is_complete:
                speaker.say("utter_result_partial")
            show_result(self.services, speaker, journey, result)
            await say_changes(self.services, turn, speaker, journey)
            await show_radar(self.services, turn, speaker)
            await outlook.round_off()
            if not is_asking(tracker):
                offer_more(turn, speaker, journey)
        return []


class Pause(AdvisorAction):
    """Rests the assessment; every answer is kept and the same question comes first when the owner returns."""

    action_name = "action_assessment_pause"
    hands_back = False

    async def act(self, turn: Turn, speaker: Speaker, meaning: Meaning, tracker: Tracker) -> Events:
        journey = await journey_of(self, turn)
        if journey is None or journey.is_complete:
            speaker.say("utter_nothing_to_stop")
            return []
        journey.rest(turn.now)
        turn.person.offer = "action_assessment_resume"
        speaker.say("utter_assessment_paused", answered=journey.progress.answered)
        return [ActiveLoop(None), SlotSet("requested_slot", None)] if is_asking(tracker) else []


class Skip(AdvisorAction):
    """Passes over the open question."""

    action_name = "action_assessment_skip"
    hands_back = False

    async def act(self, turn: Turn, speaker: Speaker, meaning: Meaning, tracker: Tracker) -> Events:
        journey = await journey_of(self, turn)
        question = journey.open_question() if journey and is_asking(tracker) else None
        if journey is None or question is None:
            speaker.say("utter_assessment_nothing_to_skip")
            return []
        journey.record(turn.session, question.id, AnswerKind.SKIPPED, None, turn.now)
        speaker.say("utter_assessment_skipped")
        if journey.has_result_to_show:
            return [ActiveLoop(None), SlotSet("requested_slot", None), FollowupAction("action_assessment_finish")]
        return [FollowupAction(FORM)]


class Why(AdvisorAction):
    """Why the open question is asked."""

    action_name = "action_assessment_why"

    async def act(self, turn: Turn, speaker: Speaker, meaning: Meaning, tracker: Tracker) -> Events:
        journey = await journey_of(self, turn)
        question = journey.open_question() if journey and is_asking(tracker) else None
        if question is None:
            speaker.say("utter_assessment_why_none")
        else:
            speaker.say("utter_assessment_why", why=question.why.get(speaker.language))
        return []


class LateAnswer(AdvisorAction):
    """An answer while nothing is asked: an old button does no harm, and words are taken as a question."""

    action_name = "action_assessment_late_answer"

    async def act(self, turn: Turn, speaker: Speaker, meaning: Meaning, tracker: Tracker) -> Events:
        if "question" in meaning:
            speaker.say("utter_assessment_stale_answer")
        elif not await answer_question(self.services, speaker, turn.incoming.text, or_say_nothing=True):
            speaker.say("utter_not_understood")
        return []

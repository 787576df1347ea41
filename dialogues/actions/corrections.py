"""An answer that the owner rewrote where it stood, in a channel that lets them."""

from __future__ import annotations

from rasa_sdk import Tracker
from rasa_sdk.events import FollowupAction

from bot.turn import Turn
from dialogues.actions.assessment_questions import Validate
from dialogues.actions.base import Events, Meaning, Speaker, is_asking


class Correct(Validate):
    """Records the new answer in place of the old one; the open question stays open, a result is shown anew."""

    action_name = "action_assessment_correct"
    hands_back, is_of_form = True, False

    async def act(self, turn: Turn, speaker: Speaker, meaning: Meaning, tracker: Tracker) -> Events:
        journey = await self.services.journeys.current(turn.session, turn.person)
        if journey is None:
            speaker.say("utter_no_result_yet")
            return []
        question, open_before = journey.questionnaire.question(meaning["question"]), journey.assessment.revisiting
        turn.advised_before = journey.advised
        self._take(turn, speaker, journey, question, meaning)
        journey.assessment.revisiting = open_before if open_before != question.id else None
        return [] if is_asking(tracker) or journey.result() is None else [FollowupAction("action_assessment_result")]

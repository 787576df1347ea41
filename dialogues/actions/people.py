"""What belongs to the owner: a copy of it, and its deletion."""

from __future__ import annotations

from rasa_sdk import Tracker
from rasa_sdk.events import AllSlotsReset, SlotSet

from bot.people.data import Kept, erase, kept_about
from bot.turn import Turn
from dialogues.actions.base import AdvisorAction, Events, Meaning, Speaker


class Export(AdvisorAction):
    """Everything that is kept, in the conversation."""

    action_name = "action_people_export"

    async def act(self, turn: Turn, speaker: Speaker, meaning: Meaning, tracker: Tracker) -> Events:
        kept = await kept_about(turn.session, turn.person)
        speaker.say("utter_export", data="\n".join(self._lines(turn, speaker, kept)))
        return []

    def _lines(self, turn: Turn, speaker: Speaker, kept: Kept) -> list[str]:
        person, phrases, none = turn.person, self.services.phrases, speaker.phrase("none")
        told = [value for value in (person.industry, person.size, person.pain) if value]
        answers = [f"{question}={value}" for question, value in kept.answers.items()]
        return [
            speaker.phrase("kept_profile", values=phrases.listed(told, speaker.language) or none),
            speaker.phrase("kept_answers", values=phrases.listed(answers, speaker.language) or none),
            speaker.phrase("kept_plans", values=phrases.listed(kept.plans, speaker.language) or none),
            speaker.phrase("kept_messages", count=kept.messages),
        ]


class Delete(AdvisorAction):
    """Deletes everything, once the owner has confirmed it."""

    action_name = "action_people_delete"
    hands_back = False

    async def act(self, turn: Turn, speaker: Speaker, meaning: Meaning, tracker: Tracker) -> Events:
        if meaning.get("confirm") != "yes":
            speaker.say("utter_delete_confirm")
            return []
        language = turn.language
        await self.services.reports.documents.forget(turn.session, turn.person)
        speaker.say("utter_deleted", receipt=await erase(turn.session, turn.person, turn.conversation, turn.now))
        return [AllSlotsReset(), SlotSet("language", language), {"event": "active_loop", "name": None}]

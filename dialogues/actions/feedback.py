"""Whether an answer helped, and whether a question's words may go to those who write the answers."""

from __future__ import annotations

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet

from bot.people.questions import consent, note
from bot.services import Services
from bot.turn import Turn
from dialogues.actions.base import AdvisorAction, Events, Meaning, Speaker, button
from knowledge.text import language_of

MOST_OTHERS = 2
#: The slot that tells that the owner has been asked.
ASKED = "question_consent_asked"


class Feedback(AdvisorAction):
    """Takes 役に立った / 違う: thanks, or an apology with the next best topics."""

    action_name = "action_answer_feedback"

    async def act(self, turn: Turn, speaker: Speaker, meaning: Meaning, tracker: Tracker) -> Events:
        if meaning.get("value") != "bad":
            speaker.say("utter_feedback_good")
            return []
        topic = meaning.get("topic")
        _apologise(self.services, speaker, meaning.get("others", ""))
        noted = await _note(turn, tracker, topic)
        if noted:
            speaker.say("utter_feedback_passed_on")
        return [*noted, *ask_consent(turn, speaker, tracker, topic)]


class Consent(AdvisorAction):
    """Keeps whether the owner shares the words of their questions, and then the question that this was asked about."""

    action_name = "action_question_consent"

    async def act(self, turn: Turn, speaker: Speaker, meaning: Meaning, tracker: Tracker) -> Events:
        yes = meaning.get("yes") == "1"
        consent(turn.person, yes)
        speaker.say("utter_question_consent_yes" if yes else "utter_question_consent_no")
        return await _note(turn, tracker, meaning.get("topic"))


def ask_consent(turn: Turn, speaker: Speaker, tracker: Tracker, topic: str | None) -> Events:
    """Ask whether the words of the last question may go to the authors, unless that was asked or answered before.

    `topic` is what the question was answered with, None when there was no answer.
    """
    if turn.person.shares_questions is not None or tracker.get_slot(ASKED):
        return []
    speaker.say("utter_question_consent", topic=topic or "")
    return [SlotSet(ASKED, True)]


async def keep_unanswered(turn: Turn, speaker: Speaker, text: str) -> None:
    """Keep a question that nothing answers, where the owner shares such; ask once where they have not said."""
    asked = ((turn.conversation.dialogue or {}).get("slots") or {}).get(ASKED)
    if turn.person.shares_questions is None and not asked:
        speaker.say("utter_question_consent", topic="")
        turn.remember[ASKED] = True
    elif await note(turn.session, turn.person, text, language_of(text) or turn.language, None, "nothing", None, turn.now.date()):
        turn.remember["question_noted"] = text


def _apologise(services: Services, speaker: Speaker, others: str) -> None:
    entries = [entry for id in others.split(",") if (entry := services.knowledge.get(id))][:MOST_OTHERS]
    buttons = [button(entry.title.get(speaker.language), "ask_knowledge", topic=entry.id) for entry in entries]
    speaker.say("utter_feedback_bad_others" if entries else "utter_feedback_bad", buttons=buttons, rests_on=[entry.id for entry in entries])


async def _note(turn: Turn, tracker: Tracker, topic: str | None) -> Events:
    """Keep the last question, disliked or unanswered, once; if `topic` is not what it was answered with, an older button was pressed."""
    question = tracker.get_slot("knowledge_question")
    if not question or topic != tracker.get_slot("knowledge_topic") or question == tracker.get_slot("question_noted"):
        return []
    language = language_of(question) or turn.language
    verdict, feedback = ("answer", "bad") if topic else ("nothing", None)
    kept = await note(turn.session, turn.person, question, language, topic, verdict, feedback, turn.now.date())
    return [SlotSet("question_noted", question)] if kept else []

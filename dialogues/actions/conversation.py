"""Greetings, help, yes and no, the language, and what was not understood."""

from __future__ import annotations

from rasa_sdk import Tracker
from rasa_sdk.events import ActiveLoop, FollowupAction, SlotSet

from bot.assessment.reading import fold, mentions
from bot.people.linking import address_of
from bot.turn import Turn
from dialogues.actions.base import AdvisorAction, Events, Meaning, Speaker, intent_of, is_asking
from dialogues.actions.knowledge import answer_question
from dialogues.actions.people import telegram_offer

#: Kinds of attachment with an answer of their own; the others share one.
_KINDS_WITH_WORDS = frozenset({"sticker", "voice", "location", "contact"})


class Reply(AdvisorAction):
    """Says the response that belongs to the intent."""

    action_name = "action_reply"

    async def act(self, turn: Turn, speaker: Speaker, meaning: Meaning, tracker: Tracker) -> Events:
        intent = intent_of(tracker)
        offers = await telegram_offer(turn, speaker) if intent == "help" else []
        speaker.say(f"utter_{intent.removeprefix('EXTERNAL_')}", buttons=offers)
        return []


class Attachment(AdvisorAction):
    """Thanks for what cannot be read, and says what can."""

    action_name = "action_attachment"
    keeps_writing = True

    async def act(self, turn: Turn, speaker: Speaker, meaning: Meaning, tracker: Tracker) -> Events:
        kind = turn.incoming.attachment or ""
        speaker.say(f"utter_attachment_{kind}" if kind in _KINDS_WITH_WORDS else "utter_attachment")
        return []


class Group(AdvisorAction):
    """Said in a group: what concerns one firm is for its owner's own chat."""

    action_name = "action_group"
    hands_back = False

    async def act(self, turn: Turn, speaker: Speaker, meaning: Meaning, tracker: Tracker) -> Events:
        address = await address_of(turn.session, turn.conversation.channel)
        speaker.say("utter_group", link=f"{address}?start=group" if address else "")
        return []


class Distress(AdvisorAction):
    """A human answer and people who help; the assessment does not push itself forward again."""

    action_name = "action_distress"
    hands_back = False

    async def act(self, turn: Turn, speaker: Speaker, meaning: Meaning, tracker: Tracker) -> Events:
        in_danger = mentions(self.services.questionnaire.words.danger, fold(turn.incoming.text))
        speaker.say("utter_distress_danger" if in_danger else "utter_distress")
        if not is_asking(tracker):
            return []
        journey = await self.services.journeys.current(turn.session, turn.person)
        if journey is not None:
            journey.rest(turn.now)
        turn.person.offer = None
        return [ActiveLoop(None), SlotSet("requested_slot", None)]


class Greet(AdvisorAction):
    """Greets a newcomer, or somebody who comes back, with what comes next for them."""

    action_name = "action_greet"

    async def act(self, turn: Turn, speaker: Speaker, meaning: Meaning, tracker: Tracker) -> Events:
        journey = await self.services.journeys.current(turn.session, turn.person)
        if journey is None:
            turn.person.offer = "action_assessment_start"
            speaker.say("utter_greet_new")
        elif journey.is_complete:
            speaker.say("utter_greet_back")
        else:
            turn.person.offer = "action_assessment_resume"
            speaker.say("utter_greet_open")
        return []


class Affirm(AdvisorAction):
    """A bare "yes" starts what was offered last."""

    action_name = "action_affirm"
    hands_back = False

    async def act(self, turn: Turn, speaker: Speaker, meaning: Meaning, tracker: Tracker) -> Events:
        offer, turn.person.offer = turn.person.offer, None
        if offer:
            return [FollowupAction(offer)]
        speaker.say("utter_nothing_pending")
        return []


class Deny(AdvisorAction):
    """A bare "no" drops what was offered."""

    action_name = "action_deny"

    async def act(self, turn: Turn, speaker: Speaker, meaning: Meaning, tracker: Tracker) -> Events:
        turn.person.offer = None
        speaker.say("utter_denied")
        return []


class NotUnderstood(AdvisorAction):
    """Looks into the knowledge base before saying that nothing was understood."""

    action_name = "action_not_understood"

    async def act(self, turn: Turn, speaker: Speaker, meaning: Meaning, tracker: Tracker) -> Events:
        if not await answer_question(self.services, speaker, turn.incoming.text, or_say_nothing=True):
            speaker.say("utter_not_understood")
        return []


class ChangeLanguage(AdvisorAction):
    """The other language, or the one that was named; nothing else changes."""

    action_name = "action_change_language"
    hands_back = False  # the next action does, in the new language

    async def act(self, turn: Turn, speaker: Speaker, meaning: Meaning, tracker: Tracker) -> Events:
        wanted = meaning.get("language") or named_language(turn.incoming.text)
        turn.person.language = wanted or ("en" if turn.person.language == "ja" else "ja")
        turn.person.language_chosen = True
        speaker.language = turn.person.language
        return [SlotSet("language", turn.person.language), FollowupAction("action_language_changed")]


class LanguageChanged(AdvisorAction):
    """Says so, in the new language: responses are chosen by the slot, which is set only when the action before has ended."""

    action_name = "action_language_changed"

    async def act(self, turn: Turn, speaker: Speaker, meaning: Meaning, tracker: Tracker) -> Events:
        speaker.say("utter_language_changed")
        return []


_NAMES = {"en": ("english", "英語", "えいご", "イングリッシュ"), "ja": ("japanese", "日本語", "にほんご", "nihongo")}


def named_language(text: str) -> str | None:
    """The one language that a message names; None when it names none or both."""
    found = [language for language, names in _NAMES.items() if any(name in text.lower() for name in names)]
    return found[0] if len(found) == 1 else None

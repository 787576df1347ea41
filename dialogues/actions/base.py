"""What all actions share: they read the turn, call a service, and let a response of the domain speak."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any
from urllib.parse import urlencode

from rasa_sdk import Action, Tracker
from rasa_sdk.events import FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from bot.messaging.message import File, Image
from bot.people.handoffs import WRITING
from bot.rollout.quoting import ASKED, is_fleeting
from bot.services import ANSWER, Services
from bot.turn import Turn, current_turn

FORM = "assessment_form"
#: Ends the turn. An action that no rule has led to (another one named it) would else be followed by "I did not understand".
LISTEN = "action_listen"
Events = list[dict[str, Any]]
Meaning = Mapping[str, str]


def payload(intent: str, **values: object) -> str:
    """What pressing a button says: an intent and its values."""
    return f"{intent}?{urlencode(values)}" if values else intent


def button(title: str, intent: str, **values: object) -> dict[str, str]:
    """A button with a title from content."""
    return {"title": title, "payload": payload(intent, **values)}


def number(meaning: Meaning, name: str) -> int | None:
    """A value of a pressed button as a whole number; None when it is missing or none."""
    value = meaning.get(name, "")
    return int(value) if value.isascii() and value.isdigit() else None


class Speaker:
    """Lets responses of the domain speak in the turn's language."""

    def __init__(self, dispatcher: CollectingDispatcher, services: Services, language: str) -> None:
        self._dispatcher = dispatcher
        self._phrases = services.phrases
        self.language = language

    def say(self, response: str, /, buttons: Sequence[Mapping[str, str]] = (), rests_on: Iterable[str] = (), **values: object) -> None:
        """One message: a response with its values, buttons behind its own, and the ids that it rests on."""
        cited = list(rests_on)
        note = {"rests_on": cited} if cited else None
        texts = {name: str(value) for name, value in values.items()}
        self._dispatcher.utter_message(response=response, buttons=[dict(each) for each in buttons], json_message=note, **texts)

    def hand_over(self, response: str, attached: Image | File, buttons: Sequence[Mapping[str, str]] = ()) -> None:
        """One message with a picture or a document, and buttons behind the response's own."""
        note = {type(attached).__name__.lower(): asdict(attached)}
        self._dispatcher.utter_message(response=response, buttons=[dict(each) for each in buttons], json_message=note)

    def phrase(self, phrase: str, /, **values: object) -> str:
        """A small piece of a message."""
        return self._phrases.say(phrase, self.language, **values)

    def numbered(self, texts: Iterable[str]) -> str:
        """A numbered list."""
        return "\n".join(self.phrase("step_line", number=index, text=text) for index, text in enumerate(texts, 1))

    def items(self, texts: Iterable[str]) -> str:
        """A list with bullets."""
        return "\n".join(self.phrase("item_line", text=text) for text in texts)


class AdvisorAction(Action):
    """An action of ours. Subclasses set `action_name` and write `act`.

    Whatever is answered while the assessment is open hands back to it: the form asks its question again.
    """

    action_name = ""
    #: False for the actions that are part of the form itself, or end it.
    hands_back = True
    #: True for the actions that run inside the form, which goes on after them.
    is_of_form = False
    #: True for the actions after which the answer to a question about a quote may still come.
    keeps_quote_question = False
    #: True for the actions after which the message that was announced for the operator may still come.
    keeps_writing = False

    def __init__(self, services: Services) -> None:
        self.services = services

    def name(self) -> str:
        """The name that the domain and the rules use."""
        return self.action_name

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        """Called by Rasa; see `act`."""
        turn = current_turn()
        speaker = Speaker(dispatcher, self.services, turn.language)
        meaning = {str(each["entity"]): str(each["value"]) for each in tracker.latest_message.get("entities") or []}
        events = await self.act(turn, speaker, meaning, tracker)
        if not self.keeps_quote_question and is_fleeting(tracker.get_slot(ASKED)):
            turn.remember.setdefault(ASKED, None)
        if tracker.get_slot(WRITING) and turn.incoming.is_of_owner and self._decides(tracker):
            turn.remember.setdefault(WRITING, self.keeps_writing or None)
        events = [*events, *(SlotSet(name, value) for name, value in turn.remember.items())]
        if self.hands_back and is_asking(tracker):
            speaker.language = turn.language
            speaker.say("utter_assessment_back_on_track")
            events = [*events, FollowupAction(FORM)]
        if not self.is_of_form and not any(each["event"] == "followup" for each in events):
            events = [*events, FollowupAction(LISTEN)]
        return events

    def _decides(self, tracker: Tracker) -> bool:
        """Whether this action is what the owner's message led to; the form also runs before and behind others."""
        return not self.is_of_form or intent_of(tracker) == ANSWER

    async def act(self, turn: Turn, speaker: Speaker, meaning: Meaning, tracker: Tracker) -> Events:
        """Do the one thing, say it, and return what Rasa should remember."""
        raise NotImplementedError(self.action_name)


def is_asking(tracker: Tracker) -> bool:
    """Whether the assessment is open in this conversation."""
    return (tracker.active_loop or {}).get("name") == FORM


def intent_of(tracker: Tracker) -> str:
    """What the owner's message was understood as."""
    return str((tracker.latest_message.get("intent") or {}).get("name") or "")

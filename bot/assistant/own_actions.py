"""Our actions and forms as Rasa runs them, inside this process.

Rasa's own classes are made for an action server behind HTTP: they describe the whole conversation in JSON, check what comes back against a
schema, and build a second conversation by living through the first one again. Both ends are ours here.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from typing import Any

from rasa.core.actions.action import Action, RemoteAction
from rasa.core.actions.forms import FormAction
from rasa.core.channels.channel import OutputChannel
from rasa.core.nlg.generator import NaturalLanguageGenerator
from rasa.shared.core.constants import REQUESTED_SLOT
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ActiveLoop,
    BotUttered,
    DefinePrevUserUtteredFeaturization,
    Event,
    LoopInterrupted,
    SlotSet,
)
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.utils.common import all_subclasses
from rasa.utils.endpoints import EndpointConfig

_EVENTS: dict[str, type[Event]] = {each.type_name: each for each in all_subclasses(Event)}
#: These change slots one at a time, or none.
_GENTLE = frozenset({SlotSet, ActionExecuted, ActiveLoop, BotUttered, LoopInterrupted, DefinePrevUserUtteredFeaturization})


class OwnAction(RemoteAction):
    """One of our actions. It is told the state of the conversation, not its events."""

    async def run(
        self, output_channel: OutputChannel, nlg: NaturalLanguageGenerator, tracker: DialogueStateTracker, domain: Domain
    ) -> list[Event]:
        """What the action said and what it changes. Raises what the action raises."""
        call = {"next_action": self.name(), "sender_id": tracker.sender_id, "tracker": _state_of(tracker), "domain": {}}
        answer = await self.action_endpoint.request(json=call)
        said = await self._utter_responses(answer["responses"], output_channel, nlg, tracker)
        return [*said, *(_event_of(each) for each in answer["events"])]


def _state_of(tracker: DialogueStateTracker) -> dict[str, Any]:
    """What the SDK makes its own tracker of."""
    return {
        "sender_id": tracker.sender_id,
        "slots": tracker.current_slot_values(),
        "latest_message": tracker._latest_message_data(),
        "latest_action_name": tracker.latest_action_name,
        "active_loop": {"name": tracker.active_loop_name} if tracker.active_loop_name else {},
        "followup_action": tracker.followup_action,
        "paused": tracker.is_paused(),
        "events": [],
    }


def _event_of(told: dict[str, Any]) -> Event:
    return _EVENTS[told["event"]]._from_parameters(told)


class OwnForm(FormAction):
    """A form whose questions and checks are actions of ours."""

    def __init__(self, name: str, endpoint: EndpointConfig, action: Callable[[str], Action]) -> None:
        super().__init__(name, endpoint)
        self._action = action

    async def validate_slots(
        self,
        slot_candidates: dict[str, Any],
        tracker: DialogueStateTracker,
        domain: Domain,
        output_channel: OutputChannel,
        nlg: NaturalLanguageGenerator,
    ) -> list[Event]:
        """What the form's own check makes of the values."""
        events = [SlotSet(name, value) for name, value in slot_candidates.items()]
        seen = self._temporary_tracker(tracker, events, domain)
        checked: list[Event] = await self._action(f"validate_{self.name()}").run(output_channel, nlg, seen, domain)
        return checked

    def _temporary_tracker(
        self, current_tracker: DialogueStateTracker, additional_events: list[Event], domain: Domain
    ) -> DialogueStateTracker:
        requested = SlotSet(REQUESTED_SLOT, self.get_slot_to_fill(current_tracker))
        return branch(current_tracker, [requested, ActionExecuted(self.name()), *additional_events], domain)

    async def _ask_for_slot(
        self, domain: Domain, nlg: NaturalLanguageGenerator, output_channel: OutputChannel, slot_name: str, tracker: DialogueStateTracker
    ) -> list[Event]:
        name = self._name_of_utterance(domain, slot_name)
        return await self._action(name).run(output_channel, nlg, tracker, domain) if name else []


def branch(tracker: DialogueStateTracker, events: Sequence[Event], domain: Domain) -> DialogueStateTracker:
    """The conversation as it would be after `events`; `tracker` itself stays as it is."""
    touched = {event.key for event in events if type(event) is SlotSet}
    is_gentle = all(type(event) in _GENTLE for event in events)
    other = copy.copy(tracker)
    other.events = copy.copy(tracker.events)
    other.slots = {name: copy.copy(slot) if name in touched or not is_gentle else slot for name, slot in tracker.slots.items()}
    other.active_loop = copy.copy(tracker.active_loop)
    other.update_with_events(list(events), domain)
    return other

"""Rasa's processor without work that changes nothing here.

Rasa decides each next action by comparing the whole conversation with every rule, makes all of its actions anew to find one, and copies
trackers and events for debug lines that nobody reads: a quarter of a turn. What is decided, run and remembered is untouched; a test
compares the decisions with those of Rasa's own processor.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rasa.core.actions.action import Action, ActionExecutionRejection, RemoteAction, action_for_name_or_text
from rasa.core.actions.forms import FormAction
from rasa.core.channels.channel import OutputChannel, UserMessage
from rasa.core.lock_store import InMemoryLockStore
from rasa.core.nlg.generator import NaturalLanguageGenerator
from rasa.core.policies.policy import PolicyPrediction
from rasa.core.processor import MessageProcessor
from rasa.core.tracker_store import TrackerStore
from rasa.exceptions import ActionLimitReached
from rasa.shared.core.constants import ACTION_EXTRACT_SLOTS, ACTION_LISTEN_NAME, ACTION_SESSION_START_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecutionRejected
from rasa.shared.core.slot_mappings import SlotMapping
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

from bot.assistant.own_actions import OwnAction, OwnForm, branch
from bot.assistant.responses import Responses
from bot.assistant.shapes import Shape, rules_alone_decide, shape_of
from bot.assistant.straight_graph import StraightGraphRunner
from nlu.components.topic_ranker import TopicRanker

#: So many shapes of conversations are remembered, a few kilobytes each.
MOST_SHAPES = 4_000
#: The advisor asks its knowledge base itself, which reads more out of a question than its words; the ranking is for Rasa's own tools.
_UNHEARD = (TopicRanker,)


class Processor(MessageProcessor):
    """Takes one message at a time, as Rasa's own does."""

    graph_runner: Any

    def __init__(self, model: Path, tracker_store: TrackerStore, actions: EndpointConfig) -> None:
        """Raises what Rasa raises for a model that it cannot load."""
        super().__init__(str(model), tracker_store, InMemoryLockStore(), generator=Responses({}), action_endpoint=actions)
        self.nlg = Responses(self.domain.responses)
        tracker_store.domain = self.domain
        self.graph_runner = StraightGraphRunner.of(self.graph_runner, idle=_UNHEARD)
        self._actions: dict[str, Action] = {}
        self._decided: dict[Shape, PolicyPrediction] = {}
        self._filling = _intents_that_fill_slots(self.domain)
        self._may_remember = rules_alone_decide(self.graph_runner.nodes, self.domain)

    async def parse_message(
        self, message: UserMessage, tracker: DialogueStateTracker | None = None, only_output_properties: bool = True
    ) -> dict[str, Any]:
        """What the trained pipeline makes of a message."""
        seen = tracker or DialogueStateTracker.from_events(message.sender_id, [])
        parsed: dict[str, Any] = self._parse_message_with_graph(message, seen, only_output_properties)
        return parsed

    def predict_next_with_tracker_if_should(self, tracker: DialogueStateTracker) -> tuple[Action, PolicyPrediction]:
        """The next action. Raises ActionLimitReached."""
        if self.is_action_limit_reached(tracker, self.should_predict_another_action(tracker.latest_action_name)):
            raise ActionLimitReached("The limit of actions to predict has been reached.")
        prediction = self._predict_next_with_tracker(tracker)
        return self._action(self.domain.action_names_or_texts[prediction.max_confidence_index]), prediction

    def _predict_next_with_tracker(self, tracker: DialogueStateTracker) -> PolicyPrediction:
        shape = shape_of(tracker) if self._may_remember and not tracker.followup_action else None
        if shape is None:
            return super()._predict_next_with_tracker(tracker)
        if shape not in self._decided:
            if len(self._decided) >= MOST_SHAPES:
                self._decided.clear()
            self._decided[shape] = super()._predict_next_with_tracker(tracker)
        return self._decided[shape]

    def _action(self, name: str) -> Action:
        """Actions keep nothing from one run to the next, so one of each does."""
        if name not in self._actions:
            self._actions[name] = self._made(action_for_name_or_text(name, self.domain, self.action_endpoint))
        return self._actions[name]

    def _made(self, action: Action) -> Action:
        if type(action) is RemoteAction:
            return OwnAction(action.name(), self.action_endpoint)
        return OwnForm(action.name(), self.action_endpoint, self._action) if type(action) is FormAction else action

    async def run_action_extract_slots(self, output_channel: OutputChannel, tracker: DialogueStateTracker) -> DialogueStateTracker:
        """Fill the slots that the domain maps to intents; returns the same tracker."""
        if self._filling is not None and tracker.latest_message.intent_name not in self._filling:
            return tracker
        events = await self._action(ACTION_EXTRACT_SLOTS).run(output_channel, self.nlg, tracker, self.domain)
        await self._send_bot_messages(events, tracker, output_channel)
        tracker.update_with_events(events, self.domain)
        return tracker

    async def _run_action(
        self,
        action: Action,
        tracker: DialogueStateTracker,
        output_channel: OutputChannel,
        nlg: NaturalLanguageGenerator,
        prediction: PolicyPrediction,
    ) -> bool:
        """Run an action and note what it did; False when nothing follows it. What it raises, the turn raises.

        Rasa's own goes on after an error, and looks for reminders and for users' messages among the events; no action here returns those.
        """
        # What was predicted along with the action is dropped again when the action is rejected.
        seen = branch(tracker, prediction.events, self.domain) if prediction.events else tracker
        try:
            events = await action.run(output_channel, nlg, seen, self.domain)
        except ActionExecutionRejection:
            tracker.update(ActionExecutionRejected(action.name(), prediction.policy_name, prediction.max_confidence))
            return not _is_listening(action)
        if not any(isinstance(event, ActionExecutionRejected) for event in events):
            tracker.update_with_events(prediction.events, self.domain)
            tracker.update(action.event_for_successful_execution(prediction))
        tracker.update_with_events(events, self.domain)
        await self._send_bot_messages(events, tracker, output_channel)
        return not _is_listening(action)


def _is_listening(action: Action) -> bool:
    return action.name() in (ACTION_LISTEN_NAME, ACTION_SESSION_START_NAME)


def _intents_that_fill_slots(domain: Domain) -> frozenset[str] | None:
    """The intents without which no slot is filled by itself; None when something else than an intent may fill one."""
    mappings = [mapping for slot in domain.slots for mapping in slot.mappings if mapping != {"type": "custom"}]
    if any(mapping.get("type") != "from_intent" or not mapping.get("intent") for mapping in mappings):
        return None
    return frozenset(intent for mapping in mappings for intent in SlotMapping.to_list(mapping["intent"]))

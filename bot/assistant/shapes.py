"""What of a conversation the rules look at, and no more: two conversations of one shape get the same next action."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import Any

from rasa.core.policies.policy import Policy
from rasa.core.policies.rule_policy import RulePolicy
from rasa.engine.graph import GraphNode
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ActionExecutionRejected,
    ActiveLoop,
    BotUttered,
    DefinePrevUserUtteredFeaturization,
    Event,
    FollowupAction,
    LoopInterrupted,
    SessionStarted,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker

Shape = tuple[Hashable, ...]


def rules_alone_decide(nodes: Iterable[GraphNode], domain: Domain) -> bool:
    """Whether the next action hangs on a conversation's shape alone: every policy has rules, no rule has a text, no slot is a feature."""
    policies = [node._component for node in nodes if isinstance(node._component, Policy)]
    return (
        bool(policies)
        and all(isinstance(policy, RulePolicy) and not _names_a_text(policy) for policy in policies)
        and not any(slot.has_features() for slot in domain.slots)
    )


def _names_a_text(policy: RulePolicy) -> bool:
    return any('"text"' in rule for rules in policy.lookup.values() if isinstance(rules, dict) for rule in rules)


def shape_of(tracker: DialogueStateTracker) -> Shape | None:
    """Everything that has happened, without words and values; None when something has that is seldom and not foreseen here."""
    shape: list[Hashable] = []
    for event in tracker.events:
        kind = type(event)  # events are abstract classes, of which `isinstance` is slow
        if kind in _NO_PART:
            continue
        if kind not in _PARTS:
            return None
        shape.append(_PARTS[kind](event))
    return tuple(shape)


def _heard(event: UserUttered) -> Hashable:
    entities = tuple((each.get("entity"), each.get("role"), each.get("group")) for each in event.entities)
    return "user", event.intent_name, entities, bool(event.text), event.use_text_for_featurization


_NO_PART = frozenset({SlotSet, BotUttered, FollowupAction})
_PARTS: Mapping[type[Event], Callable[[Any], Hashable]] = {
    SessionStarted: lambda event: "start",
    UserUttered: _heard,
    DefinePrevUserUtteredFeaturization: lambda event: ("read as text", event.use_text_for_featurization),
    ActionExecuted: lambda event: ("action", event.action_name, event.action_text, event.hide_rule_turn),
    ActionExecutionRejected: lambda event: ("rejected", event.action_name),
    ActiveLoop: lambda event: ("loop", event.name),
    LoopInterrupted: lambda event: ("interrupted", event.is_interrupted),
}

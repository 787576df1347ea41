"""What of a conversation the rules look at, and no more: two conversations of one shape get the same next action."""

from __future__ import annotations

from collections.abc import Hashable, Iterable

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
        if isinstance(event, SlotSet | BotUttered | FollowupAction):
            continue
        part = _part_of(event)
        if part is None:
            return None
        shape.append(part)
    return tuple(shape)


def _part_of(event: Event) -> Hashable:
    if isinstance(event, ActionExecuted):
        return "action", event.action_name, event.action_text, event.hide_rule_turn
    if isinstance(event, UserUttered):
        entities = tuple((each.get("entity"), each.get("role"), each.get("group")) for each in event.entities)
        return "user", event.intent_name, entities, bool(event.text), event.use_text_for_featurization
    if isinstance(event, ActiveLoop):
        return "loop", event.name
    if isinstance(event, ActionExecutionRejected):
        return "rejected", event.action_name
    if isinstance(event, LoopInterrupted):
        return "interrupted", event.is_interrupted
    if isinstance(event, DefinePrevUserUtteredFeaturization):
        return "read as text", event.use_text_for_featurization
    return "start" if isinstance(event, SessionStarted) else None

"""Rasa's memory of a conversation, kept in the conversation's own row and written by the turn's own transaction.

Everything a later turn needs is the state: slots and the open form. What was said stands in inbox and outbox, what was learned in the
advisor's tables. So a tracker begins every turn as that state and nothing else, and a turn costs the same at message 5 and 5,000.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.constants import ACTION_LISTEN_NAME, ACTION_SESSION_START_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, ActiveLoop, Event, SessionStarted, SlotSet
from rasa.shared.core.trackers import DialogueStateTracker

from bot.turn import Turn, current_turn


class TurnTrackerStore(TrackerStore):
    """Reads and writes the dialogue state of the turn that runs."""

    def __init__(self) -> None:
        super().__init__(Domain.empty())

    async def retrieve(self, sender_id: str) -> DialogueStateTracker:
        """The conversation's state as a tracker of a handful of events."""
        turn = current_turn()
        return DialogueStateTracker.from_events(sender_id, opening_events(turn), self.domain.slots)

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Keep slots and open form; the row is committed with the rest of the turn."""
        current_turn().conversation.dialogue = {
            "slots": {name: slot.value for name, slot in tracker.slots.items() if slot.value is not None and name != "language"},
            "loop": tracker.active_loop_name,
        }

    async def keys(self) -> Iterable[str]:
        """Rasa asks only in commands that we do not offer."""
        return []


def opening_events(turn: Turn) -> list[Event]:
    """A session that has just reached the stored state and listens."""
    dialogue: dict[str, Any] = turn.conversation.dialogue or {}
    slots = {**dialogue.get("slots", {}), "language": turn.language}
    events: list[Event] = [ActionExecuted(ACTION_SESSION_START_NAME), SessionStarted()]
    events += [SlotSet(name, value) for name, value in slots.items()]
    if dialogue.get("loop"):
        events += [ActionExecuted(dialogue["loop"]), ActiveLoop(dialogue["loop"])]
    return [*events, ActionExecuted(ACTION_LISTEN_NAME)]

"""What one turn has in hand. Actions reach it through :func:`current_turn`, because Rasa calls them with its own arguments only."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.messaging.message import Incoming
from bot.storage.tables import Conversation, Person


@dataclass(slots=True)
class Turn:
    """One inbox row being answered: the transaction's session, who speaks, what came, and the time, which does not pass within a turn."""

    session: AsyncSession
    conversation: Conversation
    incoming: Incoming
    now: datetime
    is_new: bool = False
    #: Slots that the next turn should find, by name.
    remember: dict[str, object] = field(default_factory=dict)
    #: The owner has been asked back about the open question, so it is not asked once more.
    asked_back: bool = False
    #: The actions that applied before an answer was corrected after a result, in order (ids); None: none was.
    advised_before: tuple[str, ...] | None = None

    @property
    def person(self) -> Person:
        """The owner whose conversation it is."""
        return self.conversation.person

    @property
    def language(self) -> str:
        """The language to answer in: `ja` or `en`."""
        return self.person.language


CURRENT: ContextVar[Turn] = ContextVar("turn")


def current_turn() -> Turn:
    """The turn that this task is answering. Raises LookupError outside of one."""
    return CURRENT.get()

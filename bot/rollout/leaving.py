"""When the words of a check-in may leave for a channel that pushes: never outside the owner's hours, and not at all once it is over.

Between the turn that asked and the moment of sending lie a pace, pauses after failures, and outages; so this is asked once more then.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot.rollout.calendar import NoOpenDay, WorkingTime, next_open
from bot.rollout.checkins import working_time
from bot.storage.tables import CheckIn, Conversation, InboxRow, OutboxRow, Person

#: Owners who paused check-ins, or have not a single open day, are looked at again after this.
LOOK_AGAIN_AFTER = timedelta(days=1)
#: Put off or given up since it was asked: the question is asked anew, or not any more.
_NOT_ASKED = frozenset({"pending", "superseded", "cancelled", "undeliverable"})


class Leaving:
    """Answers what messaging asks before it sends a line that nobody waits for."""

    def __init__(self, hours: Callable[[Person, datetime], WorkingTime] = working_time) -> None:
        self._hours = hours

    async def __call__(self, session: AsyncSession, line: OutboxRow, now: datetime) -> datetime | None:
        """`now`, or the owner's next opening; None when the check-in is over and its words should not leave any more."""
        if await _is_over(session, line):
            return None
        person = (await session.get_one(Conversation, line.conversation_id)).person
        if person.checkins_paused:
            return now + LOOK_AGAIN_AFTER
        try:
            return next_open(now, self._hours(person, now))
        except NoOpenDay:
            return now + LOOK_AGAIN_AFTER


async def _is_over(session: AsyncSession, line: OutboxRow) -> bool:
    cause = await session.get(InboxRow, line.inbox_id) if line.inbox_id is not None else None
    if cause is None or "checkin" not in cause.body:
        return False
    checkin = await session.get(CheckIn, cause.body["checkin"])
    if checkin is None or checkin.state in _NOT_ASKED:
        return True
    # Words that close a phase are as old as the answer they rest on; a question is older than its answer.
    return checkin.state == "answered" and checkin.answered_at is not None and checkin.answered_at > line.created_at

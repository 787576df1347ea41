"""What is done on the operator's page is written down: when, what, and on which hand-off. Never a word."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.operator.sessions import Visit
from bot.storage.tables import Handoff, HandoffLine, InboxRow, OperatorAct, Person

log = logging.getLogger(__name__)
#: So many acts are shown, the newest ones.
MOST_ACTS = 200


def note(session: AsyncSession, visit: Visit | None, act: str, now: datetime, handoff_id: int | None = None) -> None:
    """Write down an act of the operator's, or a refused try to become that."""
    session.add(OperatorAct(act=act, handoff_id=handoff_id, session=visit.id if visit else None, done_at=now))
    seen = {"action": f"operator_{act}", "handoff_id": handoff_id, "session": visit.id if visit else None}
    log.info("the operator's page was used", extra=seen)


async def acts(session: AsyncSession, most: int = MOST_ACTS) -> Sequence[OperatorAct]:
    """What was done, the newest first."""
    return (await session.scalars(select(OperatorAct).order_by(OperatorAct.id.desc()).limit(most))).all()


@dataclass(frozen=True, slots=True)
class Said:
    """One message of a hand-off; no text: its time is over."""

    is_operators: bool
    at: datetime
    text: str


async def handoff_of(session: AsyncSession, handoff_id: int) -> tuple[Handoff, str | None] | None:
    """A hand-off and its owner's trade; None when it is not there (any more)."""
    found = select(Handoff, Person.industry).join(Person, Person.id == Handoff.person_id).where(Handoff.id == handoff_id)
    row = (await session.execute(found)).first()
    return (row[0], row[1]) if row else None


async def said_in(session: AsyncSession, handoff_id: int) -> list[Said]:
    """The messages of a hand-off, in order: whoever reads them must have written that down."""
    lines = select(HandoffLine, InboxRow.body).outerjoin(InboxRow, InboxRow.id == HandoffLine.inbox_id)
    found = await session.execute(lines.where(HandoffLine.handoff_id == handoff_id).order_by(HandoffLine.id))
    return [Said(line.is_operators, line.said_at, (body or {}).get("text", "")) for line, body in found]

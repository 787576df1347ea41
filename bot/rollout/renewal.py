"""After a rollout: what has changed since the assessment before it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.assessment.journey import Journey
from bot.storage.tables import AnswerRow, Assessment, Initiative, Person, PhaseRow


@dataclass(frozen=True)
class Change:
    """The level (1-5) before and now, both over the questions that were answered now."""

    before: int
    now: int


async def has_finished(session: AsyncSession, person: Person, since: datetime) -> bool:
    """Whether the person finished a rollout in the turn in which the assessment `since` began: the one that follows it."""
    ended = select(PhaseRow.id).join(Initiative, Initiative.id == PhaseRow.initiative_id)
    mine = Initiative.person_id == person.id, Initiative.state == "done", PhaseRow.done_at == since
    return await session.scalar(ended.where(*mine).limit(1)) is not None


async def compare_with_earlier(session: AsyncSession, journey: Journey) -> Change | None:
    """The level now beside the one before, over the same questions; None when one of them cannot be told."""
    older = select(Assessment).where(Assessment.person_id == journey.person.id, Assessment.id < journey.assessment.id)
    earlier = (await session.scalars(older.order_by(Assessment.id.desc()).limit(1))).first()
    if earlier is None:
        return None
    rows = await session.scalars(select(AnswerRow).where(AnswerRow.assessment_id == earlier.id))
    alike = {row.question: row for row in rows if row.question in journey.rows}
    before, now = Journey(journey.questionnaire, journey.person, earlier, alike).result(), journey.result()
    if before is None or now is None or before.score.level is None or now.score.level is None:
        return None
    return Change(before.score.level, now.score.level)

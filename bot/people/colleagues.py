"""Several people of one firm: a code joins a colleague to an owner, who then sees where their core answers differ."""

from __future__ import annotations

import secrets
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.assessment.questionnaire import AnswerKind, Questionnaire
from bot.storage.tables import AnswerRow, Assessment, Colleague, JoinCode, Person

#: Without letters and digits that are taken for each other.
ALPHABET = "ACDEFGHJKLMNPQRTUVWXY3479"
CODE_LENGTH = 8


async def code_of(session: AsyncSession, owner: Person, now: datetime) -> str:
    """The owner's code, made when there is none yet."""
    known = await session.scalar(select(JoinCode.code).where(JoinCode.owner_id == owner.id))
    if known is not None:
        return known
    code = "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))
    session.add(JoinCode(code=code, owner_id=owner.id, made_at=now))
    await session.flush()
    return code


async def join(session: AsyncSession, person: Person, code: str, now: datetime) -> bool:
    """Make `person` a colleague of the owner of `code`; what is known about the firm is not asked again. False: no such code."""
    owner_id = await session.scalar(select(JoinCode.owner_id).where(JoinCode.code == code.upper()))
    owner = await session.get(Person, owner_id) if owner_id is not None else None
    if owner is None or owner.id == person.id:
        return False
    known = await session.get(Colleague, person.id)
    if known is None:
        session.add(Colleague(person_id=person.id, owner_id=owner.id, joined_at=now))
    else:
        known.owner_id = owner.id
    person.industry, person.size, person.pain = owner.industry, owner.size, owner.pain
    await session.flush()
    return True


async def core_levels(session: AsyncSession, owner: Person, questionnaire: Questionnaire) -> dict[str, list[int]]:
    """The levels that colleagues chose, by core question, from the newest assessment of each; nobody is named."""
    core = [each.id for each in questionnaire.questions if each.core]
    joined = select(Colleague.person_id).where(Colleague.owner_id == owner.id)
    newest = select(func.max(Assessment.id)).where(Assessment.person_id.in_(joined)).group_by(Assessment.person_id)
    chosen = (AnswerRow.assessment_id.in_(newest), AnswerRow.question.in_(core), AnswerRow.kind == AnswerKind.VALUE.value)
    rows = await session.scalars(select(AnswerRow).where(*chosen))
    levels: dict[str, list[int]] = {}
    for row in rows:
        levels.setdefault(row.question, []).append(row.value or 1)
    return {question: levels[question] for question in core if question in levels}

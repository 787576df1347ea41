"""Several people of one firm: a code joins a colleague to an owner, who then sees where their core answers differ."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.assessment.questionnaire import AnswerKind, Questionnaire
from bot.storage.tables import AnswerRow, Assessment, Colleague, JoinCode, Person

#: Without letters and digits that are taken for each other.
ALPHABET = "ACDEFGHJKLMNPQRTUVWXY3479"
CODE_LENGTH = 8
#: A link carries the code behind this word, so that it is not taken for one that joins two channels.
LINKED = "join_"


class Joining(StrEnum):
    """What came of a code. UNSURE: the person answers for a firm already, and has to say that they mean it."""

    JOINED = "joined"
    ALREADY = "already"
    OWN = "own"
    UNSURE = "unsure"
    UNKNOWN = "unknown"


async def code_of(session: AsyncSession, owner: Person, now: datetime) -> str:
    """The owner's code, made when there is none yet."""
    known = await session.scalar(select(JoinCode.code).where(JoinCode.owner_id == owner.id))
    if known is not None:
        return known
    code = "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))
    session.add(JoinCode(code=code, owner_id=owner.id, made_at=now))
    await session.flush()
    return code


async def join(session: AsyncSession, person: Person, code: str, now: datetime, is_sure: bool = False) -> Joining:
    """Make `person` a colleague of the owner of `code`; what is known about the firm is not asked again.

    Nothing changes for somebody who answers for a firm already, their own or another one, unless they are sure.
    """
    owner_id = await session.scalar(select(JoinCode.owner_id).where(JoinCode.code == code.upper()))
    owner = await session.get(Person, owner_id) if owner_id is not None else None
    if owner is None:
        return Joining.UNKNOWN
    if owner.id == person.id:
        return Joining.OWN
    known = await session.get(Colleague, person.id)
    if known is not None and known.owner_id == owner.id:
        return Joining.ALREADY
    if not is_sure and await session.scalar(select(Assessment.id).where(Assessment.person_id == person.id).limit(1)):
        return Joining.UNSURE
    await session.merge(Colleague(person_id=person.id, owner_id=owner.id, joined_at=now))
    person.industry, person.size, person.pain = owner.industry, owner.size, owner.pain
    await session.flush()
    return Joining.JOINED


def links(addresses: Mapping[str, str], code: str) -> dict[str, str]:
    """What the owner forwards, by channel: opening it joins. `addresses`: where owners find the web page and the Telegram bot."""
    ends = {"web": f"/?join={code}", "telegram": f"?start={LINKED}{code}"}
    return {channel: f"{addresses[channel].rstrip('/')}{end}" for channel, end in ends.items() if channel in addresses}


def code_in_link(text: str) -> str | None:
    """The code of a colleague's link, as a channel hands it on; None for any other."""
    return text.removeprefix(LINKED) if text.startswith(LINKED) else None


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

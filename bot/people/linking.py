"""Two channels, one owner: a one-time code handed out in one of them lets the other join its person."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import Table, delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.assessment.journey import forget_journeys
from bot.storage.database import Database
from bot.storage.tables import Assessment, Base, ChannelAddress, Conversation, LinkCode, Person

#: Long enough to fetch the phone, short enough that a code in a screenshot opens nothing.
CODE_LIFE = timedelta(minutes=30)


async def address_of(session: AsyncSession, channel: str) -> str | None:
    """Where owners find a channel; None while it is off."""
    row = await session.get(ChannelAddress, channel)
    return row.url if row else None


async def addresses(session: AsyncSession) -> dict[str, str]:
    """Where owners find the advisor, by channel; only channels that are on and have a public address."""
    return {row.channel: row.url for row in await session.scalars(select(ChannelAddress))}


async def channels_of(session: AsyncSession, person: Person) -> set[str]:
    """The channels in which a person has written."""
    return set(await session.scalars(select(Conversation.channel).where(Conversation.person_id == person.id)))


async def new_code(session: AsyncSession, person: Person, now: datetime) -> str:
    """A code (22 letters, digits, _ and -) that joins another conversation to `person`, once, soon; earlier ones end."""
    code = secrets.token_urlsafe(16)
    await session.execute(delete(LinkCode).where((LinkCode.person_id == person.id) | (LinkCode.expires_at < now)))
    session.add(LinkCode(code_hash=hashed(code), person_id=person.id, expires_at=now + CODE_LIFE))
    return code


async def use_code(session: AsyncSession, code: str, now: datetime) -> Person | None:
    """The person that a code belongs to, and the code's end; None when it is unknown, used or too old."""
    valid = LinkCode.code_hash == hashed(code), LinkCode.used_at.is_(None), LinkCode.expires_at > now
    used = update(LinkCode).where(*valid).values(used_at=now).returning(LinkCode.person_id)
    person_id = await session.scalar(used)
    return await session.get(Person, person_id) if person_id is not None else None


def hashed(code: str) -> str:
    """What is kept of a secret that an owner was given, so that the database alone opens nothing."""
    return hashlib.sha256(code.encode()).hexdigest()


async def join(session: AsyncSession, conversation: Conversation, person: Person) -> None:
    """Make the owner of `conversation` and `person` one: everything known of either is kept, what is under way with `person` goes on."""
    other = conversation.person
    if other.id == person.id:
        return
    for name in ("industry", "size", "pain", "checkin_hour"):
        if getattr(person, name) is None:
            setattr(person, name, getattr(other, name))
    await _drop_rival_assessments(session, other, person)
    conversation.person = person
    await session.flush()
    for table in Base.metadata.sorted_tables:
        await _hand_over(session, table, other.id, person.id)
    await session.execute(delete(Person).where(Person.id == other.id), execution_options={"synchronize_session": False})
    forget_journeys(session)


async def join_channels(database: Database, session: AsyncSession, conversation: str, known: str, now: datetime) -> bool:
    """Make the owner of `conversation` (made when it is not there) the one of `known`, who is reached there unless they chose otherwise.

    False: somebody else of that channel stands behind `conversation`. Where `known` has not begun, or a turn of `conversation` is under
    way, nothing is joined yet; it will be the next time.
    """
    here, there = await session.get(Conversation, conversation), await session.get(Conversation, known)
    channel = known.partition(":")[0]
    if here is not None and await _stands_behind(session, here.person_id, channel, other_than=known):
        return False
    if there is None:
        return True
    if here is not None and await database.try_lock(session, f"conversation {conversation}"):
        await join(session, here, there.person)
    elif here is None:
        values = {"id": conversation, "person_id": there.person_id, "channel": conversation.partition(":")[0]}
        empty = {"dialogue": {}, "last_seq": 0, "created_at": now, "active_at": now}
        await database.insert_new(session, Conversation, values | empty, unique=("id",))
    there.person.preferred_channel = there.person.preferred_channel or channel
    return True


async def _stands_behind(session: AsyncSession, person_id: int, channel: str, other_than: str) -> bool:
    theirs = Conversation.person_id == person_id, Conversation.channel == channel, Conversation.id != other_than
    return await session.scalar(select(Conversation.id).where(*theirs).limit(1)) is not None


async def _drop_rival_assessments(session: AsyncSession, other: Person, person: Person) -> None:
    """The newest assessment counts, so one that was only begun over there must not stand before the one to go on with."""
    if await session.scalar(select(Assessment.id).where(Assessment.person_id == person.id).limit(1)):
        begun = Assessment.person_id == other.id, Assessment.finished_at.is_(None)
        await session.execute(delete(Assessment).where(*begun), execution_options={"synchronize_session": False})


async def _hand_over(session: AsyncSession, table: Table, old: int, new: int) -> None:
    """Rows of one person become another's; of a table with one row per person, the new owner's own stays."""
    for column in table.columns:
        if not any(key.column is Person.__table__.c.id for key in column.foreign_keys):
            continue
        is_single = column.primary_key or bool(column.unique)
        if is_single and (await session.execute(select(column).where(column == new))).first():
            await session.execute(table.delete().where(column == old))
        else:
            await session.execute(table.update().where(column == old).values({column.name: new}))

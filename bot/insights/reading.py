"""Every table by its name."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.assessment.questionnaire import Questionnaire
from bot.insights import queries
from bot.insights.health import health
from bot.insights.tables import Table
from bot.operations.deliveries import ChannelDelivery, deliveries
from bot.operations.questions import Group, TopicsOf
from bot.operations.unserved import MOST_QUESTIONS, groups_of
from bot.rollout.calendar import local_time
from bot.storage.database import Database, DatabaseError

#: So many questions are grouped while somebody waits for a page; all pairs of more take seconds.
ON_A_PAGE = 300


@dataclass(frozen=True, slots=True)
class Sources:
    """What tables are made from beside the database.

    `zone` decides where a day begins; `model` names the trained model; `topics_of` is the search, which only `questions` needs.
    """

    zone: str
    questionnaire: Questionnaire
    model: str
    topics_of: TopicsOf | None = None
    #: The newest questions that are looked at.
    most_questions: int = MOST_QUESTIONS


Read = Callable[[AsyncSession, Sources, datetime], Awaitable[Table]]


async def _delivery(session: AsyncSession, sources: Sources, now: datetime) -> Table:
    return Table("delivery", ChannelDelivery, tuple(await deliveries(session, now)), is_sideways=True)


async def _questions(session: AsyncSession, sources: Sources, now: datetime) -> Table:
    return Table("questions", Group, await groups_of(session, sources.topics_of or (lambda text: {}), sources.most_questions))


#: In the order in which they are shown.
TABLES: Mapping[str, Read] = {
    "health": lambda session, sources, now: health(session, now, sources.model),
    "conversations": lambda session, sources, now: queries.conversations(session, now, sources.zone),
    "funnel": lambda session, sources, now: queries.funnel(session, sources.questionnaire, now),
    "levels": lambda session, sources, now: queries.levels(session),
    "checkins": lambda session, sources, now: queries.checkins(session, now),
    "rollouts": lambda session, sources, now: queries.rollouts(session, local_time(now, sources.zone).date()),
    "questions": _questions,
    "delivery": _delivery,
    "handoffs": lambda session, sources, now: queries.handoffs(session, now),
}


async def read_table(name: str, database: Database, sources: Sources, now: datetime) -> Table:
    """One table as it is now. Raises KeyError for an unknown name, DatabaseError with the remedy."""
    try:
        async with database.surveying() as session:
            return await TABLES[name](session, sources, now)
    except DBAPIError as error:
        await database.check()
        raise DatabaseError("the database is not up to date; run `advisor migrate`") from error


async def read_once(name: str, url: str, sources: Sources, now: datetime) -> Table:
    """The same for a command, which has no database open."""
    database = Database(url)
    try:
        return await read_table(name, database, sources, now)
    finally:
        await database.close()

"""The tables out of the database: counted there, so that twenty thousand owners cost no more than a moment."""

from __future__ import annotations

import json
from datetime import date, datetime, time, timedelta

from sqlalchemy import ColumnElement, Select, Text, and_, case, cast, func, literal, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from bot.assessment.questionnaire import Questionnaire
from bot.insights.rows import (
    NOT_TOLD,
    OVERDUE_AFTER,
    STOPPED_AFTER,
    DayOfTalk,
    Industry,
    PhaseAsked,
    PhaseUnderWay,
    Run,
    Step,
    Waiting,
    day_rows,
    funnel_rows,
    level_rows,
    steps_in_order,
)
from bot.insights.tables import Table
from bot.messaging.inbox import OUR_OWN
from bot.people.handoffs import OPEN
from bot.rollout.calendar import local_time, to_utc
from bot.storage.tables import Assessment, CheckIn, Colleague, Conversation, Handoff, HandoffLine, InboxRow, Initiative, Person, PhaseRow

DAYS_SHOWN = 30


async def conversations(session: AsyncSession, now: datetime, zone: str) -> Table:
    """The last 30 days of the zone's calendar, today included."""
    today = local_time(now, zone).date()
    days = [today - timedelta(days=back) for back in reversed(range(DAYS_SHOWN))]
    starts = [to_utc(day, time.min, zone) for day in (*days, today + timedelta(days=1))]
    each_day = [_talk_between(place, starts[place], starts[place + 1]) for place in range(DAYS_SHOWN)]
    talk = {place: (places, messages) for place, places, messages in await session.execute(union_all(*each_day))}
    came = await session.scalars(select(Conversation.created_at).where(Conversation.created_at >= starts[0]))
    return Table("conversations", DayOfTalk, day_rows(days, starts, talk, list(came)))


def _talk_between(place: int, start: datetime, end: datetime) -> Select[int, int, int]:
    by_owners = InboxRow.received_at >= start, InboxRow.received_at < end, InboxRow.channel.not_in(OUR_OWN)
    return select(literal(place), func.count(InboxRow.conversation_id.distinct()), func.count()).where(*by_owners)


def _newest_runs() -> Select[int]:
    """The newest run of every owner; colleagues of an owner are no firm of their own."""
    owners = Assessment.person_id.not_in(select(Colleague.person_id))
    return select(func.max(Assessment.id)).where(owners).group_by(Assessment.person_id)


async def funnel(session: AsyncSession, questionnaire: Questionnaire, now: datetime) -> Table:
    """The newest run of every owner, question by question."""
    alike = (
        cast(Assessment.trail, Text),
        Assessment.asking,
        Assessment.finished_at.is_not(None),
        Assessment.express_shown,
        Assessment.touched_at > now - STOPPED_AFTER,
    )
    found = await session.execute(select(func.count(), *alike).where(Assessment.id.in_(_newest_runs())).group_by(*alike))
    runs = [
        Run(count, json.loads(trail), asking, finished, has_result, under_way)
        for count, trail, asking, finished, has_result, under_way in found
    ]
    return Table("funnel", Step, funnel_rows(runs, steps_in_order(questionnaire)))


async def levels(session: AsyncSession) -> Table:
    """Firms by trade and level, as their owners were told last."""
    of_firms = Assessment.id.in_(_newest_runs()), Assessment.level.is_not(None)
    firms = select(Person.industry, Assessment.level, func.count()).join(Person, Person.id == Assessment.person_id).where(*of_firms)
    found = await session.execute(firms.group_by(Person.industry, Assessment.level))
    return Table("levels", Industry, level_rows({(industry, level or 0): count for industry, level, count in found}))


def _counted(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)


async def checkins(session: AsyncSession, now: datetime) -> Table:
    """Check-ins by phase, of all plans."""
    is_open, is_late = CheckIn.state.in_(("pending", "rung")), CheckIn.due_at < now - OVERDUE_AFTER
    counts = (
        _counted(and_(is_open, ~is_late)),
        _counted(and_(is_open, is_late)),
        _counted(CheckIn.asked_at.is_not(None)),
        _counted(CheckIn.state == "answered"),
        _counted(CheckIn.state == "asked"),
        _counted(CheckIn.state == "missed"),
        _counted(CheckIn.state.in_(("superseded", "cancelled", "undeliverable"))),
    )
    found = await session.execute(select(CheckIn.phase, *counts).group_by(CheckIn.phase).order_by(CheckIn.phase))
    return Table("checkins", PhaseAsked, tuple(PhaseAsked(*row) for row in found))


async def rollouts(session: AsyncSession, today: date) -> Table:
    """Plans under way by the phase that they are in; `today` decides what is late."""
    now_in = (
        select(PhaseRow.initiative_id, func.min(PhaseRow.number).label("number"))
        .join(Initiative, Initiative.id == PhaseRow.initiative_id)
        .where(Initiative.state == "active", PhaseRow.done_at.is_(None))
        .group_by(PhaseRow.initiative_id)
        .subquery()
    )
    is_late = PhaseRow.ends_on < today
    counts = (
        func.count(),
        _counted(is_late),
        _counted(_is_stuck()),
        _counted(Person.checkins_monthly.is_(True)),
        _counted(Person.checkins_paused.is_(True)),
    )
    found = await session.execute(
        select(PhaseRow.number, func.min(PhaseRow.ends_on), *counts)
        .join(now_in, and_(now_in.c.initiative_id == PhaseRow.initiative_id, now_in.c.number == PhaseRow.number))
        .join(Initiative, Initiative.id == PhaseRow.initiative_id)
        .join(Person, Person.id == Initiative.person_id)
        .group_by(PhaseRow.number)
        .order_by(PhaseRow.number)
    )
    rows = [
        PhaseUnderWay(number, plans, late, stuck, silent, paused, max(0, (today - ends_on).days))
        for number, ends_on, plans, late, stuck, silent, paused in found
    ]
    return Table("rollouts", PhaseUnderWay, tuple(rows))


def _is_stuck() -> ColumnElement[bool]:
    """Whether the last answer in the phase was that the owner is stuck."""
    of_phase = CheckIn.initiative_id == PhaseRow.initiative_id, CheckIn.phase == PhaseRow.number, CheckIn.answer.is_not(None)
    last = select(CheckIn.answer).where(*of_phase).order_by(CheckIn.answered_at.desc()).limit(1)
    return func.coalesce(last.scalar_subquery(), "") == "blocked"


async def handoffs(session: AsyncSession, now: datetime) -> Table:
    """Hand-offs that are open: those that wait first, the longest waiting first."""
    messages = select(func.count()).where(HandoffLine.handoff_id == Handoff.id).scalar_subquery()
    wanted = select(Handoff, Person.industry, messages).join(Person, Person.id == Handoff.person_id).where(Handoff.state.in_(OPEN))
    found = await session.execute(wanted.order_by(Handoff.state == "answered", Handoff.waiting_since))
    return Table("handoffs", Waiting, tuple(_waiting(row, industry, count, now) for row, industry, count in found))


def _waiting(row: Handoff, industry: str | None, messages: int, now: datetime) -> Waiting:
    hours = round((now - row.waiting_since).total_seconds() / 3600, 1) if row.state == "waiting" else None
    has_summary = row.summary is not None
    return Waiting(row.id, row.state, hours, row.asked_at, industry or NOT_TOLD, row.language, has_summary, messages)

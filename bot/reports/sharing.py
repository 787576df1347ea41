"""One plan that others may read, at `/plan/<token>`, until the owner stops it or its time is over.

The token is random and only its hash is kept, so nobody who sees the database can open a page, and an address is given once. A token that
was stopped, has expired or never was gets the same answer.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import CursorResult, delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from bot.people.linking import hashed
from bot.reports.facts import Plan
from bot.reports.shared_page import POLICY, Shown, Standing, write_gone, write_page
from bot.rollout.calendar import local_time
from bot.rollout.checkins import Rollout, zone_of
from bot.rollout.ledger import Verdict
from bot.storage.database import Database
from bot.storage.tables import Initiative, Person, SharedPlan

if TYPE_CHECKING:
    from bot.services import Services

LIFETIME = timedelta(days=90)
#: The page is for people who were given its address: no copies, no search engines, and the address goes nowhere else.
HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
    "Cache-Control": "private, no-store",
}


async def share(session: AsyncSession, rollout: Rollout, with_figures: bool, now: datetime) -> tuple[str, datetime]:
    """The path of a new page of a plan, and until when it opens. Earlier ones go on."""
    token = secrets.token_urlsafe(24)
    row = SharedPlan(token_hash=hashed(token), initiative_id=rollout.initiative.id, with_figures=with_figures, made_at=now)
    row.expires_at = now + LIFETIME
    session.add(row)
    await session.flush()
    return f"/plan/{token}", row.expires_at


async def stop_sharing(session: AsyncSession, person: Person, now: datetime) -> bool:
    """Close every page of a person's plans; False when none was open."""
    mine = SharedPlan.initiative_id.in_(select(Initiative.id).where(Initiative.person_id == person.id))
    was_open = await session.scalar(select(SharedPlan.token_hash).where(mine, SharedPlan.expires_at > now).limit(1))
    await session.execute(delete(SharedPlan).where(mine), execution_options={"synchronize_session": False})
    return was_open is not None


async def tidy_shared(session: AsyncSession, now: datetime) -> int:
    """Delete what has expired; returns how many."""
    gone = await session.execute(delete(SharedPlan).where(SharedPlan.expires_at <= now))
    assert isinstance(gone, CursorResult)
    return gone.rowcount


async def shown_to(session: AsyncSession, services: Services, token: str, now: datetime) -> Shown | None:
    """What the page of a token shows now; None when it opens nothing."""
    row = await session.get(SharedPlan, hashed(token))
    if row is None or row.expires_at <= now:
        return None
    initiative = await session.get_one(Initiative, row.initiative_id)
    person = await session.get_one(Person, initiative.person_id)
    rollout = Rollout(initiative, services.rollouts.phases)
    today = local_time(now, zone_of(person)).date()
    figures = await _figures(session, services, rollout) if row.with_figures else None
    next_on = await _next_on(session, services, person, rollout)
    plan = Plan(initiative.action, rollout.plan, rollout.done, is_under_way=rollout.is_active)
    return Shown(person.language, plan, Standing(initiative.state), today, next_on, figures)


async def _next_on(session: AsyncSession, services: Services, person: Person, rollout: Rollout) -> date | None:
    checkin = None if person.checkins_paused or not rollout.is_active else await services.rollouts.next_checkin(session, rollout)
    return local_time(checkin.due_at, zone_of(person)).date() if checkin else None


async def _figures(session: AsyncSession, services: Services, rollout: Rollout) -> tuple[str, str] | None:
    """The figure before and the one now, in the owner's words; None while there are not both."""
    summary = await services.ledgers.summary(session, rollout)
    return None if summary.verdict in (Verdict.NO_BEFORE, Verdict.NO_READING) else (summary.before, summary.now)


def sharing_routes(database: Database, services: Services, clock: Callable[[], datetime]) -> list[Route]:
    """`/plan/<token>`. The address is the permission."""
    material = services.reports.material

    async def page(request: Request) -> Response:
        async with database.reading() as session:
            shown = await shown_to(session, services, request.path_params["token"], clock())
        if shown is None:
            return HTMLResponse(write_gone(material), status_code=404, headers=HEADERS)
        return HTMLResponse(write_page(material, shown), headers={**HEADERS, "Content-Language": shown.language})

    return [Route("/plan/{token}", page, name="shared_plan")]

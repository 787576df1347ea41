"""A calendar to subscribe to, at `/calendar/<signed>.ics`: always the plan as it is now. A new key makes the old address useless."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.keys import Keys
from bot.reports.calendar_file import render
from bot.reports.documents import Signer
from bot.storage.database import Database
from bot.storage.tables import CalendarFeed, Person

if TYPE_CHECKING:
    from bot.reports.service import Reports

#: Calendar programs are told to come back this often.
REFRESH_SECONDS = 3600


class Feeds:
    """Addresses of calendars. Without a `public_url` (the advisor's address on the internet) there are none to give."""

    def __init__(self, key: Keys | None = None, public_url: str = "") -> None:
        self._signer = Signer(key or secrets.token_bytes(32), "calendar")
        self._public_url = public_url.rstrip("/")

    @property
    def is_open(self) -> bool:
        """Whether an address can be given."""
        return bool(self._public_url)

    def to_page(self, path: str) -> str:
        """The whole address of a page of ours."""
        return f"{self._public_url}{path}"

    async def close(self, session: AsyncSession, person: Person) -> bool:
        """Make the address of a person's calendar useless; False when there was none."""
        found = (await session.scalars(select(CalendarFeed).where(CalendarFeed.person_id == person.id))).first()
        await session.execute(delete(CalendarFeed).where(CalendarFeed.person_id == person.id))
        return found is not None

    async def address(self, session: AsyncSession, person: Person, now: datetime, renew: bool = False) -> str:
        """The address of a person's calendar; with `renew` a new one, and the old one is dead."""
        found = (await session.scalars(select(CalendarFeed).where(CalendarFeed.person_id == person.id))).first()
        if found is None or renew:
            await session.execute(delete(CalendarFeed).where(CalendarFeed.person_id == person.id))
            found = CalendarFeed(key=secrets.token_urlsafe(16), person_id=person.id, created_at=now)
            session.add(found)
            await session.flush()
        return f"{self._public_url}/calendar/{self._signer.sign(found.key)}.ics"

    async def person(self, session: AsyncSession, signed: str) -> Person | None:
        """Whose calendar stands behind the signed part of an address; None when it is dead, or not ours."""
        key = self._signer.read(signed)
        mine = select(Person).join(CalendarFeed, CalendarFeed.person_id == Person.id).where(CalendarFeed.key == key)
        return (await session.scalars(mine)).first() if key else None


def calendar_routes(database: Database, reports: Reports, clock: Callable[[], datetime]) -> list[Route]:
    """`/calendar/<signed>.ics`. The address is the permission."""

    async def calendar(request: Request) -> Response:
        async with database.reading() as session:
            person = await reports.feeds.person(session, request.path_params["signed"])
            if person is None:
                raise HTTPException(404)
            shown = await reports.agenda(session, person, person.language, clock())
        headers = {"Cache-Control": f"private, max-age={REFRESH_SECONDS}", "X-Content-Type-Options": "nosniff"}
        return Response(await run_in_threadpool(render, shown), media_type="text/calendar; charset=utf-8", headers=headers)

    return [Route("/calendar/{signed}.ics", calendar, name="calendar")]

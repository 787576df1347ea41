"""The operator's page as routes for the one web server."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from bot.insights.reading import TABLES, Sources, read_table
from bot.insights.words import load_words
from bot.messaging.bell import Bell
from bot.operator import acts
from bot.operator.counter import Counter
from bot.operator.door import PATH, Door
from bot.operator.labels import Labels, names_of
from bot.operator.rendering import FOLDER, Pages
from bot.operator.sessions import Visit, Visits
from bot.operator.site import Site, redirect
from bot.storage.database import Database
from knowledge.content import Text

#: What the first page shows of all tables.
OVERVIEW = ("health", "conversations", "levels", "checkins", "rollouts")


def operator_routes(
    database: Database,
    bell: Bell,
    sources: Sources,
    phases: Mapping[int, Text],
    topics: Mapping[str, Text],
    *,
    secret_key: bytes,
    token: str,
    language: str,
    clock: Callable[[], datetime],
    seconds: Callable[[], float] = time.monotonic,
) -> list[BaseRoute]:
    """`/operator` and what lies under it. `phases` and `topics`: what these are called."""
    labels = Labels(load_words(), names_of(sources.questionnaire, phases, topics), sources.zone)
    site = Site(Door(Visits(secret_key, token, clock), seconds), Pages(labels), database, clock, language)
    entrance, tables, counter = Entrance(site), Tables(site, sources), Counter(site, bell)
    only = site.operator_only
    return [
        Route(f"{PATH}/sheet.css", sheet, name="operator_sheet"),
        Route(f"{PATH}/sign-in", site.anybody(entrance.form), methods=["GET"]),
        Route(f"{PATH}/sign-in", site.anybody(entrance.sign_in), methods=["POST"]),
        Route(f"{PATH}/sign-out", only(entrance.sign_out), methods=["POST"]),
        Route(PATH, only(tables.overview), name="operator"),
        Route(f"{PATH}/tables/{{name}}", only(tables.one)),
        Route(f"{PATH}/acts", only(tables.acts)),
        Route(f"{PATH}/handoffs/{{number}}", only(counter.handoff)),
        Route(f"{PATH}/handoffs/{{number}}/show", only(counter.show), methods=["POST"]),
        Route(f"{PATH}/handoffs/{{number}}/answer", only(counter.answer), methods=["POST"]),
        Route(f"{PATH}/handoffs/{{number}}/close", only(counter.close), methods=["POST"]),
    ]


async def sheet(request: Request) -> Response:
    """The one style sheet."""
    text = await asyncio.to_thread((FOLDER / "sheet.css").read_text, "utf-8")
    headers = {"Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff"}
    return Response(text, media_type="text/css", headers=headers)


class Entrance:
    """Signing in and out."""

    def __init__(self, site: Site) -> None:
        self._site = site

    async def form(self, request: Request, visit: Visit) -> Response:
        """The form to sign in."""
        return redirect("") if visit.is_operator else self._form(request, visit)

    async def sign_in(self, request: Request, visit: Visit) -> Response:
        """Let in whoever has the token. Tries are limited by address, and refused ones are written down."""
        fields = await self._site.door.form(request, visit)
        if not self._site.door.may_try(request):
            return self._form(request, visit, "too_many", 429)
        is_right = self._site.door.visits.is_token(fields.get("token", ""))
        signed_in = self._site.door.visits.new(is_operator=True) if is_right else None
        async with self._site.database.transaction() as session:
            acts.note(session, signed_in, "signed_in" if signed_in else "refused", self._site.clock())
        if signed_in is None:
            return self._form(request, visit, "wrong_token", 403)
        response = redirect("")
        self._site.door.remember(response, request, signed_in)
        return response

    async def sign_out(self, request: Request, visit: Visit) -> Response:
        """The browser forgets that it was signed in."""
        await self._site.door.form(request, visit)
        async with self._site.database.transaction() as session:
            acts.note(session, visit, "signed_out", self._site.clock())
        response = redirect("/sign-in")
        self._site.door.forget(response)
        return response

    def _form(self, request: Request, visit: Visit, problem: str | None = None, status: int = 200) -> Response:
        values = {"problem": problem, "form_mark": self._site.door.visits.mark(visit)}
        response = self._site.pages.page("sign_in", self._site.language(request), status, **values)
        self._site.door.remember(response, request, visit)
        return response


class Tables:
    """The pages of figures."""

    def __init__(self, site: Site, sources: Sources) -> None:
        self._site = site
        self._sources = sources

    async def overview(self, request: Request, visit: Visit) -> Response:
        """What to look at first."""
        now, language = self._site.clock(), self._site.language(request)
        read = [await read_table(name, self._site.database, self._sources, now) for name in OVERVIEW]
        waiting = next(sign.value for sign in read[0].rows if sign.sign == "handoffs_waiting")
        tables = [self._site.pages.shown(each, language) for each in read]
        moment = self._site.pages.labels.moment(now)
        return self._site.page(request, visit, "overview", tables=tables, waiting=waiting, moment=moment)

    async def one(self, request: Request, visit: Visit) -> Response:
        """One table."""
        name = request.path_params["name"]
        if name not in TABLES:
            return self._site.problem(request, "not_found", 404)
        table = await read_table(name, self._site.database, self._sources, self._site.clock())
        linked = f"{PATH}/handoffs" if name == "handoffs" else ""
        shown = self._site.pages.shown(table, self._site.language(request))
        return self._site.page(request, visit, "one_table", table=shown, linked=linked)

    async def acts(self, request: Request, visit: Visit) -> Response:
        """What was done here."""
        async with self._site.database.reading() as session:
            found = await acts.acts(session)
        rows = [(self._site.pages.labels.moment(row.done_at), row.act, row.handoff_id, row.session) for row in found]
        return self._site.page(request, visit, "acts", acts=rows)

"""What all of the operator's pages share: who asks, in which language, and what is said when something is wrong."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bot.insights.reading import TABLES
from bot.operator.door import PATH, Door, Refused
from bot.operator.rendering import HEADERS, LANGUAGES, Pages
from bot.operator.sessions import Visit
from bot.storage.database import Database, DatabaseError

log = logging.getLogger(__name__)
LANGUAGE_COOKIE = "advisor_operator_language"
Handler = Callable[[Request, Visit], Awaitable[Response]]
Endpoint = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Site:
    """The parts that every page works with."""

    door: Door
    pages: Pages
    database: Database
    clock: Callable[[], datetime]
    default_language: str

    def anybody(self, handler: Handler) -> Endpoint:
        """An endpoint for strangers, too; whatever goes wrong is a page that says so."""

        async def endpoint(request: Request) -> Response:
            visit = self.door.visit(request)
            try:
                response = await handler(request, visit)
            except Refused:
                return self.problem(request, "refused", 403)
            except (SQLAlchemyError, DatabaseError, OSError):
                log.exception("the operator's page cannot read the database", extra={"action": "operator_unavailable"})
                return self.problem(request, "unavailable", 503)
            if request.query_params.get("lang") in LANGUAGES:
                response.set_cookie(LANGUAGE_COOKIE, self.language(request), path=PATH, httponly=True, samesite="strict")
            return response

        return endpoint

    def operator_only(self, handler: Handler) -> Endpoint:
        """An endpoint for the operator; others are sent to sign in."""

        async def known(request: Request, visit: Visit) -> Response:
            return await handler(request, visit) if visit.is_operator else redirect("/sign-in")

        return self.anybody(known)

    def language(self, request: Request) -> str:
        """What the address asks for, else what was chosen before, else the advisor's own."""
        wanted = (request.query_params.get("lang"), request.cookies.get(LANGUAGE_COOKIE))
        return next((each for each in wanted if each in LANGUAGES), self.default_language)

    def problem(self, request: Request, word: str, status: int) -> Response:
        """A page that says what is wrong."""
        return self.pages.page("problem", self.language(request), status, problem=word)

    def page(self, request: Request, visit: Visit, name: str, /, **values: Any) -> Response:
        """A page for the operator, with the menu and the mark that its forms carry."""
        language = self.language(request)
        tables = self.pages.labels.words.tables
        menu = [
            (PATH, self.pages.say("overview", language)),
            *((f"{PATH}/tables/{each}", tables[each].title.get(language)) for each in TABLES),
            (f"{PATH}/acts", self.pages.say("acts", language)),
        ]
        frame = {"menu": menu, "here": request.url.path, "mark": self.door.visits.mark(visit)}
        return self.pages.page(name, language, **frame, **values)


def redirect(path: str) -> Response:
    """On to another of our pages, behind a form that was taken."""
    return RedirectResponse(f"{PATH}{path}", 303, headers=dict(HEADERS))

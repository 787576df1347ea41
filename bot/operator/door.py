"""The door of the operator's page: the cookie, forms that are really ours, and how often somebody may try to sign in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import Response

from bot.channels.allowance import Allowance
from bot.channels.reading import TooLarge, body_of
from bot.channels.web.origins import Origins
from bot.operator.sessions import LIFETIME, Visit, Visits

COOKIE, PATH = "advisor_operator", "/operator"
#: Tries to sign in from one address: five, then one more each minute.
TRIES, TRIES_PER_MINUTE = 5, 1.0
_MOST_BYTES = 64 * 1024
_MOST_FIELDS = 10


class Refused(Exception):
    """This request may not do what it asks for."""


class Door:
    """Lets the operator in. `seconds` is a clock that only grows."""

    def __init__(self, visits: Visits, seconds: Callable[[], float]) -> None:
        self.visits = visits
        self._tries = Allowance(TRIES, TRIES_PER_MINUTE, seconds)
        self._own_site = Origins(())

    def visit(self, request: Request) -> Visit:
        """Who asks; a stranger gets a new visit."""
        return self.visits.read(request.cookies.get(COOKIE)) or self.visits.new(is_operator=False)

    def may_try(self, request: Request) -> bool:
        """Take one try to sign in from the address's allowance; False when it is used up."""
        return self._tries.take(request.client.host if request.client else "")

    async def form(self, request: Request, visit: Visit) -> Mapping[str, str]:
        """The fields of a form that one of our pages showed in this visit. Raises Refused for any other."""
        if not self._own_site.allows(request.headers.get("origin", ""), request.headers.get("host", "")):
            raise Refused
        fields = await _fields(request)
        if not self.visits.is_mark(visit, fields.get("mark", "")):
            raise Refused
        return fields

    def remember(self, response: Response, request: Request, visit: Visit) -> None:
        """Let the browser keep the visit: for scripts and other sites it does not exist."""
        cookie, seconds = self.visits.cookie(visit), int(LIFETIME.total_seconds())
        is_https = request.url.scheme == "https"
        response.set_cookie(COOKIE, cookie, max_age=seconds, path=PATH, httponly=True, samesite="strict", secure=is_https)

    def forget(self, response: Response) -> None:
        """The visit is over."""
        response.delete_cookie(COOKIE, path=PATH)


async def _fields(request: Request) -> dict[str, str]:
    try:
        return dict(parse_qsl((await body_of(request, _MOST_BYTES)).decode(), max_num_fields=_MOST_FIELDS))
    except (TooLarge, ValueError) as error:  # ValueError: no UTF-8, or too many fields
        raise Refused from error

"""The door of the web channel: which pages may talk to us, and whose conversation a client may enter."""

from __future__ import annotations

from starlette.requests import HTTPConnection

from bot.channels.web.frames import Hello
from bot.channels.web.limits import Visitors
from bot.channels.web.origins import Origins
from bot.channels.web.sessions import BadToken, Session, Sessions

BAD_TOKEN = 4001
FORBIDDEN = 4003
TOO_MANY = 4029


class Refused(Exception):
    """This client may not come in; `code` is the one that its socket is closed with."""

    def __init__(self, code: int) -> None:
        super().__init__(str(code))
        self.code = code


class Door:
    """Lets clients in, the same way whether they come by socket or by plain requests."""

    def __init__(self, sessions: Sessions, origins: Origins, visitors: Visitors) -> None:
        self.sessions = sessions
        self.visitors = visitors
        self._origins = origins

    def knows_site(self, connection: HTTPConnection) -> bool:
        """False for a page of a site that may not talk to us. A client without an Origin is no page; it needs a token."""
        origin = connection.headers.get("origin")
        return origin is None or self._origins.allows(origin, connection.headers.get("host", ""))

    def enter(self, connection: HTTPConnection, hello: Hello) -> Session:
        """Whom the token names, or somebody new: only a page may begin, since its Origin was checked. Raises Refused."""
        if hello.token is not None:
            return self.known(hello.token)
        site = connection.headers.get("origin")
        if site is None:
            raise Refused(FORBIDDEN)
        if not self.visitors.may_begin(connection.client.host if connection.client else "", site):
            raise Refused(TOO_MANY)
        return self.sessions.new()

    def known(self, token: str) -> Session:
        """Whom the token names. Raises Refused."""
        try:
            return self.sessions.read(token)
        except BadToken as error:
            raise Refused(BAD_TOKEN) from error

    def bearer(self, connection: HTTPConnection) -> Session:
        """Whom the header `Authorization: Bearer …` names. Raises Refused."""
        scheme, _, token = connection.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            raise Refused(FORBIDDEN)
        return self.known(token.strip())

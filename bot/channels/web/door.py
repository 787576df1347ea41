"""The door of the web channel: which pages may talk to us, and whose conversation a client may enter."""

from __future__ import annotations

from starlette.requests import HTTPConnection

from bot.channels.web.frames import Hello
from bot.channels.web.limits import Visitors
from bot.channels.web.origins import Origins
from bot.channels.web.sessions import BadToken, Session, Sessions
from bot.messaging.desk import Desk, Unavailable
from bot.messaging.ending import unbroken

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

    def __init__(self, desk: Desk, sessions: Sessions, origins: Origins, visitors: Visitors) -> None:
        self._desk = desk
        self.sessions = sessions
        self.visitors = visitors
        self._origins = origins

    def knows_site(self, connection: HTTPConnection) -> bool:
        """False for a page of a site that may not talk to us. A client without an Origin is no page; it needs a token."""
        origin = connection.headers.get("origin")
        return origin is None or self._origins.allows(origin, connection.headers.get("host", ""))

    async def enter(self, connection: HTTPConnection, hello: Hello) -> Session:
        """Whom the token names, or somebody new: only a page may begin, since its Origin was checked. Raises Refused."""
        if hello.token is not None:
            return await self.known(hello.token)
        site = connection.headers.get("origin")
        if site is None:
            raise Refused(FORBIDDEN)
        if not self.visitors.may_begin(connection.client.host if connection.client else "", site):
            raise Refused(TOO_MANY)
        return self.sessions.new()

    async def known(self, token: str) -> Session:
        """Whom the token names. Raises Refused."""
        try:
            session = self.sessions.read(token)
        except BadToken as error:
            raise Refused(BAD_TOKEN) from error
        if not await self.welcomes(session):
            raise Refused(BAD_TOKEN)
        return session

    async def welcomes(self, session: Session) -> bool:
        """False when the session has been ended. While the database is away nothing can be read or said, so nobody is turned away."""
        try:
            return session.made_at is None or not await unbroken(self._desk.has_ended(session.conversation, session.made_at))
        except Unavailable:
            return True

    async def bearer(self, connection: HTTPConnection) -> Session:
        """Whom the header `Authorization: Bearer …` names. Raises Refused."""
        scheme, _, token = connection.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            raise Refused(FORBIDDEN)
        return await self.known(token.strip())

"""Going on with a conversation on another device: a link (and its QR code) with a code that works once and for a few minutes.

The code stands behind `#` in the link, so that no server's log and no Referer ever has it.
"""

from __future__ import annotations

from urllib.parse import urlencode

import segno
from starlette.requests import Request
from starlette.responses import Response

from bot.channels.web.bodies import answer, object_of, refusal, refused
from bot.channels.web.door import Door, Refused
from bot.channels.web.frames import BadFrame, known_language
from bot.channels.web.sessions import CODE_LIFETIME, BadToken
from bot.messaging.desk import Desk, Unavailable

_MOST_BYTES = 4096


class Handover:
    """Serves `/chat/handover`, `/chat/arrive` and `/chat/leave`."""

    def __init__(self, desk: Desk, door: Door) -> None:
        self._desk = desk
        self._door = door

    async def offer(self, request: Request) -> Response:
        """A link for the session of the bearer, to the same address under which the page reached us."""
        origin = request.headers.get("origin")
        if origin is None or not self._door.knows_site(request):
            return refusal(403)
        try:
            session = await self._door.bearer(request)
            if not self._door.visitors.may_speak(session.conversation):
                return refusal(429)
            language = known_language((await object_of(request, _MOST_BYTES)).get("lang")) or "ja"
        except Refused as reason:
            return refused(reason)
        except BadFrame:
            return refusal(400)
        url = f"{origin}/?{urlencode({'lang': language})}#c={self._door.sessions.code(session)}"
        qr = segno.make(url, error="m", micro=False).svg_data_uri(scale=4, border=3)
        return answer({"url": url, "qr": qr, "minutes": int(CODE_LIFETIME.total_seconds() // 60)})

    async def leave(self, request: Request) -> Response:
        """Sign the bearer's owner out of the web page, on every device: no token from before is believed any more."""
        if request.headers.get("origin") is None or not self._door.knows_site(request):
            return refusal(403)
        try:
            await self._desk.sign_out((await self._door.bearer(request)).conversation)
        except Refused as reason:
            return refused(reason)
        except Unavailable:
            return refusal(503)
        return answer({})

    async def arrive(self, request: Request) -> Response:
        """A token for whoever brings a good code first."""
        if request.headers.get("origin") is None or not self._door.knows_site(request):
            return refusal(403)
        try:
            code = (await object_of(request, _MOST_BYTES)).get("code")
            session, name = self._door.sessions.read_code(code if isinstance(code, str) else "")
            if not await self._door.welcomes(session) or not await self._desk.use_code(name):
                return refusal(410)
        except BadToken:
            return refusal(410)
        except BadFrame:
            return refusal(400)
        except Unavailable:
            return refusal(503)
        return answer({"token": self._door.sessions.token(session)})

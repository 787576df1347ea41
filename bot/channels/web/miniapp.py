"""The chat as a Telegram Mini App: who opened it stands in data that Telegram signed with the bot's token, so nobody has to say it again.

Data that is forged, too old or another bot's opens nothing: the visitor gets an ordinary web session, without a word about it.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import Response

from bot.channels.web.bodies import answer, object_of, refusal, refused
from bot.channels.web.door import TOO_MANY, Door, Refused
from bot.channels.web.frames import BadFrame
from bot.channels.web.sessions import CLOCK_SLACK, Session
from bot.messaging.desk import Desk, Unavailable

#: How old the data may be: it comes with the opening of the app, and is handed in at once.
LIFETIME = timedelta(hours=1)
#: The only site that may show the Mini App in a frame; Telegram's other apps open it in a browser of their own.
FRAMED_BY = "https://web.telegram.org"
_MOST_BYTES = 8192
_MOST_FIELDS = 32


class BadInitData(Exception):
    """The data was not signed for our bot, was changed, is too old, or names nobody."""


@dataclass(frozen=True, slots=True)
class Opened:
    """Who opened the Mini App: the number of a Telegram user, which is also that of the private chat with the bot."""

    user: int

    @property
    def conversation(self) -> str:
        """The owner's conversation in Telegram."""
        return f"telegram:{self.user}"


def read_init_data(text: str, token: str, now: datetime) -> Opened:
    """Who opened the app, by the `initData` that Telegram signed with the bot's `token`. Raises BadInitData."""
    try:
        fields = dict(parse_qsl(text, keep_blank_values=True, strict_parsing=True, max_num_fields=_MOST_FIELDS))
        _check_signature(fields, token)
        _check_age(int(fields["auth_date"]), now)
        return Opened(_number(json.loads(fields["user"])["id"]))
    except (KeyError, TypeError, ValueError, OverflowError, OSError, RecursionError) as error:
        raise BadInitData from error


def signature(fields: dict[str, str], token: str) -> str:
    """What Telegram puts into `hash`: an HMAC over the other fields in order of their names, with a key made from the token."""
    signed = "\n".join(f"{name}={value}" for name, value in sorted(fields.items()) if name != "hash")
    key = hmac.digest(b"WebAppData", token.encode(), hashlib.sha256)
    return hmac.new(key, signed.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()


def _check_signature(fields: dict[str, str], token: str) -> None:
    shown = fields["hash"].encode("utf-8", "surrogatepass")
    if not hmac.compare_digest(signature(fields, token).encode(), shown):
        raise BadInitData


def _check_age(signed_at: int, now: datetime) -> None:
    if not -CLOCK_SLACK <= now - datetime.fromtimestamp(signed_at, UTC) <= LIFETIME:
        raise BadInitData


def _number(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value <= 0:
        raise BadInitData
    return value


class MiniApp:
    """Serves `/chat/telegram`."""

    def __init__(self, desk: Desk, door: Door, token: str, clock: Callable[[], datetime]) -> None:
        self._desk = desk
        self._door = door
        self._token = token
        self._clock = clock

    async def enter(self, request: Request) -> Response:
        """A token for the visitor's conversation, joined to their person in Telegram; null when nobody can tell who they are.

        `same`: it is the conversation that this browser had already.
        """
        if request.headers.get("origin") is None or not self._door.knows_site(request):
            return refusal(403)
        try:
            text = (await object_of(request, _MOST_BYTES)).get("init")
            opened = read_init_data(text if isinstance(text, str) else "", self._token, self._clock())
            here = await self._here(request)
            session = await self._session(here, opened)
        except BadInitData:
            return answer({"token": None})
        except BadFrame:
            return refusal(400)
        except Refused as reason:
            return refused(reason)
        except Unavailable:
            return refusal(503)
        return answer({"token": self._door.sessions.token(session), "same": session == here})

    async def _session(self, here: Session | None, opened: Opened) -> Session:
        """The conversation that this browser has already, else the one that belongs to the Telegram user. Raises Refused, Unavailable.

        A browser's conversation is taken only while no other Telegram user stands behind it: several may share one phone.
        """
        own = self._door.sessions.of_telegram(opened.user)
        if not self._door.visitors.may_speak(own.conversation):
            raise Refused(TOO_MANY)
        if here and await self._desk.join_channels(here.conversation, opened.conversation):
            return here
        await self._desk.join_channels(own.conversation, opened.conversation)
        return own

    async def _here(self, request: Request) -> Session | None:
        try:
            return await self._door.bearer(request)
        except Refused:
            return None

"""Web Push: telling a browser of a check-in while no page is open. The words are encrypted for that browser (RFC 8291), and signed with
a key (VAPID, RFC 8292) that follows from the advisor's secret key: made once, the same on every replica, kept nowhere else.
"""

from __future__ import annotations

import asyncio
import base64
import json
import logging
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlencode, urlsplit

import requests
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from py_vapid import Vapid02
from pywebpush import WebPushException, webpush
from starlette.requests import Request
from starlette.responses import Response

from bot.channels.web.bodies import answer, object_of, refusal, refused
from bot.channels.web.door import Door, Refused
from bot.channels.web.frames import BadFrame
from bot.keys import Keys, newest, oldest_first
from bot.messaging.bell import wait_for
from bot.messaging.desk import Desk, Unavailable
from bot.messaging.notices import Browser, Notice

log = logging.getLogger(__name__)

#: The order of the curve P-256: a private key is a number from 1 to one less.
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
#: Where browsers have their push services. Nothing is ever sent elsewhere, whatever address a client names.
SERVICES = ("fcm.googleapis.com", "push.services.mozilla.com", "notify.windows.com", "push.apple.com")
LOOK_EVERY_SECONDS = 5.0
SEND_WITHIN_SECONDS = 10.0
_AT_ONCE = 4
#: A check-in of yesterday is still worth telling.
KEPT_SECONDS = 24 * 3600
PAUSES_SECONDS = (2.0, 10.0, None)
_LONGEST_BODY = 140
_LONGEST_ENDPOINT = 1000
_SECRET_BYTES = 16
_LONGEST_SITE = 200
_MOST_BYTES = 8192
_GONE = (404, 410)
#: What services say to a key that is not the one the browser was given.
_OTHER_KEY = (401, 403)
_TRY_AGAIN = (429, 500, 502, 503, 504)


def signing_key(secret_key: bytes) -> ec.EllipticCurvePrivateKey:
    """The key that names this advisor to push services."""
    derived = HKDF(hashes.SHA256(), 48, salt=None, info=b"advisor web push").derive(secret_key)
    return ec.derive_private_key(int.from_bytes(derived, "big") % (_ORDER - 1) + 1, ec.SECP256R1())


def public_key(key: ec.EllipticCurvePrivateKey) -> str:
    """What a browser wants as `applicationServerKey`."""
    raw = key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


class PushDoor:
    """Serves `/chat/push`: the public key, and browsers that want to be told or not to be told any more."""

    def __init__(self, desk: Desk, door: Door, secret_key: Keys, services: tuple[str, ...] = ()) -> None:
        self._desk = desk
        self._door = door
        self._key = public_key(signing_key(newest(secret_key)))
        self._services = services

    async def key(self, request: Request) -> Response:
        """The public key."""
        return answer({"key": self._key})

    async def change(self, request: Request) -> Response:
        """Begin or end telling a browser."""
        site = request.headers.get("origin")
        if site is None or len(site) > _LONGEST_SITE or not self._door.knows_site(request):
            return refusal(403)
        try:
            conversation = (await self._door.bearer(request)).conversation
            if not self._door.visitors.may_speak(conversation):
                return refusal(429)
            await self._apply(await object_of(request, _MOST_BYTES), conversation, site)
        except Refused as reason:
            return refused(reason)
        except BadFrame:
            return refusal(400)
        except Unavailable:
            return refusal(503)
        return answer({})

    async def _apply(self, body: dict[str, Any], conversation: str, site: str) -> None:
        if isinstance(gone := body.get("gone"), str) and _is_address(gone):
            await self._desk.unsubscribe(gone)
        else:
            await self._desk.subscribe(conversation, self._browser(body.get("subscription"), site))

    def _browser(self, subscription: object, site: str) -> Browser:
        """What a browser's `PushSubscription` says. Raises BadFrame."""
        given = subscription if isinstance(subscription, dict) else {}
        named = given.get("keys")
        keys: dict[str, Any] = named if isinstance(named, dict) else {}
        endpoint, p256dh, auth = given.get("endpoint"), keys.get("p256dh"), keys.get("auth")
        if not (isinstance(endpoint, str) and _is_address(endpoint) and self._is_service(endpoint)):
            raise BadFrame("bad_subscription")
        if not (isinstance(p256dh, str) and isinstance(auth, str) and _is_point(p256dh) and _is_secret(auth)):
            raise BadFrame("bad_subscription")
        return Browser(endpoint, p256dh, auth, site)

    def _is_service(self, endpoint: str) -> bool:
        try:
            parts = urlsplit(endpoint)
        except ValueError:
            return False
        if f"{parts.scheme}://{parts.netloc}" in self._services:
            return True
        host = parts.hostname or ""
        return parts.scheme == "https" and parts.netloc == host and any(host == name or host.endswith(f".{name}") for name in SERVICES)


def _is_address(text: str) -> bool:
    """Whether this can be an address as it stands in our tables."""
    return len(text) <= _LONGEST_ENDPOINT and text.isascii() and text.isprintable()


def _is_point(text: str) -> bool:
    """Whether this is a public key on the curve: what is not would only fail later, where nobody sees it."""
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), _decoded(text))
    except ValueError:
        return False
    return True


def _is_secret(text: str) -> bool:
    """Whether this is the 16 bytes that every browser makes."""
    try:
        return len(_decoded(text)) == _SECRET_BYTES
    except ValueError:
        return False


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Pusher:
    """Tells browsers of check-ins that nobody has seen. `titles` is the heading of a notice, by language."""

    def __init__(self, desk: Desk, secret_key: Keys, titles: Mapping[str, str]) -> None:
        self._desk = desk
        self._titles = titles
        #: Of its own: a push service that does not answer must not use up the threads that conversations need.
        self._threads = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="push")
        #: The newest first; a browser that allowed notices under an older key wants to see that one.
        self._vapids = [Vapid02(signing_key(key)) for key in reversed(oldest_first(secret_key))]

    async def run(self) -> None:
        """Look and tell until cancelled."""
        with self._desk.listening("web") as event:
            while True:
                try:
                    await self.tell()
                except Unavailable:
                    log.warning("notices cannot be read now", extra={"action": "push_unavailable"})
                except Exception:  # the process loop
                    log.exception("telling browsers failed", extra={"action": "push_failed"})
                await wait_for(event, LOOK_EVERY_SECONDS)

    async def tell(self) -> int:
        """Tell of everything that is due; returns how many browsers were told."""
        told = await asyncio.gather(*(self._tell_one(notice) for notice in await self._desk.claim_notices()))
        return sum(told)

    async def _tell_one(self, notice: Notice) -> bool:
        for pause in PAUSES_SECONDS:
            status = await asyncio.get_running_loop().run_in_executor(self._threads, self._send, notice)
            if status in _GONE:
                await self._desk.unsubscribe(notice.browser.endpoint)
            if status is not None and status not in _TRY_AGAIN:
                log.info("a browser was told", extra={"action": "push_sent", "status": status})
                return status < 300
            if pause is not None:
                await asyncio.sleep(pause)
        log.warning("a browser could not be told", extra={"action": "push_given_up"})
        return False

    def _send(self, notice: Notice) -> int | None:
        """The push service's status; None when it could not be reached."""
        for vapid in self._vapids:
            status = self._send_signed(notice, vapid)
            if status not in _OTHER_KEY:
                break
        return status

    def _send_signed(self, notice: Notice, vapid: Vapid02) -> int | None:
        browser, claims = notice.browser, {"sub": _contact(notice.browser.site)}
        subscription = {"endpoint": browser.endpoint, "keys": {"p256dh": browser.p256dh, "auth": browser.auth}}
        try:
            answered = webpush(subscription, self._words(notice), vapid, claims, ttl=KEPT_SECONDS, timeout=SEND_WITHIN_SECONDS)
        except WebPushException as error:
            return error.response.status_code if error.response is not None else 400
        except requests.RequestException:
            return None
        return int(getattr(answered, "status_code", 400))

    def _words(self, notice: Notice) -> str:
        reply = notice.reply
        first = reply.text.replace("**", "").strip().partition("\n")[0]
        body = first if len(first) <= _LONGEST_BODY else first[: _LONGEST_BODY - 1] + "…"
        url = f"{notice.browser.site}/?{urlencode({'lang': reply.language})}"
        title = self._titles.get(reply.language, "")
        return json.dumps({"title": title, "body": body, "lang": reply.language, "url": url}, ensure_ascii=False)


def _contact(site: str) -> str:
    """Whom a push service may ask about us: the site itself. Services take https addresses; a try-out on http names nobody."""
    return site if site.startswith("https://") else "mailto:nobody@example.com"

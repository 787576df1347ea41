"""Every surface that somebody outside can reach over HTTP or a socket, and what is sent to it."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlencode

from starlette.routing import Mount, Route, WebSocketRoute

from bot.operator.door import COOKIE
from bot.operator.sessions import Visits
from tests.fuzz.calling import Answer, Headers, request, talk
from tests.fuzz.house import HOST, SECRETS, House
from tests.fuzz.making import Maker

Send = Callable[[House, Maker], Awaitable[Answer]]
_SITE = b"http://" + HOST
_REST = SECRETS["ADVISOR_REST_TOKEN"].encode()
_HOOK = SECRETS["ADVISOR_TELEGRAM_WEBHOOK_SECRET"].encode()
_NAMES = (
    *(b"accept-language", b"accept-encoding", b"authorization", b"content-length", b"content-type", b"cookie", b"forwarded", b"host"),
    *(b"if-none-match", b"origin", b"range", b"referer", b"transfer-encoding", b"x-forwarded-for", b"x-forwarded-proto"),
    b"x-telegram-bot-api-secret-token",
)
_CLIENTS = ("127.0.0.1", "198.51.100.7", "2001:db8::7", "", "not an address", "fe80::1%eth0")
_GET, _POST = "GET", "POST"
_ACTS = ("show", "answer", "close")
_SUBSCRIPTION = {
    "endpoint": "https://fcm.googleapis.com/fcm/send/abc",
    "keys": {
        "p256dh": "BNcRdreALRFXTkOOUHK1EtK2wtaz5Ry4YfYCA_0QTpQtUbVlUls0VJXg7A8u-Ts1XbjhazAkj7I99e8QcYP7DkM",
        "auth": "tBHItJI5svbpez7KI4CCXg",
    },
}


def headers_of(maker: Maker, **valid: bytes) -> Headers:
    """Headers as a browser sends them, some spoiled."""
    found = [(b"host", HOST), *((name.replace("_", "-").encode(), value) for name, value in valid.items())]
    if maker.often(0.1):
        found = [(name, maker.header() if maker.often(0.4) else value) for name, value in found]
    if maker.often(0.2):
        found.append((maker.chance.choice(_NAMES), maker.header()))
    return found


def bearer(house: House, maker: Maker) -> bytes:
    """Somebody's token, or nearly one."""
    token = maker.chance.choice(house.tokens).encode()
    return b"Bearer " + (maker.broken(token) if maker.often(0.05) else token)


def _query(maker: Maker, *names: str) -> bytes:
    parts = [name.encode() + b"=" + maker.segment("1") for name in names if maker.often(0.5)]
    return b"&".join(parts) if maker.often(0.8) else maker.broken(b"&".join(parts))


def page(path: str, *names: str) -> Send:
    """Something that is only read."""

    async def send(house: House, maker: Maker) -> Answer:
        method = maker.chance.choice((_GET, _GET, _GET, "HEAD", "OPTIONS", "PUT", "DELETE", "TRACE", "x" * 30))
        headers = headers_of(maker, accept_language=maker.header(), if_none_match=maker.header(), accept_encoding=b"gzip")
        client = maker.chance.choice(_CLIENTS)
        return await request(house.app, method, _filled(path, house, maker), _query(maker, "lang", *names), headers, b"", client)

    return send


def _filled(path: str, house: House, maker: Maker) -> bytes:
    """An address of the route, its parts guessed, spoiled, or one of the neighbour's with something missing."""
    made = b""
    for part in path.encode().split(b"{"):
        _, closing, rest = part.rpartition(b"}")
        known = house.opened.get(path, "")[: maker.chance.randint(0, 60)] if maker.often(0.3) else "abc.def"
        made += (maker.segment(known) if closing else b"") + rest
    return made if made.startswith(b"/") else b"/" + made


def posted(path: str, valid: Callable[[House, Maker], Any], auth: Callable[[House, Maker], bytes] | None = bearer, **more: bytes) -> Send:
    """Something that takes JSON from a page of ours."""

    async def send(house: House, maker: Maker) -> Answer:
        headers = headers_of(maker, origin=_SITE, **({"authorization": auth(house, maker)} if auth else {}), **more)
        body, query = maker.body(valid(house, maker)), _query(maker, "after", "lang", "join", "stream")
        return await request(house.app, _POST, path.encode(), query, headers, body, pieces=maker.chance.choice((1, 1, 3)))

    return send


def form(path: str, *names: str) -> Send:
    """A page of the operator's, or a form on it, as the operator sends it, a stranger, or somebody with a spoiled cookie."""

    async def send(house: House, maker: Maker) -> Answer:
        visits = Visits(house.advisor.settings.signing_key(), SECRETS["ADVISOR_OPERATOR_TOKEN"], house.advisor.clock)
        visit = visits.new(is_operator=maker.often(0.7))
        cookie = visits.cookie(visit).encode()
        kept = COOKIE.encode() + b"=" + (maker.broken(cookie) if maker.often(0.1) else cookie)
        fields = {"mark": visits.mark(visit)} | {name: maker.text() for name in names}
        body = urlencode(fields, errors="replace").encode()
        headers = headers_of(maker, origin=_SITE, cookie=kept, content_type=b"application/x-www-form-urlencoded")
        address = _filled(path.replace("{number}", str(maker.chance.choice((1, 1, 10**9)))), house, maker)
        method = maker.chance.choice((_POST, _POST, _GET)) if names else maker.chance.choice((_GET, _GET, _GET, "PUT"))
        return await request(house.app, method, address, _query(maker, "lang"), headers, maker.broken(body) if maker.often(0.2) else body)

    return send


def frame(house: House, maker: Maker) -> Any:
    """A frame of `advisor.v1`."""
    cid = f"c{maker.chance.randint(0, 10**9)}"
    return maker.chance.choice(
        (
            {"type": "text", "cid": cid, "text": maker.text()},
            {"type": "button", "cid": cid, "payload": f"b{maker.chance.randint(0, 40)}.{maker.chance.randint(0, 3)}"},
            {"type": "read", "seq": maker.chance.randint(0, 100)},
            {"type": "hello", "token": maker.chance.choice(house.tokens), "after": 0, "lang": "ja", "join": "abc"},
            {"type": "hello", "token": None, "after": 0, "lang": "en"},
        )
    )


async def events(house: House, maker: Maker) -> Answer:
    """The stream, or a poll."""
    headers = headers_of(maker, origin=_SITE, authorization=bearer(house, maker))
    query = _query(maker, "after", "lang", "join", "first") + (b"&poll=1" if maker.often(0.8) else b"")
    return await request(house.app, _GET, b"/chat/events", query, headers)


async def socket(house: House, maker: Maker) -> Answer:
    """A socket, most often with a good hello, then frames of every kind."""
    hello = {"type": "hello", "token": maker.chance.choice(house.tokens), "after": maker.chance.choice((0, 0, 3, 10**6)), "lang": "ja"}
    frames: list[str | bytes] = [json.dumps(hello)] if maker.often(0.8) else []
    for _ in range(maker.chance.randint(0, 4)):
        made = maker.body(frame(house, maker))
        frames.append(made.decode() if _is_text(made) and maker.often(0.95) else made)
    protocols = ["advisor.v1"] if maker.often(0.95) else [maker.text()]
    return await talk(house.app, b"/ws", _query(maker, "x"), headers_of(maker, origin=_SITE), protocols, frames)


def _is_text(data: bytes) -> bool:
    """Whether a real server would hand it on as text: it closes the connection on what is no UTF-8."""
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _rest(house: House, maker: Maker) -> Any:
    return {"sender": maker.chance.choice(("default", f"s{maker.chance.randint(0, 30)}", maker.text())), "message": maker.text()}


def _rest_token(house: House, maker: Maker) -> bytes:
    return b"Bearer " + (_REST if maker.often(0.95) else maker.header())


def _update(house: House, maker: Maker) -> Any:
    number, chat = maker.chance.randint(1, 2**31), maker.chance.choice((1, 42, -100123, 7_000_000_000, maker.chance.randint(1, 50)))
    language = maker.chance.choice(("ja", "en", maker.text()))
    who = {"id": abs(chat), "is_bot": False, "first_name": maker.text(), "language_code": language}
    where = {"id": chat, "type": maker.chance.choice(("private", "private", "group", "supergroup", "channel")), "title": "x"}
    identity = {"message_id": maker.chance.randint(1, 10**6), "date": 1_790_000_000, "chat": where, "from": who}
    message = identity | {"text": maker.text()}
    mention = {"entities": [{"type": "mention", "offset": 0, "length": 5}]}
    message |= maker.chance.choice(({}, mention, {"caption": maker.text(), "photo": []}, {"reply_to_message": dict(message)}))
    message |= maker.chance.choice(({}, {}, {"migrate_to_chat_id": -100777}, {"venue": {}}, {"sticker": {}}))
    pressed = {"id": "1", "from": who, "chat_instance": "1", "data": "b1.0", "message": message}
    member = {"status": maker.chance.choice(("kicked", "member", "left")), "user": who, "until_date": 0}
    changed = {"chat": where, "from": who, "date": 1_790_000_000, "old_chat_member": member, "new_chat_member": member}
    kinds = {"message": message, "edited_message": message | {"edit_date": 1_790_000_001}, "callback_query": pressed}
    kinds["my_chat_member"] = changed
    kind = maker.chance.choice(list(kinds))
    return {"update_id": number, kind: kinds[kind]}


async def socketio(house: House, maker: Maker) -> Answer:
    """Rasa's Socket.IO: a handshake and packets over a socket, or over plain requests."""
    query = b"EIO=4&transport=" + (b"websocket" if maker.often(0.7) else b"polling")
    if b"polling" in query:
        query = query + (b"" if maker.often(0.5) else b"&sid=" + maker.segment("nobody"))
        method = _POST if b"sid" in query or maker.often(0.3) else _GET
        return await request(house.app, method, b"/socket.io/", query, headers_of(maker, origin=_SITE), maker.body(["user_uttered", {}]))
    session = {"session_id": maker.chance.choice((f"{maker.chance.randint(0, 9):032x}", "short", maker.text()))}
    events = [["session_request", session], ["user_uttered", session | {"message": maker.text()}], [maker.text(), maker.value()]]
    frames: list[str | bytes] = ["40"] if maker.often(0.9) else []
    for _ in range(maker.chance.randint(0, 3)):
        text = "42" + maker.encoded(maker.near(maker.chance.choice(events))).decode("utf-8", "replace")
        frames.append(maker.spoiled(text) if maker.often(0.2) else text)
    return await talk(house.app, b"/socket.io/", query, headers_of(maker, origin=_SITE), [], frames)


def _subscription(house: House, maker: Maker) -> Any:
    return maker.chance.choice(({"subscription": _SUBSCRIPTION}, {"gone": _SUBSCRIPTION["endpoint"]}, {"subscription": _SUBSCRIPTION}))


#: By route; what is sent by another method than the route's first has the method before it.
SURFACES: dict[str, Send] = {
    **{path: page(path) for path in ("/", "/demo", "/telegram", "/widget.js", "/panel.js", "/worker.js", "/healthz", "/readyz")},
    **{path: page(path) for path in ("/static/{version}/{name}", "/files/{signed}", "/calendar/{signed}.ics", "/plan/{token}")},
    **{path: page(path) for path in ("/webhooks/rest/", "/webhooks/callback/", "/webhooks/socketio/", "GET /chat/push")},
    "/metrics": page("/metrics"),
    **{path: form(path) for path in ("/operator", "/operator/sheet.css", "/operator/tables/{name}", "/operator/acts")},
    "/operator/handoffs/{number}": form("/operator/handoffs/{number}"),
    **{f"/operator/handoffs/{{number}}/{act}": form(f"/operator/handoffs/{{number}}/{act}", "key", "text") for act in _ACTS},
    "/operator/sign-in": form("/operator/sign-in", "token"),
    "/operator/sign-out": form("/operator/sign-out", "nothing"),
    "/chat/messages": posted("/chat/messages", frame),
    "/chat/events": events,
    "/chat/handover": posted("/chat/handover", lambda house, maker: {"lang": "ja"}),
    "/chat/leave": posted("/chat/leave", lambda house, maker: {}),
    "/chat/arrive": posted("/chat/arrive", lambda house, maker: {"code": maker.chance.choice(house.tokens)}, None),
    "/chat/telegram": posted("/chat/telegram", lambda house, maker: {"init": "user=%7B%22id%22%3A1%7D&auth_date=1790000000&hash=ab"}),
    "/chat/push": posted("/chat/push", _subscription),
    "/webhooks/rest/webhook": posted("/webhooks/rest/webhook", _rest, _rest_token),
    "/webhooks/callback/webhook": posted("/webhooks/callback/webhook", _rest, _rest_token),
    "/webhooks/telegram": posted("/webhooks/telegram", _update, None, x_telegram_bot_api_secret_token=_HOOK),
    "/socket.io": socketio,
    "/ws": socket,
}
#: How often a surface is chosen: those that take what owners write, much more often than those that only show something.
WEIGHTS = dict.fromkeys(SURFACES, 2) | {"/chat/messages": 14, "/ws": 10, "/webhooks/telegram": 14, "/chat/push": 6, "/socket.io": 5}
WEIGHTS |= {"/webhooks/rest/webhook": 5, "/webhooks/callback/webhook": 2, "/chat/telegram": 5}


def surfaces_of(route: Any) -> list[str]:
    """The names under which a route must be found in SURFACES."""
    if isinstance(route, WebSocketRoute | Mount):
        return [route.path]
    assert isinstance(route, Route), f"a new kind of route: {route}"
    return [f"GET {route.path}" if route.path == "/chat/push" and "GET" in (route.methods or ()) else route.path]


def uncovered(house: House) -> list[str]:
    """Routes that nothing is sent to, and surfaces that no route serves."""
    served = {name for route in house.routes for name in surfaces_of(route)}
    return sorted(served ^ set(SURFACES))

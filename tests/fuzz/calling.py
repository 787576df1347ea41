"""An ASGI application called in process, with whatever bytes a wire can carry: faster than a socket, and stricter than any client."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

#: Nothing that is asked takes longer.
PATIENCE = 5.0
Headers = list[tuple[bytes, bytes]]


class Hung(Exception):
    """No answer in time."""


@dataclass(slots=True)
class Answer:
    """What came back; status 0: nothing did."""

    status: int = 0
    headers: Headers = field(default_factory=list)
    body: bytes = b""
    frames: list[str] = field(default_factory=list)

    @property
    def everything(self) -> bytes:
        """All bytes that the caller gets to see."""
        headers = [name + b": " + value for name, value in self.headers]
        return b"\n".join([self.body, *headers, *(each.encode("utf-8", "replace") for each in self.frames)])

    def header(self, wanted: bytes) -> bytes:
        """One header's value."""
        return next((value for name, value in self.headers if name.lower() == wanted), b"")


def _scope(kind: str, path: bytes, query: bytes, headers: Headers, client: str) -> dict[str, Any]:
    return {
        "type": kind,
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "scheme": "http" if kind == "http" else "ws",
        "path": unquote(path.decode("ascii", "replace")),
        "raw_path": path,
        "query_string": query,
        "root_path": "",
        "headers": headers,
        "client": (client, 50_000),
        "server": ("127.0.0.1", 8000),
        "state": {},
        "extensions": {"websocket.http.response": {}},
    }


async def request(
    app: Any,
    method: str,
    path: bytes,
    query: bytes = b"",
    headers: Headers | None = None,
    body: bytes = b"",
    client: str = "127.0.0.1",
    pieces: int = 1,
) -> Answer:
    """One request; a stream is left after its first bytes. Raises Hung, and whatever the application raises."""
    scope = _scope("http", path, query, headers or [], client) | {"method": method}
    answer, has_enough = Answer(), asyncio.Event()
    size = max(1, -(-len(body) // pieces))
    parts = [body[start : start + size] for start in range(0, len(body), size)] or [b""]

    async def receive() -> dict[str, Any]:
        if parts:
            part = parts.pop(0)
            return {"type": "http.request", "body": part, "more_body": bool(parts)}
        await has_enough.wait()
        return {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            answer.status, answer.headers = message["status"], list(message["headers"])
        elif message["type"] == "http.response.body":
            answer.body += message.get("body", b"")
            if answer.body and (b"event-stream" in answer.header(b"content-type") or not message.get("more_body")):
                has_enough.set()

    await _in_time(app(scope, receive, send))
    return answer


async def talk(app: Any, path: bytes, query: bytes, headers: Headers, protocols: list[str], frames: list[str | bytes]) -> Answer:
    """A socket on which `frames` are sent one after the other, then left. Raises as :func:`request`."""
    scope = _scope("websocket", path, query, headers, "127.0.0.1") | {"subprotocols": protocols}
    answer, waiting = Answer(), [{"type": "websocket.connect"}, *(_received(frame) for frame in frames)]
    closed = asyncio.Event()

    async def receive() -> dict[str, Any]:
        if waiting and not closed.is_set():
            await asyncio.sleep(0)  # let the other direction speak in between
            return waiting.pop(0)
        await asyncio.sleep(0.002)
        return {"type": "websocket.disconnect", "code": 1000}

    async def send(message: dict[str, Any]) -> None:
        match message["type"]:
            case "websocket.accept":
                answer.status = 101
            case "websocket.send":
                answer.frames.append(message.get("text") or (message.get("bytes") or b"").decode("utf-8", "replace"))
            case "websocket.close":
                answer.status = answer.status or 403
                closed.set()
            case "websocket.http.response.start":
                answer.status, answer.headers = message["status"], list(message["headers"])
            case "websocket.http.response.body":
                answer.body += message.get("body", b"")

    await _in_time(app(scope, receive, send))
    return answer


def _received(frame: str | bytes) -> dict[str, Any]:
    return {"type": "websocket.receive", "text": frame} if isinstance(frame, str) else {"type": "websocket.receive", "bytes": frame}


async def _in_time(call: Any) -> None:
    try:
        async with asyncio.timeout(PATIENCE):
            await call
    except TimeoutError as error:
        raise Hung from error

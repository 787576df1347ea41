"""What Rasa's own channels take and give: the pieces that they share."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from typing import Any

from starlette.requests import Request

from bot.channels.reading import TooLarge, body_of
from bot.keys import is_bearer
from bot.messaging.desk import Desk
from bot.messaging.message import Incoming, Reply, clean

MOST_BYTES = 256 * 1024
_LONGEST_SENDER = 120


class BadRequest(Exception):
    """The body is not what Rasa's channel takes."""


def may_enter(request: Request, token: str) -> bool:
    """Whether the caller sent our token as `Authorization: Bearer …`."""
    return is_bearer(request.headers.get("authorization", ""), token)


async def read(request: Request, desk: Desk, channel: str) -> tuple[Incoming, str]:
    """The message and its sender, whatever content type they came with: Rasa's own widget sends text/plain. Raises BadRequest."""
    body = await _object(request)
    sender, text = body.get("sender") or "default", body.get("message")
    if not isinstance(sender, str) or not isinstance(text, str | None):
        raise BadRequest("'sender' and 'message' are texts")
    if clean(sender) != sender:
        raise BadRequest("'sender' has characters that no name has")
    if len(sender) > _LONGEST_SENDER:
        raise BadRequest(f"'sender' is longer than {_LONGEST_SENDER} characters")
    return await said(desk, channel, f"{channel}:{sender}", text or ""), sender


async def said(desk: Desk, channel: str, conversation: str, text: str) -> Incoming:
    """A message of these channels: typed words, or a button's payload sent back, which presses it."""
    text = text.strip()
    pressed = text if await desk.is_button(conversation, text) else None
    # Rasa's channels have no message ids: every request is a message of its own, as with Rasa.
    return Incoming(channel, secrets.token_urlsafe(16), conversation, text="" if pressed else text, button=pressed)


async def _object(request: Request) -> dict[str, Any]:
    try:
        body = json.loads(await body_of(request, MOST_BYTES))
    except TooLarge as error:
        raise BadRequest(f"the body is larger than {MOST_BYTES} bytes") from error
    except (ValueError, RecursionError) as error:
        raise BadRequest("the body is not JSON") from error
    if not isinstance(body, dict):
        raise BadRequest("the body is not a JSON object")
    return body


def paragraphs(text: str) -> list[str]:
    """Rasa splits plain text at blank lines and sends every part as a message of its own."""
    return [part for part in text.strip().split("\n\n") if part]


def as_rest(sender: str, reply: Reply, base: str = "") -> Iterator[dict[str, Any]]:
    """A reply in the form of Rasa's REST and callback channels: text with buttons is not split; then image and file.

    `base` is our own address, so that a front end elsewhere finds pictures and documents.
    """
    if reply.buttons:
        buttons = [{"title": each.title, "payload": each.payload} for each in reply.buttons]
        yield {"recipient_id": sender, "text": reply.text, "buttons": buttons}
    else:
        yield from ({"recipient_id": sender, "text": part} for part in paragraphs(reply.text))
    if reply.image:
        yield {"recipient_id": sender, "image": base + reply.image.url}
    if reply.file:
        yield {"recipient_id": sender, "attachment": base + reply.file.url}


def as_socketio(reply: Reply, base: str = "") -> Iterator[dict[str, Any]]:
    """A reply in the form of Rasa's Socket.IO channel: the text is split, and its buttons stand with the last part.

    Its clients have no text alternative for a picture, so that one is sent as text when there is no other.
    """
    parts = paragraphs(reply.text) or ([reply.image.alt] if reply.image else [])
    if reply.buttons:
        quick = [{"content_type": "text", "title": each.title, "payload": each.payload} for each in reply.buttons]
        parts = parts or [""]
        yield from ({"text": part, "quick_replies": []} for part in parts[:-1])
        yield {"text": parts[-1], "quick_replies": quick}
    else:
        yield from ({"text": part} for part in parts)
    if reply.image:
        yield {"attachment": {"type": "image", "payload": {"src": base + reply.image.url}}}
    if reply.file:
        yield {"attachment": {"type": "file", "payload": {"src": base + reply.file.url, "name": reply.file.name}}}

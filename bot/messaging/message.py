"""What goes in and out: the words that channels, turns and the assistant share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

#: Longer messages are cut here, once, at the door: nobody types 4,000 characters of meaning to a chat bot.
TEXT_LIMIT = 4000
#: Control characters that neither PostgreSQL nor a screen can hold; line breaks and tabs stay.
_UNPRINTABLE = dict.fromkeys((*range(9), 11, 12, *range(14, 32), 127, *range(55296, 57344)))


def clean(text: str) -> str:
    """Text as it is kept: without NUL, control characters and lone surrogates, trimmed, cut to TEXT_LIMIT characters."""
    return text.translate(_UNPRINTABLE).strip()[:TEXT_LIMIT]


@dataclass(frozen=True, slots=True)
class Incoming:
    """One thing that reached the advisor: typed words, a pressed button, a command, or a check-in that came due.

    `external_id` is unique within `channel` and makes a second arrival of the same thing harmless.
    `button` is the payload exactly as it was handed out; `command` a word such as `help` that a channel's own menu sends.
    """

    channel: str
    external_id: str
    conversation: str
    text: str = ""
    button: str | None = None
    command: str | None = None
    #: Row id of the check-in, when it is the clock that speaks.
    checkin: int | None = None
    #: The same of a weekly summary.
    digest: int | None = None
    #: The same of a hand-off, when it is the operator who answers in it; without text, it was closed unanswered.
    handoff: int | None = None
    #: What kind of thing came that is not text (photo, voice, sticker, location, contact, file).
    attachment: str | None = None
    #: The language that the owner's client says it speaks.
    language: str | None = None
    #: The client's own id of this message, given back with it in the history.
    client_id: str | None = None
    #: A one-time code out of a link that the owner followed.
    code: str | None = None
    #: `client_id` of an earlier message that the owner has rewritten into this one.
    corrects: str | None = None
    #: Several people read along, so nothing that belongs to one owner is said.
    is_group: bool = False

    @property
    def is_of_clock(self) -> bool:
        """Whether it is the clock that speaks, and not the owner."""
        return self.checkin is not None or self.digest is not None

    @property
    def is_of_owner(self) -> bool:
        """Whether it is the owner who speaks, and neither the clock nor the operator."""
        return not self.is_of_clock and self.handoff is None

    def body(self) -> dict[str, Any]:
        """The part that is stored as JSON; addresses have columns of their own."""
        of_ours = ("checkin", "digest", "handoff")
        kept = ("text", "button", "command", *of_ours, "attachment", "language", "client_id", "code", "corrects", "is_group")
        body = {name: value for name in kept if (value := getattr(self, name)) not in (None, "", False)}
        if self.text:
            body["text"] = clean(self.text)
        return body


def words_of(body: Mapping[str, Any]) -> str:
    """What a stored line says to its reader, whichever side it is of: a pressed button says its title."""
    return str(body.get("title") or body.get("text") or body.get("command") or body.get("attachment") or "")


@dataclass(frozen=True, slots=True)
class Button:
    """A choice: `title` is shown, `payload` (given by the outbox) is sent back when it is pressed.

    `meaning` is what a press says to the assistant, `intent?name=value&…`; it never leaves the house, so nobody can type one.
    """

    title: str
    payload: str = ""
    meaning: str = ""


@dataclass(frozen=True, slots=True)
class Image:
    """A picture with its text alternative; width and height in CSS pixels."""

    url: str
    alt: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class File:
    """A document to download; size in bytes, 0 while it is not drawn yet."""

    name: str
    url: str
    size: int


@dataclass(frozen=True, slots=True)
class Reply:
    """One message of the advisor."""

    text: str = ""
    buttons: tuple[Button, ...] = ()
    image: Image | None = None
    file: File | None = None
    language: str = "ja"
    #: Ids of the answers and entries that this message rests on, so that "why?" can always be answered.
    rests_on: tuple[str, ...] = ()

    def body(self) -> dict[str, Any]:
        """As stored in the outbox and sent to clients; empty parts are left out."""
        parts = {
            "text": self.text,
            "buttons": [{"title": each.title, "payload": each.payload, "meaning": each.meaning} for each in self.buttons],
            "image": asdict(self.image) if self.image else None,
            "file": asdict(self.file) if self.file else None,
            "language": self.language,
            "rests_on": self.rests_on,
        }
        return {name: value for name, value in parts.items() if value}

    @classmethod
    def from_body(cls, body: dict[str, Any]) -> Reply:
        """The reverse of :meth:`body`."""
        return cls(
            text=body.get("text", ""),
            buttons=tuple(Button(**button) for button in body.get("buttons", ())),
            image=Image(**body["image"]) if body.get("image") else None,
            file=File(**body["file"]) if body.get("file") else None,
            language=body.get("language", "ja"),
            rests_on=tuple(body.get("rests_on", ())),
        )


def text_only(replies: Iterable[Reply]) -> list[Reply]:
    """Replies without buttons, pictures and documents: what may be said where several people read along."""
    return [replace(reply, buttons=(), image=None, file=None) for reply in replies]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a conversation as its reader sees it, in the order of `seq`."""

    seq: int
    author: str  # "owner" or "advisor"
    reply: Reply
    at: datetime
    #: The client's id of an owner's line, the title of a pressed button being its text.
    client_id: str | None = None
    #: Payload of the button that the owner pressed.
    button: str | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """An outbox row that a channel has claimed and may now send; `attempt` is the fence that marks must carry."""

    id: int
    conversation: str
    seq: int
    attempt: int
    reply: Reply
    #: A copy may already have arrived: the last try ended without an answer.
    repeated: bool = False
    #: Nobody waits for it (a check-in).
    is_nudge: bool = False
    #: Seconds to wait before it may leave, so that the channel's limits are kept.
    wait: float = 0.0

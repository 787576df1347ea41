"""The frames of the subprotocol `advisor.v1`: what a client may say, checked; and what is said to it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from bot.messaging.message import Line, clean

PROTOCOL = "advisor.v1"
#: The server hands in the greeting under this id, so no client may use it.
GREETING = "hello"
_CID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_JOIN_CODE = re.compile(r"[A-Za-z0-9]{1,32}")
_PAYLOAD = re.compile(r"[\x21-\x7e]{1,64}")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")
_LONGEST_LANGUAGE = 16
#: The widest number that the tables' columns hold.
_LARGEST_SEQ = 2**31 - 1


class BadFrame(Exception):
    """A frame that is not of the protocol. `cid` tells the client which message will never be taken, when it can be known."""

    def __init__(self, code: str, cid: str | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.cid = cid


@dataclass(frozen=True, slots=True)
class Hello:
    """The client's first frame: who it is, the last line it has, and the code of the link that it was opened with."""

    token: str | None
    after: int
    language: str | None
    join: str | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """Typed words, or a pressed button; `cid` is the client's own id of it."""

    cid: str
    text: str = ""
    button: str | None = None


@dataclass(frozen=True, slots=True)
class Read:
    """The owner has seen everything up to this line."""

    seq: int


Frame = Hello | Said | Read


def parse(text: str) -> Frame:
    """What a client's frame says. Raises BadFrame."""
    try:
        frame = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadFrame("bad_json") from error
    kind = frame.get("type") if isinstance(frame, dict) else None
    reader = _READERS.get(kind) if isinstance(kind, str) else None
    if reader is None:
        raise BadFrame("bad_frame")
    return reader(frame)


def _hello(frame: dict[str, Any]) -> Hello:
    token, after, language = frame.get("token"), frame.get("after", 0), frame.get("lang")
    if not (_is_position(after) and (token is None or isinstance(token, str))):
        raise BadFrame("bad_frame")
    return Hello(token or None, after, known_language(language), known_code(frame.get("join")))


def _is_position(number: object) -> bool:
    return isinstance(number, int) and not isinstance(number, bool) and 0 <= number <= _LARGEST_SEQ


def position(text: str) -> int:
    """The place in a conversation that an address names; its beginning when it names none."""
    number = int(text) if text.isascii() and text.isdigit() and len(text) <= len(str(_LARGEST_SEQ)) else 0
    return min(number, _LARGEST_SEQ)


def known_code(code: object) -> str | None:
    """The code of a colleague's link, when it can be one."""
    return code if isinstance(code, str) and _JOIN_CODE.fullmatch(code) else None


def known_language(language: object) -> str | None:
    """What a client says it speaks, when it is a language tag."""
    is_tag = isinstance(language, str) and len(language) <= _LONGEST_LANGUAGE and _LANGUAGE.fullmatch(language)
    return str(language) if is_tag else None


def _read(frame: dict[str, Any]) -> Read:
    if not _is_position(frame.get("seq")):
        raise BadFrame("bad_frame")
    return Read(frame["seq"])


def _text(frame: dict[str, Any]) -> Said:
    cid, text = _cid(frame), frame.get("text")
    if not isinstance(text, str) or not clean(text):
        raise BadFrame("bad_text", cid)
    return Said(cid, text=text)


def _button(frame: dict[str, Any]) -> Said:
    cid, payload = _cid(frame), frame.get("payload")
    if not (isinstance(payload, str) and _PAYLOAD.fullmatch(payload)):
        raise BadFrame("bad_payload", cid)
    return Said(cid, button=payload)


def _cid(frame: dict[str, Any]) -> str:
    cid = frame.get("cid")
    if not (isinstance(cid, str) and _CID.fullmatch(cid) and cid != GREETING):
        raise BadFrame("bad_cid")
    return cid


_READERS: dict[str, Callable[[dict[str, Any]], Frame]] = {"hello": _hello, "text": _text, "button": _button, "read": _read}


def encode(kind: str, **parts: Any) -> str:
    """A frame for the client; parts without a value are left out."""
    frame = {"type": kind} | {name: value for name, value in parts.items() if value is not None}
    return json.dumps(frame, ensure_ascii=False, separators=(",", ":"))


def message(line: Line, replay: bool) -> str:
    """The frame of one line of the conversation. `replay` marks what was said before this connection."""
    reply = line.reply
    spoken = line.author == "advisor"
    return encode(
        "message",
        **{"from": line.author},
        seq=line.seq,
        id=f"m{line.seq}",
        text=reply.text,
        buttons=[{"title": button.title, "payload": button.payload} for button in reply.buttons],
        image=asdict(reply.image) if reply.image else None,
        file=asdict(reply.file) if reply.file else None,
        lang=reply.language if spoken else None,  # what language the owner wrote in, nobody recorded
        at=line.at.isoformat(),
        cid=line.client_id,
        button=line.button,
        replay=True if replay else None,
    )

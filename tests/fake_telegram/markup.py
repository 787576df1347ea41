"""Telegram's HTML, read as strictly as Telegram reads it."""

from __future__ import annotations

import html
import re
from typing import Any

from tests.fake_telegram.faults import BadRequest

_TAGS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
    "a": "text_link",
}
_TAG = re.compile(r"<(/?)([a-zA-Z-]*)((?:\s+[a-z-]+(?:=(?:\"[^\"]*\"|'[^']*'))?)*)\s*>")
_REFERENCE = re.compile(r"&(?:lt|gt|amp|quot|#\d+|#x[0-9a-fA-F]+);")

Entity = dict[str, Any]


def utf16(text: str) -> int:
    """Length in UTF-16 units, which is how Telegram counts."""
    return len(text.encode("utf-16-le")) // 2


def read_html(source: str) -> tuple[str, list[Entity]]:
    """The text and its entities. Raises BadRequest as Telegram does for what it cannot parse."""
    plain, entities, position = "", [], 0
    open_tags: list[tuple[str, int, str]] = []
    while (at := source.find("<", position)) >= 0:
        plain += _unescaped(source[position:at])
        tag = _TAG.match(source, at)
        name = tag[2].lower() if tag else source[at + 1 : at + 9]
        if tag is None or name not in _TAGS:
            raise BadRequest(f'can\'t parse entities: Unsupported start tag "{name}" at byte offset {len(source[:at].encode())}')
        if tag[1]:
            entities.append(_closed(open_tags, name, plain, at))
        else:
            open_tags.append((name, utf16(plain), tag[3]))
        position = tag.end()
    if open_tags:
        raise BadRequest(f"can't parse entities: Can't find end tag corresponding to start tag \"{open_tags[-1][0]}\"")
    return plain + _unescaped(source[position:]), sorted(entities, key=lambda entity: entity["offset"])


def _closed(open_tags: list[tuple[str, int, str]], name: str, plain: str, at: int) -> Entity:
    if not open_tags or open_tags[-1][0] != name:
        raise BadRequest(f"can't parse entities: Unmatched end tag at byte offset {at}, found </{name}>")
    _, start, attributes = open_tags.pop()
    entity: Entity = {"type": _TAGS[name], "offset": start, "length": utf16(plain) - start}
    if link := re.search(r"href=[\"']([^\"']*)", attributes):
        entity["url"] = html.unescape(link[1])
    return entity


def _unescaped(text: str) -> str:
    return _REFERENCE.sub(lambda match: html.unescape(match[0]), text)


def read_text(fields: dict[str, Any]) -> tuple[str, list[Entity]]:
    """The text of a message to send or edit, with entities, as the fields ask for it. Raises BadRequest."""
    text, entities = _read(fields, "text", "entities")
    if not text.strip():
        raise BadRequest("message text is empty")
    if utf16(text) > 4096:
        raise BadRequest("message is too long")
    return text, entities


def read_caption(fields: dict[str, Any]) -> tuple[str, list[Entity]]:
    """The caption of a picture or document; it may be empty. Raises BadRequest."""
    text, entities = _read(fields, "caption", "caption_entities")
    if utf16(text) > 1024:
        raise BadRequest("message caption is too long")
    return text, entities


def _read(fields: dict[str, Any], name: str, entities_name: str) -> tuple[str, list[Entity]]:
    mode, text = fields.get("parse_mode"), str(fields.get(name, ""))
    if mode not in (None, "HTML"):
        raise BadRequest("unsupported parse_mode")
    if len(text.encode()) > 32_768:
        raise BadRequest("message is too long")
    entities = list(fields.get(entities_name, ()))
    if mode == "HTML":
        text, entities = read_html(text)
    if any(entity["offset"] + entity["length"] > utf16(text) for entity in entities):
        raise BadRequest("entity beyond the end of the text")
    return text.rstrip(), entities


def read_keyboard(markup: Any) -> dict[str, Any] | None:
    """The inline keyboard of a message. Raises BadRequest as Telegram does."""
    rows = [row for row in (markup or {}).get("inline_keyboard", []) if row]
    buttons = [button for row in rows for button in row]
    if len(buttons) > 100 or any(len(row) > 8 for row in rows):
        raise BadRequest("reply markup is too long")
    for button in buttons:
        _check_button(button)
    return {"inline_keyboard": rows} if rows else None


def _check_button(button: dict[str, Any]) -> None:
    if not str(button.get("text", "")).strip():
        raise BadRequest("inline keyboard button text is empty")
    kinds = {"callback_data", "url", "web_app"} & button.keys()
    if len(kinds) != 1:
        raise BadRequest("text buttons are unallowed in the inline keyboard")
    if "callback_data" in kinds and not 1 <= len(button["callback_data"].encode()) <= 64:
        raise BadRequest("BUTTON_DATA_INVALID")

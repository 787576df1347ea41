"""The methods of the Bot API that the advisor uses, except getUpdates, which waits and so lives in the server."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from tests.fake_telegram.faults import BadRequest, Refusal
from tests.fake_telegram.markup import read_caption, read_keyboard, read_text
from tests.fake_telegram.world import BOT, Message, World

Fields = dict[str, Any]
_ENTITIES = {"text": "entities", "caption": "caption_entities"}
#: The methods that count as messages for Telegram's limits.
SENDING = frozenset({"sendMessage", "sendPhoto", "sendDocument"})


@dataclass(frozen=True)
class Upload:
    """A file in a request."""

    name: str
    data: bytes


_NOT_MODIFIED = "message is not modified: specified new message content and reply markup are exactly the same as a current content"
_ACTIONS = {"typing", "upload_photo", "upload_document", "record_voice", "upload_voice", "find_location", "choose_sticker"}


def get_me(world: World, fields: Fields) -> dict[str, Any]:
    """getMe"""
    rights = {"can_join_groups": True, "can_read_all_group_messages": False, "supports_inline_queries": False}
    return BOT | rights


def send_message(world: World, fields: Fields) -> Message:
    """sendMessage"""
    text, entities = read_text(fields)
    markup = read_keyboard(fields.get("reply_markup"))
    content = _content("text", text, entities, markup)
    return world.add_message(world.reachable(fields["chat_id"]), BOT, content)


def send_photo(world: World, fields: Fields) -> Message:
    """sendPhoto: a real PNG, JPEG or WebP of at most 10 MB."""
    data = _upload(fields, "photo", 10)
    if not data.startswith((b"\x89PNG", b"\xff\xd8", b"RIFF")):
        raise BadRequest("IMAGE_PROCESS_FAILED")
    size = {"file_id": f"p{len(data)}", "file_unique_id": "p", "width": 90, "height": 90, "file_size": len(data)}
    return _send_media(world, fields, {"photo": [size]})


def send_document(world: World, fields: Fields) -> Message:
    """sendDocument: at most 50 MB, kept with its name."""
    data, name = _upload(fields, "document", 50), fields["document"].name
    return _send_media(world, fields, {"document": {"file_id": "d", "file_unique_id": "d", "file_name": name, "file_size": len(data)}})


def _upload(fields: Fields, name: str, megabytes: int) -> bytes:
    upload = fields.get(name)
    if not isinstance(upload, Upload) or not upload.data:
        raise BadRequest(f"there is no {name} in the request")
    if len(upload.data) > megabytes * 2**20:
        raise Refusal(413, "Request Entity Too Large")
    return upload.data


def _send_media(world: World, fields: Fields, media: dict[str, Any]) -> Message:
    caption, entities = read_caption(fields)
    markup = read_keyboard(fields.get("reply_markup"))
    return world.add_message(world.reachable(fields["chat_id"]), BOT, media | _content("caption", caption, entities, markup))


def edit_message_caption(world: World, fields: Fields) -> Message:
    """editMessageCaption: without a keyboard in the call, the message has none afterwards."""
    message = world.bots_message(world.reachable(fields["chat_id"]), fields["message_id"])
    if "text" in message:
        raise BadRequest("there is no caption in the message to edit")
    caption, entities = read_caption(fields)
    return _replace(message, _content("caption", caption, entities, read_keyboard(fields.get("reply_markup"))))


def edit_message_text(world: World, fields: Fields) -> Message:
    """editMessageText: without a keyboard in the call, the message has none afterwards."""
    message = world.bots_message(world.reachable(fields["chat_id"]), fields["message_id"])
    if "text" not in message:
        raise BadRequest("there is no text in the message to edit")
    text, entities = read_text(fields)
    return _replace(message, _content("text", text, entities, read_keyboard(fields.get("reply_markup"))))


def edit_message_reply_markup(world: World, fields: Fields) -> Message:
    """editMessageReplyMarkup"""
    message = world.bots_message(world.reachable(fields["chat_id"]), fields["message_id"])
    markup = read_keyboard(fields.get("reply_markup"))
    kind = "text" if "text" in message else "caption"
    return _replace(message, _content(kind, message.get(kind, ""), message.get(_ENTITIES[kind], []), markup))


def answer_callback_query(world: World, fields: Fields) -> bool:
    """answerCallbackQuery"""
    query = fields["callback_query_id"]
    if world.presses.get(query, True):
        raise BadRequest("query is too old and response timeout expired or query ID is invalid")
    world.presses[query] = True
    return True


def send_chat_action(world: World, fields: Fields) -> bool:
    """sendChatAction"""
    world.reachable(fields["chat_id"])
    if fields.get("action") not in _ACTIONS:
        raise BadRequest("wrong parameter action in request")
    return True


def set_my_commands(world: World, fields: Fields) -> bool:
    """setMyCommands"""
    commands, language = fields["commands"], fields.get("language_code", "")
    if language and not re.fullmatch("[a-z]{2}", language):
        raise BadRequest("invalid language code specified")
    if len(commands) > 100:
        raise BadRequest("BOT_COMMANDS_TOO_MUCH")
    for command in commands:
        if not re.fullmatch("[a-z0-9_]{1,32}", command["command"]):
            raise BadRequest("BOT_COMMAND_INVALID")
        if not 1 <= len(command["description"]) <= 256:
            raise BadRequest("BOT_COMMAND_DESCRIPTION_INVALID")
    world.commands[fields.get("scope", {}).get("type", "default"), language] = commands
    return True


def set_chat_menu_button(world: World, fields: Fields) -> bool:
    """setChatMenuButton: for all private chats when no chat is named."""
    button = fields.get("menu_button", {"type": "default"})
    if button["type"] not in ("default", "commands", "web_app"):
        raise BadRequest("unsupported menu button type specified")
    if button["type"] == "web_app":
        if urlsplit(button["web_app"]["url"]).scheme != "https":
            raise BadRequest(f"menu button Web App URL '{button['web_app']['url']}' is invalid: Only HTTPS links are allowed")
        if not button["text"]:
            raise BadRequest("menu button text must be non-empty")
    world.menu_buttons[fields.get("chat_id")] = button
    return True


def set_my_description(world: World, fields: Fields) -> bool:
    """setMyDescription"""
    return _describe(world, fields, "description", 512)


def set_my_short_description(world: World, fields: Fields) -> bool:
    """setMyShortDescription"""
    return _describe(world, fields, "short_description", 120)


def _describe(world: World, fields: Fields, name: str, most: int) -> bool:
    text, language = fields.get(name, ""), fields.get("language_code", "")
    if language and not re.fullmatch("[a-z]{2}", language):
        raise BadRequest("invalid language code specified")
    if len(text) > most:
        raise BadRequest(f"BOT_{name.upper()}_TOO_LONG")
    world.descriptions[name, language] = text
    return True


def delete_webhook(world: World, fields: Fields) -> bool:
    """deleteWebhook"""
    world.webhook = ""
    if fields.get("drop_pending_updates"):
        world.updates.clear()
    return True


def set_webhook(world: World, fields: Fields) -> bool:
    """setWebhook: from now on the bot is called, and may not poll."""
    url, secret = str(fields.get("url", "")), str(fields.get("secret_token", ""))
    address = urlsplit(url)
    if url and address.scheme != "https":
        raise BadRequest("bad webhook: An HTTPS URL must be provided for webhook")
    if url and address.port not in (None, 443, 80, 88, 8443):
        raise BadRequest("bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443")
    if not re.fullmatch("[A-Za-z0-9_-]{0,256}", secret):
        raise BadRequest("secret token contains unallowed characters")
    world.webhook = url
    world.secret = secret
    world.allowed = list(fields.get("allowed_updates", world.allowed))
    return True


def get_webhook_info(world: World, fields: Fields) -> dict[str, Any]:
    """getWebhookInfo"""
    return {"url": world.webhook, "has_custom_certificate": False, "pending_update_count": len(world.updates)}


def _content(kind: str, text: str, entities: list[dict[str, Any]], markup: dict[str, Any] | None) -> dict[str, Any]:
    content: dict[str, Any] = {kind: text} if text else {}
    return content | ({_ENTITIES[kind]: entities} if entities else {}) | ({"reply_markup": markup} if markup else {})


def _replace(message: Message, content: dict[str, Any]) -> Message:
    changeable = (*_ENTITIES, *_ENTITIES.values(), "reply_markup")
    if {name: message[name] for name in changeable if name in message} == content:
        raise BadRequest(_NOT_MODIFIED)
    for name in changeable:
        message.pop(name, None)
    message.update(content)
    return message


METHODS: dict[str, Callable[[World, Fields], Any]] = {
    "getMe": get_me,
    "sendMessage": send_message,
    "sendPhoto": send_photo,
    "sendDocument": send_document,
    "editMessageText": edit_message_text,
    "editMessageCaption": edit_message_caption,
    "editMessageReplyMarkup": edit_message_reply_markup,
    "answerCallbackQuery": answer_callback_query,
    "sendChatAction": send_chat_action,
    "setMyCommands": set_my_commands,
    "setChatMenuButton": set_chat_menu_button,
    "setMyDescription": set_my_description,
    "setMyShortDescription": set_my_short_description,
    "setWebhook": set_webhook,
    "getWebhookInfo": get_webhook_info,
    "deleteWebhook": delete_webhook,
}

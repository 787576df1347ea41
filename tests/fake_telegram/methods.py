"""The methods of the Bot API that the advisor uses, except getUpdates, which waits and so lives in the server."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from tests.fake_telegram.faults import BadRequest
from tests.fake_telegram.markup import read_keyboard, read_text
from tests.fake_telegram.world import BOT, Message, World

Fields = dict[str, Any]
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
    content = _content(text, entities, markup)
    return world.add_message(world.reachable(fields["chat_id"]), BOT, content)


def edit_message_text(world: World, fields: Fields) -> Message:
    """editMessageText: without a keyboard in the call, the message has none afterwards."""
    message = world.bots_message(world.reachable(fields["chat_id"]), fields["message_id"])
    text, entities = read_text(fields)
    return _replace(message, _content(text, entities, read_keyboard(fields.get("reply_markup"))))


def edit_message_reply_markup(world: World, fields: Fields) -> Message:
    """editMessageReplyMarkup"""
    message = world.bots_message(world.reachable(fields["chat_id"]), fields["message_id"])
    markup = read_keyboard(fields.get("reply_markup"))
    return _replace(message, _content(message["text"], message.get("entities", []), markup))


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


def delete_webhook(world: World, fields: Fields) -> bool:
    """deleteWebhook"""
    world.has_webhook = False
    if fields.get("drop_pending_updates"):
        world.updates.clear()
    return True


def _content(text: str, entities: list[dict[str, Any]], markup: dict[str, Any] | None) -> dict[str, Any]:
    content: dict[str, Any] = {"text": text}
    return content | ({"entities": entities} if entities else {}) | ({"reply_markup": markup} if markup else {})


def _replace(message: Message, content: dict[str, Any]) -> Message:
    changeable = ("text", "entities", "reply_markup")
    if {name: message[name] for name in changeable if name in message} == content:
        raise BadRequest(_NOT_MODIFIED)
    for name in changeable:
        message.pop(name, None)
    message.update(content)
    return message


METHODS: dict[str, Callable[[World, Fields], Any]] = {
    "getMe": get_me,
    "sendMessage": send_message,
    "editMessageText": edit_message_text,
    "editMessageReplyMarkup": edit_message_reply_markup,
    "answerCallbackQuery": answer_callback_query,
    "sendChatAction": send_chat_action,
    "setMyCommands": set_my_commands,
    "deleteWebhook": delete_webhook,
}

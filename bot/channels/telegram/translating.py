"""A Telegram update in the advisor's words. No input or output."""

from __future__ import annotations

from telegram import CallbackQuery, Message, Update
from telegram.constants import ChatType

from bot.channels.telegram.commands import Menu, command_and_text
from bot.messaging.message import Incoming, clean

CHANNEL = "telegram"
#: What we ask Telegram for.
WANTED_UPDATES = ("message", "callback_query", "my_chat_member")
#: Telegram's kinds of content and ours; the first that a message has counts. Anything else is a file.
_KINDS = {
    "photo": "photo",
    "sticker": "sticker",
    "dice": "sticker",
    "voice": "voice",
    "audio": "voice",
    "video_note": "voice",
    "venue": "location",
    "location": "location",
    "contact": "contact",
}


def conversation_of(chat_id: int) -> str:
    """The advisor's name of a chat."""
    return f"{CHANNEL}:{chat_id}"


def chat_of(conversation: str) -> str:
    """The reverse of :func:`conversation_of`."""
    return conversation.partition(":")[2]


def incoming_of(update: Update, menu: Menu) -> Incoming | None:
    """What the update says to the advisor; None when it says nothing: groups, edits, service messages, membership."""
    if update.callback_query is not None:
        return _pressed(update, update.callback_query)
    if update.message is not None and update.message.chat.type == ChatType.PRIVATE:
        return _written(update, update.message, menu)
    return None


def _pressed(update: Update, query: CallbackQuery) -> Incoming | None:
    if query.message is None or query.message.chat.type != ChatType.PRIVATE or not query.data:
        return None
    return Incoming(
        channel=CHANNEL,
        external_id=str(update.update_id),
        conversation=conversation_of(query.message.chat.id),
        button=clean(query.data),
        language=query.from_user.language_code,
    )


def _written(update: Update, message: Message, menu: Menu) -> Incoming | None:
    attachment = _attachment(message)
    command, text = (None, message.caption or "") if message.text is None else command_and_text(message.text, menu)
    if not (attachment or command or clean(text)):
        return None
    return Incoming(
        channel=CHANNEL,
        external_id=str(update.update_id),
        conversation=conversation_of(message.chat.id),
        text=text,
        command=command,
        attachment=attachment,
        language=message.from_user.language_code if message.from_user else None,
    )


def _attachment(message: Message) -> str | None:
    for name, kind in _KINDS.items():
        if getattr(message, name):
            return kind
    return "file" if message.effective_attachment else None

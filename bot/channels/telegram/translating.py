"""A Telegram update in the advisor's words. No input or output."""

from __future__ import annotations

from telegram import CallbackQuery, Message, MessageEntity, Update, User
from telegram.constants import ChatType
from telegram.helpers import create_deep_linked_url

from bot.channels.telegram.commands import START, Menu, command_and_text
from bot.messaging.message import Incoming, clean

CHANNEL = "telegram"
#: What we ask Telegram for.
WANTED_UPDATES = ("message", "edited_message", "callback_query", "my_chat_member")
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
#: Longer than any code of ours; what else stands behind "/start" is kept out of the inbox.
_LONGEST_CODE = 64


def conversation_of(chat_id: int) -> str:
    """The advisor's name of a chat."""
    return f"{CHANNEL}:{chat_id}"


def chat_of(conversation: str) -> str:
    """The reverse of :func:`conversation_of`."""
    return conversation.partition(":")[2]


def address_of(me: User) -> str:
    """Where owners find the bot."""
    return create_deep_linked_url(str(me.username))


def pressed(update: Update, query: CallbackQuery, me: User) -> Incoming | None:
    """What a pressed button says; None when nobody knows any more whose it is."""
    if query.message is None or query.message.chat.type != ChatType.PRIVATE or not query.data:
        return None
    return Incoming(
        channel=CHANNEL,
        external_id=_external_id(update, me),
        conversation=conversation_of(query.message.chat.id),
        button=clean(query.data),
        language=_code(query.from_user),
    )


def written(update: Update, message: Message, menu: Menu, me: User) -> Incoming | None:
    """What an owner says in a private chat, for the first time or as a correction; None for service messages."""
    attachment = _attachment(message)
    command, text = (None, message.caption or "") if message.text is None else command_and_text(message.text, menu)
    if not (attachment or command or clean(text)):
        return None
    code = text if command == START and len(text) <= _LONGEST_CODE else ""
    return Incoming(
        channel=CHANNEL,
        external_id=_external_id(update, me),
        conversation=conversation_of(message.chat.id),
        text="" if command == START else text,
        command=command,
        attachment=attachment,
        language=_language(message),
        client_id=str(message.message_id),
        code=code or None,
        corrects=str(message.message_id) if update.edited_message else None,
    )


def addressed(update: Update, message: Message, menu: Menu, me: User) -> Incoming | None:
    """What a group says to the bot: a command, a mention, or a reply to it. None for all that people say to each other."""
    said = message.text or message.caption or ""
    mentions = _mentions(message, me)
    command, text = command_and_text(said, menu)
    if command is None and not mentions and not _is_reply_to(message, me):
        return None
    if command is not None and "@" in said.split()[0] and said.split()[0].partition("@")[2].lower() != str(me.username).lower():
        return None  # a command of another bot
    for mention in mentions:
        text = text.replace(mention, "")
    return Incoming(
        channel=CHANNEL,
        external_id=_external_id(update, me),
        conversation=conversation_of(message.chat.id),
        text=text.strip(),
        language=_language(message),
        is_group=True,
    )


def _external_id(update: Update, me: User) -> str:
    """Another bot, after a change of the token, counts its updates by itself."""
    return f"{me.id}:{update.update_id}"


def _language(message: Message) -> str | None:
    return _code(message.from_user)


def _code(user: User | None) -> str | None:
    """The library checks no types: what is no text is left out."""
    code: object = user.language_code if user else None
    return code if isinstance(code, str) else None


def _mentions(message: Message, me: User) -> list[str]:
    kinds: list[str | None] = [MessageEntity.MENTION, MessageEntity.TEXT_MENTION]
    found = message.parse_entities(kinds) if message.text else message.parse_caption_entities(kinds)
    return [
        text
        for entity, text in found.items()
        if text.lower() == f"@{me.username}".lower() or (entity.user is not None and entity.user.id == me.id)
    ]


def _is_reply_to(message: Message, me: User) -> bool:
    replied = message.reply_to_message
    return replied is not None and replied.from_user is not None and replied.from_user.id == me.id


def _attachment(message: Message) -> str | None:
    for name, kind in _KINDS.items():
        if getattr(message, name):
            return kind
    return "file" if message.effective_attachment else None

"""A pressed button, as it stays on the owner's screen: the keyboard goes, and the chosen title is written below the message."""

from __future__ import annotations

from telegram import CallbackQuery, LinkPreviewOptions, Message

from bot.channels.telegram.api import Bot
from bot.channels.telegram.formatting import CAPTION_LIMIT, TEXT_LIMIT, utf16_length

CHOSEN_MARK = "✓"


async def show_choice(bot: Bot, query: CallbackQuery) -> None:
    """Edit the pressed message in place. Doing it twice changes nothing more, as the text is made from what was shown when pressed."""
    message = query.message
    if message is None:
        return
    title = _title(message, query.data) if isinstance(message, Message) else None
    if not isinstance(message, Message) or title is None:
        await bot.edit_message_reply_markup(message.chat.id, message.message_id, reply_markup=None)
        return
    shown = message.text if message.text is not None else message.caption or ""
    text, limit = f"{shown}\n\n{CHOSEN_MARK} {title}".strip(), CAPTION_LIMIT if message.text is None else TEXT_LIMIT
    if utf16_length(text) > limit:
        await bot.edit_message_reply_markup(message.chat.id, message.message_id, reply_markup=None)
    elif message.text is None:
        await bot.edit_message_caption(message.chat.id, message.message_id, caption=text, caption_entities=message.caption_entities)
    else:
        # The message's own entities, not HTML: exactly what was shown, with nothing to escape.
        preview = LinkPreviewOptions(is_disabled=True)
        await bot.edit_message_text(text, message.chat.id, message.message_id, entities=message.entities, link_preview_options=preview)


def _title(message: Message, data: str | None) -> str | None:
    rows = message.reply_markup.inline_keyboard if message.reply_markup else ()
    return next((button.text for row in rows for button in row if button.callback_data == data), None)

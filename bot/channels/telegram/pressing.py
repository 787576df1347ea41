"""A pressed button, as it stays on the owner's screen: the keyboard goes, and the chosen title is written below the message."""

from __future__ import annotations

from telegram import Bot, CallbackQuery, LinkPreviewOptions, Message

from bot.channels.telegram.formatting import TEXT_LIMIT, utf16_length

CHOSEN_MARK = "✓"


async def show_choice(bot: Bot, query: CallbackQuery) -> None:
    """Edit the pressed message in place. Doing it twice changes nothing more, as the text is made from what was shown when pressed."""
    message = query.message
    if message is None:
        return
    title = _title(message, query.data) if isinstance(message, Message) else None
    if not isinstance(message, Message) or title is None or message.text is None:
        await bot.edit_message_reply_markup(message.chat.id, message.message_id, reply_markup=None)
        return
    text = f"{message.text}\n\n{CHOSEN_MARK} {title}"
    if utf16_length(text) > TEXT_LIMIT:
        await bot.edit_message_reply_markup(message.chat.id, message.message_id, reply_markup=None)
        return
    # The message's own entities, not HTML: exactly what was shown, with nothing to escape.
    preview = LinkPreviewOptions(is_disabled=True)
    await bot.edit_message_text(text, message.chat.id, message.message_id, entities=message.entities, link_preview_options=preview)


def _title(message: Message, data: str | None) -> str | None:
    rows = message.reply_markup.inline_keyboard if message.reply_markup else ()
    return next((button.text for row in rows for button in row if button.callback_data == data), None)

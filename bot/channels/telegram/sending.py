"""One message to the Bot API: text, picture or document, with one kind of second try: the same words without what was refused."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Any

from telegram import InlineKeyboardMarkup, InputFile, LinkPreviewOptions, Message
from telegram.constants import ParseMode
from telegram.error import TelegramError

from bot.channels.telegram.api import Bot
from bot.channels.telegram.formatting import Piece
from bot.channels.telegram.verdicts import is_file_refused, is_markup_refused

log = logging.getLogger(__name__)


async def send_piece(bot: Bot, chat: str, piece: Piece, markup: InlineKeyboardMarkup | None) -> int:
    """Send it; returns Telegram's number of the message. Raises TelegramError."""
    try:
        message = await _send(bot, chat, piece, piece.html, ParseMode.HTML, markup)
    except TelegramError as error:
        if is_markup_refused(error):
            log.warning("Telegram refused our HTML; plain text is sent", extra={"action": "telegram_html_refused"})
            message = await _send(bot, chat, piece, piece.plain, None, markup)
        elif piece.is_photo and is_file_refused(error):
            log.warning("Telegram refused a picture; it is sent as a document", extra={"action": "telegram_photo_refused"})
            message = await _send(bot, chat, _as_document(piece), piece.html, ParseMode.HTML, markup)
        else:
            raise
    return message.message_id


def _as_document(piece: Piece) -> Piece:
    assert piece.content is not None
    return replace(piece, content=replace(piece.content, media_type="application/octet-stream"))


async def _send(bot: Bot, chat: str, piece: Piece, text: str, mode: str | None, markup: InlineKeyboardMarkup | None) -> Message:
    if piece.content is None:
        preview = LinkPreviewOptions(is_disabled=True)
        return await bot.send_message(chat, text, mode, reply_markup=markup, link_preview_options=preview)
    upload = InputFile(piece.content.data, filename=piece.content.name)
    caption: dict[str, Any] = {"caption": text or None, "parse_mode": mode, "reply_markup": markup}
    if piece.is_photo:
        return await bot.send_photo(chat, upload, **caption)
    return await bot.send_document(chat, upload, disable_content_type_detection=True, **caption)

"""One look at the real Telegram, for whoever has a bot of their own to spare; skipped otherwise. See docs/telegram.md."""

from __future__ import annotations

import os

import pytest

from bot.channels.telegram.api import open_bot
from bot.channels.telegram.formatting import keyboard, pieces_of
from bot.channels.telegram.sending import send_piece
from bot.messaging.message import Button, Reply

TOKEN, CHAT = os.environ.get("TELEGRAM_SMOKE_TOKEN", ""), os.environ.get("TELEGRAM_SMOKE_CHAT", "")


@pytest.mark.skipif(not (TOKEN and CHAT), reason="TELEGRAM_SMOKE_TOKEN and TELEGRAM_SMOKE_CHAT are not set")
async def test_the_real_telegram_takes_what_we_send() -> None:
    reply = Reply("**太字** & <記号>", (Button("はい", payload="b1.0"), Button("いいえ", payload="b1.1")))
    async with open_bot(TOKEN, None) as bot:
        await bot.initialize()
        [piece] = pieces_of(reply)
        number = await send_piece(bot, CHAT, piece, keyboard(reply.buttons))
        assert (await bot.edit_message_text("✓", CHAT, number)).message_id == number  # type: ignore[union-attr]
        assert await bot.delete_message(CHAT, number)

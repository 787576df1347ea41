"""What Telegram tells us goes through a python-telegram-bot Application, whose handlers put it on the desk. However an update came, by
polling or by webhook, it counts as taken only when :meth:`Listener.take` returns: then it is stored."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from telegram import ChatMember, Message, Update, User
from telegram.constants import ChatType
from telegram.error import InvalidToken, TelegramError
from telegram.ext import Application, CallbackContext, CallbackQueryHandler, ChatMemberHandler, MessageHandler, filters

from bot.channels.telegram.api import Bot
from bot.channels.telegram.commands import Menu
from bot.channels.telegram.courtesies import Courtesies
from bot.channels.telegram.timing import Backoff, Timing
from bot.channels.telegram.translating import address_of, addressed, conversation_of, pressed, written
from bot.messaging.desk import Desk, Unavailable
from bot.messaging.ending import unbroken
from bot.messaging.message import Incoming

log = logging.getLogger(__name__)

Context = CallbackContext[Any, Any, Any, Any]
_GONE = frozenset({ChatMember.BANNED, ChatMember.LEFT})


class Listener:
    """Hands everything that owners do to the desk."""

    def __init__(self, bot: Bot, desk: Desk, menu: Menu, courtesies: Courtesies, timing: Timing) -> None:
        self._desk = desk
        self._menu = menu
        self._courtesies = courtesies
        self._timing = timing
        self._unstored: set[int] = set()
        self._application = Application.builder().bot(bot).updater(None).build()
        self._application.add_handlers(self._handlers())
        self._application.add_error_handler(self._failed)

    def _handlers(self) -> list[Any]:
        private, group = filters.ChatType.PRIVATE, filters.ChatType.GROUPS
        return [
            CallbackQueryHandler(self._pressed),
            ChatMemberHandler(self._joined_or_left, ChatMemberHandler.MY_CHAT_MEMBER),
            MessageHandler(filters.StatusUpdate.MIGRATE, self._moved),
            MessageHandler(private & (filters.UpdateType.MESSAGE | filters.UpdateType.EDITED_MESSAGE), self._written),
            MessageHandler(group & filters.UpdateType.MESSAGE, self._said_in_group),
        ]

    async def introduce(self) -> None:
        """Learn who the bot is, and let owners know where to find it. Raises InvalidToken."""
        backoff = Backoff(self._timing)
        while True:
            try:
                await self._application.initialize()
                await self._desk.announce("telegram", address_of(self._me))
                return
            except InvalidToken:
                raise
            except (TelegramError, Unavailable) as error:
                extra = {"action": "telegram_start_delayed", "error": type(error).__name__}
                log.warning("Telegram or the database cannot be reached yet", extra=extra)
            await asyncio.sleep(backoff.next())

    async def take(self, update: Update) -> None:
        """Handle one update. Raises Unavailable when it could not be stored; then it has to come again."""
        try:
            await self._application.process_update(update)
        except Exception:  # the library's own trouble with an odd update, which must not stop the others either
            log.exception("an update was not understood", extra={"action": "telegram_update_failed", "update_id": update.update_id})
        if update.update_id in self._unstored:
            self._unstored.discard(update.update_id)
            raise Unavailable

    async def _failed(self, update: object, context: Context) -> None:
        assert isinstance(update, Update)
        if isinstance(context.error, Unavailable):
            self._unstored.add(update.update_id)
            return
        # One odd update must not stop the others.
        extra = {"action": "telegram_update_failed", "update_id": update.update_id}
        log.error("an update was not understood", exc_info=context.error, extra=extra)

    @property
    def _me(self) -> User:
        return self._application.bot.bot

    # --- handlers ---

    async def _pressed(self, update: Update, context: Context) -> None:
        query = update.callback_query
        assert query is not None
        self._courtesies.answer(query)
        await self._store(pressed(update, query, self._me))
        self._courtesies.show_choice(query)  # also when it came before: the process may have died just then

    async def _written(self, update: Update, context: Context) -> None:
        await self._store(written(update, _message(update), self._menu, self._me))

    async def _said_in_group(self, update: Update, context: Context) -> None:
        await self._store(addressed(update, _message(update), self._menu, self._me))

    async def _joined_or_left(self, update: Update, context: Context) -> None:
        change = update.my_chat_member
        assert change is not None
        has_left = change.new_chat_member.status in _GONE
        if change.chat.type == ChatType.PRIVATE or has_left:
            obstacle = f"the chat says: {change.new_chat_member.status}" if has_left else None
            await self._safely(self._desk.set_reachable(conversation_of(change.chat.id), obstacle))

    async def _moved(self, update: Update, context: Context) -> None:
        message = _message(update)
        if message.migrate_to_chat_id:
            await self._safely(self._desk.moved(conversation_of(message.chat.id), conversation_of(message.migrate_to_chat_id)))

    async def _store(self, incoming: Incoming | None) -> None:
        if incoming is None:
            return
        is_new = await self._safely(self._desk.receive(incoming))
        if is_new:
            self._courtesies.type_until_answered(incoming)

    async def _safely(self, step: Any) -> Any:
        return await unbroken(step, self._timing.finish_within)


def _message(update: Update) -> Message:
    message = update.effective_message
    assert message is not None
    return message

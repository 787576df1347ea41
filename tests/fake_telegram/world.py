"""What Telegram knows: chats, messages, updates that wait for the bot, pressed buttons, the command menu."""

from __future__ import annotations

import copy
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.fake_telegram.faults import BadRequest, Refusal

BOT = {"id": 123456, "is_bot": True, "first_name": "Advisor", "username": "advisor_test_bot"}
#: What Telegram does not send when the bot does not say what it wants.
_NOT_BY_DEFAULT = {"chat_member", "message_reaction", "message_reaction_count"}
Message = dict[str, Any]
Update = dict[str, Any]


@dataclass
class Chat:
    """A chat that somebody has opened with the bot."""

    id: int
    language: str | None
    kind: str = "private"
    is_blocked: bool = False
    #: The number that the group has now.
    moved_to: int | None = None
    messages: list[Message] = field(default_factory=list)

    def json(self) -> dict[str, Any]:
        """As in a message."""
        return {"id": self.id, "type": self.kind} | ({"first_name": "Owner"} if self.kind == "private" else {"title": "Shop"})

    @property
    def is_group(self) -> bool:
        return self.kind != "private"

    def owner(self) -> dict[str, Any]:
        """The user who writes here."""
        user = {"id": abs(self.id), "is_bot": False, "first_name": "Owner"}
        return user | ({"language_code": self.language} if self.language else {})


class World:
    """The state behind the fake Bot API."""

    def __init__(self) -> None:
        self.chats: dict[int, Chat] = {}
        self.updates: dict[int, Update] = {}
        self.commands: dict[tuple[str, str], list[dict[str, str]]] = {}
        self.descriptions: dict[tuple[str, str], str] = {}
        #: By chat; None: all private chats.
        self.menu_buttons: dict[int | None, dict[str, Any]] = {}
        self.webhook = ""
        self.secret = ""
        #: What the bot wants to hear of; empty: Telegram's own choice.
        self.allowed: list[str] = []
        #: Callback query id -> whether it was answered.
        self.presses: dict[str, bool] = {}
        self._last_message = 0
        self._last_update = 800_000_000

    def chat(self, chat_id: int, language: str | None = "ja", kind: str = "private") -> Chat:
        """The chat, opened when it is new."""
        return self.chats.setdefault(chat_id, Chat(chat_id, language, kind))

    def reachable(self, chat_id: Any) -> Chat:
        """The chat, for the bot. Raises what Telegram answers when it may not or cannot write there."""
        chat = self.chats.get(int(chat_id)) if str(chat_id).removeprefix("-").isdigit() else None
        if chat is None:
            raise BadRequest("chat not found")
        if chat.is_blocked:
            raise Refusal(403, f"Forbidden: bot was {'kicked from the group chat' if chat.is_group else 'blocked by the user'}")
        if chat.moved_to is not None:
            reason = "Bad Request: group chat was upgraded to a supergroup chat"
            raise Refusal(400, reason, migrate_to_chat_id=chat.moved_to)
        return chat

    def add_message(self, chat: Chat, sender: dict[str, Any], content: dict[str, Any]) -> Message:
        """Put a message into a chat."""
        self._last_message += 1
        message = {"message_id": self._last_message, "date": int(time.time()), "chat": chat.json(), "from": sender, **content}
        chat.messages.append(message)
        return message

    def add_update(self, kind: str, content: dict[str, Any]) -> int:
        """Queue an update for the bot; returns its id."""
        self._last_update += 1
        self.updates[self._last_update] = {"update_id": self._last_update, kind: copy.deepcopy(content)}
        return self._last_update

    def waiting(self) -> Iterator[Update]:
        """The updates that the bot has not taken yet and wants to hear of, oldest first."""
        for _, update in sorted(self.updates.items()):
            kind = next(name for name in update if name != "update_id")
            if kind in self.allowed if self.allowed else kind not in _NOT_BY_DEFAULT:
                yield update

    def bots_messages(self, chat_id: int) -> list[Message]:
        """What the bot has in a chat, oldest first, as edited last."""
        chat = self.chats.get(chat_id)
        return [message for message in chat.messages if message["from"] == BOT] if chat else []

    def bots_message(self, chat: Chat, message_id: Any) -> Message:
        """One message of the bot, for editing. Raises BadRequest."""
        found = next((message for message in chat.messages if message["message_id"] == int(message_id)), None)
        if found is None:
            raise BadRequest("message to edit not found")
        if found["from"] != BOT:
            raise BadRequest("message can't be edited")
        return found


def buttons_of(message: Message) -> Iterator[dict[str, Any]]:
    """The buttons below a message."""
    for row in message.get("reply_markup", {}).get("inline_keyboard", []):
        yield from row

"""The fake itself: an HTTP server on a free port, the owner's hands, faults, and a record of every call."""

from __future__ import annotations

import asyncio
import json
import socket
import ssl
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from tests.fake_telegram.calling import Answer, Calling
from tests.fake_telegram.faults import Fault, Garble, Hold, Refusal, Refuse, Reset, Slow
from tests.fake_telegram.limits import Limits
from tests.fake_telegram.markup import utf16
from tests.fake_telegram.methods import METHODS, SENDING, Upload
from tests.fake_telegram.polling import Polling
from tests.fake_telegram.world import Message, World, buttons_of

TOKEN = "123456:a-token-of-the-fake"
#: How a group speaks to the bot.
MENTION = "@advisor_test_bot"
DEADLINE_SECONDS = 60.0
#: Fields that are words, whatever they begin with.
_WORDS = ("text", "caption")
_ADDRESSING = ("mention", "bot_command")
_CONTENT: dict[str, dict[str, Any]] = {
    "photo": {"photo": [{"file_id": "p", "file_unique_id": "p", "width": 90, "height": 90}]},
    "sticker": {
        "sticker": {
            "file_id": "s",
            "file_unique_id": "s",
            "type": "regular",
            "width": 512,
            "height": 512,
            "is_animated": False,
            "is_video": False,
        }
    },
    "voice": {"voice": {"file_id": "v", "file_unique_id": "v", "duration": 3}},
    "location": {"location": {"latitude": 35.68, "longitude": 139.76}},
    "contact": {"contact": {"phone_number": "+81312345678", "first_name": "Aoki"}},
    "document": {"document": {"file_id": "d", "file_unique_id": "d", "file_name": "a.pdf"}},
}


@dataclass
class Call:
    """One request of the bot."""

    method: str
    fields: dict[str, Any]
    at: float
    #: Whether Telegram carried it out, whatever the bot got to hear.
    accepted: bool = False
    #: When (seconds since 1970), and the number of the message that came of it.
    accepted_at: float = 0.0
    message_id: int | None = None

    @property
    def chat(self) -> int | None:
        """The chat it was for."""
        return int(self.fields["chat_id"]) if "chat_id" in self.fields else None


@dataclass
class _Planned:
    fault: Fault
    method: str
    chat: int | None
    times: int
    #: Matching calls that pass unharmed first.
    spared: int

    def concerns(self, call: Call) -> bool:
        return self.times > 0 and call.method == self.method and self.chat in (None, call.chat)

    def strikes(self) -> bool:
        """Count a call that it concerns; False: this one is spared."""
        if self.spared:
            self.spared -= 1
            return False
        self.times -= 1
        return True


class FakeTelegram:
    """Start it, point the channel at `base_url`, and act as owners with the `user_…` methods."""

    def __init__(self) -> None:
        self.world = World()
        self.calls: list[Call] = []
        self.base_url = ""
        self._port = 0
        self._polling = Polling(self.world, self._notify)
        self._calling = Calling(self.world, self._notify)
        #: Telegram's limits on sending, to be switched on by tests of pace.
        self.limits: Limits | None = None
        #: Every call takes this long before and after it is carried out (seconds).
        self.latency = Slow()
        self._planned: list[_Planned] = []
        self._changed = asyncio.Condition()
        self._runner: web.AppRunner | None = None
        self._holds: list[Hold] = []

    async def start(self) -> None:
        """Listen; after a stop, on the same port."""
        app = web.Application(client_max_size=60 * 2**20)
        app.router.add_route("*", "/bot{token}/{method}", self._handle)
        self._runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port, reuse_address=True)
        await site.start()
        self._port = self._runner.addresses[0][1]
        self.base_url = f"http://127.0.0.1:{self._port}"
        self._calling.start()

    async def stop(self) -> None:
        """Go away, as Telegram does when the network is down."""
        await self._calling.stop()
        for hold in self._holds:
            hold.release.set()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    # --- the owner's hands ---

    def user_writes(self, chat: int, text: str, language: str | None = "ja", kind: str = "private") -> int:
        """Somebody types; returns the update's id."""
        content: dict[str, Any] = {"text": text}
        if text.startswith("/"):
            content["entities"] = [{"type": "bot_command", "offset": 0, "length": len(text.split()[0])}]
        if (at := text.find(MENTION)) >= 0 and not text.startswith("/"):
            content["entities"] = [{"type": "mention", "offset": utf16(text[:at]), "length": len(MENTION)}]
        return self._user_message(chat, content, language, kind)

    def user_replies(self, chat: int, text: str) -> int:
        """Somebody in a group replies to the bot's last message there."""
        return self._user_message(chat, {"text": text, "reply_to_message": self.messages(chat)[-1]}, "ja", "group")

    def group_grows(self, chat: int, new: int) -> int:
        """The group becomes a supergroup with another number."""
        self.world.chats[chat].moved_to = new
        self.world.chat(new, kind="supergroup")
        return self._user_message(chat, {"migrate_to_chat_id": new}, "ja", "group")

    def user_sends(self, chat: int, what: str, caption: str = "") -> int:
        """Somebody sends a photo, sticker, voice, location, contact or document."""
        return self._user_message(chat, _CONTENT[what] | ({"caption": caption} if caption else {}), "ja", "private")

    def user_presses(self, chat: int, title: str) -> int:
        """Somebody presses the button `title` on the newest message that has it."""
        for message in reversed(self.world.bots_messages(chat)):
            for button in buttons_of(message):
                if button["text"] == title:
                    return self._press(chat, message, button["callback_data"])
        raise AssertionError(f"no button {title!r} in chat {chat}")

    def user_edits(self, chat: int, text: str, was: str | None = None) -> int:
        """Somebody edits their last message (that said `was`)."""
        theirs = [message for message in self.world.chats[chat].messages if not message["from"]["is_bot"]]
        message = next(message for message in reversed(theirs) if was in (None, message.get("text")))
        message |= {"text": text, "edit_date": message["date"] + 1}
        return self._queue("edited_message", message)

    def user_blocks(self, chat: int) -> int:
        """Somebody blocks the bot."""
        self.world.chats[chat].is_blocked = True
        return self._membership(chat, "member", "kicked")

    def user_unblocks(self, chat: int) -> int:
        """Somebody lets the bot back in."""
        self.world.chats[chat].is_blocked = False
        return self._membership(chat, "kicked", "member")

    def redeliver(self, update: dict[str, Any]) -> None:
        """Queue an update again, as after an acknowledgement that got lost."""
        self.world.updates[update["update_id"]] = update
        self._wake()

    def queue_raw(self, kind: str, content: dict[str, Any]) -> int:
        """Queue an update of any shape; returns its id."""
        return self._queue(kind, content)

    # --- faults, and what is to be seen ---

    def fail(self, method: str, fault: Fault, chat: int | None = None, times: int = 1, spare: int = 0) -> None:
        """Put `fault` in the way of the next calls of `method` (for `chat`), after `spare` calls have passed."""
        self._planned.append(_Planned(fault, method, chat, times, spare))
        if isinstance(fault, Hold):
            self._holds.append(fault)

    def messages(self, chat: int) -> list[Message]:
        """The bot's messages in a chat as they look now."""
        return self.world.bots_messages(chat)

    def texts(self, chat: int) -> list[str]:
        """The bot's messages in a chat, their text or caption only."""
        return [message.get("text", message.get("caption", "")) for message in self.messages(chat)]

    def transcript(self, chat: int) -> str:
        """Both sides of a chat as they look now, one line each, with the buttons below."""
        return "\n".join(_shown(message) for message in self.world.chats[chat].messages)

    def serves(self, url: str, trust: ssl.SSLContext | bool = True) -> None:
        """Where calls to the bot's webhook really go: the plain address behind the proxy that ends TLS, or a proxy's that `trust` knows."""
        self._calling.route, self._calling.trust = url, trust
        self._calling.wake()

    @property
    def is_listened_to(self) -> bool:
        """Whether somebody takes updates right now, or has just taken some and is on the way back."""
        return self._polling.is_open

    @property
    def called(self) -> list[Answer]:
        """What the bot's server said to each call of its webhook."""
        return self._calling.answers

    def titles(self, chat: int) -> list[list[str]]:
        """The keyboard below the bot's last message, row by row."""
        rows = self.messages(chat)[-1].get("reply_markup", {}).get("inline_keyboard", [])
        return [[button["text"] for button in row] for row in rows]

    def calls_of(self, method: str, chat: int | None = None) -> list[Call]:
        """The record of one method."""
        return [call for call in self.calls if call.method == method and chat in (None, call.chat)]

    async def wait_for_messages(self, chat: int, count: int) -> list[str]:
        """Wait until the bot has `count` messages in `chat`; returns their texts."""
        await self.wait_until(lambda: len(self.messages(chat)) >= count, f"{count} messages in chat {chat}")
        return self.texts(chat)

    async def wait_for_calls(self, method: str, count: int, chat: int | None = None) -> list[Call]:
        """Wait until `method` was called `count` times."""
        await self.wait_until(lambda: len(self.calls_of(method, chat)) >= count, f"{count} calls of {method}")
        return self.calls_of(method, chat)

    async def wait_until_all_taken(self) -> None:
        """Wait until every update was acknowledged, and the bot polls for more or has a webhook."""
        ready = lambda: self._polling.is_open or bool(self.world.webhook)  # noqa: E731
        await self.wait_until(lambda: not self.world.updates and ready(), "all updates acknowledged")

    async def wait_until(self, condition: Callable[[], bool], what: str) -> None:
        """Wait for something that can only change with a call of the bot; fails after a deadline."""
        try:
            async with asyncio.timeout(DEADLINE_SECONDS), self._changed:
                await self._changed.wait_for(condition)
        except TimeoutError:
            seen = [(call.method, call.chat, call.accepted) for call in self.calls if call.method != "getUpdates"]
            raise AssertionError(f"waited in vain for {what}; calls so far: {seen}") from None

    # --- inside ---

    def _user_message(self, chat_id: int, content: dict[str, Any], language: str | None, kind: str) -> int:
        chat = self.world.chat(chat_id, language, kind)
        chat.is_blocked = False
        message = self.world.add_message(chat, chat.owner(), content)
        # Privacy mode: of a group, the bot hears only commands, replies to it and service messages, and is not told of mentions otherwise.
        return self._queue("message", message) if not chat.is_group or _is_heard(content) else 0

    def _press(self, chat: int, message: Message, data: str) -> int:
        query = f"query-{len(self.world.presses) + 1}"
        self.world.presses[query] = False
        owner = self.world.chats[chat].owner()
        return self._queue("callback_query", {"id": query, "from": owner, "message": message, "chat_instance": "1", "data": data})

    def _membership(self, chat_id: int, before: str, after: str) -> int:
        chat = self.world.chats[chat_id]
        old, new = ({"user": _bot(), "status": status} | ({"until_date": 0} if status == "kicked" else {}) for status in (before, after))
        date = chat.messages[-1]["date"]
        change = {"chat": chat.json(), "from": chat.owner(), "date": date, "old_chat_member": old, "new_chat_member": new}
        return self._queue("my_chat_member", change)

    def _queue(self, kind: str, content: dict[str, Any]) -> int:
        number = self.world.add_update(kind, content)
        self._wake()
        return number

    def _wake(self) -> None:
        self._polling.wake()
        self._calling.wake()

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        call = Call(request.match_info["method"], _fields(await request.post()), asyncio.get_running_loop().time())
        self.calls.append(call)
        await self._notify()
        fault = self._fault_for(call) or (self.latency if call.method in SENDING else None)
        if isinstance(fault, Slow):
            await asyncio.sleep(fault.before)
        if isinstance(fault, Refuse):
            return web.Response(body=fault.body, status=fault.status)
        if isinstance(fault, Reset) and not fault.accepted:
            return _tear_down(request)
        status, body = await self._answer(request.match_info["token"], call)
        await self._notify()
        if isinstance(fault, Reset):
            return _tear_down(request)
        if isinstance(fault, Hold):
            await fault.release.wait()
        if isinstance(fault, Slow):
            await asyncio.sleep(fault.after)
        return web.Response(body=fault.body if isinstance(fault, Garble) else body, status=status)

    async def _answer(self, token: str, call: Call) -> tuple[int, bytes]:
        try:
            result = await self._carry_out(token, call)
        except Refusal as refusal:
            return refusal.status, refusal.body()
        call.accepted, call.accepted_at = True, time.time()
        call.message_id = result.get("message_id") if isinstance(result, dict) else None
        return 200, json.dumps({"ok": True, "result": result}).encode()

    async def _carry_out(self, token: str, call: Call) -> Any:
        if token != TOKEN:
            raise Refusal(401, "Unauthorized")
        if call.method == "getUpdates":
            return await self._polling.get_updates(call.fields)
        if call.method not in METHODS:
            raise Refusal(404, "Not Found")
        if self.limits and call.method in SENDING:
            self.limits.check(call.chat, call.at)
        result = METHODS[call.method](self.world, call.fields)
        if call.method == "setWebhook":
            self._calling.wake()
        return result

    def _fault_for(self, call: Call) -> Fault | None:
        planned = next((planned for planned in self._planned if planned.concerns(call)), None)
        return planned.fault if planned and planned.strikes() else None

    async def _notify(self) -> None:
        async with self._changed:
            self._changed.notify_all()


def _bot() -> dict[str, Any]:
    return METHODS["getMe"](World(), {})  # type: ignore[no-any-return]


def _fields(form: Any) -> dict[str, Any]:
    """Nested values come as JSON inside of the form, uploads as parts of their own, named by `attach://`."""
    texts = {name: value for name, value in form.items() if isinstance(value, str)}
    uploads = {name: Upload(value.filename, value.file.read()) for name, value in form.items() if not isinstance(value, str)}
    read = {name: json.loads(value) if value[:1] in "[{" and name not in _WORDS else value for name, value in texts.items()}
    attached = {name: uploads[value.removeprefix("attach://")] for name, value in texts.items() if value.startswith("attach://")}
    return read | uploads | attached


def _is_heard(content: dict[str, Any]) -> bool:
    is_addressed = "reply_to_message" in content or any(each["type"] in _ADDRESSING for each in content.get("entities", ()))
    return is_addressed or "migrate_to_chat_id" in content


def _shown(message: Message) -> str:
    who = "advisor" if message["from"]["is_bot"] else "owner"
    kind = next((f"[{name}] " for name in ("photo", "document", "sticker", "voice", "location", "contact") if name in message), "")
    titles = "".join(f" [{button['text']}]" for button in buttons_of(message))
    return f"{who}: {kind}{message.get('text', message.get('caption', ''))}{titles}"


def _tear_down(request: web.Request) -> web.StreamResponse:
    """Close without an answer, with RST instead of a polite end."""
    transport = request.transport
    if transport is not None:
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()
    return web.Response()

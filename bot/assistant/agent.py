"""Rasa in this process: decides what to say, with our memory, our actions and our transaction."""

from __future__ import annotations

import asyncio
import pickle
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from bot.assistant import quiet, stand_ins

quiet.hush()
stand_ins.install()  # must come before the first import of rasa in this process

# ruff: noqa: E402
with quiet.old_libraries_may_warn():
    from rasa.core.channels.channel import OutputChannel, UserMessage
    from rasa.shared.exceptions import RasaException
    from rasa.shared.utils import validation

from bot.assistant.action_endpoint import InProcessActions
from bot.assistant.meanings import Parsed
from bot.assistant.processor import Processor
from bot.assistant.tracker_store import TurnTrackerStore
from bot.assistant.understanding import understand
from bot.messaging.message import Button, Reply, text_only
from bot.metrics import STAGE_SECONDS
from bot.services import Services
from bot.turn import CURRENT, Turn
from dialogues.actions import all_actions

#: "/" at the beginning would make Rasa read typed text as an intent; owners who type one mean nothing by it.
_SLASH, _HARMLESS_SLASH = "/", "\uff0f"


class ModelError(Exception):
    """The trained model cannot be loaded."""


class Collector(OutputChannel):
    """Catches what Rasa says as replies."""

    def __init__(self, turn: Turn) -> None:
        self._turn = turn
        self.replies: list[Reply] = []

    @classmethod
    def name(cls) -> str:
        """The channel's name, for responses that differ by channel."""
        return "advisor"

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        """One message, with its buttons, its picture or document, and the ids that it rests on."""
        buttons = tuple(Button(title=each["title"], meaning=each["payload"]) for each in message.get("buttons") or ())
        note = {name: value for name, value in (message.get("custom") or {}).items() if name in ("image", "file", "rests_on")}
        text = (message.get("text") or "").strip()
        if text or buttons:
            reply = Reply.from_body({"text": text, "language": self._turn.language, **note})
            self.replies.append(replace(reply, buttons=buttons))


class Assistant:
    """The responder that owners talk to."""

    def __init__(self, processor: Processor, services: Services) -> None:
        self._processor = processor
        self._services = services

    async def respond(self, turn: Turn) -> Sequence[Reply]:
        """The replies to one turn, in order. Raises whatever an action raised, so that the turn is rolled back."""
        collector = Collector(turn)
        token = CURRENT.set(turn)
        try:
            with STAGE_SECONDS.labels("understand").time():
                parsed = await understand(turn, self._services, self.classify)
            message = UserMessage(
                text=parsed.get("text") or "",
                output_channel=collector,
                sender_id=turn.conversation.id,
                parse_data=parsed,
                input_channel=turn.incoming.channel,
            )
            with STAGE_SECONDS.labels("act").time():
                await self._processor.handle_message(message)
        finally:
            CURRENT.reset(token)
        return text_only(collector.replies) if turn.incoming.is_group else collector.replies

    async def classify(self, text: str) -> Parsed:
        """Intent and confidence of typed words, by the trained pipeline."""
        harmless = _HARMLESS_SLASH + text[1:] if text.startswith(_SLASH) else text
        parsed: Parsed = await self._processor.parse_message(UserMessage(text=harmless))
        return {**parsed, "entities": []}

    def apology(self, language: str) -> Reply:
        """What is said when a turn failed every time."""
        said = self._processor.nlg.generate_from_slots("utter_turn_failed", {"language": language}, Collector.name()) or {}
        return Reply(text=said.get("text", ""), language=language)


def load_assistant(model: Path, services: Services) -> Assistant:
    """The assistant around a trained model. Raises ModelError when the file cannot be used."""
    try:
        with quiet.old_libraries_may_warn(), _trusting_the_model():
            processor = Processor(model, TurnTrackerStore(), InProcessActions(all_actions(services)))
    except (RasaException, OSError, EOFError, KeyError, ValueError, pickle.UnpicklingError) as error:
        raise ModelError(f"the model {model.name} cannot be loaded ({error}); run `advisor train --force`") from error
    return Assistant(processor, services)


@contextmanager
def _trusting_the_model() -> Iterator[None]:
    """The domain inside a model was validated when it was trained; doing it again costs every start a second."""
    original = validation.validate_yaml_schema
    validation.validate_yaml_schema = lambda *args, **kwargs: None
    try:
        yield
    finally:
        validation.validate_yaml_schema = original


async def warm_up(assistant: Assistant) -> None:
    """Load what is loaded at the first message (Sudachi's dictionary), so that no owner waits for it."""
    for text in ("こんにちは", "hello"):
        await assistant.classify(text)
    await asyncio.sleep(0)

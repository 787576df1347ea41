"""What does a message mean? Buttons and typed answers are read for certain; only what is left is put to the classifier.

The result has the form that Rasa's own interpreter returns: an intent with its confidence, and values as entities. Typed text is never
read as a payload, whatever it looks like.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl

from sqlalchemy import select

from bot.assessment.journey import Journey
from bot.assessment.reading import Reading, ReadingKind, read_answer
from bot.assistant.corrections import corrected_answer
from bot.messaging import outbox
from bot.services import Services
from bot.storage.tables import OutboxRow
from bot.turn import Turn
from knowledge.search import Verdict

Parsed = dict[str, Any]
Classify = Callable[[str], Awaitable[Parsed]]

FORM = "assessment_form"
#: While a question is open, these say nothing certain about which option is meant, so the advisor asks back.
_ANSWERS_IN_OTHER_WORDS = frozenset({"answer_assessment", "nlu_fallback", "affirm", "deny"})
#: A complaint such as 「棚卸しに丸一日かかる」 reads like an answer; when the knowledge base is sure of it, it is a question.
_MAYBE_QUESTIONS = frozenset({"answer_assessment", "nlu_fallback"})
#: A button's words typed by hand press it, if it stands in one of the last messages.
_RECENT_MESSAGES = 4


def parsed(intent: str, text: str = "", **values: object) -> Parsed:
    """A message whose meaning is certain."""
    entities = [{"entity": name, "value": str(value), "start": 0, "end": 0} for name, value in values.items() if value is not None]
    return {"text": text, "intent": {"name": intent, "confidence": 1.0}, "entities": entities, "intent_ranking": []}


def of_meaning(meaning: str, text: str) -> Parsed:
    """What a button or command means: `intent?name=value&…`."""
    intent, _, values = meaning.partition("?")
    return parsed(intent, text, **dict(parse_qsl(values)))


async def understand(turn: Turn, services: Services, classify: Classify) -> Parsed:
    """The meaning of what came in this turn; `classify` is asked only about words that nothing else explains."""
    incoming = turn.incoming
    if incoming.checkin is not None:
        return parsed("EXTERNAL_checkin_due", checkin=incoming.checkin)
    if incoming.button is not None:
        button = await outbox.find_button(turn.session, turn.conversation.id, incoming.button)
        return of_meaning(button.meaning, button.title) if button else parsed("EXTERNAL_stale_button")
    if incoming.is_group:
        return _in_group(services, incoming.text)
    if incoming.code is not None:
        return parsed("EXTERNAL_link_code")
    if incoming.command in services.commands:
        return of_meaning(services.commands[incoming.command].meaning, f"/{incoming.command}")
    if incoming.attachment is not None and not incoming.text.strip():
        return parsed("EXTERNAL_attachment")
    if not incoming.text.strip():
        return parsed("nlu_fallback")
    if incoming.corrects is not None and (found := await corrected_answer(turn, services)):
        question, reading = found
        return parsed("EXTERNAL_correction", incoming.text, question=question, kind=reading.kind.value, value=reading.value)
    return await _typed(turn, services, classify)


def _in_group(services: Services, text: str) -> Parsed:
    """Among several people only the knowledge base speaks; nothing is asked and nothing is told that belongs to one owner."""
    is_answered = bool(text.strip()) and services.search.search(text).verdict is Verdict.ANSWER
    return parsed("ask_knowledge" if is_answered else "EXTERNAL_group", text)


async def _typed(turn: Turn, services: Services, classify: Classify) -> Parsed:
    text = turn.incoming.text
    journey = await services.journeys.current(turn.session, turn.person) if is_asking(turn) else None
    if pressed := await _typed_button(turn, text):
        return pressed
    if journey and (answer := _answer(journey, services, text, turn.language)):
        return answer
    found = await classify(text)
    if found["intent"]["name"] in _MAYBE_QUESTIONS and services.search.search(text).verdict is Verdict.ANSWER:
        return parsed("ask_knowledge", text)
    if journey and found["intent"]["name"] in _ANSWERS_IN_OTHER_WORDS:
        question = journey.open_question()
        return parsed("answer_assessment", text, question=question.id if question else None, kind="unclear")
    return found


def is_asking(turn: Turn) -> bool:
    """Whether the assessment's form is open in this conversation."""
    dialogue: Mapping[str, Any] = turn.conversation.dialogue or {}
    return dialogue.get("loop") == FORM


def _answer(journey: Journey, services: Services, text: str, language: str) -> Parsed | None:
    question = journey.open_question()
    reading = read_answer(question, text, language, services.questionnaire.words) if question else None
    return _as_parsed(reading, question.id, text) if reading and question else None


def _as_parsed(reading: Reading, question: str, text: str) -> Parsed:
    candidates = ",".join(str(each) for each in reading.candidates) or None
    kind = "unclear" if reading.kind is ReadingKind.UNCLEAR else reading.kind.value
    return parsed("answer_assessment", text, question=question, kind=kind, value=reading.value, candidates=candidates)


async def _typed_button(turn: Turn, text: str) -> Parsed | None:
    """The button of a recent message whose title was typed."""
    wanted = _plain(text)
    said = select(OutboxRow).where(OutboxRow.conversation_id == turn.conversation.id)
    for row in await turn.session.scalars(said.order_by(OutboxRow.seq.desc()).limit(_RECENT_MESSAGES)):
        for button in row.body.get("buttons", ()):
            if wanted and _plain(button["title"]) == wanted:
                return of_meaning(button["meaning"], text)
    return None


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(character for character in folded if character.isalnum())

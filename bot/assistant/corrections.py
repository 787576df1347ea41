"""A message that was rewritten: when it answered a question of the assessment, the new words answer that same question."""

from __future__ import annotations

from sqlalchemy import select

from bot.assessment.questionnaire import ProfileQuestion, ScoredQuestion
from bot.assessment.reading import Reading, ReadingKind, read_answer
from bot.messaging import inbox
from bot.services import Services
from bot.storage.tables import OutboxRow
from bot.turn import Turn

#: The question stands in one of the last messages before its answer.
_RECENT_MESSAGES = 4
_ASKS = "answer_assessment?question="


async def corrected_answer(turn: Turn, services: Services) -> tuple[str, Reading] | None:
    """The id of the question and the new answer; None when the rewritten message was no answer, or is none now."""
    original = await inbox.find_said(turn.session, turn.conversation.id, turn.incoming.corrects or "")
    if original is None or original.seq is None:
        return None
    question = await _question_before(turn, services, original.seq)
    if question is None or _read(question, original.body.get("text", ""), turn, services) is None:
        return None
    reading = _read(question, turn.incoming.text, turn, services)
    return (question.id, reading) if reading else None


def _read(question: ProfileQuestion | ScoredQuestion, text: str, turn: Turn, services: Services) -> Reading | None:
    reading = read_answer(question, text, turn.language, services.questionnaire.words)
    return reading if reading and reading.kind is not ReadingKind.UNCLEAR else None


async def _question_before(turn: Turn, services: Services, seq: int) -> ProfileQuestion | ScoredQuestion | None:
    """The question that was open when line `seq` was said, as its buttons tell."""
    before = OutboxRow.conversation_id == turn.conversation.id, OutboxRow.seq < seq
    for row in await turn.session.scalars(select(OutboxRow).where(*before).order_by(OutboxRow.seq.desc()).limit(_RECENT_MESSAGES)):
        for button in row.body.get("buttons", ()):
            question, _, _ = button["meaning"].removeprefix(_ASKS).partition("&")
            if button["meaning"].startswith(_ASKS) and question:
                return services.questionnaire.question(question)
    return None

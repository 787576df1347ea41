"""An owner's way through the questionnaire: ask, record, go back, skip, rest, resume, and what it all comes to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.assessment.advice import Advice, advise
from bot.assessment.questionnaire import (
    PROFILE_QUESTIONS,
    Answer,
    AnswerKind,
    Profile,
    ProfileQuestion,
    Progress,
    Questionnaire,
    ScoredQuestion,
    next_question,
    progress,
    with_implied,
)
from bot.assessment.scoring import Score, score
from bot.storage.tables import AnswerRow, Assessment, Person

#: What stands in a profile column when the owner would rather not say: answered, and saying nothing.
UNTOLD = ""


@dataclass(frozen=True, slots=True)
class Result:
    """What the answers so far come to. `is_complete`: every question was asked."""

    score: Score
    advice: tuple[Advice, ...]
    progress: Progress
    is_complete: bool


@dataclass(slots=True)
class Journey:
    """One person's current run through the questionnaire, as loaded for one turn."""

    questionnaire: Questionnaire
    person: Person
    assessment: Assessment
    rows: dict[str, AnswerRow]

    @property
    def profile(self) -> Profile:
        """What is known about the firm."""
        return Profile(self.person.industry, self.person.size, self.person.pain)

    @property
    def answers(self) -> dict[str, Answer]:
        """The answers given, by question."""
        return {question: Answer(question, AnswerKind(row.kind), row.value) for question, row in self.rows.items()}

    @property
    def progress(self) -> Progress:
        """How far the owner has come."""
        return progress(self.questionnaire, self.answers, self.profile)

    @property
    def is_complete(self) -> bool:
        """Whether no question is left."""
        return next_question(self.questionnaire, self.answers, self.profile) is None

    @property
    def is_at_express(self) -> bool:
        """Whether the core questions are done and their result has not been shown yet."""
        return not self.assessment.express_shown and self.progress.core_left == 0

    def open_question(self) -> ProfileQuestion | ScoredQuestion | None:
        """The question to ask now: the one gone back to, else the next unanswered one, else None."""
        question = self.assessment.revisiting or next_question(self.questionnaire, self.answers, self.profile)
        return self.questionnaire.question(question) if question else None

    def record(self, session: AsyncSession, question_id: str, kind: AnswerKind, value: int | None, now: datetime) -> None:
        """Keep the answer to a question, in place of an earlier one; option numbers and levels count from 1."""
        if question_id in PROFILE_QUESTIONS:
            setattr(self.person, question_id, self._option(question_id, value))
        elif question_id in self.rows:
            row = self.rows[question_id]
            row.kind, row.value, row.answered_at = kind.value, value, now
        else:
            row = AnswerRow(assessment_id=self.assessment.id, question=question_id, kind=kind.value, value=value, answered_at=now)
            session.add(row)
            self.rows[question_id] = row
        self._walk_on(question_id, now)

    def _option(self, question_id: str, value: int | None) -> str:
        question = self.questionnaire.question(question_id)
        return question.options[value - 1].id if isinstance(question, ProfileQuestion) and value else UNTOLD

    def _walk_on(self, question_id: str, now: datetime) -> None:
        trail = [each for each in self.assessment.trail if each != question_id]
        self.assessment.trail = [*trail, question_id]
        self.assessment.revisiting = None
        self.assessment.touched_at = now

    def back(self, now: datetime) -> bool:
        """Open the question answered before the open one; False when there is none."""
        trail = list(self.assessment.trail)
        here = self.assessment.revisiting
        before = trail[: trail.index(here)] if here in trail else trail
        if not before:
            return False
        self.assessment.revisiting, self.assessment.touched_at = before[-1], now
        return True

    def rest(self, now: datetime) -> None:
        """Nobody waits for an answer any more; check-ins may come."""
        self.assessment.is_open, self.assessment.touched_at = False, now

    def wake(self, now: datetime) -> None:
        """The owner is answering."""
        self.assessment.is_open, self.assessment.touched_at = True, now

    def finish(self, now: datetime) -> None:
        """The form has ended, with the express result or the full one."""
        self.rest(now)
        self.assessment.express_shown = True
        if self.is_complete:
            self.assessment.finished_at = self.assessment.finished_at or now

    def result(self) -> Result | None:
        """The result of the answers so far; None before the first scored answer."""
        if not self.rows:
            return None
        known = with_implied(self.answers, self.profile)
        scored = score(known, self.questionnaire)
        return Result(scored, advise(self.answers, self.profile, scored, self.questionnaire), self.progress, self.is_complete)


class Journeys:
    """Finds and begins journeys."""

    def __init__(self, questionnaire: Questionnaire) -> None:
        self.questionnaire = questionnaire

    async def current(self, session: AsyncSession, person: Person) -> Journey | None:
        """The newest journey of a person."""
        newest = select(Assessment).where(Assessment.person_id == person.id).order_by(Assessment.id.desc()).limit(1)
        assessment = (await session.scalars(newest)).first()
        if assessment is None:
            return None
        rows = await session.scalars(select(AnswerRow).where(AnswerRow.assessment_id == assessment.id))
        return Journey(self.questionnaire, person, assessment, {row.question: row for row in rows})

    async def begin(self, session: AsyncSession, person: Person, now: datetime) -> Journey:
        """A new journey; what is known about the firm is not asked again."""
        assessment = Assessment(person_id=person.id, started_at=now, touched_at=now, trail=[], is_open=True, express_shown=False)
        session.add(assessment)
        await session.flush()
        return Journey(self.questionnaire, person, assessment, {})

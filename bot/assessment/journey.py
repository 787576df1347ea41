"""An owner's way through the questionnaire: ask, record, go back, skip, rest, resume, and what it all comes to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, select
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
from bot.storage.tables import AnswerChange, AnswerRow, Assessment, Colleague, Person

#: What stands in a profile column when the owner would rather not say: answered, and saying nothing.
UNTOLD = ""
#: So many of the newest peers are enough for a share, and a turn stays quick.
_MOST_PEERS = 200


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

    @property
    def has_result_to_show(self) -> bool:
        """Whether the form has come to an end: the express result, the whole one, or the one after a correction."""
        if self.assessment.is_aside and self.assessment.revisiting is None:
            return True
        return self.is_at_express or self.open_question() is None

    def open_question(self) -> ProfileQuestion | ScoredQuestion | None:
        """The question to ask now: the one gone back to, else the next unanswered one, else None."""
        question = self.assessment.revisiting or next_question(self.questionnaire, self.answers, self.profile)
        return self.questionnaire.question(question) if question else None

    def record(self, session: AsyncSession, question_id: str, kind: AnswerKind, value: int | None, now: datetime) -> None:
        """Keep the answer to the open question and walk on; option numbers and levels count from 1."""
        self.keep(session, question_id, kind, value, now)
        self.assessment.revisiting = None

    def keep(self, session: AsyncSession, question_id: str, kind: AnswerKind, value: int | None, now: datetime) -> None:
        """Keep the answer to any question, in place of an earlier one, which stays in the history; the open question stays open."""
        if question_id in PROFILE_QUESTIONS:
            setattr(self.person, question_id, self._option(question_id, value))
        elif question_id in self.rows:
            row = self.rows[question_id]
            if (row.kind, row.value) != (kind.value, value):
                self._remember(session, row, now)
            row.kind, row.value, row.answered_at = kind.value, value, now
        else:
            row = AnswerRow(assessment_id=self.assessment.id, question=question_id, kind=kind.value, value=value, answered_at=now)
            session.add(row)
            self.rows[question_id] = row
        self.assessment.trail = [*(each for each in self.assessment.trail if each != question_id), question_id]
        self.assessment.touched_at = now

    def _remember(self, session: AsyncSession, row: AnswerRow, now: datetime) -> None:
        change = AnswerChange(assessment_id=self.assessment.id, question=row.question, kind=row.kind, value=row.value, changed_at=now)
        session.add(change)

    async def take_back(self, session: AsyncSession, questions: Sequence[str], now: datetime) -> None:
        """These answers no longer count: their questions come again, and the answers stay in the history."""
        for question in questions:
            if question in PROFILE_QUESTIONS:
                setattr(self.person, question, None)
            elif row := self.rows.pop(question, None):
                self._remember(session, row, now)
                await session.delete(row)
        self.assessment.trail = [each for each in self.assessment.trail if each not in questions]
        self.assessment.revisiting, self.assessment.is_aside, self.assessment.touched_at = None, False, now

    def _option(self, question_id: str, value: int | None) -> str:
        question = self.questionnaire.question(question_id)
        return question.options[value - 1].id if isinstance(question, ProfileQuestion) and value else UNTOLD

    def reopen(self, question_id: str, now: datetime) -> None:
        """Ask an answered question again; its answer counts until there is another. After a result, it is the only one asked."""
        is_resting = not self.assessment.is_open and self.assessment.express_shown
        self.assessment.is_aside = self.assessment.is_aside or is_resting
        self.assessment.revisiting, self.assessment.touched_at = question_id, now

    def answer_to(self, question_id: str) -> Answer | None:
        """The present answer to any question; for one about the firm, the number of its option."""
        question = self.questionnaire.question(question_id)
        if isinstance(question, ScoredQuestion):
            return self.answers.get(question_id)
        places = {option.id: number for number, option in enumerate(question.options, 1)}
        number = places.get(getattr(self.person, question_id) or UNTOLD)
        return Answer(question_id, AnswerKind.VALUE, number) if number else None

    @property
    def unanswered(self) -> frozenset[str]:
        """The scored questions without an answer of the owner's own."""
        return frozenset(each.id for each in self.questionnaire.questions if each.id not in self.rows)

    @property
    def answered(self) -> tuple[str, ...]:
        """The questions that have an answer, in the order in which they were answered; known facts about the firm first."""
        trail = tuple(self.assessment.trail)
        known = tuple(each for each in PROFILE_QUESTIONS if each in self.profile.answered() and each not in trail)
        return (*known, *trail)

    def back(self, now: datetime) -> bool:
        """Open the question answered before the open one; False when there is none."""
        trail = list(self.assessment.trail)
        here = self.assessment.revisiting
        before = trail[: trail.index(here)] if here in trail else trail
        if not before:
            return False
        self.reopen(before[-1], now)
        return True

    def rest(self, now: datetime) -> None:
        """Nobody waits for an answer any more; check-ins may come."""
        self.assessment.is_open, self.assessment.touched_at = False, now

    def note_asked(self, question_id: str) -> None:
        """This question is on the owner's screen."""
        self.assessment.asking = question_id

    def wake(self, now: datetime) -> None:
        """The owner is answering."""
        self.assessment.is_open, self.assessment.touched_at = True, now

    def finish(self, now: datetime) -> None:
        """The form has ended, with the express result or the full one."""
        self.rest(now)
        self.assessment.express_shown, self.assessment.is_aside = True, False
        result = self.result()
        self.assessment.level = result.score.level if result else None
        if self.is_complete:
            self.assessment.finished_at = self.assessment.finished_at or now

    def result(self) -> Result | None:
        """The result of the answers so far; None before the first scored answer."""
        if not self.rows:
            return None
        known = with_implied(self.answers, self.profile)
        scored = score(known, self.questionnaire)
        return Result(scored, advise(self.answers, self.profile, scored, self.questionnaire), self.progress, self.is_complete)


    @property
    def advised(self) -> tuple[str, ...]:
        """All actions that apply to the answers so far, the most worthwhile first (ids)."""
        if not self.rows:
            return ()
        known, every = with_implied(self.answers, self.profile), self.questionnaire.actions
        scored = score(known, self.questionnaire)
        return tuple(each.action.id for each in advise(self.answers, self.profile, scored, self.questionnaire, limit=len(every)))

#: Under what name a session's `info` keeps the journeys that its transaction has looked up.
_KNOWN = "journeys"
# Built once, since they run in every turn.
_NEWEST = select(Assessment).where(Assessment.person_id == bindparam("person")).order_by(Assessment.id.desc()).limit(1)
_ANSWERS = select(AnswerRow).where(AnswerRow.assessment_id == bindparam("assessment"))


class Journeys:
    """Finds and begins journeys."""

    def __init__(self, questionnaire: Questionnaire) -> None:
        self.questionnaire = questionnaire

    async def current(self, session: AsyncSession, person: Person) -> Journey | None:
        """The newest journey of a person; looked up once in a transaction, which asks for it again and again."""
        known = session.info.setdefault(_KNOWN, {})
        if person.id not in known:
            known[person.id] = await self._newest(session, person)
        found: Journey | None = known[person.id]
        return found

    async def _newest(self, session: AsyncSession, person: Person) -> Journey | None:
        assessment = (await session.scalars(_NEWEST, {"person": person.id})).first()
        if assessment is None:
            return None
        return await self._loaded(session, person, assessment)

    async def _loaded(self, session: AsyncSession, person: Person, assessment: Assessment) -> Journey:
        rows = await session.scalars(_ANSWERS, {"assessment": assessment.id})
        return Journey(self.questionnaire, person, assessment, {row.question: row for row in rows})

    async def previous(self, session: AsyncSession, journey: Journey) -> Journey | None:
        """The finished journey before this one."""
        mine = (Assessment.person_id == journey.person.id, Assessment.id < journey.assessment.id, Assessment.finished_at.is_not(None))
        before = (await session.scalars(select(Assessment).where(*mine).order_by(Assessment.id.desc()).limit(1))).first()
        return await self._loaded(session, journey.person, before) if before else None

    async def peer_levels(self, session: AsyncSession, profile: Profile) -> list[int]:
        """The overall levels of the newest finished assessments of a trade and size, one a firm: numbers only, in no order.

        Empty when the trade or the size is not known. Colleagues of an owner are no firm of their own.
        """
        if not (profile.industry and profile.size):
            return []
        newest = select(func.max(Assessment.id)).where(Assessment.finished_at.is_not(None)).group_by(Assessment.person_id)
        firm = Person.industry == profile.industry, Person.size == profile.size, Person.id.not_in(select(Colleague.person_id))
        cell = select(Assessment, Person).join(Person, Person.id == Assessment.person_id).where(*firm, Assessment.id.in_(newest))
        found = (await session.execute(cell.order_by(Assessment.id.desc()).limit(_MOST_PEERS))).all()
        rows: dict[int, dict[str, AnswerRow]] = {assessment.id: {} for assessment, _ in found}
        for row in await session.scalars(select(AnswerRow).where(AnswerRow.assessment_id.in_(rows))):
            rows[row.assessment_id][row.question] = row
        results = [Journey(self.questionnaire, person, each, rows[each.id]).result() for each, person in found]
        return sorted(result.score.level for result in results if result and result.score.level)

    async def begin(self, session: AsyncSession, person: Person, now: datetime) -> Journey:
        """A new journey; what is known about the firm is not asked again."""
        shown = {"is_open": True, "express_shown": False, "is_aside": False}
        assessment = Assessment(person_id=person.id, started_at=now, touched_at=now, trail=[], **shown)
        session.add(assessment)
        await session.flush()
        journey = Journey(self.questionnaire, person, assessment, {})
        session.info.setdefault(_KNOWN, {})[person.id] = journey
        return journey


def forget_journeys(session: AsyncSession) -> None:
    """Call after assessments were given to somebody else or deleted, lest the transaction go on with what it knew before."""
    session.info.pop(_KNOWN, None)

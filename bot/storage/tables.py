"""Every table of the advisor, typed. What a table promises (uniqueness, order) is written here, not in the code that uses it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Date, DateTime, Dialect, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.ext.asyncio import AsyncAttrs
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship
from sqlalchemy.types import TypeDecorator

#: SQLite counts row ids only for INTEGER primary keys; PostgreSQL wants 64 bits.
RowId = BigInteger().with_variant(Integer, "sqlite")


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment, kept in UTC. A naive one is refused: a time without a zone is a bug."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(AsyncAttrs, DeclarativeBase):
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads it from the class
        datetime: UtcDateTime,
        date: Date,
        dict[str, Any]: JSON,
        list[Any]: JSON,
        int: Integer,
    }


class Person(Base):
    """An owner: what the advisor knows of them and may never ask twice."""

    __tablename__ = "person"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    language: Mapped[str] = mapped_column(String(8))
    #: The owner asked for this language, so what they type does not change it.
    language_chosen: Mapped[bool] = mapped_column(default=False)
    time_zone: Mapped[str] = mapped_column(String(64))
    industry: Mapped[str | None] = mapped_column(String(32))
    size: Mapped[str | None] = mapped_column(String(16))
    pain: Mapped[str | None] = mapped_column(String(32))
    #: Local hour at which check-ins arrive; None: the advisor's default.
    checkin_hour: Mapped[int | None]
    checkins_paused: Mapped[bool] = mapped_column(default=False)
    #: What a bare "yes" would start, as a button payload.
    offer: Mapped[str | None] = mapped_column(String(200))
    #: Whether the words of questions may be kept for the authors, without identity; None: not yet asked, so nothing is kept.
    shares_questions: Mapped[bool | None]
    created_at: Mapped[datetime]


class Conversation(Base):
    """One place where one owner and the advisor write to each other; `id` is `<channel>:<address>`."""

    __tablename__ = "conversation"

    id: Mapped[str] = mapped_column(String(160), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    channel: Mapped[str] = mapped_column(String(16))
    #: The last sequence number given to a line of this conversation, the owner's or the advisor's.
    last_seq: Mapped[int] = mapped_column(default=0)
    #: Rasa's memory: the state before the kept turns, and the events of the kept turns.
    dialogue: Mapped[dict[str, Any]] = mapped_column(default=dict)
    #: A permanent error of the channel ("bot was blocked"); nothing is pushed until the owner comes back.
    unreachable: Mapped[str | None] = mapped_column(String(200))
    created_at: Mapped[datetime]
    #: When the owner last wrote here; check-ins go to the most recent conversation.
    active_at: Mapped[datetime]

    person: Mapped[Person] = relationship(lazy="joined", innerjoin=True)


class InboxRow(Base):
    """Something that reached the advisor. Stored before it is acknowledged; answered by exactly one turn."""

    __tablename__ = "inbox"
    __table_args__ = (
        UniqueConstraint("channel", "external_id", name="uq_inbox_channel_external_id"),
        Index("ix_inbox_waiting", "conversation_id", "id"),
        Index("ix_inbox_conversation_seq", "conversation_id", "seq"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    channel: Mapped[str] = mapped_column(String(16))
    external_id: Mapped[str] = mapped_column(String(200))
    conversation_id: Mapped[str] = mapped_column(String(160))
    body: Mapped[dict[str, Any]]
    #: waiting -> done | set_aside (every try of its turn failed)
    state: Mapped[str] = mapped_column(String(16), default="waiting", index=True)
    attempts: Mapped[int] = mapped_column(default=0)
    seq: Mapped[int | None]
    received_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]


class OutboxRow(Base):
    """Something the advisor said. Ordered within its conversation; pushed by a channel or pulled by a client."""

    __tablename__ = "outbox"
    __table_args__ = (
        UniqueConstraint("conversation_id", "seq", name="uq_outbox_conversation_seq"),
        Index("ix_outbox_state_due", "state", "channel", "due_at"),
        Index("ix_outbox_inbox", "inbox_id"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversation.id", ondelete="CASCADE"))
    channel: Mapped[str] = mapped_column(String(16))
    seq: Mapped[int]
    inbox_id: Mapped[int | None] = mapped_column(ForeignKey("inbox.id", ondelete="SET NULL"))
    body: Mapped[dict[str, Any]]
    #: pulled (a client fetches by sequence) | pending -> claimed -> sending -> sent | unknown | dead
    state: Mapped[str] = mapped_column(String(16))
    #: Fencing token: rises with every claim, so a worker that woke up late cannot mark another's row.
    attempt: Mapped[int] = mapped_column(default=0)
    failures: Mapped[int] = mapped_column(default=0)
    ambiguous: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    claimed_by: Mapped[str | None] = mapped_column(String(100))
    provider_id: Mapped[str | None] = mapped_column(String(100))
    error: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]


class Assessment(Base):
    """One run through the questionnaire; the newest of a person is the one that counts."""

    __tablename__ = "assessment"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    #: The question the owner went back to; None: the next unanswered one.
    revisiting: Mapped[str | None] = mapped_column(String(16))
    #: The questions in the order in which they were answered, for "back".
    trail: Mapped[list[Any]] = mapped_column(default=list)
    express_shown: Mapped[bool] = mapped_column(default=False)
    #: A question is on the owner's screen; check-ins wait meanwhile.
    is_open: Mapped[bool] = mapped_column(default=True)
    started_at: Mapped[datetime]
    touched_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]


class AnswerRow(Base):
    """The answer to one question; corrected in place."""

    __tablename__ = "answer"
    __table_args__ = (UniqueConstraint("assessment_id", "question", name="uq_answer_assessment_question"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessment.id", ondelete="CASCADE"))
    question: Mapped[str] = mapped_column(String(16))
    #: value | unknown | not_applicable | skipped
    kind: Mapped[str] = mapped_column(String(16))
    value: Mapped[int | None]
    answered_at: Mapped[datetime]


class Initiative(Base):
    """An action that the owner carries out, phase by phase."""

    __tablename__ = "initiative"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    action: Mapped[str] = mapped_column(String(64))
    #: active | done | stopped
    state: Mapped[str] = mapped_column(String(16), default="active")
    started_at: Mapped[datetime]

    phases: Mapped[list[PhaseRow]] = relationship(lazy="selectin", order_by="PhaseRow.number", cascade="all, delete-orphan")


class PhaseRow(Base):
    """One of the eight phases of an initiative, with its dates in the owner's calendar."""

    __tablename__ = "phase"
    __table_args__ = (UniqueConstraint("initiative_id", "number", name="uq_phase_initiative_number"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    initiative_id: Mapped[int] = mapped_column(ForeignKey("initiative.id", ondelete="CASCADE"))
    number: Mapped[int]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    done_at: Mapped[datetime | None]


class CheckIn(Base):
    """A question that comes due. Its row is the check-in: no scheduler holds a second copy."""

    __tablename__ = "checkin"
    __table_args__ = (
        UniqueConstraint("initiative_id", "phase", "occurrence", name="uq_checkin_occurrence"),
        Index("ix_checkin_due", "state", "due_at"),
        Index("ix_checkin_person", "person_id", "state"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    initiative_id: Mapped[int] = mapped_column(ForeignKey("initiative.id", ondelete="CASCADE"))
    phase: Mapped[int]
    occurrence: Mapped[int]
    #: The wall-clock time that was promised, in `time_zone`; `due_at` follows from both.
    due_local: Mapped[str] = mapped_column(String(19))
    time_zone: Mapped[str] = mapped_column(String(64))
    due_at: Mapped[datetime]
    #: pending -> rung (in the inbox) -> asked -> answered | superseded | cancelled
    state: Mapped[str] = mapped_column(String(16), default="pending")
    #: Why a check-in was not asked: a skipped one is a row with a reason, never an absence.
    reason: Mapped[str | None] = mapped_column(String(64))
    #: done | in_progress | blocked | later
    answer: Mapped[str | None] = mapped_column(String(16))
    snoozes: Mapped[int] = mapped_column(default=0)
    asked_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]


class Question(Base):
    """A question's words, kept for the authors. Nothing in it leads back to a person or a conversation: it outlives both."""

    __tablename__ = "question"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    text: Mapped[str] = mapped_column(String(300))
    language: Mapped[str] = mapped_column(String(8))
    #: The topic that was answered; None: there was none.
    topic: Mapped[str | None] = mapped_column(String(64))
    #: answer | choice | nothing
    verdict: Mapped[str] = mapped_column(String(16))
    #: good | bad; None: the owner did not say.
    feedback: Mapped[str | None] = mapped_column(String(8))
    #: A day and no moment, so that the row cannot be laid beside a message of the same second.
    asked_on: Mapped[date] = mapped_column(index=True)

"""Every table of the advisor, typed. What a table promises (uniqueness, order) is written here, not in the code that uses it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Date,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)
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


def only_where(condition: str) -> dict[str, Any]:
    """What makes an index a partial one on both databases."""
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}


class Base(AsyncAttrs, DeclarativeBase):
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads it from the class
        datetime: UtcDateTime,
        date: Date,
        dict[str, Any]: JSON,
        list[Any]: JSON,
        int: Integer,
        float: Float,
    }


def table_of(model: type[Base]) -> Table:
    """The bare table of a class, for statements that need no objects."""
    return Base.metadata.tables[model.__tablename__]


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
    checkin_minute: Mapped[int] = mapped_column(default=0)
    checkins_paused: Mapped[bool] = mapped_column(default=False)
    #: The hours (HH:MM) and weekdays (Monday = 0) in which the owner may be written to; None: office hours.
    opens: Mapped[str | None] = mapped_column(String(5))
    closes: Mapped[str | None] = mapped_column(String(5))
    weekdays: Mapped[list[Any] | None] = mapped_column(JSON(none_as_null=True))
    #: Whose public holidays are days off: ISO 3166; "" none; None: the country of the time zone.
    country: Mapped[str | None] = mapped_column(String(2))
    #: Stretches without check-ins, [first day, last day, every year].
    seasons: Mapped[list[Any]] = mapped_column(default=list)
    #: How often, where the owner said so (RFC 5545), and the day from which it counts.
    checkin_rule: Mapped[str | None] = mapped_column(String(120))
    checkin_rule_from: Mapped[date | None]
    #: All of this as it was before the last change, for "undo".
    time_before: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    #: The owner let three messages about one check-in pass: one a month until they answer again.
    checkins_monthly: Mapped[bool] = mapped_column(default=False)
    #: Where check-ins should arrive (`web`, `telegram`); None: wherever the owner wrote last.
    preferred_channel: Mapped[str | None] = mapped_column(String(16))
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
        # Owners are looked for first: however many check-ins came due at once, nobody who writes waits behind them.
        Index("ix_inbox_owners_waiting", "id", **only_where("state = 'waiting' AND channel <> 'clock'")),
        Index("ix_inbox_to_empty", "received_at", **only_where("emptied_at IS NULL")),
        # Messages are counted by day out of this alone, without looking at a row.
        Index("ix_inbox_received", "received_at", "channel", "conversation_id"),
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
    #: When its words were deleted because their time was over; the row stays, so that a late duplicate is still known.
    emptied_at: Mapped[datetime | None]


#: Lines that still have to be pushed, as the partial indexes name them; a query must say the very same to be served by one.
PENDING, UNSENT = "state = 'pending'", "state IN ('pending', 'claimed', 'sending')"


class OutboxRow(Base):
    """Something the advisor said. Ordered within its conversation; pushed by a channel or pulled by a client."""

    __tablename__ = "outbox"
    __table_args__ = (
        UniqueConstraint("conversation_id", "seq", name="uq_outbox_conversation_seq"),
        Index("ix_outbox_state_due", "state", "channel", "due_at"),
        Index("ix_outbox_inbox", "inbox_id"),
        Index("ix_outbox_due", "channel", "is_nudge", "due_at", "id", sqlite_where=text(PENDING), postgresql_where=text(PENDING)),
        Index("ix_outbox_unsent", "conversation_id", "seq", sqlite_where=text(UNSENT), postgresql_where=text(UNSENT)),
        Index("ix_outbox_to_empty", "created_at", **only_where("emptied_at IS NULL")),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversation.id", ondelete="CASCADE"))
    channel: Mapped[str] = mapped_column(String(16))
    seq: Mapped[int]
    inbox_id: Mapped[int | None] = mapped_column(ForeignKey("inbox.id", ondelete="SET NULL"))
    body: Mapped[dict[str, Any]]
    #: pulled (a client fetches by sequence) | pending -> claimed -> sending -> sent | unknown | dead; cancelled (a check-in that is over)
    state: Mapped[str] = mapped_column(String(16))
    #: Fencing token: rises with every claim, so a worker that woke up late cannot mark another's row.
    attempt: Mapped[int] = mapped_column(default=0)
    #: Nobody waits for it (a check-in): it leaves only when no answer to an owner wants to.
    is_nudge: Mapped[bool] = mapped_column(default=False)
    failures: Mapped[int] = mapped_column(default=0)
    ambiguous: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    claimed_by: Mapped[str | None] = mapped_column(String(100))
    provider_id: Mapped[str | None] = mapped_column(String(100))
    error: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    #: When its words and buttons were deleted because their time was over; the row stays, so that sequence and counts do.
    emptied_at: Mapped[datetime | None]


class DeliveryAttempt(Base):
    """One try to send a line, kept as it ended: the answer to "did she get it?"."""

    __tablename__ = "delivery_attempt"
    __table_args__ = (Index("ix_delivery_attempt_started", "started_at"),)

    outbox_id: Mapped[int] = mapped_column(ForeignKey("outbox.id", ondelete="CASCADE"), primary_key=True)
    attempt: Mapped[int] = mapped_column(primary_key=True)
    worker: Mapped[str] = mapped_column(String(100))
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    #: sent | not_sent | throttled | unreachable | refused | ambiguous | crashed; None: under way
    outcome: Mapped[str | None] = mapped_column(String(16))
    retry_after: Mapped[float | None]
    error: Mapped[str | None] = mapped_column(Text)


class ChannelRate(Base):
    """How fast a pushing channel may send, shared by all replicas. Moments are seconds since 1970 by the database's clock."""

    __tablename__ = "channel_rate"

    channel: Mapped[str] = mapped_column(String(16), primary_key=True)
    #: The next free slot of the lane that everything uses, and of the one that only answers may use.
    next_slot: Mapped[float] = mapped_column(default=0.0)
    next_reserved_slot: Mapped[float] = mapped_column(default=0.0)
    #: The channel asked for a pause in two conversations at once: nothing leaves before this.
    paused_until: Mapped[float] = mapped_column(default=0.0)
    pushed_back_at: Mapped[float] = mapped_column(default=0.0)
    pushed_back_in: Mapped[str] = mapped_column(String(160), default="")


class ChatRate(Base):
    """How fast one conversation may be written to; `next_slot` as in :class:`ChannelRate`."""

    __tablename__ = "chat_rate"

    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversation.id", ondelete="CASCADE"), primary_key=True)
    next_slot: Mapped[float] = mapped_column(default=0.0)


class ChannelAddress(Base):
    """Where owners find a channel (`https://t.me/<bot>`), as the running channel said; no row: the channel is off."""

    __tablename__ = "channel_address"

    channel: Mapped[str] = mapped_column(String(16), primary_key=True)
    url: Mapped[str] = mapped_column(String(200))


class LinkCode(Base):
    """A one-time code that lets another channel join its person; only the code's hash is kept."""

    __tablename__ = "link_code"

    code_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


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
    #: The owner came back to one answer after a result: behind it the result comes anew, not the next question.
    is_aside: Mapped[bool] = mapped_column(default=False)
    #: Pairs of answers that seem to contradict each other, by id, and what the owner said: asked | both (both are right).
    contradictions: Mapped[dict[str, Any]] = mapped_column(default=dict)
    started_at: Mapped[datetime]
    touched_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    #: The overall level (1-5) as it was told last; None: no result yet.
    level: Mapped[int | None]
    #: The question that was asked last.
    asking: Mapped[str | None] = mapped_column(String(16))


class AnswerRow(Base):
    """The answer to one question; corrected in place, what it was before stands in AnswerChange."""

    __tablename__ = "answer"
    __table_args__ = (UniqueConstraint("assessment_id", "question", name="uq_answer_assessment_question"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessment.id", ondelete="CASCADE"))
    question: Mapped[str] = mapped_column(String(16))
    #: value | unknown | not_applicable | skipped
    kind: Mapped[str] = mapped_column(String(16))
    value: Mapped[int | None]
    answered_at: Mapped[datetime]


class AnswerChange(Base):
    """What an answer was before it was corrected or taken back; the result of that time can be derived again."""

    __tablename__ = "answer_change"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessment.id", ondelete="CASCADE"), index=True)
    question: Mapped[str] = mapped_column(String(16))
    kind: Mapped[str] = mapped_column(String(16))
    value: Mapped[int | None]
    changed_at: Mapped[datetime]


class Colleague(Base):
    """Somebody else of the firm, who answers the core questions too. Their own assessment is theirs; the owner sees levels only."""

    __tablename__ = "colleague"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    joined_at: Mapped[datetime]


class JoinCode(Base):
    """The code by which colleagues of an owner join; whoever has it may answer, and see nothing."""

    __tablename__ = "join_code"

    code: Mapped[str] = mapped_column(String(16), primary_key=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), unique=True)
    made_at: Mapped[datetime]


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


class Document(Base):
    """A picture or paper that a reply named: what it shows, kept until its address expires. It is drawn when somebody asks for it."""

    __tablename__ = "document"

    #: Random, never counted: a row id could be given again after a deletion, and an old address would then show another owner's figures.
    key: Mapped[str] = mapped_column(String(32), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    #: radar | matrix | roadmap | progress | report (any paper) | packet_data | calendar | copy | copy_data
    kind: Mapped[str] = mapped_column(String(16))
    #: What a phone calls the file when it is kept.
    name: Mapped[str] = mapped_column(String(100))
    content: Mapped[dict[str, Any]]
    #: When a reply last named it; its address lives from then on.
    issued_at: Mapped[datetime] = mapped_column(index=True)


class CalendarFeed(Base):
    """The calendar that an owner subscribes to. A new key makes the old address useless."""

    __tablename__ = "calendar_feed"

    key: Mapped[str] = mapped_column(String(32), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), unique=True)
    created_at: Mapped[datetime]


class SharedPlan(Base):
    """A page on which whoever has its address reads one plan. Only the address's hash is kept; stopping deletes the row."""

    __tablename__ = "shared_plan"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    initiative_id: Mapped[int] = mapped_column(ForeignKey("initiative.id", ondelete="CASCADE"), index=True)
    #: The owner agreed that the figures of the ledger are on it.
    with_figures: Mapped[bool] = mapped_column(default=False)
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)


class Digest(Base):
    """The weekly summary that an owner asked for. Stopped it stays as a row, so that its number of rings goes on."""

    __tablename__ = "digest"
    __table_args__ = (Index("ix_digest_to_ring", "due_at", **only_where("state = 'pending'")),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), unique=True)
    #: pending -> rung (in the inbox) -> pending; off: the owner wants none
    state: Mapped[str] = mapped_column(String(16), default="pending")
    #: The day on which it comes, Monday = 0, and the time of day (HH:MM) where the owner named one.
    weekday: Mapped[int]
    at: Mapped[str | None] = mapped_column(String(5))
    due_at: Mapped[datetime]
    #: How often it went into the inbox; part of its key there.
    rings: Mapped[int] = mapped_column(default=0)
    #: Up to when the last one told; None before the first.
    told_until: Mapped[datetime | None]


class CheckIn(Base):
    """A question that comes due. Its row is the check-in: no scheduler holds a second copy.

    Every row ends in one of the states `answered`, `missed`, `superseded`, `cancelled` or `undeliverable`, with a `reason` where the owner
    did not decide it. Only the first two states below are looked at by the bell.
    """

    __tablename__ = "checkin"
    __table_args__ = (
        UniqueConstraint("initiative_id", "phase", "occurrence", name="uq_checkin_occurrence"),
        # Partial: what is over costs the bell nothing, however much there is of it.
        Index("ix_checkin_to_ring", "due_at", **only_where("state IN ('pending', 'asked')")),
        Index("ix_checkin_person", "person_id", "state"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    initiative_id: Mapped[int] = mapped_column(ForeignKey("initiative.id", ondelete="CASCADE"))
    phase: Mapped[int]
    occurrence: Mapped[int]
    #: The wall-clock time that was promised, in `time_zone`; the first `due_at` follows from both.
    due_local: Mapped[str] = mapped_column(String(19))
    time_zone: Mapped[str] = mapped_column(String(64))
    #: When the clock speaks of this row next: to ask (pending), or because the question was not answered (asked).
    due_at: Mapped[datetime]
    #: pending -> rung (in the inbox) -> asked -> answered | missed; superseded | cancelled | undeliverable from any of the first three
    state: Mapped[str] = mapped_column(String(16), default="pending")
    #: Why a check-in ended or was put off without the owner: a skipped one is a row with a reason, never an absence.
    reason: Mapped[str | None] = mapped_column(String(64))
    #: done | in_progress | blocked | later
    answer: Mapped[str | None] = mapped_column(String(16))
    #: The short question that stands after the first answer: evidence | progress | obstacle, or a figure of the ledger.
    awaiting: Mapped[str | None] = mapped_column(String(16))
    #: Why the owner is stuck: money | people | vendor | technology | time | unclear
    obstacle: Mapped[str | None] = mapped_column(String(16))
    #: What the owner told, in their own words.
    note: Mapped[str | None] = mapped_column(Text)
    snoozes: Mapped[int] = mapped_column(default=0)
    #: How often it went into the inbox; part of its key there.
    rings: Mapped[int] = mapped_column(default=0)
    #: How many messages about this question passed without an answer.
    misses: Mapped[int] = mapped_column(default=0)
    asked_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]


class FigureRow(Base):
    """One figure of an initiative's ledger, as the owner told it."""

    __tablename__ = "figure"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    initiative_id: Mapped[int] = mapped_column(ForeignKey("initiative.id", ondelete="CASCADE"), index=True)
    #: before | target | hour_value | cost | reading
    kind: Mapped[str] = mapped_column(String(16))
    phase: Mapped[int]
    #: None: the owner would rather not say, or does not know; it is not asked again.
    value: Mapped[float | None]
    #: As the ledger compares it: hour, minute, yen, ... or the owner's own word.
    unit: Mapped[str] = mapped_column(String(24), default="")
    #: month | week | day | year, or "" for none
    period: Mapped[str] = mapped_column(String(8), default="")
    words: Mapped[str] = mapped_column(String(80), default="")
    more_is_better: Mapped[bool] = mapped_column(default=False)
    noted_at: Mapped[datetime]


class Vendor(Base):
    """A supplier whose quote the owner has told of."""

    __tablename__ = "vendor"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    #: The plan that it is for; None: told before there was one, and it counts for every plan.
    initiative_id: Mapped[int | None] = mapped_column(ForeignKey("initiative.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(40))
    #: What it costs, as told (one_off, monthly, yearly, total, currency, words); {}: not known yet; None: not asked for yet.
    price: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    chosen_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    #: When it was told of or scored last.
    touched_at: Mapped[datetime]

    scores: Mapped[list[VendorScore]] = relationship(lazy="selectin", order_by="VendorScore.id", cascade="all, delete-orphan")


class VendorScore(Base):
    """The owner's score of one supplier on one of the seven points; changed in place."""

    __tablename__ = "vendor_score"
    __table_args__ = (UniqueConstraint("vendor_id", "criterion", name="uq_vendor_score_criterion"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    vendor_id: Mapped[int] = mapped_column(ForeignKey("vendor.id", ondelete="CASCADE"))
    criterion: Mapped[str] = mapped_column(String(16))
    #: 1-5; None: the owner does not know yet.
    value: Mapped[int | None]


class PushSubscription(Base):
    """A browser that asked to be told of check-ins while the page is closed."""

    __tablename__ = "push_subscription"
    __table_args__ = (UniqueConstraint("endpoint", name="uq_push_subscription_endpoint"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversation.id", ondelete="CASCADE"), index=True)
    endpoint: Mapped[str] = mapped_column(String(1000))
    #: `p256dh` and `auth`, as the browser gave them.
    keys: Mapped[dict[str, Any]]
    #: The address of the page that asked: what a notice opens.
    site: Mapped[str] = mapped_column(String(200))
    #: Everything up to this line was told, or read on an open page.
    told_seq: Mapped[int]
    created_at: Mapped[datetime]


class UsedCode(Base):
    """A one-time code that was used."""

    __tablename__ = "used_code"
    __table_args__ = (UniqueConstraint("code", name="uq_used_code_code"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    code: Mapped[str] = mapped_column(String(64))
    used_at: Mapped[datetime] = mapped_column(index=True)


class EndedSession(Base):
    """A web session that was ended: tokens from before are refused. Only the hash of its conversation's address is kept."""

    __tablename__ = "ended_session"

    conversation_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    ended_at: Mapped[datetime] = mapped_column(index=True)


class Question(Base):
    """A question's words, kept for the authors, who never see whose they are. The row goes when its owner does."""

    __tablename__ = "question"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    #: Only so that the owner's copy names it and their deletion takes it along; None: kept before this was.
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
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


class Erasure(Base):
    """That somebody's data were deleted: what a receipt can be checked against. Nothing in it says whose they were."""

    __tablename__ = "erasure"

    receipt: Mapped[str] = mapped_column(String(16), primary_key=True)
    erased_at: Mapped[datetime]
    #: Rows that went, by table.
    counts: Mapped[dict[str, Any]]


class Handoff(Base):
    """An owner's wish to be answered by a person. At most one of an owner is open (waiting or answered)."""

    __tablename__ = "handoff"
    __table_args__ = (Index("ix_handoff_waiting", "waiting_since", **only_where("state = 'waiting'")),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    #: Where it was asked for; answers go to where the owner is reached, which may be elsewhere by then.
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversation.id", ondelete="CASCADE"), index=True)
    language: Mapped[str] = mapped_column(String(8))
    #: waiting (for the operator) <-> answered; withdrawn (before any answer) | closed
    state: Mapped[str] = mapped_column(String(16), default="waiting")
    #: What the owner agreed to send along, as it was shown to them; None: nothing, or its time is over.
    summary: Mapped[str | None] = mapped_column(Text)
    asked_at: Mapped[datetime]
    #: Since when the owner waits for the operator.
    waiting_since: Mapped[datetime]
    #: When the operator answered last.
    answered_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]


class HandoffLine(Base):
    """One message of a hand-off. Its words stand in the inbox, where they came in, and go when their time is over."""

    __tablename__ = "handoff_line"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    handoff_id: Mapped[int] = mapped_column(ForeignKey("handoff.id", ondelete="CASCADE"), index=True)
    inbox_id: Mapped[int | None] = mapped_column(ForeignKey("inbox.id", ondelete="SET NULL"), index=True)
    #: The operator's; else the owner's.
    is_operators: Mapped[bool] = mapped_column(default=False)
    said_at: Mapped[datetime]


class OperatorAct(Base):
    """What was done on the operator's page, and when: no words, and nothing that leads to an owner who has gone."""

    __tablename__ = "operator_act"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    #: signed_in | refused | signed_out | shown | answered | closed
    act: Mapped[str] = mapped_column(String(16))
    handoff_id: Mapped[int | None] = mapped_column(ForeignKey("handoff.id", ondelete="SET NULL"), index=True)
    #: Which sign-in did it (random); None: nobody was signed in.
    session: Mapped[str | None] = mapped_column(String(16))
    done_at: Mapped[datetime] = mapped_column(index=True)

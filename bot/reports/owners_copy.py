"""The copy of everything kept about an owner, as a paper to read. Pure; the words stand in knowledge/reports/words.yml.

It is made from the very rows of the copy as data (bot/people/copies.py), which holds more: every field of every table.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.assessment.questionnaire import Answer, AnswerKind
from bot.reports.facts import Material
from bot.reports.paper import Block, Paper, Section, Table, Words
from bot.reports.picturing import Say
from bot.reports.writing import answered
from bot.rollout.calendar import local_time

#: More lines of the conversation than these do not make a paper that anybody reads; all of them are in the data.
MOST_LINES = 300
#: More of one message does not fit beside its time.
_LONGEST = 600
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Said:
    """One line of the conversation; `seq` orders those of one moment."""

    at: datetime
    seq: int
    is_owner: bool
    text: str


@dataclass(frozen=True)
class OwnersCopy:
    """The rows by table, the conversation, the content that explains them, and the owner's zone."""

    material: Material
    say: Say
    tables: Mapping[str, Sequence[Row]]
    said: Sequence[Said]
    criteria: Mapping[str, str]
    zone: str
    now: datetime

    def moment(self, at: datetime | None) -> str:
        """A moment as the owner's clock shows it; "" for none."""
        if at is None:
            return ""
        local = local_time(at, self.zone)
        return self.say("copy_moment", date=self.say.date(local.date()), time=f"{local:%H:%M}")

    def of(self, table: str, column: str, value: object) -> list[Row]:
        """The rows of a table that have this value."""
        return [row for row in self.tables[table] if row[column] == value]


def write_copy(copy: OwnersCopy) -> Paper:
    """Who, answers, plans with figures and check-ins, quotes, what else is kept, and the conversation."""
    say = copy.say
    made_on = say("made_on", date=say.date(local_time(copy.now, copy.zone).date()))
    sections = [*_answers(copy), *_plans(copy), *_quotes(copy), *_questions(copy), _others(copy), *_conversation(copy)]
    return Paper(say.language, say("copy_title"), made_on, tuple(_details(copy)), tuple(sections), say("copy_title"))


def _details(copy: OwnersCopy) -> Iterator[tuple[str, str]]:
    say, (person,) = copy.say, copy.tables["person"]
    for question in copy.material.questionnaire.profile:
        told = next((each.label.get(say.language) for each in question.options if each.id == person[question.id]), say("not_told"))
        yield say(f"firm_{question.id}"), told
    yield say("copy_zone"), person["time_zone"]
    yield say("copy_since"), copy.moment(person["created_at"])


def _table(header: Sequence[str], rows: Sequence[tuple[str, ...]], widths: tuple[int, ...]) -> Table:
    return Table(tuple(header), tuple(rows), widths)


# --- answers ------------------------------------------------------------------------------------------------------------------


def _answers(copy: OwnersCopy) -> Iterator[Section]:
    say = copy.say
    for run in reversed(copy.tables["assessment"]):
        header = (say("column_question"), say("column_answer"))
        rows = [_answer(copy, row) for row in copy.of("answer", "assessment_id", run["id"])]
        blocks: list[Block] = [_table(header, rows, (58, 58))]
        changes = copy.of("answer_change", "assessment_id", run["id"])
        if changes:
            blocks.append(Words(say("copy_changes"), "strong"))
            changed = [(copy.moment(row["changed_at"]), *_answer(copy, row)) for row in changes]
            blocks.append(_table((say("copy_when"), *header), changed, (26, 50, 40)))
        yield Section(say("copy_answers", date=copy.moment(run["touched_at"])), tuple(blocks))


def _answer(copy: OwnersCopy, row: Row) -> tuple[str, str]:
    question = next((each for each in copy.material.questionnaire.questions if each.id == row["question"]), None)
    if question is None:  # the content has dropped it since
        return row["question"], str(row["value"] or "")
    answer = Answer(question.id, AnswerKind(row["kind"]), row["value"])
    return question.text.get(copy.say.language), answered(copy.say, question, answer)


# --- plans --------------------------------------------------------------------------------------------------------------------


def _plans(copy: OwnersCopy) -> Iterator[Section]:
    say = copy.say
    for plan in copy.tables["initiative"]:
        action = copy.material.action(plan["action"])
        title = action.title.get(say.language) if action else plan["action"]
        state = Words(say("copy_plan_state", state=say(f"copy_{plan['state']}"), date=copy.moment(plan["started_at"])))
        blocks = [state, *_phases(copy, plan), *_figures(copy, plan), *_checkins(copy, plan)]
        yield Section(say("copy_plan", action=title), tuple(blocks))


def _phase_name(copy: OwnersCopy, number: int) -> str:
    name = next((each.name.get(copy.say.language) for each in copy.material.phases if each.number == number), "")
    return copy.say("action_heading", number=number, title=name)


def _phases(copy: OwnersCopy, plan: Row) -> Iterator[Block]:
    say = copy.say
    rows = [
        (
            _phase_name(copy, row["number"]),
            say("period", starts=say.date(row["starts_on"]), ends=say.date(row["ends_on"])),
            copy.moment(row["done_at"]),
        )
        for row in copy.of("phase", "initiative_id", plan["id"])
    ]
    yield _table((say("column_phase"), say("column_dates"), say("copy_done_at")), rows, (40, 48, 28))


def _figures(copy: OwnersCopy, plan: Row) -> Iterator[Block]:
    say = copy.say
    rows = [
        (copy.moment(row["noted_at"]), say(f"copy_figure_{row['kind']}"), row["words"] or say("not_told"))
        for row in copy.of("figure", "initiative_id", plan["id"])
    ]
    if rows:
        yield Words(say("copy_figures"), "strong")
        yield _table((say("copy_when"), say("copy_figure"), say("copy_told")), rows, (30, 40, 46))


def _checkins(copy: OwnersCopy, plan: Row) -> Iterator[Block]:
    say = copy.say
    rows = [
        (
            copy.moment(row["answered_at"] or row["asked_at"] or row["due_at"]),
            _phase_name(copy, row["phase"]),
            "\n".join(part for part in (_reply(say, row), row["note"]) if part),
        )
        for row in copy.of("checkin", "initiative_id", plan["id"])
    ]
    if rows:
        yield Words(say("copy_checkins"), "strong")
        yield _table((say("copy_when"), say("column_phase"), say("column_answer")), rows, (30, 40, 46))


def _reply(say: Say, checkin: Row) -> str:
    if checkin["answer"] is None:
        was_asked = "copy_checkin_none" if checkin["asked_at"] else "copy_checkin_off"
        return say("state_later" if checkin["state"] == "pending" else was_asked)
    return say(f"copy_checkin_{checkin['answer']}")


# --- quotes, questions, the rest ------------------------------------------------------------------------------------------------


def _quotes(copy: OwnersCopy) -> Iterator[Section]:
    say = copy.say
    rows = [(row["name"], (row["price"] or {}).get("words", ""), _scores(copy, row)) for row in copy.tables["vendor"]]
    if rows:
        header = (say("column_supplier"), say("column_cost"), say("column_point"))
        yield Section(say("copy_quotes"), (_table(header, rows, (30, 36, 50)),))


def _scores(copy: OwnersCopy, vendor: Row) -> str:
    scores = copy.of("vendor_score", "vendor_id", vendor["id"])
    return "\n".join(f"{copy.criteria.get(row['criterion'], row['criterion'])} {row['value'] or '?'}" for row in scores)


def _questions(copy: OwnersCopy) -> Iterator[Section]:
    rows = [(copy.say.date(row["asked_on"]), row["text"]) for row in copy.tables["question"]]
    if rows:
        table = _table((copy.say("copy_when"), copy.say("column_question")), rows, (30, 86))
        yield Section(copy.say("copy_questions"), (table,))


#: What is counted rather than shown: the words name what it is, the tables where it lies.
_COUNTED: Mapping[str, tuple[str, ...]] = {
    "papers": ("document",),
    "shared": ("shared_plan",),
    "calendars": ("calendar_feed",),
    "digests": ("digest",),
    "browsers": ("push_subscription",),
    "colleagues": ("colleague",),
    "codes": ("join_code", "link_code"),
    "handoffs": ("handoff",),
    "places": ("conversation",),
}


def _others(copy: OwnersCopy) -> Section:
    counts = {name: sum(len(copy.tables[table]) for table in tables) for name, tables in _COUNTED.items()}
    rows = [(copy.say(f"copy_{name}"), str(count)) for name, count in counts.items() if count]
    return Section(copy.say("copy_others"), (_table((), rows, (90, 26)), Words(copy.say("copy_note"), "small")))


def _conversation(copy: OwnersCopy) -> Iterator[Section]:
    say, shown = copy.say, copy.said[-MOST_LINES:]
    if not shown:
        return
    rows = [(copy.moment(each.at), say("copy_you" if each.is_owner else "copy_advisor"), _plain(each.text)) for each in shown]
    blocks: list[Block] = [_table((say("copy_when"), say("copy_who"), say("copy_words")), rows, (28, 16, 72))]
    if len(shown) < len(copy.said):
        blocks.insert(0, Words(say("copy_lines", shown=len(shown), all=len(copy.said)), "small"))
    yield Section(say("copy_conversation"), tuple(blocks), new_page=True)


def _plain(text: str) -> str:
    """A message without the marks of bold type, cut to what fits beside its time."""
    return text.replace("**", "")[:_LONGEST]

"""What is kept about an owner, gathered into the facts of a report; and the documents made from them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.assessment.journey import Journey, Journeys
from bot.messaging.inbox import OUR_OWN
from bot.messaging.message import File, Image, words_of
from bot.people.copies import Rows, as_data, rows_of
from bot.reports import charts
from bot.reports.calendar_file import Agenda, Course, agenda
from bot.reports.documents import Documents
from bot.reports.facts import Assessed, Facts, Material, Plan
from bot.reports.feeds import Feeds
from bot.reports.figures import Figure, Matrix, Progress, Radar, Roadmap
from bot.reports.owners_copy import OwnersCopy, Said, write_copy
from bot.reports.packet import packet_data
from bot.reports.paper import Paper
from bot.reports.picturing import say_in
from bot.reports.quotes import QuoteMaterial, write_comparison, write_question_sheet
from bot.reports.writing import write_packet, write_report
from bot.rollout.calendar import local_time
from bot.rollout.checkins import Rollout, Rollouts, working_time, zone_of
from bot.rollout.demo_questions import DemoQuestions, Sheet
from bot.rollout.plan import make_plan
from bot.rollout.vendors import Comparison, Criterion
from bot.storage.tables import AnswerRow, Assessment, CheckIn, Person

_KIND_OF: dict[type[Figure], str] = {Radar: "radar", Matrix: "matrix", Roadmap: "roadmap", Progress: "progress"}
#: Drawn when somebody asks for it, so nobody knows yet.
SIZE_UNKNOWN = 0


@dataclass(frozen=True, slots=True)
class Reports:
    """Everything that is drawn or printed for an owner."""

    material: Material
    journeys: Journeys
    rollouts: Rollouts
    documents: Documents
    feeds: Feeds
    criteria: tuple[Criterion, ...]
    demo_questions: DemoQuestions

    def keeping(self, documents: Documents, feeds: Feeds) -> Reports:
        """The same, with documents issued by `documents` and calendars by `feeds`."""
        return replace(self, documents=documents, feeds=feeds)

    # --- gathering --------------------------------------------------------------------------------------------------------------

    async def facts(self, session: AsyncSession, person: Person, now: datetime) -> Facts | None:
        """The facts as they are now; None before the first scored answer."""
        journey = await self.journeys.current(session, person)
        if journey is None or not journey.rows:
            return None
        facts = Facts(
            material=self.material,
            profile=journey.profile,
            now=_assessed(journey),
            today=local_time(now, person.time_zone).date(),
            before=await self._before(session, journey),
        )
        return replace(facts, plan=await self._plan(session, person, facts, now))

    async def _before(self, session: AsyncSession, journey: Journey) -> Assessed | None:
        """The last assessment that was finished before this one."""
        earlier = select(Assessment).where(
            Assessment.person_id == journey.person.id, Assessment.id < journey.assessment.id, Assessment.finished_at.is_not(None)
        )
        found = (await session.scalars(earlier.order_by(Assessment.id.desc()).limit(1))).first()
        if found is None:
            return None
        rows = await session.scalars(select(AnswerRow).where(AnswerRow.assessment_id == found.id))
        return _assessed(Journey(self.material.questionnaire, journey.person, found, {row.question: row for row in rows}))

    async def _plan(self, session: AsyncSession, person: Person, facts: Facts, now: datetime) -> Plan | None:
        """The plan under way, else what the first recommended action would look like if it began today."""
        running = await self.rollouts.active(session, person)
        if running:
            return plan_of(running[0])
        if not facts.advice:
            return None
        phases = make_plan(self.material.phases, facts.today, person.size or None, facts.score.level, working_time(person, now))
        return Plan(facts.advice[0].action.id, phases, frozenset(), is_under_way=False)

    async def agenda(self, session: AsyncSession, person: Person, language: str, now: datetime) -> Agenda:
        """The calendar of every rollout under way; without one it is empty."""
        courses = [await self._course(session, each) for each in await self.rollouts.active(session, person)]
        return agenda(self.material, courses, language, now)

    async def _course(self, session: AsyncSession, rollout: Rollout) -> Course:
        initiative = rollout.initiative
        pending = select(CheckIn).where(CheckIn.initiative_id == initiative.id, CheckIn.state == "pending").order_by(CheckIn.due_at)
        checkins = tuple((row.id, row.due_at) for row in await session.scalars(pending))
        phases = tuple(each for each in rollout.plan if each.number not in rollout.done)
        return Course(initiative.id, initiative.action, phases, checkins)

    # --- issuing ----------------------------------------------------------------------------------------------------------------

    async def image(self, session: AsyncSession, person: Person, figure: Figure, now: datetime) -> Image:
        """A figure as a picture for a reply."""
        kind = _KIND_OF[type(figure)]
        url = await self.documents.issue(session, person, kind, f"{kind}.png", figure, now)
        width, height = charts.size_of(figure)
        return Image(url, figure.alt, width, height)

    async def report(self, session: AsyncSession, person: Person, facts: Facts, now: datetime) -> File:
        """The report as a PDF for a reply."""
        paper = write_report(facts, person.language)
        return await self._file(session, person, "report", "report_file", facts, paper, now)

    async def packet(self, session: AsyncSession, person: Person, facts: Facts, now: datetime) -> Sequence[File]:
        """The packet for an adviser, as a PDF and as data. The owner has agreed to it."""
        paper, data = write_packet(facts, person.language), packet_data(facts, person.language)
        return (
            await self._file(session, person, "report", "packet_pdf_file", facts, paper, now),
            await self._file(session, person, "packet_data", "packet_json_file", facts, data, now),
        )

    async def _file(
        self, session: AsyncSession, person: Person, kind: str, name: str, facts: Facts, shown: object, now: datetime
    ) -> File:
        called = say_in(self.material, person.language)(name, date=facts.today.isoformat())
        return File(called, await self.documents.issue(session, person, kind, called, shown, now), SIZE_UNKNOWN)

    async def question_sheet(self, session: AsyncSession, person: Person, sheet: Sheet | None, now: datetime) -> File:
        """What to ask in a demo, as a page to write on."""
        paper = write_question_sheet(self._quote_material(person, now), self.demo_questions, sheet)
        return await self._paper(session, person, "questions_file", paper, now)

    async def comparison(self, session: AsyncSession, person: Person, shown: Comparison, now: datetime) -> File:
        """Quotes side by side, as a page to show around."""
        paper = write_comparison(self._quote_material(person, now), shown)
        return await self._paper(session, person, "comparison_file", paper, now)

    def _quote_material(self, person: Person, now: datetime) -> QuoteMaterial:
        today = local_time(now, person.time_zone).date()
        return QuoteMaterial(say_in(self.material, person.language), self.criteria, today)

    async def _paper(self, session: AsyncSession, person: Person, name: str, paper: Paper, now: datetime) -> File:
        called = say_in(self.material, person.language)(name, date=local_time(now, person.time_zone).date().isoformat())
        return File(called, await self.documents.issue(session, person, "report", called, paper, now), SIZE_UNKNOWN)

    async def copy(self, session: AsyncSession, person: Person, now: datetime) -> Sequence[File]:
        """Everything that is kept about a person, as a PDF and as data; earlier copies end."""
        await self.documents.forget(session, person, ("copy", "copy_data"))
        tables = await rows_of(session, person)
        say, today = say_in(self.material, person.language), local_time(now, person.time_zone).date().isoformat()
        criteria = {each.id: each.label.get(person.language) for each in self.criteria}
        paper = write_copy(OwnersCopy(self.material, say, tables, _said(tables), criteria, zone_of(person), now))
        shown = (("copy", "copy_file", paper), ("copy_data", "copy_data_file", as_data(tables, now)))
        names = [(kind, say(name, date=today), content) for kind, name, content in shown]
        issued = [(name, await self.documents.issue(session, person, kind, name, content, now)) for kind, name, content in names]
        return [File(name, url, SIZE_UNKNOWN) for name, url in issued]

    async def calendar(self, session: AsyncSession, person: Person, now: datetime) -> File:
        """The calendar file for a reply."""
        shown = await self.agenda(session, person, person.language, now)
        called = say_in(self.material, person.language)("calendar_file")
        return File(called, await self.documents.issue(session, person, "calendar", called, shown, now), SIZE_UNKNOWN)


def plan_of(rollout: Rollout) -> Plan:
    """A rollout's plan, as pictures and papers show it."""
    return Plan(rollout.initiative.action, rollout.plan, rollout.done, is_under_way=True)


def _said(tables: Mapping[str, Rows]) -> list[Said]:
    """Both sides of every conversation, by time; without lines whose words were deleted when their time was over."""
    by_owner = [row for row in tables["inbox"] if row["channel"] not in OUR_OWN]
    heard = [Said(row["received_at"], row["seq"] or 0, True, words_of(row["body"])) for row in by_owner]
    said = [Said(row["created_at"], row["seq"], False, words_of(row["body"])) for row in tables["outbox"]]
    return sorted((line for line in (*heard, *said) if line.text), key=lambda line: (line.at, line.seq))


def _assessed(journey: Journey) -> Assessed:
    """The answers with the owner's day on which they were last touched."""
    return Assessed(journey.answers, local_time(journey.assessment.touched_at, journey.person.time_zone).date())

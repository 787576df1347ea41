"""Pictures and paper in conversation: the radar, the report, the packet for an adviser, the calendar."""

from __future__ import annotations

from rasa_sdk import Tracker

from bot.reports.facts import Facts
from bot.reports.picturing import Measured, matrix, progress, radar, roadmap
from bot.reports.service import plan_of
from bot.rollout.calendar import local_time
from bot.rollout.checkins import Rollout
from bot.rollout.ledger import before_and_now
from bot.services import Services
from bot.turn import Turn
from dialogues.actions.base import AdvisorAction, Events, Meaning, Speaker, button


async def show_radar(services: Services, turn: Turn, speaker: Speaker) -> None:
    """The five dimensions as a picture, once there is an answer."""
    facts = await services.reports.facts(turn.session, turn.person, turn.now)
    if facts is not None:
        figure = radar(facts, speaker.language)
        speaker.hand_over("utter_report_radar", await services.reports.image(turn.session, turn.person, figure, turn.now))


async def show_roadmap(services: Services, turn: Turn, speaker: Speaker, rollout: Rollout) -> None:
    """A plan as a picture."""
    today = local_time(turn.now, turn.person.time_zone).date()
    figure = roadmap(services.reports.material, plan_of(rollout), today, speaker.language)
    speaker.hand_over("utter_report_roadmap", await services.reports.image(turn.session, turn.person, figure, turn.now))


async def show_progress(services: Services, turn: Turn, speaker: Speaker, rollout: Rollout, name: str) -> None:
    """The owner's figure before the plan and the latest one as a picture, once both have been told."""
    words = services.ledgers.words
    figures = before_and_now(await services.ledgers.load(turn.session, rollout), words)
    if figures is None:
        return
    before, now = figures
    called = speaker.phrase("measured", action=name, words=before.words)
    measured = Measured(called, words.name_of(before.unit, speaker.language), before.value, now)
    figure = progress(services.reports.material, [measured], speaker.language)
    if figure is not None:
        image = await services.reports.image(turn.session, turn.person, figure, turn.now)
        speaker.hand_over("utter_report_progress", image)


class PaperAction(AdvisorAction):
    """What the actions of this module share: they need a result."""

    async def act(self, turn: Turn, speaker: Speaker, meaning: Meaning, tracker: Tracker) -> Events:
        facts = await self.services.reports.facts(turn.session, turn.person, turn.now)
        if facts is None:
            speaker.say("utter_no_result_yet")
        else:
            await self.show(turn, speaker, meaning, facts)
        return []

    async def show(self, turn: Turn, speaker: Speaker, meaning: Meaning, facts: Facts) -> None:
        """Make it and hand it over."""
        raise NotImplementedError(self.action_name)


class Report(PaperAction):
    """The report as a PDF."""

    action_name = "action_report_deliver"

    async def show(self, turn: Turn, speaker: Speaker, meaning: Meaning, facts: Facts) -> None:
        speaker.hand_over("utter_report_file", await self.services.reports.report(turn.session, turn.person, facts, turn.now))


class Packet(PaperAction):
    """The packet for an accountant or chamber; made only after the owner has agreed to what is in it."""

    action_name = "action_report_packet"

    async def show(self, turn: Turn, speaker: Speaker, meaning: Meaning, facts: Facts) -> None:
        if meaning.get("confirm") != "yes":
            speaker.say("utter_report_packet_consent")
            return
        paper, data = await self.services.reports.packet(turn.session, turn.person, facts, turn.now)
        speaker.hand_over("utter_report_packet_paper", paper)
        speaker.hand_over("utter_report_packet_data", data)


class Picture(PaperAction):
    """The recommended actions by impact and effort."""

    action_name = "action_report_picture"

    async def show(self, turn: Turn, speaker: Speaker, meaning: Meaning, facts: Facts) -> None:
        figure = matrix(facts, speaker.language)
        if figure is None:
            speaker.say("utter_assessment_no_actions")
            return
        speaker.hand_over("utter_report_matrix", await self.services.reports.image(turn.session, turn.person, figure, turn.now))


class Calendar(AdvisorAction):
    """The plan as a calendar file, and as a calendar to subscribe to: by button, or at once for whoever writes of calendars."""

    action_name = "action_report_calendar"

    async def act(self, turn: Turn, speaker: Speaker, meaning: Meaning, tracker: Tracker) -> Events:
        is_open, is_typed = self.services.reports.feeds.is_open, turn.incoming.button is None
        if not await self.services.rollouts.active(turn.session, turn.person):
            speaker.say("utter_rollout_none")
            return []
        if not (is_open and "part" in meaning):
            more = [button(speaker.phrase("subscribe_calendar"), "get_calendar", part="feed")] if is_open and not is_typed else []
            speaker.hand_over("utter_report_calendar", await self.services.reports.calendar(turn.session, turn.person, turn.now), more)
        if is_open and (is_typed or "part" in meaning):
            await self._say_address(turn, speaker, renew=meaning.get("part") == "renew")
        return []

    async def _say_address(self, turn: Turn, speaker: Speaker, renew: bool) -> None:
        address = await self.services.reports.feeds.address(turn.session, turn.person, turn.now, renew)
        speaker.say("utter_report_calendar_feed", address=address)


class StopCalendar(AdvisorAction):
    """The address of the calendar shows nothing from now on."""

    action_name = "action_report_calendar_stop"

    async def act(self, turn: Turn, speaker: Speaker, meaning: Meaning, tracker: Tracker) -> Events:
        was_open = await self.services.reports.feeds.close(turn.session, turn.person)
        speaker.say("utter_report_calendar_stopped" if was_open else "utter_report_calendar_none")
        return []

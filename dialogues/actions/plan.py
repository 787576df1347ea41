"""The plan in conversation: choose, start, look at it and at one phase, move a date, give it up."""

from __future__ import annotations

from datetime import date, timedelta

from rasa_sdk import Tracker

from bot.assessment.journey import Result
from bot.rollout.calendar import NoOpenDay
from bot.rollout.checkins import Rollout
from bot.rollout.plan import MoveRefused, PlannedPhase
from bot.turn import Turn
from dialogues.actions.base import Events, Meaning, Speaker, button, number
from dialogues.actions.knowledge import offer_topics
from dialogues.actions.people import telegram_offer
from dialogues.actions.reports import show_progress, show_roadmap
from dialogues.actions.rollout import RolloutAction

MARKS = {"done": "✓", "now": "▶", "later": "・"}
#: By how many weeks a button moves the end of a phase.
WEEKS = (-1, 1, 2, 4)


class PlanAction(RolloutAction):
    """What the actions about plans share."""

    def phase_lines(self, speaker: Speaker, rollout: Rollout) -> str:
        """The phases with their dates and where the owner stands."""
        now = rollout.planned
        return "\n".join(self._phase_line(speaker, rollout, each, now) for each in rollout.plan)

    def _phase_line(self, speaker: Speaker, rollout: Rollout, each: PlannedPhase, now: PlannedPhase | None) -> str:
        state = "done" if each.number in rollout.done else "now" if now and each.number == now.number else "later"
        return speaker.phrase(
            "phase_line",
            mark=MARKS[state],
            number=each.number,
            name=rollout.phase(each.number).name.get(speaker.language),
            starts=self.services.phrases.short_day(each.starts_on, speaker.language),
            ends=self.services.phrases.short_day(each.ends_on, speaker.language),
        )

    async def meant(
        self, turn: Turn, speaker: Speaker, meaning: Meaning, intent: str, which: str = "utter_rollout_which"
    ) -> tuple[Rollout, PlannedPhase] | None:
        """The rollout and the phase that a message means: as named, else the only one and its current phase. None: it was said why not."""
        rollouts = self.services.rollouts
        if "initiative" in meaning:
            named = await rollouts.rollout(turn.session, turn.person, number(meaning, "initiative"))
            running = [named] if named is not None and named.is_active else []
        else:
            running = await rollouts.active(turn.session, turn.person)
        if len(running) > 1:
            await self.offer_rollouts(turn, speaker, which, intent)
            return None
        wanted = number(meaning, "phase")
        planned = [each for each in running[0].plan if each.number == wanted] if running else []
        current = running[0].planned if running else None
        found = planned[0] if planned else current
        if not running or found is None:
            speaker.say("utter_rollout_none")
            return None
        return running[0], found


class Start(PlanAction):
    """Turns an action into a plan; without a named one, offers those that come first."""

    action_name = "action_rollout_start"

    async def act(self, turn: Turn, speaker: Speaker, meaning: Meaning, tracker: Tracker) -> Events:
        result = await self.result(turn)
        wanted = meaning.get("action", "")
        if wanted in self.actions:
            await self._start(turn, speaker, wanted, result)
        elif result is None:
            turn.person.offer = "action_assessment_start"
            speaker.say("utter_rollout_needs_result")
        else:
            started = {each.initiative.action for each in await self.services.rollouts.active(turn.session, turn.person)}
            open_actions = [each.action for each in result.advice if each.action.id not in started]
            buttons = [button(each.title.get(speaker.language), "start_rollout", action=each.id) for each in open_actions]
            speaker.say("utter_rollout_choose" if buttons else "utter_assessment_no_actions", buttons=buttons)
        return []

    async def _start(self, turn: Turn, speaker: Speaker, wanted: str, result: Result | None) -> None:
        rollouts = self.services.rollouts
        running = [each for each in await rollouts.active(turn.session, turn.person) if each.initiative.action == wanted]
        if running:
            speaker.say("utter_rollout_already", action=self.title(speaker, running[0]))
            return
        try:
            rollout = await rollouts.start(turn.session, turn.person, wanted, result.score.level if result else None, turn.now)
        except NoOpenDay:
            speaker.say("utter_rollout_no_working_day")
            return
        action = self.actions[wanted]
        speaker.say(
            "utter_rollout_started",
            action=action.title.get(speaker.language),
            phases=self.phase_lines(speaker, rollout),
            first_step=action.first_step.get(speaker.language),
            rests_on=action.entries,
        )
        checkin = await rollouts.next_checkin(turn.session, rollout)
        if checkin:
            question = rollout.phase(checkin.phase).question.get(speaker.language)
            offers, when = await telegram_offer(turn, speaker), self.moment(turn, speaker, checkin.due_at)
            speaker.say("utter_rollout_first_checkin", buttons=offers, when=when, question=question)


class Show(PlanAction):
    """Every plan under way: where it stands, what comes next."""

    action_name = "action_rollout_show"

    async def act(self, turn: Turn, speaker: Speaker, meaning: Meaning, tracker: Tracker) -> Events:
        running = await self.services.rollouts.active(turn.session, turn.person)
        if not running:
            await self._say_none(turn, speaker)
        for rollout in running:
            await self._show(turn, speaker, rollout)
        return []

    async def _say_none(self, turn: Turn, speaker: Speaker) -> None:
        """Without a plan, an owner who asks how far they are means the assessment."""
        journey = await self.services.journeys.current(turn.session, turn.person)
        if journey is None or journey.is_complete:
            speaker.say("utter_rollout_none")
        else:
            turn.person.offer = "action_assessment_resume"
            speaker.say("utter_rollout_none_yet", answered=journey.progress.answered, total=journey.progress.total)

    async def _show(self, turn: Turn, speaker: Speaker, rollout: Rollout) -> None:
        planned = rollout.planned
        if planned is None:
            return
        phase = rollout.phase(planned.number)
        speaker.say(
            "utter_rollout_plan",
            action=self.title(speaker, rollout),
            phase=phase.name.get(speaker.language),
            until=self.day(speaker, planned.ends_on),
            phases=self.phase_lines(speaker, rollout),
            goal=phase.goal.get(speaker.language),
            done_when=phase.done_when.get(speaker.language),
            initiative=rollout.initiative.id,
            rests_on=[phase.entry],
        )
        await self.say_next_checkin(turn, speaker, rollout)
        await show_roadmap(self.services, turn, speaker, rollout)
        await show_progress(self.services, turn, speaker, rollout, self.title(speaker, rollout))


class ShowPhase(PlanAction):
    """One phase: its goal, steps and mark, what it means in the owner's trade, and what to watch as buttons."""

    action_name = "action_phase_show"

    async def act(self, turn: Turn, speaker: Speaker, meaning: Meaning, tracker: Tracker) -> Events:
        meant = await self.meant(turn, speaker, meaning, "EXTERNAL_show_phase")
        if meant is None:
            return []
        rollout, planned = meant
        phase = rollout.phase(planned.number)
        speaker.say(
            "utter_phase",
            number=phase.number,
            phase=phase.name.get(speaker.language),
            starts=self.day(speaker, planned.starts_on),
            ends=self.day(speaker, planned.ends_on),
            goal=phase.goal.get(speaker.language),
            steps=speaker.numbered(phase.steps.get(speaker.language)),
            done_when=phase.done_when.get(speaker.language),
            in_trade=self.in_trade(turn, speaker, phase),
            rests_on=[phase.entry],
        )
        offer_topics(self.services, speaker, "utter_phase_watch", [*phase.watch])
        if phase.number == self.services.shortlists.phase:
            speaker.say("utter_vendor_phase")
        return []


class MovePhase(PlanAction):
    """Moves the end of a phase to a date (`date=YYYY-MM-DD`); without one, offers some."""

    action_name = "action_phase_move"

    async def act(self, turn: Turn, speaker: Speaker, meaning: Meaning, tracker: Tracker) -> Events:
        meant = await self.meant(turn, speaker, meaning, "EXTERNAL_move_phase")
        if meant is None:
            return []
        rollout, planned = meant
        wished = _date(meaning.get("date", ""))
        if planned.number in rollout.done:
            speaker.say("utter_phase_move_done", phase=rollout.phase(planned.number).name.get(speaker.language))
        elif wished is None:
            self._offer(speaker, rollout, planned)
        else:
            await self._move(turn, speaker, rollout, planned, wished)
        return []

    def _offer(self, speaker: Speaker, rollout: Rollout, planned: PlannedPhase) -> None:
        days = [planned.ends_on + timedelta(weeks=weeks) for weeks in WEEKS]
        phase = rollout.phase(planned.number).name.get(speaker.language)
        buttons = [self._button(speaker, rollout, planned, day) for day in days]
        speaker.say("utter_phase_move_when", buttons=buttons, phase=phase, ends=self.day(speaker, planned.ends_on))

    def _button(self, speaker: Speaker, rollout: Rollout, planned: PlannedPhase, day: date) -> dict[str, str]:
        title = self.day(speaker, day)
        return button(title, "EXTERNAL_move_phase", initiative=rollout.initiative.id, phase=planned.number, date=day.isoformat())

    async def _move(self, turn: Turn, speaker: Speaker, rollout: Rollout, planned: PlannedPhase, wished: date) -> None:
        phase = rollout.phase(planned.number).name.get(speaker.language)
        try:
            moved = await self.services.rollouts.move(turn.session, turn.person, rollout, planned.number, wished, turn.now)
        except MoveRefused as refused:
            earliest = self._button(speaker, rollout, planned, refused.earliest)
            speaker.say("utter_phase_move_refused", buttons=[earliest], wished=self.day(speaker, wished), phase=phase)
            return
        except NoOpenDay:
            speaker.say("utter_rollout_no_working_day")
            return
        speaker.say("utter_phase_moved", phase=phase, ends=self.day(speaker, moved.ends_on), phases=self.phase_lines(speaker, rollout))
        await self.say_next_checkin(turn, speaker, rollout)


def _date(written: str) -> date | None:
    try:
        return date.fromisoformat(written)
    except ValueError:
        return None


class Stop(PlanAction):
    """Gives a rollout up, after asking; nobody is blamed, and it can be started again."""

    action_name = "action_rollout_stop"

    async def act(self, turn: Turn, speaker: Speaker, meaning: Meaning, tracker: Tracker) -> Events:
        meant = await self.meant(turn, speaker, meaning, "EXTERNAL_stop_rollout")
        if meant is None:
            return []
        rollout, _ = meant
        if meaning.get("confirm") == "yes":
            await self.services.rollouts.stop(turn.session, rollout)
            speaker.say("utter_rollout_stopped", action=self.title(speaker, rollout))
        else:
            speaker.say("utter_rollout_stop_sure", action=self.title(speaker, rollout), initiative=rollout.initiative.id)
        return []

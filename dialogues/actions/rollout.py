"""The rollout in conversation: choose, start, look at the plan, answer check-ins."""

from __future__ import annotations

from datetime import datetime

from rasa_sdk import Tracker

from bot.assessment.journey import Result
from bot.rollout.calendar import local_time
from bot.rollout.checkins import ASK_STUCK_AFTER_DAYS, Rollout, preferred_time
from bot.rollout.plan import PlannedPhase
from bot.storage.tables import CheckIn
from bot.turn import Turn
from dialogues.actions.base import AdvisorAction, Events, Meaning, Speaker, button, number
from dialogues.actions.knowledge import offer_topics
from dialogues.actions.people import telegram_offer

HOURS = range(24)
MARKS = {"done": "✓", "now": "▶", "later": "・"}


class RolloutAction(AdvisorAction):
    """What the actions of this module share."""

    def title(self, speaker: Speaker, rollout: Rollout) -> str:
        """The name of a rollout's action; its id when the content has dropped it since."""
        actions = {each.id: each for each in self.services.questionnaire.actions}
        action = actions.get(rollout.initiative.action)
        return action.title.get(speaker.language) if action else rollout.initiative.action

    def date(self, speaker: Speaker, planned: PlannedPhase, end: bool) -> str:
        """The first or last day of a phase."""
        return self.services.phrases.day(planned.ends_on if end else planned.starts_on, speaker.language)

    def moment(self, turn: Turn, speaker: Speaker, at: datetime) -> str:
        """A moment as the owner's clock shows it."""
        return self.services.phrases.moment(local_time(at, turn.person.time_zone), speaker.language)

    def phase_lines(self, speaker: Speaker, rollout: Rollout) -> str:
        """The eight phases with their dates and where the owner stands."""
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

    async def result(self, turn: Turn) -> Result | None:
        """The owner's assessment result, if there is one."""
        journey = await self.services.journeys.current(turn.session, turn.person)
        return journey.result() if journey else None


class Start(RolloutAction):
    """Turns an action into a plan; without a named one, offers those that come first."""

    action_name = "action_rollout_start"

    async def act(self, turn: Turn, speaker: Speaker, meaning: Meaning, tracker: Tracker) -> Events:
        result = await self.result(turn)
        actions = {each.id: each for each in self.services.questionnaire.actions}
        wanted = meaning.get("action", "")
        if wanted in actions:
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
        rollout = await rollouts.start(turn.session, turn.person, wanted, result.score.level if result else None, turn.now)
        action = next(each for each in self.services.questionnaire.actions if each.id == wanted)
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
            offers = await telegram_offer(turn, speaker)
            when = self.moment(turn, speaker, checkin.due_at)
            speaker.say("utter_rollout_first_checkin", buttons=offers, when=when, question=question)


class Show(RolloutAction):
    """Every plan under way: where it stands, what comes next."""

    action_name = "action_rollout_show"

    async def act(self, turn: Turn, speaker: Speaker, meaning: Meaning, tracker: Tracker) -> Events:
        running = await self.services.rollouts.active(turn.session, turn.person)
        if not running:
            speaker.say("utter_rollout_none")
        for rollout in running:
            await self._show(turn, speaker, rollout)
        return []

    async def _show(self, turn: Turn, speaker: Speaker, rollout: Rollout) -> None:
        planned = rollout.planned
        if planned is None:
            return
        phase = rollout.phase(planned.number)
        speaker.say(
            "utter_rollout_plan",
            action=self.title(speaker, rollout),
            phase=phase.name.get(speaker.language),
            until=self.date(speaker, planned, end=True),
            phases=self.phase_lines(speaker, rollout),
            goal=phase.goal.get(speaker.language),
            done_when=phase.done_when.get(speaker.language),
            rests_on=[phase.entry],
        )
        checkin = await self.services.rollouts.next_checkin(turn.session, rollout)
        if checkin:
            speaker.say("utter_rollout_next_checkin", when=self.moment(turn, speaker, checkin.due_at))


class AskCheckin(RolloutAction):
    """A check-in that came due asks its one question."""

    action_name = "action_checkin_ask"

    async def act(self, turn: Turn, speaker: Speaker, meaning: Meaning, tracker: Tracker) -> Events:
        checkin = await self.services.rollouts.open_checkin(turn.session, turn.person, number(meaning, "checkin"))
        if checkin is None or checkin.state != "rung":
            return []
        rollout = await self.services.rollouts.rollout_of(turn.session, checkin)
        self.services.rollouts.ask(checkin, turn.now)
        phase = rollout.phase(checkin.phase)
        speaker.say(
            "utter_checkin_ask",
            action=self.title(speaker, rollout),
            phase=phase.name.get(speaker.language),
            question=phase.question.get(speaker.language),
            checkin=checkin.id,
            rests_on=[phase.entry],
        )
        return []


class AnswerCheckin(RolloutAction):
    """What the answers to a check-in share: find it, note it once, and go on from there."""

    answer = ""

    async def act(self, turn: Turn, speaker: Speaker, meaning: Meaning, tracker: Tracker) -> Events:
        checkin = await self.services.rollouts.open_checkin(turn.session, turn.person, number(meaning, "checkin"))
        if checkin is None:
            speaker.say("utter_checkin_none_open")
        elif checkin.state != "asked":
            speaker.say("utter_checkin_already")
        else:
            rollout = await self.services.rollouts.rollout_of(turn.session, checkin)
            self.services.rollouts.answer(checkin, self.answer, turn.now)
            await self.go_on(turn, speaker, checkin, rollout)
        return []

    async def go_on(self, turn: Turn, speaker: Speaker, checkin: CheckIn, rollout: Rollout) -> None:
        """What the answer changes."""
        raise NotImplementedError(self.action_name)


class Done(AnswerCheckin):
    """The phase closes and the next one opens, with dates."""

    action_name = "action_checkin_done"
    answer = "done"

    async def go_on(self, turn: Turn, speaker: Speaker, checkin: CheckIn, rollout: Rollout) -> None:
        finished = rollout.phase(checkin.phase)
        following = await self.services.rollouts.close_phase(turn.session, turn.person, rollout, turn.now)
        if following is None:
            speaker.say("utter_checkin_all_done", action=self.title(speaker, rollout))
            return
        phase = rollout.phase(following.number)
        speaker.say(
            "utter_checkin_phase_done",
            phase=finished.name.get(speaker.language),
            next_phase=phase.name.get(speaker.language),
            starts=self.date(speaker, following, end=False),
            ends=self.date(speaker, following, end=True),
            goal=phase.goal.get(speaker.language),
            step=phase.steps.get(speaker.language)[0],
            rests_on=[phase.entry],
        )
        upcoming = await self.services.rollouts.next_checkin(turn.session, rollout)
        if upcoming:
            speaker.say("utter_rollout_next_checkin", when=self.moment(turn, speaker, upcoming.due_at))


class InProgress(AnswerCheckin):
    """Under way: the end and its mark are named, the next check-in is sure."""

    action_name = "action_checkin_in_progress"
    answer = "in_progress"

    async def go_on(self, turn: Turn, speaker: Speaker, checkin: CheckIn, rollout: Rollout) -> None:
        phase = rollout.phase(checkin.phase)
        planned = next(each for each in rollout.plan if each.number == checkin.phase)
        speaker.say(
            "utter_checkin_in_progress",
            phase=phase.name.get(speaker.language),
            until=self.date(speaker, planned, end=True),
            done_when=phase.done_when.get(speaker.language),
        )
        again = await self.services.rollouts.ask_again(turn.session, turn.person, checkin, 7, turn.now)
        speaker.say("utter_rollout_next_checkin", when=self.moment(turn, speaker, again))


class Blocked(AnswerCheckin):
    """Stuck: a smaller step, what others found helpful, and an earlier question."""

    action_name = "action_checkin_blocked"
    answer = "blocked"

    async def go_on(self, turn: Turn, speaker: Speaker, checkin: CheckIn, rollout: Rollout) -> None:
        phase = rollout.phase(checkin.phase)
        speaker.say("utter_checkin_blocked", smaller_step=phase.when_blocked.get(speaker.language), rests_on=[phase.entry])
        again = await self.services.rollouts.ask_again(turn.session, turn.person, checkin, ASK_STUCK_AFTER_DAYS, turn.now)
        speaker.say("utter_rollout_next_checkin", when=self.moment(turn, speaker, again))
        offer_topics(self.services, speaker, "utter_checkin_blocked_topics", list(phase.watch))


class Snooze(RolloutAction):
    """Later: asks when, then puts the check-in off."""

    action_name = "action_checkin_snooze"

    async def act(self, turn: Turn, speaker: Speaker, meaning: Meaning, tracker: Tracker) -> Events:
        checkin = await self.services.rollouts.open_checkin(turn.session, turn.person, number(meaning, "checkin"))
        days = number(meaning, "days")
        if checkin is None:
            speaker.say("utter_checkin_none_open")
        elif checkin.state != "asked":
            speaker.say("utter_checkin_already")
        elif days is None:
            speaker.say("utter_checkin_snooze_when", checkin=checkin.id)
        else:
            due_at = self.services.rollouts.put_off(turn.person, checkin, days, turn.now)
            speaker.say("utter_checkin_snoozed", when=self.moment(turn, speaker, due_at))
        return []


class Schedule(RolloutAction):
    """The hour of the check-ins."""

    action_name = "action_checkin_schedule"

    async def act(self, turn: Turn, speaker: Speaker, meaning: Meaning, tracker: Tracker) -> Events:
        hour = number(meaning, "hour")
        if hour in HOURS and hour is not None:
            await self.services.rollouts.move_hour(turn.session, turn.person, hour, turn.now)
            speaker.say("utter_checkin_schedule_set", hour=hour)
        else:
            speaker.say("utter_checkin_schedule", hour=preferred_time(turn.person).hour)
        return []


class Pause(RolloutAction):
    """No check-ins until the owner wants them again."""

    action_name = "action_checkins_pause"

    async def act(self, turn: Turn, speaker: Speaker, meaning: Meaning, tracker: Tracker) -> Events:
        turn.person.checkins_paused = True
        speaker.say("utter_checkins_paused")
        return []


class Resume(RolloutAction):
    """Check-ins come again."""

    action_name = "action_checkins_resume"

    async def act(self, turn: Turn, speaker: Speaker, meaning: Meaning, tracker: Tracker) -> Events:
        turn.person.checkins_paused = False
        speaker.say("utter_checkins_resumed")
        return []

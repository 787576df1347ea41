"""What the actions of a rollout share, and when its check-ins come: later, at another hour, not for now."""

from __future__ import annotations

from datetime import date, datetime

from rasa_sdk import Tracker

from bot.assessment.journey import Result
from bot.assessment.questionnaire import Action
from bot.rollout.calendar import local_time
from bot.rollout.checkins import Rollout, preferred_time, zone_of
from bot.rollout.phases import Phase
from bot.turn import Turn
from dialogues.actions.base import AdvisorAction, Events, Meaning, Speaker, button, number

HOURS = range(24)


class RolloutAction(AdvisorAction):
    """What the actions about rollouts share."""

    @property
    def actions(self) -> dict[str, Action]:
        """What can be carried out, by id."""
        return {each.id: each for each in self.services.questionnaire.actions}

    def title(self, speaker: Speaker, rollout: Rollout) -> str:
        """The name of a rollout's action; its id when the content has dropped it since."""
        action = self.actions.get(rollout.initiative.action)
        return action.title.get(speaker.language) if action else rollout.initiative.action

    def day(self, speaker: Speaker, day: date) -> str:
        """A day with its weekday."""
        return self.services.phrases.day(day, speaker.language)

    def moment(self, turn: Turn, speaker: Speaker, at: datetime) -> str:
        """A moment as the owner's clock shows it."""
        return self.services.phrases.moment(local_time(at, zone_of(turn.person)), speaker.language)

    def in_trade(self, turn: Turn, speaker: Speaker, phase: Phase) -> str:
        """What a phase means in the owner's trade."""
        return self.services.trades.meaning(phase.number, turn.person.industry, speaker.language)

    async def result(self, turn: Turn) -> Result | None:
        """The owner's assessment result, if there is one."""
        journey = await self.services.journeys.current(turn.session, turn.person)
        return journey.result() if journey else None

    async def say_next_checkin(self, turn: Turn, speaker: Speaker, rollout: Rollout) -> None:
        """When the rollout is asked about next."""
        checkin = await self.services.rollouts.next_checkin(turn.session, rollout)
        if checkin is not None:
            speaker.say("utter_rollout_next_checkin", when=self.moment(turn, speaker, checkin.due_at))

    async def offer_rollouts(self, turn: Turn, speaker: Speaker, response: str, intent: str) -> None:
        """Which of several rollouts is meant, as buttons."""
        running = await self.services.rollouts.active(turn.session, turn.person)
        speaker.say(response, buttons=[button(self.title(speaker, each), intent, initiative=each.initiative.id) for each in running])


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

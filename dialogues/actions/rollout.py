"""What the actions of a rollout share."""

from __future__ import annotations

from datetime import date, datetime

from bot.assessment.journey import Result
from bot.assessment.questionnaire import Action
from bot.rollout.calendar import local_time
from bot.rollout.checkins import Rollout, zone_of
from bot.rollout.phases import Phase
from bot.turn import Turn
from dialogues.actions.base import AdvisorAction, Speaker, button


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

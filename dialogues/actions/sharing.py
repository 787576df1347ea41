"""The plan for others to read: what is on the page, its link with words to send, and its end."""

from __future__ import annotations

from rasa_sdk import Tracker

from bot.reports.sharing import LIFETIME, share, stop_sharing
from bot.rollout.calendar import local_time
from bot.rollout.checkins import Rollout, zone_of
from bot.rollout.plan import PlannedPhase
from bot.turn import Turn
from dialogues.actions.base import AdvisorAction, Events, Meaning, Speaker, button
from dialogues.actions.plan import PlanAction


class SharePlan(PlanAction):
    """Says what others would see, and makes the link once the owner has agreed."""

    action_name = "action_share_plan"

    async def act(self, turn: Turn, speaker: Speaker, meaning: Meaning, tracker: Tracker) -> Events:
        meant = await self.meant(turn, speaker, meaning, "share_plan", "utter_share_which")
        if meant is None:
            return []
        rollout, planned = meant
        if not self.services.reports.feeds.is_open:
            self._hand_over_words(speaker, rollout, planned)
        elif meaning.get("confirm") == "yes":
            await self._share(turn, speaker, rollout, planned, with_figures=meaning.get("part") == "figures")
        else:
            await self._ask(turn, speaker, rollout)
        return []

    async def _ask(self, turn: Turn, speaker: Speaker, rollout: Rollout) -> None:
        ledger, initiative = await self.services.ledgers.load(turn.session, rollout), rollout.initiative.id
        agreed = {"initiative": initiative, "confirm": "yes", "part": "figures"}
        more = [button(speaker.phrase("share_figures"), "share_plan", **agreed)] if ledger.before else []
        buttons = [*more, button(speaker.phrase("share_not"), "deny")]
        speaker.say("utter_share_ask", buttons=buttons, action=self.title(speaker, rollout), days=LIFETIME.days, initiative=initiative)

    async def _share(self, turn: Turn, speaker: Speaker, rollout: Rollout, planned: PlannedPhase, with_figures: bool) -> None:
        path, expires_at = await share(turn.session, rollout, with_figures, turn.now)
        speaker.say("utter_share_link", until=self.day(speaker, local_time(expires_at, zone_of(turn.person)).date()))
        address = self.services.reports.feeds.to_page(path)
        speaker.say("utter_share_message", (), (), address=address, **self._words(speaker, rollout, planned))

    def _hand_over_words(self, speaker: Speaker, rollout: Rollout, planned: PlannedPhase) -> None:
        """Without an address of our own: everything in a message."""
        speaker.say("utter_share_no_address")
        done_when = rollout.phase(planned.number).done_when.get(speaker.language)
        words = self._words(speaker, rollout, planned)
        speaker.say("utter_share_message_in_full", (), (), phases=self.phase_lines(speaker, rollout), done_when=done_when, **words)

    def _words(self, speaker: Speaker, rollout: Rollout, planned: PlannedPhase) -> dict[str, str]:
        phase = rollout.phase(planned.number).name.get(speaker.language)
        return {"action": self.title(speaker, rollout), "phase": phase, "until": self.day(speaker, planned.ends_on)}


class StopSharing(AdvisorAction):
    """Every link that was given out opens nothing from now on."""

    action_name = "action_share_stop"

    async def act(self, turn: Turn, speaker: Speaker, meaning: Meaning, tracker: Tracker) -> Events:
        speaker.say("utter_share_stopped" if await stop_sharing(turn.session, turn.person, turn.now) else "utter_share_none")
        return []

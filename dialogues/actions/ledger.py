"""The ledger in conversation: figures are noted as told, and the result is said honestly; after the last phase, the way goes on."""

from __future__ import annotations

from bot.assessment.journey import Journey
from bot.rollout.checkins import Rollout
from bot.rollout.figures import read_figure
from bot.rollout.ledger import Payback, Summary, Verdict, is_comparable
from bot.rollout.renewal import compare_with_earlier, has_finished
from bot.services import Services
from bot.storage.tables import CheckIn
from bot.turn import Turn
from dialogues.actions.base import Speaker, button
from dialogues.actions.rollout import RolloutAction


class LedgerAction(RolloutAction):
    """What the actions about figures share."""

    async def note_figure(self, turn: Turn, speaker: Speaker, checkin: CheckIn, rollout: Rollout, kind: str) -> None:
        """Keep the figure in what was typed, if there is one; a reading is set beside the figure before."""
        ledgers = self.services.ledgers
        figure = read_figure(turn.incoming.text, ledgers.words)
        if figure is None:
            return
        ledger = await ledgers.load(turn.session, rollout)
        if kind == "reading" and ledger.before and not is_comparable(figure, ledger, ledgers.words):
            speaker.say("utter_ledger_other_unit", before=ledger.before.words, now=figure.words)
            return
        ledgers.note(turn.session, rollout, kind, checkin.phase, figure, turn.now)
        await turn.session.flush()
        if kind == "reading" and ledger.before:
            speaker.say("utter_ledger_reading", before=ledger.before.words, now=figure.words)
        else:
            speaker.say("utter_ledger_noted", now=figure.words)

    async def say_opened(self, turn: Turn, speaker: Speaker, rollout: Rollout) -> None:
        """What the pilot starts from: the figure before, the target, and the payback that follows from both."""
        ledgers = self.services.ledgers
        ledger, summary = await ledgers.load(turn.session, rollout), await ledgers.summary(turn.session, rollout)
        if ledger.before is None:
            return
        target = ledger.target.words if ledger.target else speaker.phrase("figure_open")
        planned = speaker.phrase("payback_planned", months=summary.planned_months) if summary.planned_months else ""
        speaker.say("utter_ledger_opened", before=ledger.before.words, target=target, planned=planned)

    async def say_summary(self, turn: Turn, speaker: Speaker, rollout: Rollout) -> None:
        """The honest result of a rollout."""
        summary = await self.services.ledgers.summary(turn.session, rollout)
        speaker.say(
            f"utter_ledger_summary_{summary.verdict}",
            action=self.title(speaker, rollout),
            before=summary.before,
            now=summary.now,
            payback=self._payback(speaker, summary),
        )

    def _payback(self, speaker: Speaker, summary: Summary) -> str:
        if summary.verdict in (Verdict.NO_BEFORE, Verdict.NO_READING):
            return ""
        said = speaker.phrase(f"payback_{summary.payback}", months=summary.months or 0)
        if summary.payback is Payback.UNKNOWN or summary.planned_months is None:
            return said
        return speaker.phrase("payback_beside_plan", said=said, months=summary.planned_months)


async def say_renewal(services: Services, turn: Turn, speaker: Speaker, journey: Journey) -> None:
    """After an assessment that follows a finished rollout: what has changed since, and the next initiative."""
    if not await has_finished(turn.session, turn.person, journey.assessment.started_at):
        return
    change = await compare_with_earlier(turn.session, journey)
    if change is not None:
        kind = "same" if change.now == change.before else "higher" if change.now > change.before else "lower"
        speaker.say(f"utter_renewed_{kind}", before=change.before, now=change.now)
    result = journey.result()
    taken = {each.initiative.action for each in await services.rollouts.active(turn.session, turn.person)}
    following = [each.action for each in result.advice if each.action.id not in taken] if result else []
    buttons = [button(each.title.get(speaker.language), "start_rollout", action=each.id) for each in following]
    speaker.say("utter_renewed_next" if buttons else "utter_assessment_no_actions", buttons=buttons)

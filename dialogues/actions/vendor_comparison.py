"""Quotes side by side in conversation, neutral and short; the choice, which answers what the phase's check-in asks for."""

from __future__ import annotations

from collections.abc import Sequence

from rasa_sdk import Tracker

from bot.rollout.checkins import Refusal, Rollout
from bot.rollout.shortlists import ENOUGH_QUOTES, quote_of
from bot.rollout.vendors import Quote, compare, unknown_of
from bot.storage.tables import CheckIn, Vendor
from bot.turn import Turn
from dialogues.actions.base import Events, Meaning, Speaker, button
from dialogues.actions.checkins import CheckinAction
from dialogues.actions.vendor_evidence import choices
from dialogues.actions.vendors import VendorAction


class Compare(VendorAction):
    """The quotes of a plan side by side: in the chat, or as a page to show around."""

    action_name = "action_vendor_compare"

    async def act(self, turn: Turn, speaker: Speaker, meaning: Meaning, tracker: Tracker) -> Events:
        is_clear, initiative = await self.plan(turn, speaker, meaning, "compare_vendors")
        if not is_clear:
            return []
        rows = await self.shortlists.vendors(turn.session, turn.person, initiative)
        quotes = [quote_of(each) for each in rows]
        if not quotes:
            speaker.say("utter_vendor_none")
        elif meaning.get("part") == "paper":
            paper = await self.services.reports.comparison(turn.session, turn.person, compare(quotes, self.shortlists.criteria), turn.now)
            speaker.hand_over("utter_vendor_compare_file", paper)
        elif len(quotes) < ENOUGH_QUOTES:
            buttons = await self.next_steps(turn, speaker, initiative, is_shown=True)
            points = self.lines(speaker).side_by_side(compare(quotes, self.shortlists.criteria))
            speaker.say("utter_vendor_compare_one", buttons=buttons, name=quotes[0].name, rows=points)
        else:
            steps = await self.next_steps(turn, speaker, initiative, is_shown=True)
            self._side_by_side(speaker, quotes, steps)
        return []

    def _side_by_side(self, speaker: Speaker, quotes: Sequence[Quote], steps: list[dict[str, str]]) -> None:
        lines, comparison = self.lines(speaker), compare(quotes, self.shortlists.criteria)
        missing = lines.missing(quotes)
        steps = [
            *steps,
            button(speaker.phrase("comparison_paper"), "compare_vendors", part="paper"),
            button(speaker.phrase("another_quote"), "add_vendor", another=1),
            button(speaker.phrase("change_vendors"), "EXTERNAL_vendor_edit"),
            button(speaker.phrase("tell_choice"), "EXTERNAL_vendor_choose"),
        ]
        found = lines.findings(comparison)
        findings = "\n".join(["", *found, ""]) if found else ""
        rows = lines.side_by_side(comparison)
        speaker.say("utter_vendor_compare", buttons=() if missing else steps, count=len(quotes), rows=rows, findings=findings)
        if missing:
            speaker.say("utter_vendor_missing", buttons=steps, lines="\n".join(missing), ask=self._ask(speaker, quotes))

    def _ask(self, speaker: Speaker, quotes: Sequence[Quote]) -> str:
        """The one question whose answer fills a gap: about a point that some have a score for, else about money."""
        unknown = [each for quote in quotes if quote.points for each in unknown_of(quote, self.shortlists.criteria)]
        criterion = unknown[0].id if unknown else "cost"
        return self.services.demo_questions.about(criterion, speaker.language)


class Choose(VendorAction, CheckinAction):
    """Which supplier the owner took. In the phase of choosing, this is the evidence: what is known of its cost is not asked again."""

    action_name = "action_vendor_choose"

    async def act(self, turn: Turn, speaker: Speaker, meaning: Meaning, tracker: Tracker) -> Events:
        if "later" in meaning:
            return await self._not_yet(turn, speaker)
        if "vendor" not in meaning:
            rows = await self.shortlists.vendors(turn.session, turn.person)
            if rows:
                self.stand(turn, "choose")
            speaker.say("utter_vendor_which_chosen" if rows else "utter_vendor_none", buttons=choices(rows))
            return []
        vendor = await self.meant(turn, speaker, meaning)
        if vendor is None:
            return []
        await self.shortlists.choose(turn.session, turn.person, vendor, turn.now)
        self.stand(turn, "")
        price = self.lines(speaker).price(quote_of(vendor).price)
        speaker.say("utter_vendor_chosen", (), (), name=vendor.name, price=price)
        found = await self._checkin(turn, vendor)
        return await self.finish_choice(turn, speaker, *found, vendor) if found else []

    async def _not_yet(self, turn: Turn, speaker: Speaker) -> Events:
        """The owner has compared but not decided: the phase goes on."""
        self.stand(turn, "")
        standing = await self.services.rollouts.standing(turn.session, turn.person)
        if standing is not None and standing.phase == self.shortlists.phase:
            await self.services.rollouts.answer(turn.session, turn.person, standing, "in_progress", turn.now)
            phase = (await self.services.rollouts.rollout_of(turn.session, standing)).phase(standing.phase)
            days = self.services.rollouts.again_after(phase)
            await self.services.rollouts.ask_again(turn.session, turn.person, standing, days, turn.now)
        speaker.say("utter_vendor_not_chosen")
        return []

    async def _checkin(self, turn: Turn, vendor: Vendor) -> tuple[CheckIn, Rollout] | None:
        """The check-in of the phase that the choice answers, asked or not; None outside of the phase."""
        rollouts = self.services.rollouts
        plans = [each for each in await self.shortlists.plans(turn.session, turn.person) if each.is_current(self.shortlists.phase)]
        rollout = next((each for each in plans if vendor.initiative_id in (None, each.initiative.id)), None)
        if rollout is None:
            return None
        standing = await rollouts.standing(turn.session, turn.person)
        if standing is not None and standing.initiative_id == rollout.initiative.id:
            return standing, rollout
        if standing is not None:
            return None  # another plan's question stands; this phase's own check-in will know the choice
        found = await rollouts.to_answer(turn.session, turn.person, None, rollout.initiative.id, "done", turn.now)
        return None if isinstance(found, Refusal) else (found, rollout)

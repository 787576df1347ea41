"""Scoring a quote in conversation: seven points, one at a time; interrupted, taken up again, changed."""

from __future__ import annotations

from rasa_sdk import Tracker

from bot.rollout.quoting import read_scores
from bot.rollout.shortlists import quote_of
from bot.rollout.vendors import HIGHEST, next_criterion
from bot.storage.tables import Vendor
from bot.turn import Turn
from dialogues.actions.base import Events, Meaning, Speaker, button, number
from dialogues.actions.vendors import VendorAction, standing_question


class Begin(VendorAction):
    """Begins to score a supplier, or goes on where it was left."""

    action_name = "action_vendor_begin"

    async def act(self, turn: Turn, speaker: Speaker, meaning: Meaning, tracker: Tracker) -> Events:
        if "vendor" in meaning:
            vendor = await self.meant(turn, speaker, meaning)
        else:
            vendor = await self._next(turn, speaker)
        if vendor is None:
            return []
        await self._again(turn, vendor, meaning.get("again"))
        vendor.touched_at = turn.now
        await self.ask_next(turn, speaker, vendor)
        return []

    async def _next(self, turn: Turn, speaker: Speaker) -> Vendor | None:
        """The supplier that was left half-way, or the only one that is not scored; None after asking which, or saying why not."""
        rows = await self.shortlists.vendors(turn.session, turn.person)
        unscored = [each for each in rows if next_criterion(quote_of(each), self.shortlists.criteria) is not None]
        begun = [each for each in unscored if each.scores or each.touched_at > each.created_at]
        if begun or len(unscored) == 1:
            return max(begun or unscored, key=lambda row: row.touched_at)
        choice = unscored or rows
        buttons = [button(each.name, "score_vendor" if unscored else "EXTERNAL_vendor_edit", vendor=each.id) for each in choice]
        speaker.say("utter_vendor_which_to_score" if rows else "utter_vendor_none", buttons=buttons)
        return None

    async def _again(self, turn: Turn, vendor: Vendor, which: str | None) -> None:
        """On the owner's wish points are asked again: all, or those that were not known."""
        if which in ("all", "unknown"):
            await self.shortlists.forget(
                turn.session, vendor, [each.criterion for each in vendor.scores if which == "all" or each.value is None]
            )


class Score(VendorAction):
    """Keeps a score: of the point that was asked, or of any point by name; then the next point that was not asked yet."""

    action_name = "action_vendor_score"

    async def act(self, turn: Turn, speaker: Speaker, meaning: Meaning, tracker: Tracker) -> Events:
        vendor = await self.meant(turn, speaker, meaning)
        if vendor is None:
            return []
        scores = self._told(turn, vendor, meaning)
        if not scores:
            speaker.say("utter_vendor_score_range", name=vendor.name)
            return []
        before = {each.criterion: each.value for each in vendor.scores}
        await self.shortlists.note(turn.session, vendor, scores, turn.now)
        asked, is_done = standing_question(tracker), next_criterion(quote_of(vendor), self.shortlists.criteria) is None
        if "criterion" in meaning and not any(each in before and before[each] != value for each, value in scores.items()):
            await self.ask_next(turn, speaker, vendor)
            return []
        goes_on = asked is not None and asked.what == "score" and asked.vendor == vendor.id
        self._say_changed(speaker, vendor, scores, is_done, goes_on)
        if goes_on and is_done:
            self.stand(turn, "")
        elif goes_on:
            await self.ask_next(turn, speaker, vendor)
        return []

    def _told(self, turn: Turn, vendor: Vendor, meaning: Meaning) -> dict[str, int | None]:
        criterion = self.shortlists.words.criterion(meaning.get("criterion", ""))
        if criterion is None:
            return read_scores(meaning.get("told", "").replace(vendor.name, " "), self.shortlists.words)
        value = number(meaning, "value")
        is_score = meaning.get("value") == "unknown" or (value is not None and 1 <= value <= HIGHEST)
        return {criterion.id: value} if is_score else {}

    def _say_changed(self, speaker: Speaker, vendor: Vendor, scores: dict[str, int | None], is_done: bool, goes_on: bool) -> None:
        lines, quote = self.lines(speaker), quote_of(vendor)
        changes = lines.names(lines.say("row_cell", name=lines.label(each), value=lines.cell(quote, each)) for each in scores)
        if is_done:
            steps = [button(speaker.phrase("see_comparison"), "compare_vendors")]
            speaker.say("utter_vendor_score_changed", buttons=steps, name=vendor.name, changes=changes, sum=lines.total(quote))
        else:
            steps = [] if goes_on else [button(speaker.phrase("score_vendor", name=vendor.name), "score_vendor", vendor=vendor.id)]
            speaker.say("utter_vendor_score_changed_midway", buttons=steps, name=vendor.name, changes=changes)


class Back(VendorAction):
    """The point before, asked again on the owner's wish."""

    action_name = "action_vendor_back"

    async def act(self, turn: Turn, speaker: Speaker, meaning: Meaning, tracker: Tracker) -> Events:
        asked = standing_question(tracker)
        vendor = await self.shortlists.vendor(turn.session, turn.person, asked.vendor if asked else None)
        if asked is None or vendor is None:
            speaker.say("utter_vendor_gone")
            return []
        ids = [each.id for each in self.shortlists.criteria]
        place = max(0, ids.index(asked.about) - 1) if asked.about in ids else 0
        await self.shortlists.forget(turn.session, vendor, [ids[place]])
        self.ask_score(turn, speaker, vendor, self.shortlists.criteria[place])
        return []


class Pause(VendorAction):
    """The owner goes on later; what was told stays."""

    action_name = "action_vendor_pause"

    async def act(self, turn: Turn, speaker: Speaker, meaning: Meaning, tracker: Tracker) -> Events:
        self.stand(turn, "")
        rows = await self.shortlists.vendors(turn.session, turn.person)
        speaker.say("utter_vendor_paused" if rows else "utter_denied")
        return []


class Unclear(VendorAction):
    """An answer about a quote that was not understood: said so, and asked again with the choices."""

    action_name = "action_vendor_unclear"
    score_response = "utter_vendor_score_unclear"

    async def act(self, turn: Turn, speaker: Speaker, meaning: Meaning, tracker: Tracker) -> Events:
        asked = standing_question(tracker)
        if asked is None:
            return []
        vendor = await self.shortlists.vendor(turn.session, turn.person, asked.vendor) if asked.vendor else None
        criterion = self.shortlists.words.criterion(asked.about)
        if asked.what == "score" and vendor is not None and criterion is not None:
            self.ask_score(turn, speaker, vendor, criterion, self.score_response)
        elif asked.what in ("name", "rename"):
            self.repeat_name(speaker, vendor)
        elif asked.what == "price" and vendor is not None:
            self.repeat_price(speaker, vendor)
        return []

    def repeat_name(self, speaker: Speaker, vendor: Vendor | None) -> None:
        """Which name?"""
        speaker.say("utter_vendor_name_unclear")

    def repeat_price(self, speaker: Speaker, vendor: Vendor) -> None:
        """What does it cost?"""
        speaker.say("utter_vendor_price_unclear", (), (), name=vendor.name, vendor=vendor.id)


class HandBack(Unclear):
    """After a question of the owner's: what was asked about the quote still stands."""

    action_name = "action_vendor_hand_back"
    score_response = "utter_vendor_score_go_on"

    def repeat_name(self, speaker: Speaker, vendor: Vendor | None) -> None:
        """Which name?"""
        if vendor is None:
            speaker.say("utter_vendor_ask_name")
        else:
            speaker.say("utter_vendor_ask_rename", name=vendor.name)

    def repeat_price(self, speaker: Speaker, vendor: Vendor) -> None:
        """What does it cost?"""
        speaker.say("utter_vendor_ask_price", (), (), name=vendor.name, vendor=vendor.id)

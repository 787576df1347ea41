"""Quotes in conversation: what to ask in a demo, a supplier by name, what it costs, another name, removed."""

from __future__ import annotations

from rasa_sdk import Tracker

from bot.rollout.demo_questions import Sheet
from bot.rollout.prices import Price, read_price
from bot.rollout.quote_lines import QuoteLines
from bot.rollout.quoting import ASKED, Asked, asked_in, is_unknown
from bot.rollout.shortlists import ENOUGH_QUOTES, MOST_VENDORS, Shortlists, keep_price, quote_of
from bot.rollout.vendors import VENDOR_PHASE, Criterion, next_criterion, sum_of
from bot.storage.tables import Vendor
from bot.turn import Turn
from dialogues.actions.base import Events, Meaning, Speaker, button, is_asking, number
from dialogues.actions.ledger import LedgerAction

MARKS = "①②③④⑤"


def standing_question(tracker: Tracker) -> Asked | None:
    """The question about a quote that stands in this conversation."""
    return asked_in(tracker.get_slot(ASKED))


class VendorAction(LedgerAction):
    """What the actions about quotes share."""

    keeps_quote_question = True

    @property
    def shortlists(self) -> Shortlists:
        """The service that keeps quotes."""
        return self.services.shortlists

    def lines(self, speaker: Speaker) -> QuoteLines:
        """Quotes in words."""
        return QuoteLines(self.services.phrases, speaker.language, self.shortlists.criteria)

    def stand(self, turn: Turn, what: str, vendor: int = 0, about: str = "") -> None:
        """A question about a quote stands now; "" for none."""
        turn.remember[ASKED] = str(Asked(what, vendor, about)) if what else None

    async def plan(self, turn: Turn, speaker: Speaker, meaning: Meaning, intent: str, **values: object) -> tuple[bool, int | None]:
        """Whether it is clear which plan is meant, and its initiative (None without a plan); otherwise the owner is asked which."""
        named, plans = number(meaning, "initiative"), await self.shortlists.plans(turn.session, turn.person)
        if named is not None and any(each.initiative.id == named for each in plans):
            return True, named
        if len(plans) < 2:
            return True, plans[0].initiative.id if plans else None
        buttons = [button(self.title(speaker, each), intent, initiative=each.initiative.id, **values) for each in plans]
        speaker.say("utter_rollout_which", buttons=buttons)
        return False, None

    async def meant(self, turn: Turn, speaker: Speaker, meaning: Meaning) -> Vendor | None:
        """The supplier that a button or message names; None after saying that it is gone."""
        vendor = await self.shortlists.vendor(turn.session, turn.person, number(meaning, "vendor"))
        if vendor is None:
            speaker.say("utter_vendor_gone")
        return vendor

    def ask_score(
        self, turn: Turn, speaker: Speaker, vendor: Vendor, criterion: Criterion, response: str = "utter_vendor_ask_score"
    ) -> None:
        """One of the seven points, with its scores as buttons."""
        self.stand(turn, "score", vendor.id, criterion.id)
        values = {"vendor": vendor.id, "criterion": criterion.id}
        buttons = [button(mark, "EXTERNAL_vendor_score", **values, value=value) for value, mark in enumerate(MARKS, 1)]
        buttons.append(button(speaker.phrase("not_known_yet"), "EXTERNAL_vendor_score", **values, value="unknown"))
        buttons.append(button(speaker.phrase("go_on_later"), "EXTERNAL_vendor_pause"))
        place = self.shortlists.criteria.index(criterion) + 1
        speaker.say(
            response,
            buttons=buttons,
            name=vendor.name,
            number=place,
            total=len(self.shortlists.criteria),
            label=criterion.label.get(speaker.language),
            question=criterion.question.get(speaker.language),
        )

    async def ask_next(self, turn: Turn, speaker: Speaker, vendor: Vendor, response: str = "utter_vendor_ask_score") -> None:
        """The next point that was not asked yet, or what the points come to."""
        quote = quote_of(vendor)
        criterion = next_criterion(quote, self.shortlists.criteria)
        if criterion is not None:
            self.ask_score(turn, speaker, vendor, criterion, response)
            return
        self.stand(turn, "")
        lines = self.lines(speaker)
        speaker.say(
            "utter_vendor_scored",
            buttons=await self.next_steps(turn, speaker, vendor.initiative_id),
            name=vendor.name,
            lines=lines.own_points(quote),
            sum=lines.total(quote),
        )

    async def next_steps(self, turn: Turn, speaker: Speaker, initiative: int | None, is_shown: bool = False) -> list[dict[str, str]]:
        """What helps next: side by side (unless that is shown), a second quote, scoring the others, filling in what is unknown."""
        rows = await self.shortlists.vendors(turn.session, turn.person, initiative)
        steps = [] if len(rows) >= ENOUGH_QUOTES else [button(speaker.phrase("second_quote"), "add_vendor", another=1)]
        for row in rows:
            quote = quote_of(row)
            if next_criterion(quote, self.shortlists.criteria) is not None:
                steps.append(button(speaker.phrase("score_vendor", name=row.name), "score_vendor", vendor=row.id))
            elif sum_of(quote).known < len(self.shortlists.criteria):
                steps.append(button(speaker.phrase("fill_unknown", name=row.name), "score_vendor", vendor=row.id, again="unknown"))
        if not is_shown and len(rows) >= ENOUGH_QUOTES:
            steps.insert(0, button(speaker.phrase("see_comparison"), "compare_vendors"))
        return steps


class Questions(VendorAction):
    """What to ask in a demo: a few questions, all of them, or a page to print."""

    action_name = "action_vendor_questions"

    async def act(self, turn: Turn, speaker: Speaker, meaning: Meaning, tracker: Tracker) -> Events:
        sheet, part = await self._sheet(turn, meaning), meaning.get("part")
        if part == "choose":
            sheets = self.services.demo_questions.sheets
            buttons = [button(each.name.get(speaker.language), "get_demo_questions", sheet=each.id) for each in sheets]
            speaker.say("utter_vendor_questions_choose", buttons=buttons)
        elif part == "paper":
            paper = await self.services.reports.question_sheet(turn.session, turn.person, sheet, turn.now)
            speaker.hand_over("utter_vendor_sheet_file", paper)
        elif part == "all":
            self._all(speaker, sheet)
        else:
            self._first(speaker, sheet)
        return []

    async def _sheet(self, turn: Turn, meaning: Meaning) -> Sheet | None:
        """The questions for the tool that was named, else for the one of the plan."""
        questions = self.services.demo_questions
        if "sheet" in meaning:
            return questions.sheet(meaning["sheet"])
        named = questions.named(turn.incoming.text) if turn.incoming.button is None else None
        plans = await self.shortlists.plans(turn.session, turn.person)
        if named or not plans:
            return named
        action = self.actions.get(plans[0].initiative.action)
        return questions.of_action(plans[0].initiative.action, action.entries if action else ())

    def _tool(self, speaker: Speaker, sheet: Sheet | None) -> str:
        return sheet.name.get(speaker.language) if sheet else speaker.phrase("any_tool")

    def _first(self, speaker: Speaker, sheet: Sheet | None) -> None:
        shown = self.services.demo_questions.shown_first(sheet, speaker.language)
        values = {"tool": self._tool(speaker, sheet), "count": len(shown), "sheet": sheet.id if sheet else ""}
        speaker.say("utter_vendor_questions", (), [VENDOR_PHASE], **values, lines=speaker.numbered(shown))

    def _all(self, speaker: Speaker, sheet: Sheet | None) -> None:
        general = [each.text.get(speaker.language) for each in self.services.demo_questions.general]
        special = ""
        if sheet is not None:
            heading = speaker.phrase("special_questions", tool=self._tool(speaker, sheet))
            special = f"{heading}\n{speaker.numbered(sheet.questions.get(speaker.language))}"
        values = {"general": speaker.numbered(general), "special": special, "sheet": sheet.id if sheet else ""}
        speaker.say("utter_vendor_questions_all", (), [VENDOR_PHASE, *(sheet.topics[:1] if sheet else ())], **values)


class Add(VendorAction):
    """A quote has come: the firm's name, then what it costs, then its scores; one thing at a time."""

    action_name = "action_vendor_add"

    async def act(self, turn: Turn, speaker: Speaker, meaning: Meaning, tracker: Tracker) -> Events:
        name, text = meaning.get("name"), meaning.get("told", "")
        if name is None:
            self._ask_name(turn, speaker, is_asking(tracker))
            return []
        asked = standing_question(tracker)
        if not text and asked is not None and asked.what == "name":
            text = asked.about  # a price that was told before the name
        is_clear, initiative = await self.plan(turn, speaker, meaning, "add_vendor", name=name, told=text)
        if not is_clear:
            return []
        rows = await self.shortlists.vendors(turn.session, turn.person, initiative)
        if len(rows) >= MOST_VENDORS and name.casefold() not in {each.name.casefold() for each in rows}:
            buttons = [button(each.name, "EXTERNAL_vendor_remove", vendor=each.id) for each in rows]
            speaker.say("utter_vendor_full", buttons=buttons, most=MOST_VENDORS, name=name)
            return []
        price = read_price(text.replace(name, " "), speaker.language)
        vendor = await self.shortlists.add(turn.session, turn.person, initiative, name, price, turn.now)
        await self._answers_checkin(turn, speaker, vendor, text)
        self.go_on(turn, speaker, vendor, is_asking(tracker))
        return []

    def _ask_name(self, turn: Turn, speaker: Speaker, during_assessment: bool) -> None:
        if during_assessment:
            speaker.say("utter_vendor_after_assessment")
            return
        price = read_price(turn.incoming.text, speaker.language)
        self.stand(turn, "name", 0, price.words if price else "")
        speaker.say("utter_vendor_ask_name")

    async def _answers_checkin(self, turn: Turn, speaker: Speaker, vendor: Vendor, text: str) -> None:
        """The phase's check-in asks how many quotes have come: this is the answer, so it does not stand any longer."""
        rollouts = self.services.rollouts
        standing = await rollouts.standing(turn.session, turn.person)
        if standing is None or standing.initiative_id != vendor.initiative_id or standing.phase != self.shortlists.phase:
            return
        if standing.awaiting not in (None, "progress"):
            return
        await rollouts.answer(turn.session, turn.person, standing, "in_progress", turn.now)
        standing.note = text or vendor.name
        days = rollouts.again_after(next(each for each in rollouts.phases if each.number == standing.phase))
        again = await rollouts.ask_again(turn.session, turn.person, standing, days, turn.now)
        speaker.say("utter_rollout_next_checkin", when=self.moment(turn, speaker, again))

    def go_on(self, turn: Turn, speaker: Speaker, vendor: Vendor, during_assessment: bool = False) -> None:
        """Ask what it costs unless that is known; then offer to score it."""
        if during_assessment:
            speaker.say("utter_vendor_kept_for_later", name=vendor.name)
        elif vendor.price is None:
            self.stand(turn, "price", vendor.id)
            speaker.say("utter_vendor_ask_price", (), (), name=vendor.name, vendor=vendor.id)
        else:
            self.stand(turn, "")
            price = self.lines(speaker).price(quote_of(vendor).price)
            speaker.say("utter_vendor_added", (), (), name=vendor.name, vendor=vendor.id, price=price)


class Cost(Add):
    """What a quote costs: told, changed, or not known yet."""

    action_name = "action_vendor_price"

    async def act(self, turn: Turn, speaker: Speaker, meaning: Meaning, tracker: Tracker) -> Events:
        vendor = await self.meant(turn, speaker, meaning)
        if vendor is None:
            return []
        was_asked, text = vendor.price is None, meaning.get("told", "")
        price = read_price(text.replace(vendor.name, " "), speaker.language) if text else None
        if price is None and ("skip" in meaning or is_unknown(text, self.shortlists.words)):
            price = Price()
        if price is None:
            vendor.price = None
            self.stand(turn, "price", vendor.id)
            speaker.say("utter_vendor_price_unclear" if text else "utter_vendor_ask_price", (), (), name=vendor.name, vendor=vendor.id)
            return []
        keep_price(vendor, price)
        vendor.touched_at = turn.now
        if was_asked and not vendor.scores:
            self.go_on(turn, speaker, vendor)
        else:
            self.stand(turn, "")
            speaker.say("utter_vendor_priced", name=vendor.name, price=self.lines(speaker).price(price))
        return []


class Edit(VendorAction):
    """Which supplier is to be put right, and what about it."""

    action_name = "action_vendor_edit"

    async def act(self, turn: Turn, speaker: Speaker, meaning: Meaning, tracker: Tracker) -> Events:
        if "vendor" in meaning:
            vendor = await self.meant(turn, speaker, meaning)
            if vendor is not None:
                speaker.say("utter_vendor_edit_one", (), (), name=vendor.name, vendor=vendor.id)
            return []
        rows = await self.shortlists.vendors(turn.session, turn.person)
        buttons = [button(each.name, "EXTERNAL_vendor_edit", vendor=each.id) for each in rows]
        speaker.say("utter_vendor_edit" if rows else "utter_vendor_none", buttons=buttons)
        return []


class Remove(VendorAction):
    """Removes a supplier with its scores, after asking."""

    action_name = "action_vendor_remove"

    async def act(self, turn: Turn, speaker: Speaker, meaning: Meaning, tracker: Tracker) -> Events:
        vendor = await self.meant(turn, speaker, meaning)
        if vendor is None:
            return []
        if meaning.get("confirm") != "yes":
            speaker.say("utter_vendor_remove_sure", (), (), name=vendor.name, vendor=vendor.id)
            return []
        self.stand(turn, "")
        await self.shortlists.remove(turn.session, vendor)
        speaker.say("utter_vendor_removed", name=vendor.name)
        return []


class Rename(VendorAction):
    """Another name for a supplier; its scores stay."""

    action_name = "action_vendor_rename"

    async def act(self, turn: Turn, speaker: Speaker, meaning: Meaning, tracker: Tracker) -> Events:
        vendor = await self.meant(turn, speaker, meaning)
        if vendor is None:
            return []
        name = meaning.get("name")
        if name is None:
            self.stand(turn, "rename", vendor.id)
            speaker.say("utter_vendor_ask_rename", name=vendor.name)
            return []
        others = await self.shortlists.vendors(turn.session, turn.person, vendor.initiative_id)
        if any(each.id != vendor.id and each.name.casefold() == name.casefold() for each in others):
            self.stand(turn, "rename", vendor.id)
            speaker.say("utter_vendor_name_taken", name=name)
            return []
        self.stand(turn, "")
        before, vendor.name = vendor.name, name
        speaker.say("utter_vendor_renamed", before=before, name=name)
        return []

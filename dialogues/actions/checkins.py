"""Check-ins in conversation: the one question, what each answer changes, the short question behind it."""

from __future__ import annotations

from rasa_sdk import Tracker
from rasa_sdk.events import FollowupAction

from bot.rollout.checkins import ASK_STUCK_AFTER_DAYS, Refusal, Rollout
from bot.rollout.figures import Figure, is_passed_over, read_figure
from bot.rollout.ladder import Rung
from bot.rollout.phases import Phase
from bot.rollout.quoting import ASKED, Asked
from bot.rollout.replies import Obstacle, has_number, read_obstacle
from bot.rollout.shortlists import ENOUGH_QUOTES
from bot.storage.tables import CheckIn, Vendor
from bot.turn import Turn
from dialogues.actions.base import FORM, Events, Meaning, Speaker, button, number
from dialogues.actions.knowledge import offer_topics
from dialogues.actions.ledger import LedgerAction
from dialogues.actions.vendor_evidence import choices, help_of, keep_cost, question_of

MOST_TOPICS = 3
_NOT_OPEN = {
    Refusal.NONE_OPEN: "utter_checkin_none_open",
    Refusal.ALREADY: "utter_checkin_already",
    Refusal.OVER: "utter_checkin_over",
}


class CheckinAction(LedgerAction):
    """What the actions about check-ins share."""

    def taps(self, speaker: Speaker, checkin: CheckIn, phase: Phase) -> list[dict[str, str]]:
        """The four answers, in the words of the phase's question."""
        taps = phase.taps
        answers = (("checkin_done", taps.done), ("checkin_in_progress", taps.in_progress), ("checkin_blocked", taps.blocked))
        buttons = [button(title.get(speaker.language), intent, checkin=checkin.id) for intent, title in answers]
        return [*buttons, button(speaker.phrase("later"), "snooze_checkin", checkin=checkin.id)]

    async def ask(self, turn: Turn, speaker: Speaker, checkin: CheckIn, rollout: Rollout, response: str = "utter_checkin_ask") -> None:
        """The question of a check-in's phase, with its answers."""
        phase = rollout.phase(checkin.phase)
        quotes = await self.services.shortlists.of_checkin(turn.session, turn.person, checkin)
        turn.remember[ASKED] = None  # a number is for this question now
        speaker.say(
            response,
            buttons=[*self.taps(speaker, checkin, phase), *help_of(self.services, speaker, phase, quotes)],
            action=self.title(speaker, rollout),
            phase=phase.name.get(speaker.language),
            question=question_of(self.services, speaker, phase, quotes),
            smaller_step=phase.when_blocked.get(speaker.language),
            rests_on=[phase.entry],
        )

    async def say_refusal(self, turn: Turn, speaker: Speaker, refusal: Refusal, intent: str) -> None:
        """Why nothing was answered, and what to do."""
        if refusal is Refusal.WHICH:
            await self.offer_rollouts(turn, speaker, "utter_rollout_which", intent)
        else:
            speaker.say(_NOT_OPEN[refusal])

    def ask_behind(self, turn: Turn, speaker: Speaker, checkin: CheckIn, awaiting: str, response: str, **values: object) -> None:
        """A short question behind an answer; it may be passed over."""
        self.services.rollouts.ask(turn.person, checkin, turn.now, awaiting)
        turn.remember[ASKED] = None
        speaker.say(response, (), (), checkin=checkin.id, **values)

    async def close(self, turn: Turn, speaker: Speaker, checkin: CheckIn, rollout: Rollout) -> Events:
        """The phase ends and the next one opens, with dates; the ledger speaks where it has something to say."""
        await self.services.rollouts.answer(turn.session, turn.person, checkin, "done", turn.now)
        finished = rollout.phase(checkin.phase)
        following = await self.services.rollouts.close_phase(turn.session, turn.person, rollout, turn.now)
        if finished.number == self.services.ledgers.review:
            await self.say_summary(turn, speaker, rollout)
        if following is None:
            return await self._renew(turn, speaker, rollout)
        phase = rollout.phase(following.number)
        speaker.say(
            "utter_checkin_phase_done",
            phase=finished.name.get(speaker.language),
            next_phase=phase.name.get(speaker.language),
            starts=self.day(speaker, following.starts_on),
            ends=self.day(speaker, following.ends_on),
            goal=phase.goal.get(speaker.language),
            step=phase.steps.get(speaker.language)[0],
            in_trade=self.in_trade(turn, speaker, phase),
            rests_on=[phase.entry],
        )
        await self.say_next_checkin(turn, speaker, rollout)
        if following.number == self.services.shortlists.phase:
            speaker.say("utter_vendor_phase")
        if following.number == self.services.ledgers.pilot:
            await self.ask_figure(turn, speaker, checkin, rollout)
        return []

    async def finish_choice(self, turn: Turn, speaker: Speaker, checkin: CheckIn, rollout: Rollout, vendor: Vendor) -> Events:
        """The phase of choosing ends with the owner's choice; only a cost that is not known is asked for."""
        await self.services.rollouts.answer(turn.session, turn.person, checkin, "done", turn.now)
        checkin.note = vendor.name
        evidence = rollout.phase(checkin.phase).evidence
        if evidence is None or keep_cost(self.services, turn, speaker, rollout, checkin.phase, vendor):
            return await self.close(turn, speaker, checkin, rollout)
        self.ask_behind(turn, speaker, checkin, "evidence", "utter_checkin_evidence", question=evidence.get(speaker.language))
        return []

    async def _renew(self, turn: Turn, speaker: Speaker, rollout: Rollout) -> Events:
        """After the last phase: five core questions again, then the comparison and the next initiative."""
        speaker.say("utter_checkin_all_done", action=self.title(speaker, rollout))
        await self.services.journeys.begin(turn.session, turn.person, turn.now)
        return [FollowupAction(FORM)]

    async def ask_figure(self, turn: Turn, speaker: Speaker, checkin: CheckIn, rollout: Rollout) -> bool:
        """Ask for the figure that the ledger lacks at the start of the pilot; False when it lacks none."""
        ledger = await self.services.ledgers.load(turn.session, rollout)
        kind = ledger.to_ask(self.services.ledgers.words)
        if kind is None:
            return False
        before = ledger.before.words if ledger.before else ""
        self.ask_behind(turn, speaker, checkin, kind, f"utter_ledger_ask_{kind}", before=before)
        return True


class Due(CheckinAction):
    """The clock speaks: a check-in is asked, asked more softly, made smaller, or left in peace."""

    action_name = "action_checkin_ask"

    async def act(self, turn: Turn, speaker: Speaker, meaning: Meaning, tracker: Tracker) -> Events:
        rollouts = self.services.rollouts
        checkin = await rollouts.open_checkin(turn.session, turn.person, number(meaning, "checkin"))
        rung = await self.services.ladder.step(turn.session, turn.person, checkin, turn.now) if checkin else None
        if checkin is None or rung is None:
            return []
        rollout = await rollouts.rollout_of(turn.session, checkin)
        turn.person.offer = None  # a bare "yes" is for this question now
        if rung is Rung.CLOSE:
            speaker.say("utter_checkin_evidence_left")
            return await self.close(turn, speaker, checkin, rollout)
        if rung is Rung.MONTHLY:
            speaker.say("utter_checkin_monthly", action=self.title(speaker, rollout))
            await self.say_next_checkin(turn, speaker, rollout)
        else:
            await self.ask(turn, speaker, checkin, rollout, f"utter_checkin_{rung}")
        return []


class Tell(CheckinAction):
    """The owner wants to tell how it goes without having been asked."""

    action_name = "action_checkin_tell"

    async def act(self, turn: Turn, speaker: Speaker, meaning: Meaning, tracker: Tracker) -> Events:
        initiative = number(meaning, "initiative")
        standing = await self.services.rollouts.standing(turn.session, turn.person)
        if standing is not None and standing.initiative_id != initiative:
            rollout = await self.services.rollouts.rollout_of(turn.session, standing)
            await self.ask(turn, speaker, standing, rollout, "utter_checkin_still_open")
            return []
        found = standing or await self.services.rollouts.to_answer(turn.session, turn.person, None, initiative, "", turn.now)
        if isinstance(found, Refusal):
            await self.say_refusal(turn, speaker, found, "EXTERNAL_tell_progress")
        else:
            await self.ask(turn, speaker, found, await self.services.rollouts.rollout_of(turn.session, found))
        return []


class AnswerCheckin(CheckinAction):
    """What the answers to a check-in share: find it, note it once, and go on from there."""

    action_name = "action_checkin_answer"
    answer = ""

    async def act(self, turn: Turn, speaker: Speaker, meaning: Meaning, tracker: Tracker) -> Events:
        rollouts, named = self.services.rollouts, (number(meaning, "checkin"), number(meaning, "initiative"))
        found = await rollouts.to_answer(turn.session, turn.person, *named, self.answer, turn.now)
        if isinstance(found, Refusal):
            await self.say_refusal(turn, speaker, found, f"checkin_{self.answer}")
            return []
        await rollouts.answer(turn.session, turn.person, found, self.answer, turn.now)
        return await self.go_on(turn, speaker, found, await rollouts.rollout_of(turn.session, found), meaning)

    async def go_on(self, turn: Turn, speaker: Speaker, checkin: CheckIn, rollout: Rollout, meaning: Meaning) -> Events:
        """What the answer changes."""
        raise NotImplementedError(self.action_name)


class Done(AnswerCheckin):
    """Finished: the evidence is asked, then the phase closes."""

    action_name = "action_checkin_done"
    answer = "done"

    async def go_on(self, turn: Turn, speaker: Speaker, checkin: CheckIn, rollout: Rollout, meaning: Meaning) -> Events:
        if checkin.phase == self.services.shortlists.phase:
            chosen = await self.services.shortlists.chosen(turn.session, turn.person, checkin.initiative_id)
            if chosen is not None:
                return await self.finish_choice(turn, speaker, checkin, rollout, chosen)
            if await self._ask_choice(turn, speaker, checkin):
                return []
        evidence = rollout.phase(checkin.phase).evidence
        if evidence is None:
            return await self.close(turn, speaker, checkin, rollout)
        self.ask_behind(turn, speaker, checkin, "evidence", "utter_checkin_evidence", question=evidence.get(speaker.language))
        return []

    async def _ask_choice(self, turn: Turn, speaker: Speaker, checkin: CheckIn) -> bool:
        """Which of the quotes was taken; False when too few were told of to ask."""
        rows = await self.services.shortlists.vendors(turn.session, turn.person, checkin.initiative_id)
        if len(rows) < ENOUGH_QUOTES:
            return False
        self.services.rollouts.ask(turn.person, checkin, turn.now, "evidence")
        turn.remember[ASKED] = str(Asked("choose"))
        later = button(speaker.phrase("not_chosen_yet"), "EXTERNAL_vendor_choose", later=1)
        speaker.say("utter_vendor_which_chosen", buttons=[*choices(rows), later])
        return True


class InProgress(AnswerCheckin):
    """Under way: a number or the next step is noted, the next check-in is sure."""

    action_name = "action_checkin_in_progress"
    answer = "in_progress"

    async def go_on(self, turn: Turn, speaker: Speaker, checkin: CheckIn, rollout: Rollout, meaning: Meaning) -> Events:
        phase = rollout.phase(checkin.phase)
        planned = next(each for each in rollout.plan if each.number == checkin.phase)
        days = self.services.rollouts.again_after(phase)
        again = await self.services.rollouts.ask_again(turn.session, turn.person, checkin, days, turn.now)
        if turn.incoming.button is None and has_number(turn.incoming.text):
            await self.note_progress(turn, speaker, checkin, rollout)
        speaker.say(
            "utter_checkin_in_progress",
            phase=phase.name.get(speaker.language),
            until=self.day(speaker, planned.ends_on),
            done_when=phase.done_when.get(speaker.language),
        )
        speaker.say("utter_rollout_next_checkin", when=self.moment(turn, speaker, again))
        if phase.number == self.services.ledgers.pilot and await self.ask_figure(turn, speaker, checkin, rollout):
            return []
        if checkin.note is None and not await self.services.shortlists.of_checkin(turn.session, turn.person, checkin):
            question = phase.progress.get(speaker.language)
            self.ask_behind(turn, speaker, checkin, "progress", "utter_checkin_progress", question=question)
        return []

    async def note_progress(self, turn: Turn, speaker: Speaker, checkin: CheckIn, rollout: Rollout) -> None:
        """A figure told with the answer is not asked for again."""
        checkin.note = turn.incoming.text
        if checkin.phase == self.services.ledgers.review:
            await self.note_figure(turn, speaker, checkin, rollout, "reading")


class Blocked(AnswerCheckin):
    """Stuck: the reason is understood, then answered with a smaller step, a question for the supplier, or a person."""

    action_name = "action_checkin_blocked"
    answer = "blocked"

    async def act(self, turn: Turn, speaker: Speaker, meaning: Meaning, tracker: Tracker) -> Events:
        standing = await self.services.rollouts.open_checkin(turn.session, turn.person, number(meaning, "checkin"))
        if standing is not None and standing.awaiting == "obstacle":  # the reason that was asked for
            rollout = await self.services.rollouts.rollout_of(turn.session, standing)
            await self.services.rollouts.answer(turn.session, turn.person, standing, self.answer, turn.now)
            await self.help(turn, speaker, standing, rollout, self.named(turn, meaning) or self.services.reply_words.obstacles[-1])
            return []
        return await super().act(turn, speaker, meaning, tracker)

    def named(self, turn: Turn, meaning: Meaning) -> Obstacle | None:
        """The obstacle that a button or the owner's own words name."""
        words = self.services.reply_words
        typed = read_obstacle(turn.incoming.text, words) if turn.incoming.button is None else None
        return words.obstacle(meaning.get("obstacle", "") or typed or "")

    async def go_on(self, turn: Turn, speaker: Speaker, checkin: CheckIn, rollout: Rollout, meaning: Meaning) -> Events:
        await self.services.rollouts.ask_again(turn.session, turn.person, checkin, ASK_STUCK_AFTER_DAYS, turn.now)
        obstacle = self.named(turn, meaning)
        if obstacle is not None:
            await self.help(turn, speaker, checkin, rollout, obstacle)
            return []
        self.services.rollouts.ask(turn.person, checkin, turn.now, "obstacle")
        buttons = [
            button(each.label.get(speaker.language), "checkin_blocked", checkin=checkin.id, obstacle=each.id)
            for each in self.services.reply_words.obstacles
        ]
        speaker.say("utter_checkin_why_stuck", buttons=buttons)
        return []

    async def help(self, turn: Turn, speaker: Speaker, checkin: CheckIn, rollout: Rollout, obstacle: Obstacle) -> None:
        """Answer the obstacle; whoever is stuck a second time in a phase is told whom to ask first."""
        again = await self.services.rollouts.was_stuck_before(turn.session, checkin)
        checkin.obstacle = obstacle.id
        if turn.incoming.button is None:
            checkin.note = turn.incoming.text
        phase, language = rollout.phase(checkin.phase), speaker.language
        speaker.say(
            "utter_checkin_stuck_again" if again else "utter_checkin_stuck",
            obstacle=obstacle.label.get(language),
            step=obstacle.step.get(language),
            ask=obstacle.ask.get(language),
            person=obstacle.person.get(language),
            smaller_step=phase.when_blocked.get(language),
            rests_on=[phase.entry, *obstacle.entries],
        )
        await self.say_next_checkin(turn, speaker, rollout)
        topics = list(dict.fromkeys([*obstacle.entries, *phase.watch]))[:MOST_TOPICS]
        offer_topics(self.services, speaker, "utter_checkin_stuck_topics", topics)


class Note(CheckinAction):
    """The answer to a short question: a number or words, or nothing."""

    action_name = "action_checkin_note"

    async def act(self, turn: Turn, speaker: Speaker, meaning: Meaning, tracker: Tracker) -> Events:
        rollouts = self.services.rollouts
        checkin = await rollouts.open_checkin(turn.session, turn.person, number(meaning, "checkin"))
        if checkin is None or checkin.awaiting is None:
            speaker.say("utter_checkin_none_open" if checkin is None else "utter_checkin_already")
            return []
        awaiting, rollout = checkin.awaiting, await rollouts.rollout_of(turn.session, checkin)
        told = "skip" not in meaning and not is_passed_over(turn.incoming.text, self.services.ledgers.words)
        checkin.state, checkin.awaiting = "answered", None
        if awaiting in ("evidence", "progress"):
            return await self._note_words(turn, speaker, checkin, rollout, awaiting, told)
        figure = read_figure(meaning.get("value", turn.incoming.text), self.services.ledgers.words) if told else None
        await self._note_opening(turn, speaker, checkin, rollout, awaiting, told, figure)
        return []

    async def _note_words(self, turn: Turn, speaker: Speaker, checkin: CheckIn, rollout: Rollout, awaiting: str, told: bool) -> Events:
        keeps = rollout.phase(checkin.phase).keeps
        if told:
            checkin.note = turn.incoming.text
            if keeps and (awaiting == "evidence" or checkin.phase == self.services.ledgers.review):
                await self.note_figure(turn, speaker, checkin, rollout, keeps)
        if awaiting == "evidence":
            return await self.close(turn, speaker, checkin, rollout)
        speaker.say("utter_checkin_noted" if told else "utter_checkin_not_noted")
        return []

    async def _note_opening(
        self, turn: Turn, speaker: Speaker, checkin: CheckIn, rollout: Rollout, kind: str, told: bool, figure: Figure | None
    ) -> None:
        """One of the figures at the start of the pilot."""
        if told and figure is None:
            self.ask_behind(turn, speaker, checkin, kind, "utter_ledger_not_a_number")
            return
        if figure is None and kind == "before":  # not measured yet: asked again when the pilot is under way
            speaker.say("utter_ledger_before_later")
            return
        self.services.ledgers.note(turn.session, rollout, kind, checkin.phase, figure, turn.now)
        await turn.session.flush()
        if not await self.ask_figure(turn, speaker, checkin, rollout):
            await self.say_opened(turn, speaker, rollout)


class Unclear(CheckinAction):
    """An answer that was not understood while a check-in stands: said so, with the choices."""

    action_name = "action_checkin_unclear"

    async def act(self, turn: Turn, speaker: Speaker, meaning: Meaning, tracker: Tracker) -> Events:
        await self.hand_back(turn, speaker, "utter_checkin_unclear")
        return []

    async def hand_back(self, turn: Turn, speaker: Speaker, response: str) -> None:
        """The question that stands, again."""
        standing = await self.services.rollouts.standing(turn.session, turn.person)
        if standing is not None:
            await self.ask(turn, speaker, standing, await self.services.rollouts.rollout_of(turn.session, standing), response)


class HandBack(Unclear):
    """After a question of the owner's: the check-in is still open."""

    action_name = "action_checkin_hand_back"

    async def act(self, turn: Turn, speaker: Speaker, meaning: Meaning, tracker: Tracker) -> Events:
        await self.hand_back(turn, speaker, "utter_checkin_still_open")
        return []


class Rhythm(CheckinAction):
    """From one check-in a month back to the rhythm of the phases."""

    action_name = "action_checkin_rhythm"

    async def act(self, turn: Turn, speaker: Speaker, meaning: Meaning, tracker: Tracker) -> Events:
        await self.services.rollouts.resume_rhythm(turn.session, turn.person, turn.now)
        speaker.say("utter_checkin_rhythm")
        for rollout in await self.services.rollouts.active(turn.session, turn.person):
            await self.say_next_checkin(turn, speaker, rollout)
        return []


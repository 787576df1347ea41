"""The weekly summary in conversation: asked for, moved to another day, stopped; and the summary itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, time
from itertools import chain

from rasa_sdk import Tracker

from bot.rollout.calendar import NoOpenDay, local_time
from bot.rollout.checkins import Rollout, zone_of
from bot.rollout.digests import Told
from bot.rollout.own_time import weekday_of_rule
from bot.rollout.wishes.deciding import About
from bot.storage.tables import Digest
from bot.turn import Turn
from dialogues.actions.base import Events, Meaning, Speaker, button, number
from dialogues.actions.rollout import RolloutAction
from dialogues.actions.schedule import TimeAction

#: Offered as buttons; any other day can be written.
_WORKING_WEEK = range(5)


class StartDigest(TimeAction):
    """One summary a week from now on, on the day that the owner names, or that stands."""

    action_name = "action_digest_start"

    async def act(self, turn: Turn, speaker: Speaker, meaning: Meaning, tracker: Tracker) -> Events:
        if not await self.services.rollouts.active(turn.session, turn.person):
            speaker.say("utter_rollout_none")
        elif meaning.get("part") == "day":
            names = self.services.phrases.weekdays.get(speaker.language)
            days = [button(speaker.phrase("rhythm_weekday", weekday=names[day]), "start_digest", value=day) for day in _WORKING_WEEK]
            speaker.say("utter_digest_which_day", buttons=days)
        else:
            await self._start(turn, speaker, *self._wished(turn, meaning))
        return []

    def _wished(self, turn: Turn, meaning: Meaning) -> tuple[int | None, time | None]:
        """The day and time in the owner's words or on the button; None where they name none."""
        if turn.incoming.button is not None:
            return number(meaning, "value"), None
        wish = self.read(turn, About.HABIT)
        return weekday_of_rule(wish.rule), wish.at if wish.rule else None

    async def _start(self, turn: Turn, speaker: Speaker, weekday: int | None, at: time | None) -> None:
        try:
            row = await self.services.digests.start(turn.session, turn.person, weekday, at, turn.now)
        except NoOpenDay:
            await self.services.digests.stop(turn.session, turn.person)
            speaker.say("utter_digest_no_open_day")
            return
        name = self.services.phrases.weekdays.get(speaker.language)[row.weekday]
        day = speaker.phrase("rhythm_weekday", weekday=name)
        speaker.say("utter_digest_on", weekday=day, when=self.moment(turn, speaker, row.due_at))


class StopDigest(RolloutAction):
    """No summary any more."""

    action_name = "action_digest_stop"

    async def act(self, turn: Turn, speaker: Speaker, meaning: Meaning, tracker: Tracker) -> Events:
        was_on = await self.services.digests.stop(turn.session, turn.person)
        speaker.say("utter_digest_off" if was_on else "utter_digest_was_off")
        return []


class SendDigest(RolloutAction):
    """The clock speaks: what was done, what comes next, what is stuck, over all plans; nothing where there is nothing to tell."""

    action_name = "action_digest_send"

    async def act(self, turn: Turn, speaker: Speaker, meaning: Meaning, tracker: Tracker) -> Events:
        row = await turn.session.get(Digest, number(meaning, "digest") or 0)
        if row is None or row.person_id != turn.person.id:
            return []
        since = await self.services.digests.step(turn.session, turn.person, row, turn.now)
        told = await self.services.digests.told(turn.session, turn.person, since) if since else []
        if since and told:
            plans = "\n\n".join("\n".join(self._plan(turn, speaker, each)) for each in told)
            starts, ends = (self._day_of(turn, speaker, moment) for moment in (since, turn.now))
            speaker.say("utter_digest", plans=plans, starts=starts, ends=ends, rests_on=self._entries(told))
        return []

    def _day_of(self, turn: Turn, speaker: Speaker, moment: datetime) -> str:
        return self.services.phrases.short_day(local_time(moment, zone_of(turn.person)).date(), speaker.language)

    def _entries(self, told: Iterable[Told]) -> list[str]:
        current = ((each.rollout, each.rollout.planned) for each in told if each.rollout.is_active)
        return [rollout.phase(planned.number).entry for rollout, planned in current if planned]

    def _plan(self, turn: Turn, speaker: Speaker, told: Told) -> list[str]:
        """The lines about one plan."""
        title = speaker.phrase("digest_title", action=self.title(speaker, told.rollout))
        return [title, *chain(self._done(speaker, told), self._stuck(speaker, told), self._next(turn, speaker, told))]

    def _done(self, speaker: Speaker, told: Told) -> Iterator[str]:
        if told.is_empty:
            yield speaker.phrase("digest_nothing")
        for phase in told.finished:
            yield speaker.phrase("digest_done", phase=told.rollout.phase(phase).name.get(speaker.language))
        for note in told.notes:
            yield speaker.phrase("digest_note", note=note)

    def _stuck(self, speaker: Speaker, told: Told) -> Iterator[str]:
        obstacle, planned = self.services.reply_words.obstacle(told.obstacle or ""), told.rollout.planned
        if obstacle is not None and planned is not None:
            step = told.rollout.phase(planned.number).when_blocked.get(speaker.language)
            yield speaker.phrase("digest_stuck", obstacle=obstacle.label.get(speaker.language), step=step)

    def _next(self, turn: Turn, speaker: Speaker, told: Told) -> Iterator[str]:
        rollout, planned = told.rollout, told.rollout.planned
        if not rollout.is_active or planned is None:
            yield speaker.phrase("digest_all_done")
            return
        phase = rollout.phase(planned.number)
        is_late = planned.ends_on < local_time(turn.now, zone_of(turn.person)).date()
        values = {"phase": phase.name.get(speaker.language), "until": self.day(speaker, planned.ends_on)}
        yield speaker.phrase("digest_late" if is_late else "digest_now", **values, done_when=phase.done_when.get(speaker.language))
        if told.waiting is not None:
            yield speaker.phrase("digest_waiting", question=self._question(speaker, rollout, told.waiting.phase))
        elif told.coming is not None:
            yield speaker.phrase("digest_next", when=self.moment(turn, speaker, told.coming.due_at))

    def _question(self, speaker: Speaker, rollout: Rollout, phase: int) -> str:
        return rollout.phase(phase).question.get(speaker.language)

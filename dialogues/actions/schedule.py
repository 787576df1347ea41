"""When to ask, in conversation: an owner's own words about time are read, followed, and said back with a way to undo."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from rasa_sdk import Tracker

from bot.people.profiles import Defaults
from bot.rollout.calendar import local_time
from bot.rollout.checkins import own_time, preferred_time, working_time
from bot.rollout.own_time import OwnTime, followed, opens_again
from bot.rollout.plan import MoveRefused
from bot.rollout.rescheduling import change, move_start, undo
from bot.rollout.wishes.deciding import About
from bot.rollout.wishes.moves import Move, read_move
from bot.rollout.wishes.placing import place
from bot.rollout.wishes.wish import Kind, Problem, Wish
from bot.storage.tables import CheckIn
from bot.turn import Turn
from dialogues.actions.base import Events, Meaning, Speaker, button, number
from dialogues.actions.rollout import RolloutAction
from dialogues.actions.schedule_lines import ScheduleLines

HOURS = range(24)
#: Wishes that bring a pause with an end.
_RESTS = (Kind.SEASON, Kind.NOT_BEFORE)


class TimeAction(RolloutAction):
    """What the actions about time share."""

    def read(self, turn: Turn, about: About) -> Wish:
        """The wish in the owner's words."""
        return self.services.wishes.read(turn.incoming.text, self.wall(turn), about)

    def wall(self, turn: Turn) -> datetime:
        """The owner's wall clock."""
        return local_time(turn.now, turn.person.time_zone)

    def lines(self, turn: Turn, speaker: Speaker) -> str:
        """How the owner is asked at the moment."""
        words = ScheduleLines(speaker, self.services.phrases)
        return words.of(own_time(turn.person), self.wall(turn).date(), Defaults().time_zone)

    def day(self, speaker: Speaker, day: date) -> str:
        """A day with its weekday."""
        return self.services.phrases.day(day, speaker.language)

    def say_problem(self, speaker: Speaker, wish: Wish) -> None:
        """Why a wish cannot be followed."""
        problem = wish.problem or Problem.NO_TIME
        speaker.say(f"utter_schedule_{problem.value}", said=wish.said)

    async def follow(self, turn: Turn, speaker: Speaker, wish: Wish) -> None:
        """Change what is settled, move what is planned, and say both."""
        today = self.wall(turn).date()
        own = followed(own_time(turn.person), wish, today)
        if not opens_again(own, today):
            speaker.say("utter_schedule_never_open")
            return
        await self.settle(turn, own)
        self._confirm(turn, speaker, wish)
        await self.say_next(turn, speaker)

    async def rest(self, turn: Turn) -> None:
        """No check-ins and no weekly summary for now."""
        turn.person.checkins_paused = True
        await self.services.digests.hold(turn.session, turn.person)

    async def wake(self, turn: Turn) -> None:
        """Both come again."""
        turn.person.checkins_paused = False
        await self.services.digests.release(turn.session, turn.person, turn.now)

    async def settle(self, turn: Turn, own: OwnTime) -> None:
        """Keep it; check-ins that were stopped come again, since the owner says when."""
        await self.wake(turn)
        await change(turn.session, self.services.rollouts, turn.person, own, turn.now)

    def _confirm(self, turn: Turn, speaker: Speaker, wish: Wish) -> None:
        if wish.kind is Kind.SEASON and wish.day and wish.until:
            response = "utter_schedule_rests_every_year" if wish.yearly else "utter_schedule_rests"
            speaker.say(response, starts=self.day(speaker, wish.day), ends=self.day(speaker, wish.until))
        elif wish.kind is Kind.NOT_BEFORE and wish.day:
            speaker.say("utter_schedule_not_before", day=self.day(speaker, wish.day))
        elif wish.kind is Kind.ZONE:
            speaker.say("utter_schedule_zone_set", zone=wish.zone, now=f"{self.wall(turn):%H:%M}")
        else:
            speaker.say("utter_schedule_set", lines=self.lines(turn, speaker))

    async def say_next(self, turn: Turn, speaker: Speaker) -> None:
        """The check-in that comes first."""
        for rollout in (await self.services.rollouts.active(turn.session, turn.person))[:1]:
            checkin = await self.services.rollouts.next_checkin(turn.session, rollout)
            if checkin:
                speaker.say("utter_schedule_next", when=self.moment(turn, speaker, checkin.due_at))

    async def put_off(self, turn: Turn, speaker: Speaker, checkin: CheckIn, wish: Wish) -> None:
        """Ask again when the owner wishes, or on the next open day, and say which."""
        due_at = place(wish, turn.now, working_time(turn.person, turn.now), preferred_time(turn.person))
        await self.services.rollouts.put_off_to(turn.session, turn.person, checkin, due_at)
        due_on = local_time(due_at, turn.person.time_zone).date()
        moved = wish.day is not None and due_on != wish.day
        others = [_other_day(self, speaker, checkin, wish.other)] if wish.other else []
        speaker.say(
            "utter_checkin_snoozed_moved" if moved else "utter_checkin_snoozed",
            buttons=others,
            wished=self.day(speaker, wish.day) if wish.day else "",
            when=self.moment(turn, speaker, due_at),
            checkin=checkin.id,
        )


def _other_day(action: TimeAction, speaker: Speaker, checkin: CheckIn, day: date) -> dict[str, str]:
    title = speaker.phrase("either_day", day=action.day(speaker, day))
    return button(title, "snooze_checkin", checkin=checkin.id, value=day.isoformat())


class Snooze(TimeAction):
    """Later: by button or in the owner's words; asked when, where neither says it."""

    action_name = "action_checkin_snooze"

    async def act(self, turn: Turn, speaker: Speaker, meaning: Meaning, tracker: Tracker) -> Events:
        checkin = await self._checkin(turn, meaning)
        if checkin is None:
            speaker.say("utter_checkin_none_open")
        elif checkin.state not in ("asked", "pending"):
            speaker.say("utter_checkin_already")
        elif (days := number(meaning, "days")) is not None:
            due_at = await self.services.rollouts.put_off(turn.session, turn.person, checkin, days, turn.now)
            speaker.say("utter_checkin_snoozed", when=self.moment(turn, speaker, due_at), checkin=checkin.id)
        else:
            await self._follow(turn, speaker, checkin, _chosen(meaning) or self.read(turn, About.ONCE))
        return []

    async def _checkin(self, turn: Turn, meaning: Meaning) -> CheckIn | None:
        """The one that was asked; where none waits for an answer, the one that comes next."""
        rollouts = self.services.rollouts
        checkin = await rollouts.open_checkin(turn.session, turn.person, number(meaning, "checkin"))
        if checkin is not None or number(meaning, "checkin") is not None:
            return checkin
        coming = [await rollouts.next_checkin(turn.session, each) for each in await rollouts.active(turn.session, turn.person)]
        return min((each for each in coming if each is not None), key=lambda each: each.due_at, default=None)

    async def _follow(self, turn: Turn, speaker: Speaker, checkin: CheckIn, wish: Wish) -> None:
        if wish.kind in (Kind.ONCE, Kind.NOT_BEFORE) and wish.day:
            await self.put_off(turn, speaker, checkin, wish)
        elif wish.kind is Kind.UNCLEAR or wish.kind in (Kind.STOP, Kind.RESUME):
            if wish.problem not in (None, Problem.NO_TIME):
                self.say_problem(speaker, wish)
            speaker.say("utter_checkin_snooze_when", checkin=checkin.id)
        else:
            await self.follow(turn, speaker, wish)


def _chosen(meaning: Meaning) -> Wish | None:
    """The day of a pressed button."""
    try:
        return Wish(Kind.ONCE, day=date.fromisoformat(meaning.get("value", "")), named_day=True)
    except ValueError:
        return None


class Schedule(TimeAction):
    """From now on: hours, days, rhythm, seasons, zone, and where a phase is named, its dates."""

    action_name = "action_checkin_schedule"

    async def act(self, turn: Turn, speaker: Speaker, meaning: Meaning, tracker: Tracker) -> Events:
        hour = number(meaning, "hour")
        pressed = meaning.get("kind", "")
        if pressed == "undo":
            await self._undo(turn, speaker)
        elif pressed == "yearly":
            await self._every_year(turn, speaker)
        elif pressed == "less":
            await self.follow(turn, speaker, Wish(Kind.FREQUENCY, more=False))
        elif hour in HOURS and hour is not None:
            await self.follow(turn, speaker, Wish(Kind.HOURS, at=datetime.min.time().replace(hour=hour)))
        elif not await self._move(turn, speaker, _pressed_move(meaning)):
            await self._follow(turn, speaker, self.read(turn, About.HABIT))
        return []

    async def _follow(self, turn: Turn, speaker: Speaker, wish: Wish) -> None:
        if wish.kind is Kind.ONCE:
            await self._once(turn, speaker, wish)
        elif wish.kind is Kind.STOP:
            await self.rest(turn)
            speaker.say("utter_checkins_paused")
        elif wish.kind is Kind.RESUME:
            await self.wake(turn)
            speaker.say("utter_checkins_resumed")
        elif wish.kind is Kind.UNCLEAR:
            if wish.problem is not Problem.NO_TIME:
                self.say_problem(speaker, wish)
            speaker.say("utter_schedule_current", lines=self.lines(turn, speaker))
        else:
            await self.follow(turn, speaker, wish)

    async def _once(self, turn: Turn, speaker: Speaker, wish: Wish) -> None:
        """A single day is about the check-in that is open or comes next."""
        rollouts = self.services.rollouts
        checkin = await rollouts.open_checkin(turn.session, turn.person, None)
        for rollout in await rollouts.active(turn.session, turn.person):
            checkin = checkin or await rollouts.next_checkin(turn.session, rollout)
        if checkin is None:
            speaker.say("utter_schedule_current", lines=self.lines(turn, speaker))
        else:
            await self.put_off(turn, speaker, checkin, wish)

    async def _undo(self, turn: Turn, speaker: Speaker) -> None:
        if await undo(turn.session, self.services.rollouts, turn.person, turn.now):
            speaker.say("utter_schedule_undone", lines=self.lines(turn, speaker))
            await self.say_next(turn, speaker)
        else:
            speaker.say("utter_schedule_nothing_to_undo")

    async def _every_year(self, turn: Turn, speaker: Speaker) -> None:
        """The season that was named last comes every year."""
        own = own_time(turn.person)
        if not own.seasons:
            speaker.say("utter_schedule_current", lines=self.lines(turn, speaker))
            return
        *rest, last = own.seasons
        await self.settle(turn, replace(own, seasons=(*rest, replace(last, yearly=True))))
        starts, ends = self.day(speaker, last.first), self.day(speaker, last.last)
        speaker.say("utter_schedule_rests_every_year", starts=starts, ends=ends)

    async def _move(self, turn: Turn, speaker: Speaker, pressed: Move | None) -> bool:
        """Move a phase, if one is named with a day; False when none is."""
        for rollout in await self.services.rollouts.active(turn.session, turn.person):
            move = pressed or read_move(turn.incoming.text, rollout.plan, self.wall(turn).date(), self.services.wishes)
            if move is None:
                continue
            phase = rollout.phase(move.number).name.get(speaker.language)
            try:
                await move_start(turn.session, self.services.rollouts, turn.person, rollout, move.number, move.day, turn.now)
            except MoveRefused as refused:
                value = f"{move.number}:{refused.earliest.isoformat()}"
                speaker.say("utter_schedule_phase_not_moved", phase=phase, earliest=self.day(speaker, refused.earliest), value=value)
                return True
            planned = next(each for each in rollout.plan if each.number == move.number)
            starts, ends = self.day(speaker, planned.starts_on), self.day(speaker, planned.ends_on)
            speaker.say("utter_schedule_phase_moved", phase=phase, starts=starts, ends=ends)
            return True
        return False


def _pressed_move(meaning: Meaning) -> Move | None:
    """The move that a pressed button offers."""
    phase, _, day = meaning.get("value", "").partition(":")
    try:
        return Move(int(phase), date.fromisoformat(day)) if meaning.get("kind") == "move" else None
    except ValueError:
        return None


class Pause(TimeAction):
    """No check-ins: until the day that the owner names, or until they want them again."""

    action_name = "action_checkins_pause"

    async def act(self, turn: Turn, speaker: Speaker, meaning: Meaning, tracker: Tracker) -> Events:
        wish = self.read(turn, About.PAUSE)
        if wish.kind in _RESTS or wish.kind is Kind.HOURS:
            await self.follow(turn, speaker, wish)
        else:
            if wish.kind is Kind.UNCLEAR:
                self.say_problem(speaker, wish)
            await self.rest(turn)
            speaker.say("utter_checkins_paused")
        return []


class Resume(TimeAction):
    """Check-ins come again."""

    action_name = "action_checkins_resume"

    async def act(self, turn: Turn, speaker: Speaker, meaning: Meaning, tracker: Tracker) -> Events:
        await self.wake(turn)
        speaker.say("utter_checkins_resumed")
        await self.say_next(turn, speaker)
        return []

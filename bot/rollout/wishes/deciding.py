"""What kind of wish the found dates and times make. The rules are tried in their order; the first that fits decides."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import Enum
from zoneinfo import available_timezones

from bot.rollout.wishes import days
from bot.rollout.wishes.clauses import Clause, Role
from bot.rollout.wishes.clocks import bounds_of, time_of
from bot.rollout.wishes.finds import Clock, Day, Length, Mark, Moment, MonthDays, Part, Rule, Stretch, Weekdays, Window, Wrong
from bot.rollout.wishes.makers import RFC_DAYS, WORKING_WEEK
from bot.rollout.wishes.wish import Kind, Problem, Wish, unclear
from bot.rollout.wishes.words import WishWords
from knowledge.patterns import compiled

_DAY = timedelta(days=1)
_ZONE_NAME = re.compile(r"(?<![a-z])(?:africa|america|antarctica|asia|atlantic|australia|europe|indian|pacific)/[a-z_+/-]+")
_ZONE_LOOKUP = {name.casefold(): name for name in available_timezones()}


class About(Enum):
    """What a message was understood to be about, before its words about time are read."""

    #: This check-in, at another time.
    ONCE = "snooze_checkin"
    #: All check-ins from now on.
    HABIT = "set_checkin_schedule"
    PAUSE = "pause_reminders"
    RESUME = "resume_reminders"


@dataclass(frozen=True)
class Said:
    """An owner's words: the folded text, what was found in it, and the owner's wall clock."""

    text: str
    clauses: Sequence[Clause]
    now: datetime
    words: WishWords
    about: About | None = None

    @property
    def today(self) -> date:
        """The owner's date."""
        return self.now.date()

    def has(self, name: str) -> bool:
        """Whether the text holds a word of the list."""
        return self.words.has(name, self.text)

    def marked(self, name: str) -> bool:
        """Whether a mark was found."""
        return any(clause.thing == Mark(name) for clause in self.clauses)

    def time(self) -> tuple[time | None, str | None]:
        """The time of day that is meant, and the part of the day that named it."""
        return time_of(self.clauses, self.words)


def decide(said: Said) -> Wish:
    """The wish behind what was said."""
    if said.about is About.PAUSE:
        resting = replace(said, clauses=[replace(clause, avoided=True) for clause in said.clauses])
        return _first(_RULES_OF_A_PAUSE, resting) or Wish(Kind.STOP)
    return _first(_RULES, said) or unclear(Problem.SEASON_DATES if said.has("season") else Problem.NO_TIME)


def _first(rules: Sequence[Callable[[Said], Wish | None]], said: Said) -> Wish | None:
    return next((wish for rule in rules if (wish := rule(said)) is not None), None)


# --- zone, and what cannot be --------------------------------------------------------------------------------------------


def _resumed(said: Said) -> Wish | None:
    return Wish(Kind.RESUME) if said.about is About.RESUME else None


def _zone(said: Said) -> Wish | None:
    named = _ZONE_NAME.search(said.text)
    if named:
        found = _ZONE_LOOKUP.get(named.group())
        return Wish(Kind.ZONE, zone=found) if found else unclear(Problem.ZONE_UNKNOWN, named.group())
    place = compiled(said.words.groups["zones"]).search(said.text)
    if place and said.has("zone_marks"):
        return Wish(Kind.ZONE, zone=said.words.key("zones", place.group()))
    return None


def _impossible(said: Said) -> Wish | None:
    wrongs = [clause for clause in said.clauses if isinstance(clause.thing, Wrong)]
    others = any(isinstance(clause.thing, (Day, Moment, Stretch, Weekdays, Rule)) and clause.meant for clause in said.clauses)
    for clause in wrongs:
        assert isinstance(clause.thing, Wrong)
        if clause.thing.problem is not Problem.PAST or not others:
            return unclear(clause.thing.problem, clause.words)
    return None


# --- nothing before a day ------------------------------------------------------------------------------------------------


def _not_before(said: Said) -> Wish | None:
    found = [day for clause in said.clauses if (day := _first_day(clause, said)) is not None]
    rules = any(isinstance(clause.thing, (Rule, MonthDays)) for clause in said.clauses)
    if not found or rules:
        return None
    at, part = said.time()
    return Wish(Kind.NOT_BEFORE, day=max(found), at=at, part=part, named_day=True)


def _first_day(clause: Clause, said: Said) -> date | None:
    """The first day on which one may write again, when the clause says so."""
    thing = clause.thing
    if isinstance(thing, Length):
        resting = clause.avoided or clause.closed or said.has("wait") or said.has("avoid")
        return thing.day if resting else None
    if isinstance(thing, Weekdays) and len(thing.days) == 1 and not thing.many and clause.role in (Role.UNTIL, Role.FROM, Role.AFTER):
        return _first_after(Day(days.on_weekday(min(thing.days), said.today).day), clause)
    if isinstance(thing, (Day, Stretch)):
        return _first_after(thing, clause) or _back_after(thing, clause, said)
    return None


def _first_after(thing: Day | Stretch, clause: Clause) -> date | None:
    starts_on = thing.day if isinstance(thing, Day) else thing.starts_on
    back_on = thing.day + _DAY if isinstance(thing, Day) else thing.back_on
    if clause.role is Role.FROM:
        return starts_on
    if clause.role in (Role.AFTER, Role.THROUGH):
        return back_on
    if clause.role is Role.UNTIL:
        return back_on if _counts_last_day(thing, clause) else starts_on
    if clause.role is Role.BEFORE and clause.avoided:
        return starts_on
    return None


def _counts_last_day(thing: Day | Stretch, clause: Clause) -> bool:
    """「10日まで休業」 and 「年末までいりません」 include that day; "closed until the 10th" opens on it."""
    japanese = re.search("[\u3040-\u30ff\u4e00-\u9fff]", clause.words) is not None
    ends_month = isinstance(thing, Day) and (thing.day + _DAY).day == 1
    return japanese and (clause.closed or (clause.avoided and ends_month))


def _back_after(thing: Day | Stretch, clause: Clause, said: Said) -> date | None:
    """A week or month that is running and does not suit; or one that is to be over first."""
    if not isinstance(thing, Stretch) or thing.yearly or thing.explicit:
        return thing.back_on if isinstance(thing, Stretch) and re.search("その後|そのあと|明け", said.text) else None
    over = re.search("その後|そのあと", said.text) is not None
    running = thing.first <= said.today <= thing.last and not clause.meant
    short = (thing.last - thing.first).days == 6 and not clause.meant
    return thing.back_on if over or running or short else None


# --- again and again -----------------------------------------------------------------------------------------------------


def _recurring(said: Said) -> Wish | None:
    rules = [clause.thing for clause in said.clauses if isinstance(clause.thing, Rule) and not (clause.avoided and _several_rules(said))]
    month_days = [clause.thing for clause in said.clauses if isinstance(clause.thing, MonthDays)]
    meant = [clause.thing for clause in said.clauses if isinstance(clause.thing, Weekdays) and clause.meant]
    if not rules and not month_days and not _habit_of_weekdays(said, meant):
        return None
    named = frozenset(day for each in meant for day in each.days)
    at, part = said.time()
    return Wish(Kind.RECURRING, rule=_rule_text(rules, month_days, named), at=at, part=part, day=_begin(said))


def _begin(said: Said) -> date | None:
    """The day from which a rule counts, where one is said (「来月からは週1」)."""
    for clause in said.clauses:
        if clause.role is Role.FROM and isinstance(clause.thing, (Day, Stretch)):
            return clause.thing.day if isinstance(clause.thing, Day) else clause.thing.starts_on
    return None


def _several_rules(said: Said) -> bool:
    return sum(isinstance(clause.thing, Rule) for clause in said.clauses) > 1


def _habit_of_weekdays(said: Said, meant: Sequence[Weekdays]) -> bool:
    """ "Fridays", 「月水金」, "from now on Thursday": days of the week as a habit, unless they only bound the hours."""
    if not meant or any(clause.only for clause in said.clauses if isinstance(clause.thing, Weekdays)):
        return False
    if said.marked("every"):
        return True
    grouped = any(each.days in (WORKING_WEEK, frozenset({5, 6})) or len(each.days) > 3 for each in meant if each.many)
    if grouped or said.about is About.ONCE:
        return False
    named = frozenset(day for each in meant for day in each.days)
    listed = any(len(each.days) > 1 for each in meant)
    plural_part = any(isinstance(clause.thing, Part) and clause.thing.many for clause in said.clauses)
    habitual = said.about is About.HABIT or said.marked("always") or listed
    return habitual or any(each.many for each in meant) or (plural_part and len(named) > 0)


def _rule_text(rules: Sequence[Rule], month_days: Sequence[MonthDays], named: frozenset[int]) -> str:
    """The rule in the notation of RFC 5545."""
    rule = next((each for each in reversed(rules) if each.by), rules[-1] if rules else Rule("MONTHLY" if month_days else "WEEKLY"))
    unit, every, by = rule.unit, rule.every, rule.by
    if month_days:
        unit, by = "MONTHLY", "BYMONTHDAY=" + ",".join(str(day) for day in month_days[-1].days)
    elif named and unit == "MONTHLY" and not by:
        by = "BYDAY=" + ",".join(f"1{RFC_DAYS[day]}" for day in sorted(named))
    elif named and unit in ("DAILY", "WEEKLY"):
        weekly = unit == "WEEKLY"
        unit, every, by = "WEEKLY", every if weekly else 1, "BYDAY=" + ",".join(RFC_DAYS[day] for day in sorted(named))
    parts = [f"FREQ={unit}", *([f"INTERVAL={every}"] if every > 1 else []), *([by] if by else [])]
    return ";".join(parts)


# --- seasons, hours, frequency -------------------------------------------------------------------------------------------


def _season(said: Said) -> Wish | None:
    if any(isinstance(clause.thing, (Day, Moment)) and clause.meant for clause in said.clauses):
        return None
    another = any(isinstance(clause.thing, Stretch) and clause.meant and not clause.thing.explicit for clause in said.clauses)
    for clause in said.clauses:
        thing = clause.thing
        if isinstance(thing, Stretch) and (not clause.meant or thing.explicit):
            yearly = thing.yearly or said.marked("yearly")
            if not yearly and not thing.explicit and thing.first <= said.today <= thing.last:
                return Wish(Kind.NOT_BEFORE, day=thing.back_on, named_day=True)
            return Wish(Kind.SEASON, day=max(thing.first, said.today) if not yearly else thing.first, until=thing.last, yearly=yearly)
        if isinstance(thing, Day) and not clause.meant and thing.named and not another:
            return Wish(Kind.SEASON, day=thing.day, until=thing.day, yearly=said.marked("yearly"))
    return None


def _hours(said: Said) -> Wish | None:
    if any(isinstance(clause.thing, (Day, Moment)) for clause in said.clauses):
        return None
    weekdays, closed = _weekdays(said)
    opens, closes = bounds_of(said.clauses, said.words)
    holidays = _holidays(said)
    if weekdays is None and opens is None and closes is None and holidays is None and (closed is None or _other_day_meant(said)):
        return None
    at, part = said.time()
    if opens is not None or closes is not None:
        return Wish(Kind.HOURS, opens=opens, closes=closes, weekdays=weekdays, closed=closed, holidays=holidays)
    return replace(_usual_time(at, part, said), weekdays=weekdays, closed=closed, holidays=holidays)


def _usual_time(at: time | None, part: str | None, said: Said) -> Wish:
    """A clock time from now on, or the hours of a part of the day."""
    if part is None:
        return Wish(Kind.HOURS, at=at)
    hours = said.words.parts[part]
    return Wish(Kind.HOURS, opens=hours.opens, closes=hours.closes, at=at, part=part)


def _days_off(said: Said) -> Wish | None:
    """「火曜定休なので送らないで」: days of the week, and nothing else, that fall away."""
    wish = _hours(said)
    return wish if wish is not None and wish.closed else None


def _other_day_meant(said: Said) -> bool:
    """ "Not Tuesday, make it Wednesday" is about one check-in."""
    single = [clause.thing for clause in said.clauses if isinstance(clause.thing, Weekdays) and clause.meant and not clause.thing.many]
    return any(len(each.days) == 1 for each in single)


def _weekdays(said: Said) -> tuple[frozenset[int] | None, frozenset[int] | None]:
    """The days of the week that remain, and those that fall away; a single weekday that is simply meant is neither."""
    kept: frozenset[int] = frozenset()
    closed: frozenset[int] = frozenset()
    for clause in said.clauses:
        if not isinstance(clause.thing, Weekdays):
            continue
        if not clause.meant:
            closed |= clause.thing.days
        elif clause.only or (clause.thing.many and len(clause.thing.days) > 1):
            kept |= clause.thing.days
    return kept or None, closed or None


def _holidays(said: Said) -> bool | None:
    """Whether public holidays are days off; None when nothing is said of them."""
    if said.has("all_week") and "無休" in said.text:
        return False
    clause = next((each for each in said.clauses if each.thing == Mark("public_holidays")), None)
    if clause is None:
        return None
    return not clause.meant or not said.has("open")


def _frequency(said: Said) -> Wish | None:
    if said.has("less"):
        return Wish(Kind.FREQUENCY, more=False)
    return Wish(Kind.FREQUENCY, more=True) if said.has("more") else None


def _stop_or_resume(said: Said) -> Wish | None:
    dated = (Day, Stretch, Moment, Weekdays, Clock, Part, Window)
    if said.has("season") or any(isinstance(clause.thing, dated) for clause in said.clauses):
        return None
    if said.has("resume"):
        return Wish(Kind.RESUME)
    return Wish(Kind.STOP) if said.has("stop") else None


# --- once ----------------------------------------------------------------------------------------------------------------


def _once(said: Said) -> Wish | None:
    day = _day(said)
    at, part = said.time()
    moment = next((clause.thing for clause in said.clauses if isinstance(clause.thing, Moment)), None)
    if moment is not None and moment.at is not None:
        return Wish(Kind.ONCE, day=moment.day, at=moment.at)
    if day is None and moment is not None:
        day = Day(moment.day)
    return _timed(day, at, part, said) if day is not None else None


def _timed(day: Day, at: time | None, part: str | None, said: Said) -> Wish:
    if at is not None and datetime.combine(day.day, at) <= said.now:
        ends = said.words.parts[part].closes if part else at
        if datetime.combine(day.day, ends) <= said.now:
            return unclear(Problem.PAST)
    return Wish(Kind.ONCE, day=day.day, at=at, part=part, named_day=day.named, other=day.other)


def _day(said: Said) -> Day | None:
    """The day that is meant: a date before a weekday, the last one said before others."""
    dated = [clause.thing for clause in said.clauses if isinstance(clause.thing, Day) and clause.meant]
    if dated:
        return dated[-1]
    weekdays = [clause.thing for clause in said.clauses if isinstance(clause.thing, Weekdays) and clause.meant]
    if weekdays:
        return days.on_weekday(min(weekdays[-1].days), said.today)
    lengths = [clause.thing for clause in said.clauses if isinstance(clause.thing, Length)]
    if lengths:
        return Day(lengths[-1].day, named=False)
    stretches = [clause.thing for clause in said.clauses if isinstance(clause.thing, Stretch) and clause.meant]
    return Day(stretches[-1].starts_on, named=False) if stretches else None


def _bare_time(said: Said) -> Wish | None:
    """A time without a day: a habit when the words say so, else the next such time."""
    at, part = said.time()
    if at is None:
        return None
    plural = any(isinstance(clause.thing, Part) and clause.thing.many for clause in said.clauses)
    only = any(clause.only for clause in said.clauses)
    habitual = plural or only or said.has("habit") or said.marked("always")
    habit = said.about is About.HABIT or (said.about is None and habitual)
    if habit:
        return _usual_time(at, part, said)
    passed = datetime.combine(said.today, at) <= said.now
    return Wish(Kind.ONCE, day=said.today + _DAY * passed, at=at, part=part)


_RULES: tuple[Callable[[Said], Wish | None], ...] = (
    *(_resumed, _zone, _impossible, _not_before, _recurring, _season, _hours, _once, _bare_time, _frequency, _stop_or_resume),
)
#: Whoever wants a pause says until when or on which days, or wants them to stop.
_RULES_OF_A_PAUSE = (_impossible, _not_before, _season, _days_off)

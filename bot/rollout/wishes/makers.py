"""What a match means: one small function for each shape that the patterns know."""

from __future__ import annotations

import re
from datetime import date, timedelta

from bot.rollout.wishes import days
from bot.rollout.wishes.finds import (
    Clock,
    Day,
    Length,
    Mark,
    Moment,
    MonthDays,
    Part,
    Rule,
    Stretch,
    Thing,
    Weekdays,
    Window,
    Wrong,
)
from bot.rollout.wishes.patterns import Maker, Seen
from bot.rollout.wishes.wish import Problem
from knowledge.patterns import compiled

RFC_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
WORKING_WEEK = frozenset(range(5))
ALL_WEEK = frozenset(range(7))
#: When a number of times in a week or month is wished without days.
_SPREAD = {
    ("WEEKLY", 2): "BYDAY=MO,TH",
    ("WEEKLY", 3): "BYDAY=MO,WE,FR",
    ("WEEKLY", 4): "BYDAY=MO,TU,TH,FR",
    ("WEEKLY", 5): "BYDAY=MO,TU,WE,TH,FR",
    ("MONTHLY", 2): "BYMONTHDAY=1,15",
    ("MONTHLY", 3): "BYMONTHDAY=1,11,21",
    ("MONTHLY", 4): "BYMONTHDAY=1,8,15,22",
}
_UNITS = {
    **dict.fromkeys(("日", "日間", "day", "days"), "DAILY"),
    **dict.fromkeys(("週", "週間", "week", "weeks", "wk", "wks"), "WEEKLY"),
    **dict.fromkeys(("月", "か月", "か月間", "month", "months"), "MONTHLY"),
    **dict.fromkeys(("年", "年間", "year", "years"), "YEARLY"),
}
_JAPANESE_DAYS = "月火水木金土日"


def mark(name: str) -> Maker:
    """A word that stands for itself."""
    return lambda seen: Mark(name)


def rule(unit: str, every: int = 1, by: str = "") -> Maker:
    """A recurrence that is said in one word."""
    return lambda seen: Rule(unit, every, by)


def month_of(seen: Seen) -> date:
    """The first day of the month that is named, by number, name or distance; this one by default."""
    if seen.has("m"):
        return days.next_month_named(max(1, min(12, seen.number("m"))), seen.today)
    if seen.has("month"):
        return days.next_month_named(int(seen.key("month")), seen.today)
    return days.month_away(seen.today, int(seen.key("away")) if seen.has("away") else 0)


def full_date(seen: Seen) -> Thing:
    """Year, month and day."""
    month = seen.number("m") if seen.has("m") else int(seen.key("month"))
    year = seen.number("y")
    return days.on_date(year + 2000 if year < 100 else year, month, seen.number("d"), seen.today)


def month_and_day(seen: Seen) -> Thing:
    """Month and day."""
    month = seen.number("m") if seen.has("m") else int(seen.key("month"))
    return days.on_month_day(month, seen.number("d"), seen.today)


def slashed(seen: Seen) -> Thing:
    """12/10, and 20/12 where there is no twentieth month."""
    first, second = seen.number("m"), seen.number("d")
    month, day = (second, first) if first > 12 else (first, second)
    if not seen.has("y"):
        return days.on_month_day(month, day, seen.today)
    year = seen.number("y")
    return days.on_date(year + 2000 if year < 100 else year, month, day, seen.today)


def day_of_named_month(seen: Seen) -> Thing:
    """「来月15日」 and "the 3rd of next month"."""
    first = month_of(seen)
    return days.on_date(first.year, first.month, seen.number("d"), seen.today)


def day_of_month(seen: Seen) -> Thing:
    """「15日」 and "the 15th"."""
    return days.on_day_of_month(seen.number("d"), seen.today)


def place_of_month(seen: Seen) -> Thing:
    """「来月の頭」 and "mid-January"; the start of no month in particular is next month's."""
    first, place = month_of(seen), seen.key("place")
    unnamed = not any(seen.has(name) for name in ("m", "month", "away"))
    return days.part_of_month(days.month_away(seen.today, 1) if unnamed and place == "start" else first, place, seen.today)


def place_of_week(seen: Seen) -> Thing:
    """「来週の半ば」 and "end of next week"."""
    return days.part_of_week(int(seen.key("week")) if seen.has("week") else 0, seen.key("place"), seen.today)


def nth_of_month(seen: Seen) -> Thing:
    """「来月の第1月曜」 and "first monday in january"."""
    nth = -1 if seen.has("last") else seen.number("nth")
    found = days.nth_weekday(month_of(seen), nth, int(seen.key("weekday")), seen.today)
    if found == Wrong(Problem.PAST) and not seen.has("away"):
        return found
    return found


def nth_rule(seen: Seen) -> Thing:
    """「第1・第3火曜」 and "second wednesday of every month"."""
    name = RFC_DAYS[int(seen.key("weekday"))]
    if seen.has("last"):
        return Rule("MONTHLY", by=f"BYDAY=-1{name}")
    numbers = [number for number in re.findall(r"\d+", seen.text("nths") or seen.text("nth")) if 1 <= int(number) <= 5]
    return Rule("MONTHLY", by="BYDAY=" + ",".join(f"{number}{name}" for number in numbers)) if numbers else Wrong(Problem.IMPOSSIBLE_DATE)


def month_day_list(seen: Seen) -> Thing:
    """「1日と15日」 and "the 1st and 15th"."""
    found = [int(number) for number in re.findall(r"\d+", seen.match.group())]
    return MonthDays(tuple(found)) if all(1 <= each <= 31 for each in found) else Wrong(Problem.IMPOSSIBLE_DATE)


def monthly_on(seen: Seen) -> Thing:
    """「毎月15日」."""
    return Rule("MONTHLY", by=f"BYMONTHDAY={seen.number('d')}") if 1 <= seen.number("d") <= 31 else Wrong(Problem.IMPOSSIBLE_DATE)


def weekday_of_week(seen: Seen) -> Thing:
    """「来週の火曜」."""
    return days.weekday_of_week(int(seen.key("weekday")), int(seen.key("week")), seen.today)


def next_weekday(seen: Seen) -> Thing:
    """ "next Friday": next week's, though some mean the nearest one."""
    weekday = int(seen.key("weekday"))
    nearest = days.on_weekday(weekday, seen.today).day
    found = days.weekday_of_week(weekday, 1, seen.today)
    return Day(found.day, other=nearest if nearest != found.day else None) if isinstance(found, Day) else found


def nearest_weekday(seen: Seen) -> Thing:
    """ "this Friday", 「今度の金曜」: the nearest one; the one after it is the other reading."""
    found = days.on_weekday(int(seen.key("weekday")), seen.today).day
    return Day(found, other=found + timedelta(days=7))


def weekday_and_a_week(seen: Seen) -> Thing:
    """ "Wednesday week"."""
    return Day(days.on_weekday(int(seen.key("weekday")), seen.today).day + timedelta(days=7))


def weekend_of_week(seen: Seen) -> Thing:
    """Saturday of a week."""
    return days.weekday_of_week(5, int(seen.key("week")) if seen.has("week") else 0, seen.today)


def weekdays(many: bool = False) -> Maker:
    """Days of the week by their words, one or several; a plural ("Fridays") is a habit."""

    def make(seen: Seen) -> Thing:
        words = compiled(seen.words.groups["weekdays"]).findall(seen.match.group())
        plural = any(word.endswith("days") for word in words)
        return Weekdays(frozenset(int(seen.words.key("weekdays", word)) for word in words), many or plural)

    return make


def weekday_range(seen: Seen) -> Thing:
    """「火曜から土曜」 and "Tuesday through Saturday"."""
    first, last = int(seen.key("weekday")), int(seen.key("weekday2"))
    return Weekdays(frozenset((first + n) % 7 for n in range((last - first) % 7 + 1)), many=True)


def letters(seen: Seen) -> Thing | None:
    """「月水金」: days of the week by single characters."""
    found = [character for character in seen.match.group() if character in _JAPANESE_DAYS]
    return Weekdays(frozenset(_JAPANESE_DAYS.index(each) for each in found)) if len(set(found)) == len(found) else None


def these_weekdays(found: frozenset[int]) -> Maker:
    """Weekdays, the weekend, the whole week."""
    return lambda seen: Weekdays(found, many=True)


def counted_day(seen: Seen) -> Thing:
    """Today, tomorrow, the day after."""
    return Day(seen.today + timedelta(days=int(seen.key("day"))), named=int(seen.key("day")) == 0)


def length_of(seen: Seen) -> Thing:
    """「3日後」, "in two weeks": a day counted from today."""
    return Day(later(seen), named=False) if _reachable(seen) else Wrong(Problem.TOO_FAR)


def plain_length(seen: Seen) -> Thing:
    """「二週間」, "5 days", not yet tied to anything."""
    return Length(later(seen)) if _reachable(seen) else Wrong(Problem.TOO_FAR)


def _reachable(seen: Seen) -> bool:
    longest = {"DAILY": 366, "WEEKLY": 52, "MONTHLY": 12, "YEARLY": 1}
    return seen.number("n") <= longest[_UNITS[seen.text("unit")]]


def later(seen: Seen) -> date:
    """The day that many days, weeks, months or years from today."""
    n, unit = seen.number("n"), _UNITS[seen.text("unit")]
    if unit in ("MONTHLY", "YEARLY"):
        return days.months_later(seen.today, n * (12 if unit == "YEARLY" else 1))
    return seen.today + timedelta(days=n * (7 if unit == "WEEKLY" else 1))


def moment_later(seen: Seen) -> Thing:
    """「1時間後」, "in 90 minutes"."""
    minutes = seen.number("n") * (1 if seen.text("unit")[0] in "分m" else 60) + (30 if seen.has("half") else 0)
    if minutes > 7 * 24 * 60:
        return Wrong(Problem.TOO_FAR)
    found = seen.now + timedelta(minutes=minutes)
    return Moment(found.date(), found.time().replace(second=0, microsecond=0))


def repeated(seen: Seen) -> Thing:
    """「2週間に1回」, "every 3 days": one check-in in so many days, weeks or months."""
    unit, n = _UNITS[seen.text("unit")], seen.number("n")
    if unit == "YEARLY":
        unit, n = "MONTHLY", 12 * n
    return Rule(unit, max(1, n)) if n <= 366 else Wrong(Problem.TOO_FAR)


def times_in(seen: Seen) -> Thing:
    """「週2回」, "twice a month": so many in one week or month."""
    unit = _UNITS[seen.text("unit")]
    said = seen.text("n")
    times = {"once": 1, "twice": 2}.get(said) or int(re.sub(r"\D", "", said))
    if unit == "YEARLY":
        return Rule("MONTHLY", max(1, 12 // max(1, times)))
    return Rule(unit if (unit, times) in _SPREAD or times == 1 else "DAILY", by=_SPREAD.get((unit, times), ""))


def clock(seen: Seen) -> Thing:
    """A clock time; a half of the day that is named makes it certain."""
    hour, minute = seen.number("h"), 30 if seen.has("half") else seen.number("min", 0)
    if hour > 24 or minute > 59:
        return Wrong(Problem.IMPOSSIBLE_TIME)
    if (seen.has("pm") or seen.has("pm2")) and hour < 12:
        return Clock(hour + 12, minute, certain=True)
    if (seen.has("am") or seen.has("am2")) and hour <= 12:
        return Clock(hour % 12, minute, certain=True)
    return Clock(hour % 24, minute, certain=hour > 12 or (seen.has("min") and len(seen.text("h")) == 2))


def fixed_clock(hour: int) -> Maker:
    """Noon and midnight."""
    return lambda seen: Clock(hour, 0, certain=True)


def window(seen: Seen) -> Thing | None:
    """From one clock time to another."""
    opens, closes = (int(seen.text(name)) for name in ("h", "h2"))
    minutes = [seen.number("min", 0), seen.number("min2", 0)]
    if max(opens, closes) > 24 or max(minutes) > 59:
        return Wrong(Problem.IMPOSSIBLE_TIME)
    half = {"am": 0, "pm": 12}.get(_half(seen, "2") or _half(seen, ""))
    first_half = {"am": 0, "pm": 12}.get(_half(seen, ""), half if half is not None and opens < closes else None)
    return Window(_in_half(opens, minutes[0], first_half), _in_half(closes, minutes[1], half))


def _half(seen: Seen, number: str) -> str:
    return next((name for name in ("am", "pm") if seen.has(name + number)), "")


def _in_half(hour: int, minute: int, half: int | None) -> Clock:
    if half is None or hour > 12:
        return Clock(hour % 24, minute, certain=hour > 12)
    return Clock(hour % 12 + half, minute, certain=True)


def part(seen: Seen) -> Thing:
    """A part of the day; a plural ("mornings") is a habit."""
    return Part(seen.key("part"), many=seen.text("part").endswith(("ings", "oons", "ghts")))


def tonight(seen: Seen) -> Thing:
    """「今夜」: today's evening."""
    return Moment(seen.today, part="evening")


def holiday(seen: Seen) -> Thing:
    """A time of the year that is a holiday."""
    return days.feast(seen.words.feasts[seen.key("holiday")], seen.today)


def feast_day(seen: Seen) -> Thing:
    """A single day of the year."""
    return Day(days.feast(seen.words.feasts[seen.key("feast")], seen.today).first)


def whole_week(seen: Seen) -> Thing:
    """「来週」."""
    return days.week(int(seen.key("week")), seen.today)


def whole_month(seen: Seen) -> Thing:
    """「12月」, 「来月」, "January"."""
    if seen.has("m") and not 1 <= seen.number("m") <= 12:
        return Wrong(Problem.IMPOSSIBLE_DATE)
    return days.month(month_of(seen), seen.today)


def months_together(seen: Seen) -> Thing:
    """「3月と4月」, "June and July"."""
    names = ("m", "m2") if seen.has("m") else ("month", "month2")
    first, last = (seen.number(name) if seen.has("m") else int(seen.key(name)) for name in names)
    if not (1 <= first <= 12 and 1 <= last <= 12):
        return Wrong(Problem.IMPOSSIBLE_DATE)
    begin = days.next_month_named(first, seen.today)
    end = days.month(begin.replace(year=begin.year + (last < first), month=last), seen.today).last
    return days.between(begin, end)


def weeks_of_month(seen: Seen) -> Thing:
    """ "the first two weeks of august"."""
    first = month_of(seen)
    return days.between(first, first + timedelta(days=7 * min(4, seen.number("n")) - 1))


def next_year(seen: Seen) -> Thing:
    """「来年」."""
    first = date(seen.today.year + int(seen.key("years")), 1, 1)
    return Stretch(first, first.replace(month=12, day=31), max(first, seen.today), first.replace(year=first.year + 1))


def after_new_year(seen: Seen) -> Thing:
    """「年明け」: the day on which firms are back."""
    return Stretch(*(days.feast(seen.words.feasts["new_year"], seen.today).back_on,) * 4)


def end_of_year(seen: Seen) -> Thing:
    """「年末」."""
    return Day(date(seen.today.year, 12, 31), named=False)


def january(seen: Seen) -> Thing:
    """「年明け4日」."""
    return days.on_date(seen.today.year + 1, 1, seen.number("d"), seen.today)


def days_from_to(seen: Seen) -> Thing | None:
    """ "7-18 December"."""
    month = int(seen.key("month"))
    found = [days.on_month_day(month, seen.number(name), seen.today) for name in ("d", "d2")]
    real = [each.day for each in found if isinstance(each, Day)]
    return days.between(real[0], real[1]) if len(real) == 2 else Wrong(Problem.IMPOSSIBLE_DATE)


def monthly_place(seen: Seen) -> Thing:
    """「毎月末」, "at the end of each month"."""
    return Rule("MONTHLY", by="BYMONTHDAY=" + {"start": "1", "middle": "15", "late": "21", "end": "-1"}[seen.key("place")])


def weekly(seen: Seen) -> Thing:
    """ "every 2nd Tuesday": the day of the week follows."""
    return Rule("WEEKLY", max(1, seen.number("n")))


def next_monday(seen: Seen) -> Thing:
    """「週明け」."""
    return days.on_weekday(0, seen.today)


def next_weekend(seen: Seen) -> Thing:
    """Saturday of next week."""
    return days.weekday_of_week(5, 1, seen.today)


def weekend(seen: Seen) -> Thing:
    """「週末」 is a day, 「土日」 and "weekends" are a habit."""
    return Weekdays(frozenset({5, 6}), many=seen.match.group() not in ("週末", "weekend"))


def weekday_beside_week(seen: Seen) -> Thing:
    """ "Friday next week", "next week on Friday"."""
    one = "" if seen.has("week") else "2"
    return days.weekday_of_week(int(seen.key("weekday" + one)), int(seen.key("week" + one)), seen.today)


def plain_length_or_day(seen: Seen) -> Thing:
    """「10日間」 is a length, 「10日」 a date."""
    return days.on_day_of_month(seen.number("n"), seen.today) if seen.text("unit") == "日" else plain_length(seen)


def wrong(problem: Problem) -> Maker:
    """A date that cannot be."""
    return lambda seen: Wrong(problem)



"""Dates from their parts, seen from the owner's today. A date that does not exist or lies behind is a `Wrong`, never an exception."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta

from bot.rollout.wishes.finds import Day, Stretch, Wrong
from bot.rollout.wishes.wish import Problem
from bot.rollout.wishes.words import Feast, MonthDay

#: Nobody plans a check-in further ahead.
FURTHEST = timedelta(days=366)
_DAY = timedelta(days=1)


def on_date(year: int, month: int, day: int, today: date) -> Day | Wrong:
    """The day with a year."""
    try:
        found = date(year, month, day)
    except ValueError:
        return Wrong(Problem.IMPOSSIBLE_DATE)
    return _ahead(found, today)


def _ahead(found: date, today: date) -> Day | Wrong:
    if found < today:
        return Wrong(Problem.PAST)
    return Wrong(Problem.TOO_FAR) if found > today + FURTHEST else Day(found)


def on_month_day(month: int, day: int, today: date) -> Day | Wrong:
    """The next such day of the year."""
    for year in (today.year, today.year + 1):
        found = on_date(year, month, day, today)
        if found != Wrong(Problem.PAST):
            leap_day = (month, day) == (2, 29)
            if isinstance(found, Day) or not leap_day or year > today.year:
                return found
    return Wrong(Problem.IMPOSSIBLE_DATE)


def on_day_of_month(day: int, today: date) -> Day | Wrong:
    """The next day with this number, in a month that has it."""
    if not 1 <= day <= 31:
        return Wrong(Problem.IMPOSSIBLE_DATE)
    for away in range(3):
        first = month_away(today, away)
        if day <= _length(first) and first.replace(day=day) >= today:
            return Day(first.replace(day=day))
    return Wrong(Problem.IMPOSSIBLE_DATE)


def on_weekday(weekday: int, today: date) -> Day:
    """The next such day of the week after today."""
    return Day(today + _DAY * ((weekday - today.weekday() - 1) % 7 + 1))


def weekday_of_week(weekday: int, weeks: int, today: date) -> Day | Wrong:
    """A day of the week `weeks` from this one; weeks begin on Monday."""
    return _ahead(today + _DAY * (7 * weeks - today.weekday() + weekday), today)


def nth_weekday(first: date, nth: int, weekday: int, today: date) -> Day | Wrong:
    """The `nth` (1-5, or -1 for the last) such weekday of the month that begins on `first`."""
    last = first.replace(day=_length(first))
    if nth == -1:
        return _ahead(last - _DAY * ((last.weekday() - weekday) % 7), today)
    found = first + _DAY * ((weekday - first.weekday()) % 7 + 7 * (nth - 1))
    return _ahead(found, today) if found <= last else Wrong(Problem.IMPOSSIBLE_DATE)


def month_away(today: date, months: int) -> date:
    """The first day of the month that many months from this one."""
    years, month = divmod(today.month - 1 + months, 12)
    return date(today.year + years, month + 1, 1)


def next_month_named(month: int, today: date) -> date:
    """The first day of the next month with this number; of the current one while it lasts."""
    return date(today.year + (month < today.month), month, 1)


def months_later(today: date, months: int) -> date:
    """The same day some months later, or the last one of a shorter month."""
    first = month_away(today, months)
    return first.replace(day=min(today.day, _length(first)))


def week(weeks: int, today: date) -> Stretch:
    """A whole week, Monday to Sunday."""
    monday = today + _DAY * (7 * weeks - today.weekday())
    return Stretch(monday, monday + _DAY * 6, max(monday, today), monday + _DAY * 7)


def month(first: date, today: date) -> Stretch:
    """A whole month."""
    last = first.replace(day=_length(first))
    return Stretch(first, last, max(first, today), last + _DAY)


def part_of_month(first: date, place: str, today: date) -> Day | Wrong:
    """Start, middle, late part or end of a month."""
    day = {"start": 1, "middle": 15, "late": 21, "end": _length(first)}[place]
    found = first.replace(day=day)
    return Day(today, named=False) if place == "start" and found < today <= first.replace(day=10) else _unnamed(_ahead(found, today))


def _unnamed(found: Day | Wrong) -> Day | Wrong:
    return Day(found.day, named=False) if isinstance(found, Day) else found


def part_of_week(weeks: int, place: str, today: date) -> Day | Wrong:
    """Monday, Wednesday or Friday of a week."""
    weekday = {"start": 0, "middle": 2, "late": 4, "end": 4}[place]
    return _unnamed(weekday_of_week(weekday, weeks, today))


def feast(found: Feast, today: date) -> Stretch:
    """The next time of the year that has not ended."""
    for year in (today.year - 1, today.year, today.year + 1):
        first = _in_year(found.first, year)
        last = _in_year(found.last, year + (found.last < found.first))
        if last >= today:
            back_on = _in_year(found.after, last.year)
            return Stretch(first, last, max(first, today), back_on, yearly=True)
    raise AssertionError("a time of the year comes every year")


def _in_year(day: MonthDay, year: int) -> date:
    return date(year, *day)


def between(first: date, last: date) -> Stretch:
    """From one day to another; a last day that lies before the first is meant a year later."""
    if last < first:
        last = months_later(last, 12)
    return Stretch(first, last, first, last + _DAY, explicit=True)


def _length(first: date) -> int:
    return monthrange(first.year, first.month)[1]

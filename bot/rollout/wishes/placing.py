"""From a wish for a day or time to the moment at which the owner is written to. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta

from bot.rollout.calendar import WorkingTime, add_business_days, local_time, next_open, to_utc
from bot.rollout.own_time import holding
from bot.rollout.wishes.wish import Wish

_DAY = timedelta(days=1)


def place(wish: Wish, now: datetime, working: WorkingTime, usual: time) -> datetime:
    """The moment, in UTC, for a wish with a day: after the aware moment `now` and within :func:`hours_for` the wish.

    A day off moves to the next business day; without a time of its own the wish means the `usual` one. Raises NoOpenDay when the firm
    never opens, ValueError for a wish without a day.
    """
    if wish.day is None:
        raise ValueError("only a wish with a day has a moment")
    hours = hours_for(wish, working)
    at = wish.at if wish.at is not None else usual
    moment = _open_at(wish.day, at, hours)
    # Said so late in the day that its time has passed: the next day, never the past.
    return moment if moment > now else _open_at(local_time(now, hours.time_zone).date() + _DAY, at, hours)


def _open_at(day: date, at: time, hours: WorkingTime) -> datetime:
    return next_open(to_utc(add_business_days(day, 0, hours), at, hours.time_zone), hours)


def hours_for(wish: Wish, working: WorkingTime) -> WorkingTime:
    """The working time, and besides what the owner named for this once: an hour outside it, a weekday that is usually off."""
    hours = working if wish.at is None else holding(working, wish.at)
    if wish.named_day and wish.day is not None:
        hours = replace(hours, weekdays=hours.weekdays | {wish.day.weekday()})
    return hours

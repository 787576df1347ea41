"""How an owner's own time is put into words: one line for each thing that was settled."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date, time

from bot.rollout.own_time import OwnTime, Season
from bot.rollout.wishes.makers import ALL_WEEK, RFC_DAYS, WORKING_WEEK
from dialogues.actions.base import Speaker
from knowledge.phrases import Phrases

_NTH = re.compile(r"(-?\d)(MO|TU|WE|TH|FR|SA|SU)")


class ScheduleLines:
    """Puts an owner's time into the speaker's language."""

    def __init__(self, speaker: Speaker, phrases: Phrases) -> None:
        self._speaker = speaker
        self._phrases = phrases

    def of(self, own: OwnTime, today: date, usual_zone: str) -> str:
        """Everything that is settled, line by line; the zone only where it is not the usual one."""
        return "\n".join(self._lines(own, today, usual_zone))

    def _lines(self, own: OwnTime, today: date, usual_zone: str) -> Iterator[str]:
        working, say = own.working(today), self._speaker.phrase
        yield say("time_how_often", rhythm=self._rhythm(own.rule), at=_clock(own.at))
        yield say("time_hours", days=self._days(working.weekdays), opens=_clock(working.opens), closes=_clock(working.closes))
        if working.country is not None or own.country == "":
            yield say("time_holidays" if working.country else "time_no_holidays")
        yield from (self._season(season) for season in own.seasons)
        if own.zone != usual_zone:
            yield say("time_zone", zone=own.zone)

    def _season(self, season: Season) -> str:
        return self._speaker.phrase(
            "time_yearly" if season.yearly else "time_season", starts=self._short(season.first), ends=self._short(season.last)
        )

    def _short(self, day: date) -> str:
        return self._phrases.short_day(day, self._speaker.language)

    def _days(self, weekdays: frozenset[int]) -> str:
        if weekdays in (ALL_WEEK, WORKING_WEEK):
            return self._speaker.phrase("every_day" if weekdays == ALL_WEEK else "working_days")
        return self._listed(self._weekday(day) for day in sorted(weekdays))

    def _weekday(self, day: int) -> str:
        return self._speaker.phrase("rhythm_weekday", weekday=self._name(day))

    def _name(self, day: int) -> str:
        return self._phrases.weekdays.get(self._speaker.language)[day]

    def _listed(self, items: Iterable[str]) -> str:
        return self._phrases.listed(items, self._speaker.language)

    def _rhythm(self, rule: str | None) -> str:
        if rule is None:
            return self._speaker.phrase("rhythm_phase")
        parts = dict(part.split("=", 1) for part in rule.split(";"))
        every = int(parts.get("INTERVAL", "1"))
        days = self._named_days(parts)
        return self._speaker.phrase(_rhythm_phrase(parts["FREQ"], every, bool(days)), n=every, days=days)

    def _named_days(self, parts: dict[str, str]) -> str:
        if "BYMONTHDAY" in parts:
            return self._listed(self._month_day(int(day)) for day in parts["BYMONTHDAY"].split(","))
        return self._listed(self._rule_day(day) for day in parts["BYDAY"].split(",")) if "BYDAY" in parts else ""

    def _month_day(self, day: int) -> str:
        return self._speaker.phrase("rhythm_last_day") if day < 0 else self._speaker.phrase("rhythm_day", day=day)

    def _rule_day(self, day: str) -> str:
        nth = _NTH.fullmatch(day)
        if nth is None:
            return self._weekday(RFC_DAYS.index(day))
        name = self._name(RFC_DAYS.index(nth[2]))
        if nth[1] == "-1":
            return self._speaker.phrase("rhythm_last", weekday=name)
        return self._speaker.phrase("rhythm_nth", nth=self._speaker.phrase(f"nth_{nth[1]}"), weekday=name)


def _clock(at: time) -> str:
    return f"{at.hour}:{at.minute:02d}"


def _rhythm_phrase(frequency: str, every: int, named: bool) -> str:
    """The phrase for a rule: by its unit, whether it is every one, and whether days are named."""
    one, several = {"DAILY": ("daily", "days"), "WEEKLY": ("weekly", "weeks"), "MONTHLY": ("monthly", "months")}[frequency]
    unit = one if every == 1 or (named and frequency == "MONTHLY") else several
    return f"rhythm_{unit}" + ("_on" if named and frequency != "DAILY" else "")

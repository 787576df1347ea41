from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.rollout.calendar import (
    NoOpenDay,
    WorkingTime,
    add_business_days,
    count_business_days,
    default_working_time,
    is_business_day,
    is_open,
    local_time,
    next_open,
    to_utc,
    valid_time_zone,
)
from tests.unit.rollout.working_times import EVERY_DAY, ZONES, make_working, moments, working_times

TOKYO = "Asia/Tokyo"
BERLIN = "Europe/Berlin"
LORD_HOWE = "Australia/Lord_Howe"
APIA = "Pacific/Apia"

MINUTE = timedelta(minutes=1)


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type,misc]


def at(zone: str, *parts: int, fold: int = 0) -> datetime:
    return datetime(*parts, tzinfo=ZoneInfo(zone), fold=fold)  # type: ignore[arg-type,misc]


# --- from the wall clock to UTC ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("zone", "day", "wall", "expected"),
    [
        pytest.param(TOKYO, date(2026, 11, 24), time(10), utc(2026, 11, 24, 1), id="Tokyo has no summer time"),
        pytest.param(BERLIN, date(2026, 3, 29), time(2, 30), utc(2026, 3, 29, 1, 30), id="gap of an hour: 02:30 becomes 03:30"),
        pytest.param(BERLIN, date(2026, 3, 29), time(3), utc(2026, 3, 29, 1), id="the first minute after the gap stays"),
        pytest.param(BERLIN, date(2026, 10, 25), time(2, 30), utc(2026, 10, 25, 0, 30), id="overlap of an hour: the first 02:30"),
        pytest.param(LORD_HOWE, date(2026, 10, 4), time(2, 15), utc(2026, 10, 3, 15, 45), id="gap of 30 minutes: 02:15 becomes 02:45"),
        pytest.param(LORD_HOWE, date(2026, 4, 5), time(1, 45), utc(2026, 4, 4, 14, 45), id="overlap of 30 minutes: the first 01:45"),
        pytest.param(APIA, date(2011, 12, 30), time(9), utc(2011, 12, 30, 19), id="gap of a day: 30 December becomes the 31st"),
        pytest.param("Africa/Casablanca", date(2026, 2, 15), time(2, 30), utc(2026, 2, 15, 1, 30), id="Ramadan's clock: the first 02:30"),
        pytest.param("America/Sao_Paulo", date(2018, 11, 4), time(0), utc(2018, 11, 4, 3), id="a day that begins at 01:00"),
    ],
)
def test_a_wall_clock_time_is_one_moment(zone: str, day: date, wall: time, expected: datetime) -> None:
    assert to_utc(day, wall, zone) == expected


def test_the_second_of_two_equal_times_is_meant_when_the_first_is_past() -> None:
    second = utc(2026, 10, 25, 1, 30)
    assert to_utc(date(2026, 10, 25), time(2, 30), BERLIN, not_before=utc(2026, 10, 25, 0, 31)) == second
    assert to_utc(date(2026, 10, 25), time(2, 30), BERLIN, not_before=second) == second


def test_the_first_of_two_equal_times_is_meant_when_both_are_past_or_still_to_come() -> None:
    first = utc(2026, 10, 25, 0, 30)
    assert to_utc(date(2026, 10, 25), time(2, 30), BERLIN, not_before=utc(2026, 10, 25, 3)) == first
    assert to_utc(date(2026, 10, 25), time(2, 30), BERLIN, not_before=first) == first


def test_the_second_of_two_times_half_an_hour_apart_is_meant_on_lord_howe() -> None:
    assert to_utc(date(2026, 4, 5), time(1, 45), LORD_HOWE, not_before=utc(2026, 4, 4, 14, 46)) == utc(2026, 4, 4, 15, 15)


@given(st.sampled_from(ZONES), st.dates(date(2000, 1, 1), date(2036, 12, 31)), st.times().map(lambda t: t.replace(microsecond=0)))
@example(APIA, date(2011, 12, 29), time(9))
@example(BERLIN, date(2026, 3, 28), time(2, 30))
@example(BERLIN, date(2026, 10, 24), time(2, 30))
@example(LORD_HOWE, date(2026, 10, 3), time(2, 15))
def test_the_same_time_on_the_next_day_is_later_but_for_a_day_that_does_not_exist(zone: str, day: date, wall: time) -> None:
    today, tomorrow = to_utc(day, wall, zone), to_utc(day + timedelta(days=1), wall, zone)
    assert today < tomorrow or (zone == APIA and day == date(2011, 12, 30) and today == tomorrow)


# --- zones and countries ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["Asia/Tokyo", "UTC", "Asia/Calcutta", "America/Argentina/Ushuaia", "Etc/GMT-9"])
def test_names_of_the_zone_database_are_valid(name: str) -> None:
    assert valid_time_zone(name)


@pytest.mark.parametrize(
    "name", ["", "Tokyo", "asia/tokyo", "Asia", "../etc/passwd", "/etc/localtime", "localtime", "Factory", "JST", "UTC\0"]
)
def test_other_names_are_not_valid_zones(name: str) -> None:
    assert not valid_time_zone(name)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"zone": "Asia/Tokio"}, "Asia/Tokio"),
        ({"country": "XX"}, "XX"),
        ({"weekdays": frozenset({7})}, "Monday"),
        ({"opens": time(9, tzinfo=UTC)}, "no time zone"),
    ],
)
def test_working_time_that_means_nothing_is_refused(change: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make_working(**change)  # type: ignore[arg-type]


def test_a_firm_that_told_nothing_works_nine_to_six_on_weekdays() -> None:
    working = default_working_time(TOKYO, "JP")
    assert (working.opens, working.closes, working.weekdays) == (time(9), time(18), frozenset(range(5)))
    assert default_working_time("UTC", None).country is None


# --- business days ----------------------------------------------------------------------------------------------------------


def test_golden_week_is_closed_in_japan_with_its_substitute_holiday() -> None:
    working = default_working_time(TOKYO, "JP")
    week = [date(2026, 4, 29) + timedelta(days=n) for n in range(9)]
    assert [day.day for day in week if is_business_day(day, working)] == [30, 1, 7]


def test_of_japans_new_year_only_the_first_of_january_is_a_public_holiday() -> None:
    working = default_working_time(TOKYO, "JP")
    days = [date(2025, 12, 29) + timedelta(days=n) for n in range(8)]
    assert [day.day for day in days if is_business_day(day, working)] == [29, 30, 31, 2, 5]


def test_the_firms_own_closed_dates_cover_the_new_year_holiday() -> None:
    closed = frozenset(date(2025, 12, 29) + timedelta(days=n) for n in range(6))
    working = make_working(country="JP", closed_dates=closed)
    assert next_open(at(TOKYO, 2025, 12, 26, 18), working) == at(TOKYO, 2026, 1, 5, 9)


def test_a_firm_without_a_country_works_on_public_holidays() -> None:
    assert is_business_day(date(2026, 5, 4), default_working_time(TOKYO, None))


def test_a_country_brings_its_own_public_holidays() -> None:
    assert is_business_day(date(2026, 5, 4), default_working_time(BERLIN, "DE"))
    assert not is_business_day(date(2026, 12, 25), default_working_time(BERLIN, "DE"))


def test_a_day_that_the_zone_does_not_have_is_no_business_day() -> None:
    friday = date(2011, 12, 30)
    assert not is_business_day(friday, make_working(zone=APIA))
    assert is_business_day(friday, make_working(zone="Pacific/Pago_Pago"))


@pytest.mark.parametrize(
    ("start", "n", "expected"),
    [
        pytest.param(date(2026, 5, 1), 1, date(2026, 5, 7), id="over golden week"),
        pytest.param(date(2026, 5, 7), -1, date(2026, 5, 1), id="and back"),
        pytest.param(date(2026, 5, 7), 0, date(2026, 5, 7), id="none from a business day stays"),
        pytest.param(date(2026, 5, 3), 0, date(2026, 5, 7), id="none from a holiday moves forward"),
        pytest.param(date(2026, 5, 3), 1, date(2026, 5, 7), id="one from a holiday is the next business day"),
        pytest.param(date(2026, 11, 20), 5, date(2026, 11, 30), id="over a weekend and Labour Thanksgiving Day"),
    ],
)
def test_business_days_are_counted_without_days_off(start: date, n: int, expected: date) -> None:
    assert add_business_days(start, n, default_working_time(TOKYO, "JP")) == expected


def test_a_calendar_without_business_days_is_an_error_not_an_endless_search() -> None:
    working = make_working(weekdays=frozenset())
    with pytest.raises(NoOpenDay, match="closed dates"):
        add_business_days(date(2026, 1, 1), 1, working)
    with pytest.raises(NoOpenDay) as raised:
        next_open(utc(2026, 1, 1), working)
    assert raised.value.near == date(2026, 1, 1)


@given(working_times(), st.dates(date(2010, 1, 1), date(2030, 12, 31)), st.integers(1, 30))
def test_counting_business_days_undoes_adding_them(working: WorkingTime, day: date, n: int) -> None:
    later = add_business_days(day, n, working)
    assert is_business_day(later, working)
    assert count_business_days(day, later, working) == n
    assert count_business_days(later, day, working) == 0


# --- opening hours ----------------------------------------------------------------------------------------------------------


def test_the_opening_time_is_open_and_the_closing_time_is_not() -> None:
    working = make_working()
    tuesday = date(2026, 11, 24)
    opens, closes = to_utc(tuesday, time(9), TOKYO), to_utc(tuesday, time(18), TOKYO)
    seconds = [opens - timedelta(seconds=1), opens, closes - timedelta(seconds=1), closes]
    assert [is_open(moment, working) for moment in seconds] == [False, True, True, False]


def test_a_window_that_wraps_midnight_belongs_to_the_day_on_which_it_opens() -> None:
    working = make_working(opens=time(22), closes=time(2))
    assert is_open(at(TOKYO, 2026, 11, 28, 1, 59), working)  # Friday's window, on Saturday
    assert not is_open(at(TOKYO, 2026, 11, 28, 2), working)
    assert not is_open(at(TOKYO, 2026, 11, 28, 23), working)
    assert not is_open(at(TOKYO, 2026, 11, 30, 1), working)  # Sunday's window would be open on Monday
    assert next_open(at(TOKYO, 2026, 11, 28, 2), working) == at(TOKYO, 2026, 11, 30, 22)


def test_a_window_may_close_at_midnight() -> None:
    working = make_working(closes=time(0))
    assert is_open(at(TOKYO, 2026, 11, 24, 23, 59), working)
    assert not is_open(at(TOKYO, 2026, 11, 25, 0), working)


def test_equal_times_mean_round_the_clock() -> None:
    working = make_working(opens=time(0), closes=time(0))
    assert is_open(at(TOKYO, 2026, 11, 24, 3), working)
    assert not is_open(at(TOKYO, 2026, 11, 29, 3), working)  # a Sunday


def test_a_closed_firm_opens_after_the_weekend_and_the_holiday() -> None:
    working = default_working_time(TOKYO, "JP")
    assert next_open(at(TOKYO, 2026, 11, 20, 18), working) == at(TOKYO, 2026, 11, 24, 9)


def test_a_moment_inside_the_window_stays_and_is_given_in_utc() -> None:
    moment = next_open(at(TOKYO, 2026, 11, 24, 11, 11), make_working())
    assert moment == utc(2026, 11, 24, 2, 11)
    assert moment.tzinfo is UTC


def test_a_naive_moment_is_refused() -> None:
    naive = datetime(2026, 11, 24, 9)  # noqa: DTZ001 - the mistake under test
    for function in (is_open, next_open):
        with pytest.raises(ValueError, match="time zone"):
            function(naive, make_working())


def test_a_window_inside_the_skipped_hour_opens_an_hour_later() -> None:
    working = make_working(zone=BERLIN, opens=time(2, 10), closes=time(2, 50), weekdays=EVERY_DAY)
    assert next_open(at(BERLIN, 2026, 3, 29, 0), working) == utc(2026, 3, 29, 1, 10)  # 03:10
    assert not is_open(utc(2026, 3, 29, 1, 50), working)


def test_a_window_that_the_clock_skips_altogether_is_closed_that_day() -> None:
    working = make_working(zone=BERLIN, opens=time(2, 30), closes=time(3, 10), weekdays=EVERY_DAY)
    assert next_open(at(BERLIN, 2026, 3, 29, 0), working) == utc(2026, 3, 30, 0, 30)


def test_a_window_that_opens_in_the_repeated_hour_opens_once_and_stays_open() -> None:
    working = make_working(zone=BERLIN, opens=time(2, 30), closes=time(9), weekdays=EVERY_DAY)
    assert next_open(at(BERLIN, 2026, 10, 25, 0), working) == utc(2026, 10, 25, 0, 30)
    assert is_open(at(BERLIN, 2026, 10, 25, 2, 15, fold=1), working)


def test_a_window_that_closes_in_the_repeated_hour_does_not_open_again() -> None:
    working = make_working(zone=BERLIN, opens=time(0), closes=time(2, 30), weekdays=EVERY_DAY)
    assert not is_open(at(BERLIN, 2026, 10, 25, 2, 15, fold=1), working)


def test_half_an_hour_more_or_less_on_lord_howe_moves_the_window_by_as_much() -> None:
    working = make_working(zone=LORD_HOWE, opens=time(2, 15), closes=time(9), weekdays=EVERY_DAY)
    assert next_open(utc(2026, 10, 3, 14), working) == utc(2026, 10, 3, 15, 45)
    assert next_open(utc(2026, 10, 4, 1), working) == utc(2026, 10, 4, 15, 15)


def test_samoas_missing_day_is_passed_over() -> None:
    working = make_working(zone=APIA, weekdays=EVERY_DAY)
    assert next_open(at(APIA, 2011, 12, 29, 18), working) == at(APIA, 2011, 12, 31, 9)
    weekdays_only = make_working(zone=APIA)
    assert next_open(at(APIA, 2011, 12, 29, 18), weekdays_only) == at(APIA, 2012, 1, 2, 9)


def test_a_night_that_runs_into_samoas_missing_day_still_ends() -> None:
    working = make_working(zone=APIA, opens=time(22), closes=time(2), weekdays=EVERY_DAY)
    assert is_open(at(APIA, 2011, 12, 31, 1), working)
    assert not is_open(at(APIA, 2011, 12, 31, 2), working)


@given(moments(), working_times())
@example(utc(2011, 12, 30, 9), make_working(zone=APIA))
@example(utc(2026, 3, 29, 0, 59), make_working(zone=BERLIN, opens=time(2, 30), closes=time(3, 30), weekdays=frozenset({6})))
@example(utc(2026, 10, 25, 0, 15), make_working(zone=BERLIN, opens=time(2, 30), closes=time(2, 40), weekdays=frozenset({6})))
def test_the_next_open_moment_is_open_not_earlier_and_the_first_such(moment: datetime, working: WorkingTime) -> None:
    found = next_open(moment, working)
    assert found >= moment
    assert is_open(found, working)
    assert next_open(found, working) == found
    if found > moment:
        assert not is_open(moment, working)
        assert not is_open(found - timedelta(microseconds=1), working)
        between = [moment + (found - moment) * n / 97 for n in range(97)]
        assert not any(is_open(each, working) for each in between)


@given(moments(), st.sampled_from([*ZONES, "Antarctica/Troll"]), st.times(), st.times())
def test_no_minute_before_the_next_open_one_is_open(moment: datetime, zone: str, opens: time, closes: time) -> None:
    working = make_working(zone=zone, opens=opens.replace(second=0, microsecond=0), closes=closes.replace(second=0, microsecond=0))
    start = moment.replace(second=0, microsecond=0)
    first = next((start + MINUTE * n for n in range(240) if is_open(start + MINUTE * n, working)), None)
    found = next_open(start, working)
    assert found == first if first is not None else found >= start + MINUTE * 240


@given(moments(), working_times())
def test_an_open_moment_shows_a_wall_clock_inside_the_window_when_the_clock_does_not_change(moment: datetime, working: WorkingTime) -> None:
    found = next_open(moment, working)
    offsets = {(found + timedelta(hours=n)).astimezone(ZoneInfo(working.time_zone)).utcoffset() for n in range(-48, 49, 6)}
    wall, opens, closes = local_time(found, working.time_zone).time(), working.opens, working.closes
    inside = opens <= wall < closes if opens < closes else (wall >= opens or wall < closes)
    assert inside or len(offsets) > 1

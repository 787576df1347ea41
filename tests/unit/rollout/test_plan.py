from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from bot.rollout.calendar import WorkingTime, count_business_days, default_working_time, is_business_day, is_open, local_time, to_utc
from bot.rollout.phases import Days, Phase, Rhythm, Taps
from bot.rollout.plan import (
    DateInPast,
    MoveRefused,
    OutOfOrder,
    PlannedPhase,
    checkins_for,
    current_phase,
    make_plan,
    move_phase,
    replan,
    scaled_days,
    snooze,
)
from knowledge.content import Text, Texts
from tests.unit.rollout.working_times import EVERY_DAY, make_working, whole_minutes, working_times

TOKYO = "Asia/Tokyo"
JAPAN = default_working_time(TOKYO, "JP")
WEEKDAYS = make_working()

SIZES = ("1", "2-5", "6-20", "21-100", "101+")
LENGTHS = ((7, 14, 21), (5, 7, 14), (21, 28, 42), (28, 35, 56), (14, 21, 35), (28, 42, 70), (84, 84, 112), (60, 90, 180))


def make_phase(
    number: int = 1, days: tuple[int, int, int] = (7, 14, 21), first: tuple[int, ...] = (2, 7), every: int | None = None
) -> Phase:
    words, steps = Text("語", "word"), Texts(("語",) * 3, ("word",) * 3)
    rhythm = Rhythm(first, every)
    taps = Taps(words, words, words)
    return Phase(number, "phase/pilot", words, words, Days(*days), steps, words, rhythm, words, words, taps, words, words, None, ())


PHASES = tuple(make_phase(number, days) for number, days in enumerate(LENGTHS, start=1))


def make_planned(starts_on: date, days: int, number: int = 1) -> PlannedPhase:
    return PlannedPhase(number, starts_on, starts_on + timedelta(days=days))


def phases() -> st.SearchStrategy[Phase]:
    return st.lists(st.integers(1, 60), min_size=3, max_size=3).map(sorted).flatmap(_phases_of_length)


def _phases_of_length(lengths: list[int]) -> st.SearchStrategy[Phase]:
    shortest, usual, longest = lengths
    first = st.sets(st.integers(1, usual), min_size=1, max_size=3).map(lambda n: tuple(sorted(n)))
    return st.builds(make_phase, st.integers(1, 8), st.just((shortest, usual, longest)), first, st.none() | st.integers(1, 30))


STARTS = st.dates(date(2010, 1, 1), date(2030, 12, 31))


def is_in_order(plan: tuple[PlannedPhase, ...]) -> bool:
    return all(phase.starts_on <= phase.ends_on for phase in plan) and all(a.ends_on < b.starts_on for a, b in pairwise(plan))


def business_lengths(plan: tuple[PlannedPhase, ...], working: WorkingTime) -> list[int]:
    return [count_business_days(phase.starts_on, phase.ends_on, working) for phase in plan]


# --- making a plan ----------------------------------------------------------------------------------------------------------


def test_a_plan_starts_on_the_first_business_day_and_goes_on_without_a_pause() -> None:
    plan = make_plan(PHASES, date(2026, 11, 21), "6-20", 3, JAPAN)  # a Saturday; Monday is a public holiday
    assert plan[:3] == (
        PlannedPhase(1, date(2026, 11, 24), date(2026, 12, 8)),
        PlannedPhase(2, date(2026, 12, 9), date(2026, 12, 16)),
        PlannedPhase(3, date(2026, 12, 17), date(2027, 1, 14)),
    )


def test_a_phase_that_would_end_in_golden_week_ends_after_it() -> None:
    [phase] = make_plan([make_phase(days=(7, 7, 7))], date(2026, 4, 27), "6-20", 3, JAPAN)
    assert phase.ends_on == date(2026, 5, 7)


@pytest.mark.parametrize(
    ("size", "level", "days"),
    [
        ("1", 3, 7),
        ("2-5", 3, 11),
        ("6-20", 3, 14),
        ("21-100", 3, 18),
        ("101+", 3, 21),
        ("1", 1, 9),
        ("1", 5, 7),
        ("6-20", 1, 16),
        ("6-20", 2, 16),
        ("6-20", 4, 12),
        ("101+", 1, 21),
        (None, None, 14),
        (None, 2, 16),
        ("101+", None, 21),
    ],
)
def test_small_and_experienced_firms_take_less_time(size: str | None, level: int | None, days: int) -> None:
    [phase] = make_plan([make_phase(days=(7, 14, 21))], date(2026, 6, 1), size, level, make_working(weekdays=EVERY_DAY))
    assert (phase.ends_on - phase.starts_on).days == days


@pytest.mark.parametrize(("size", "level"), [("7", 3), ("", 3), ("6-20", 0), ("6-20", 6)])
def test_an_unknown_size_or_level_is_refused(size: str, level: int) -> None:
    with pytest.raises(ValueError, match="unknown"):
        make_plan(PHASES, date(2026, 6, 1), size, level, WEEKDAYS)


def test_lengths_never_leave_their_bounds_and_grow_with_the_quarters() -> None:
    for shortest, usual, longest in LENGTHS:
        lengths = [scaled_days(Days(shortest, usual, longest), quarters) for quarters in range(-4, 5)]
        assert lengths == sorted(lengths)
        assert (lengths[0], lengths[4], lengths[8]) == (shortest, usual, longest)


@given(st.lists(phases(), min_size=1, max_size=8), STARTS, st.sampled_from(SIZES), st.integers(1, 5), working_times())
def test_phases_are_in_order_on_business_days_and_follow_each_other(
    content: list[Phase], start: date, size: str, level: int, working: WorkingTime
) -> None:
    plan = make_plan(content, start, size, level, working)
    assert is_in_order(plan)
    assert plan[0].starts_on >= start
    assert all(is_business_day(day, working) for phase in plan for day in (phase.starts_on, phase.ends_on))
    assert all(count_business_days(a.ends_on, b.starts_on, working) == 1 for a, b in pairwise(plan))
    assert all((planned.ends_on - planned.starts_on).days >= phase.days.min for phase, planned in zip(content, plan, strict=True))


# --- check-ins --------------------------------------------------------------------------------------------------------------


def test_checkins_follow_the_rhythm_to_the_last_day() -> None:
    phase = make_phase(4, first=(7,), every=7)
    checkins = checkins_for(phase, make_planned(date(2026, 6, 1), 28, number=4), WEEKDAYS)
    assert [(c.phase, c.occurrence, c.due_local.date().isoformat()) for c in checkins] == [
        (4, 0, "2026-06-08"),
        (4, 1, "2026-06-15"),
        (4, 2, "2026-06-22"),
        (4, 3, "2026-06-29"),
    ]


def test_a_checkin_keeps_its_wall_clock_time_and_its_moment() -> None:
    [first, _] = checkins_for(make_phase(), make_planned(date(2026, 6, 1), 14), WEEKDAYS, at=time(16, 30))
    assert first.due_local == datetime(2026, 6, 3, 16, 30)  # noqa: DTZ001 - the wall clock, on purpose
    assert first.due_at == datetime(2026, 6, 3, 7, 30, tzinfo=UTC)
    assert first.due_at.tzinfo is UTC


def test_a_checkin_on_a_day_off_comes_on_the_next_business_day_at_the_same_hour() -> None:
    checkins = checkins_for(make_phase(first=(3,)), make_planned(date(2026, 4, 30), 14), JAPAN, at=time(16))
    assert [c.due_local for c in checkins] == [datetime(2026, 5, 7, 16)]  # noqa: DTZ001


def test_an_hour_outside_the_opening_hours_waits_for_the_opening() -> None:
    checkins = checkins_for(make_phase(first=(2, 7)), make_planned(date(2026, 6, 1), 14), WEEKDAYS, at=time(20))
    assert [c.due_local for c in checkins] == [datetime(2026, 6, 4, 9), datetime(2026, 6, 9, 9)]  # noqa: DTZ001


def test_two_checkins_that_would_meet_on_one_day_become_one_and_numbers_stay_with_their_places() -> None:
    phase = make_phase(first=(5, 6, 7), every=7)  # Saturday, Sunday, Monday
    checkins = checkins_for(phase, make_planned(date(2026, 6, 1), 14), WEEKDAYS)
    assert [(c.occurrence, c.due_local.day) for c in checkins] == [(0, 8), (3, 15)]


def test_a_phase_that_is_shorter_than_its_rhythm_is_asked_about_on_its_last_day() -> None:
    [only] = checkins_for(make_phase(first=(90,), every=90), make_planned(date(2026, 6, 1), 30), WEEKDAYS)
    assert only.due_local.date() == date(2026, 7, 1)


def test_a_phase_of_one_day_has_one_checkin() -> None:
    assert len(checkins_for(make_phase(first=(1,), every=1), make_planned(date(2026, 6, 1), 0), WEEKDAYS)) == 1


def test_a_moved_phase_that_lost_a_day_keeps_its_last_reading() -> None:
    checkins = checkins_for(make_phase(7, first=(28,), every=28), make_planned(date(2026, 6, 2), 83), WEEKDAYS)
    assert [c.due_local.date() for c in checkins] == [date(2026, 6, 30), date(2026, 7, 28), date(2026, 8, 24)]


def test_less_than_half_a_turn_before_the_end_nothing_more_is_asked() -> None:
    checkins = checkins_for(make_phase(first=(7,), every=7), make_planned(date(2026, 6, 1), 17), WEEKDAYS)
    assert [c.due_local.day for c in checkins] == [8, 15]


def test_owners_are_spread_over_the_minutes_that_they_are_given() -> None:
    checkins = checkins_for(make_phase(), make_planned(date(2026, 6, 1), 14), WEEKDAYS, spread_minutes=44)
    assert {c.due_local.time() for c in checkins} == {time(10, 44)}


def test_spreading_never_leaves_the_opening_hours() -> None:
    checkins = checkins_for(make_phase(), make_planned(date(2026, 6, 1), 14), WEEKDAYS, at=time(17, 30), spread_minutes=44)
    assert {c.due_local.time() for c in checkins} == {time(17, 30)}


def test_a_negative_spread_is_refused() -> None:
    with pytest.raises(ValueError, match="spread"):
        checkins_for(make_phase(), make_planned(date(2026, 6, 1), 14), WEEKDAYS, spread_minutes=-1)


@pytest.mark.parametrize(
    ("zone", "sunday", "wall", "expected"),
    [
        pytest.param("Europe/Berlin", date(2026, 3, 29), time(2, 30), ["03-28 01:30", "03-29 01:30", "03-30 00:30"], id="Berlin, gap"),
        pytest.param("Europe/Berlin", date(2026, 10, 25), time(2, 30), ["10-24 00:30", "10-25 00:30", "10-26 01:30"], id="Berlin, overlap"),
        pytest.param(
            "Australia/Lord_Howe", date(2026, 10, 4), time(2, 15), ["10-02 15:45", "10-03 15:45", "10-04 15:15"], id="Lord Howe, gap"
        ),
        pytest.param(
            "Australia/Lord_Howe", date(2026, 4, 5), time(1, 45), ["04-03 14:45", "04-04 14:45", "04-05 15:15"], id="Lord Howe, overlap"
        ),
        pytest.param(
            "Africa/Casablanca", date(2026, 3, 22), time(2, 30), ["03-21 02:30", "03-22 02:30", "03-23 01:30"], id="Casablanca, gap"
        ),
        pytest.param(
            "Africa/Casablanca", date(2026, 2, 15), time(2, 30), ["02-14 01:30", "02-15 01:30", "02-16 02:30"], id="Casablanca, overlap"
        ),
        pytest.param("Pacific/Apia", date(2011, 12, 30), time(9), ["12-29 19:00", "12-30 19:00"], id="Apia, no 30 December"),
    ],
)
def test_a_daily_checkin_comes_once_a_day_when_the_clock_changes(zone: str, sunday: date, wall: time, expected: list[str]) -> None:
    working = make_working(zone=zone, opens=time(0), closes=time(0), weekdays=EVERY_DAY)
    planned = make_planned(sunday - timedelta(days=2), 3)
    checkins = checkins_for(make_phase(first=(1, 2, 3)), planned, working, at=wall)
    assert [f"{c.due_at:%m-%d %H:%M}" for c in checkins] == expected


@given(phases(), STARTS, working_times(), whole_minutes(), st.integers(0, 45))
@example(make_phase(first=(1,), every=1), date(2011, 12, 28), make_working(zone="Pacific/Apia"), time(9), 0)
@example(make_phase(first=(1,), every=1), date(2026, 10, 24), make_working("Europe/Berlin", time(1), time(4), EVERY_DAY), time(2, 50), 20)
def test_checkins_increase_day_by_day_inside_the_opening_hours(
    phase: Phase, start: date, working: WorkingTime, at: time, spread: int
) -> None:
    [planned] = make_plan([phase], start, "6-20", 3, working)
    checkins = checkins_for(phase, planned, working, at, spread)
    assert checkins
    assert all(is_open(c.due_at, working) for c in checkins)
    assert all(a.due_at < b.due_at and a.due_local.date() < b.due_local.date() for a, b in pairwise(checkins))
    assert all(a.occurrence < b.occurrence for a, b in pairwise(checkins))
    assert checkins[0].due_local.date() > planned.starts_on
    for c in checkins:
        assert c.due_local == local_time(c.due_at, working.time_zone)
        assert c.due_at == to_utc(c.due_local.date(), c.due_local.time(), working.time_zone)


@given(phases(), STARTS, st.integers(9 * 60, 17 * 60))
def test_checkins_inside_office_hours_lie_within_their_phase_at_the_chosen_time(phase: Phase, start: date, minute: int) -> None:
    [planned] = make_plan([phase], start, "6-20", 3, JAPAN)
    at = time(minute // 60, minute % 60)
    checkins = checkins_for(phase, planned, JAPAN, at)
    assert all(c.due_local.time() == at and planned.starts_on < c.due_local.date() <= planned.ends_on for c in checkins)


# --- a phase is done --------------------------------------------------------------------------------------------------------


def test_when_a_phase_is_done_early_the_rest_moves_forward_and_keeps_its_lengths() -> None:
    plan = make_plan(PHASES, date(2026, 6, 1), "6-20", 3, WEEKDAYS)
    changed = replan(plan, 1, date(2026, 6, 5), WEEKDAYS)  # a Friday, ten days early
    assert changed[0] == PlannedPhase(1, date(2026, 6, 1), date(2026, 6, 5))
    assert changed[1].starts_on == date(2026, 6, 8)
    assert business_lengths(changed[1:], WEEKDAYS) == business_lengths(plan[1:], WEEKDAYS)
    assert all(after.starts_on < before.starts_on for before, after in zip(plan[1:], changed[1:], strict=True))


def test_when_a_phase_is_done_late_the_rest_moves_back() -> None:
    plan = make_plan(PHASES, date(2026, 6, 1), "6-20", 3, WEEKDAYS)
    changed = replan(plan, 2, date(2026, 7, 11), WEEKDAYS)  # a Saturday
    assert changed[0] == plan[0]
    assert changed[1] == PlannedPhase(2, plan[1].starts_on, date(2026, 7, 11))
    assert changed[2].starts_on == date(2026, 7, 13)


def test_a_phase_done_before_it_began_takes_the_earlier_ones_with_it() -> None:
    plan = make_plan(PHASES, date(2026, 6, 1), "6-20", 3, WEEKDAYS)
    changed = replan(plan, 3, date(2026, 6, 3), WEEKDAYS)
    assert changed[0] == PlannedPhase(1, date(2026, 6, 1), date(2026, 6, 3))
    assert changed[1] == PlannedPhase(2, date(2026, 6, 3), date(2026, 6, 3))
    assert changed[2] == PlannedPhase(3, date(2026, 6, 3), date(2026, 6, 3))
    assert changed[3].starts_on == date(2026, 6, 4)


def test_dates_that_became_days_off_after_planning_keep_the_order() -> None:
    plan = make_plan(PHASES, date(2026, 6, 1), "6-20", 3, WEEKDAYS)
    closed = make_working(closed_dates=frozenset({day for phase in plan for day in (phase.starts_on, phase.ends_on)}))
    changed = replan(plan, 1, plan[0].ends_on, closed)
    assert is_in_order(changed)
    assert all(is_business_day(day, closed) for phase in changed[1:] for day in (phase.starts_on, phase.ends_on))


def test_when_the_last_phase_is_done_only_its_end_changes() -> None:
    plan = make_plan(PHASES, date(2026, 6, 1), "6-20", 3, WEEKDAYS)
    changed = replan(plan, 8, plan[7].ends_on + timedelta(days=3), WEEKDAYS)
    assert changed[:7] == plan[:7]
    assert changed[7] == PlannedPhase(8, plan[7].starts_on, plan[7].ends_on + timedelta(days=3))


def test_a_phase_that_is_not_in_the_plan_cannot_be_done_or_moved() -> None:
    plan = make_plan(PHASES, date(2026, 6, 1), "6-20", 3, WEEKDAYS)
    with pytest.raises(ValueError, match="phase 9"):
        replan(plan, 9, date(2026, 6, 1), WEEKDAYS)
    with pytest.raises(ValueError, match="phase 0"):
        move_phase(plan, 0, date(2026, 6, 1), WEEKDAYS, new_start=date(2026, 6, 1))


@given(STARTS, working_times(), st.integers(1, 8), st.integers(-60, 60))
def test_a_new_plan_keeps_order_business_days_and_lengths(start: date, working: WorkingTime, number: int, late: int) -> None:
    plan = make_plan(PHASES, start, "6-20", 3, working)
    finished_on = plan[number - 1].ends_on + timedelta(days=late)
    assume(finished_on >= plan[0].starts_on)
    changed = replan(plan, number, finished_on, working)
    rest = changed[number:]
    assert [phase.number for phase in changed] == list(range(1, 9))
    assert changed[number - 1].ends_on == finished_on
    assert is_in_order(changed[number - 1 :])
    assert all(phase.starts_on <= phase.ends_on <= finished_on for phase in changed[:number])
    assert all(is_business_day(day, working) for phase in rest for day in (phase.starts_on, phase.ends_on))
    assert business_lengths(rest, working) == business_lengths(plan[number:], working)


@given(STARTS, working_times(), st.integers(0, 40))
def test_a_plan_that_is_late_and_then_on_time_again_is_the_old_plan(start: date, working: WorkingTime, late: int) -> None:
    plan = make_plan(PHASES, start, "6-20", 3, working)
    there = replan(plan, 1, plan[0].ends_on + timedelta(days=late), working)
    assert replan(there, 1, plan[0].ends_on, working) == plan


# --- moving a phase ---------------------------------------------------------------------------------------------------------

TODAY = date(2026, 6, 3)
PLAN = make_plan(PHASES, date(2026, 6, 1), "6-20", 3, WEEKDAYS)


def test_a_later_start_moves_the_phase_and_those_behind_it() -> None:
    changed = move_phase(PLAN, 3, TODAY, WEEKDAYS, new_start=date(2026, 8, 1))  # a Saturday
    assert changed[:2] == PLAN[:2]
    assert changed[2].starts_on == date(2026, 8, 3)
    assert business_lengths(changed, WEEKDAYS) == business_lengths(PLAN, WEEKDAYS)
    assert is_in_order(changed)


def test_a_new_end_changes_the_length_of_one_phase_only() -> None:
    changed = move_phase(PLAN, 1, TODAY, WEEKDAYS, new_end=date(2026, 6, 5))
    assert changed[0] == PlannedPhase(1, date(2026, 6, 1), date(2026, 6, 5))
    assert changed[1].starts_on == date(2026, 6, 8)
    assert business_lengths(changed[1:], WEEKDAYS) == business_lengths(PLAN[1:], WEEKDAYS)


def test_a_pause_that_the_owner_made_stays_when_the_plan_moves() -> None:
    paused = move_phase(PLAN, 4, TODAY, WEEKDAYS, new_start=PLAN[3].starts_on + timedelta(days=14))
    changed = replan(paused, 1, date(2026, 6, 5), WEEKDAYS)
    assert count_business_days(changed[2].ends_on, changed[3].starts_on, WEEKDAYS) == 11
    assert count_business_days(changed[3].ends_on, changed[4].starts_on, WEEKDAYS) == 1


def test_the_past_is_refused_with_the_earliest_date_that_would_do() -> None:
    with pytest.raises(DateInPast) as start:
        move_phase(PLAN, 3, TODAY, WEEKDAYS, new_start=date(2026, 6, 2))
    assert (start.value.wished, start.value.earliest) == (date(2026, 6, 2), PLAN[1].ends_on + timedelta(days=1))
    with pytest.raises(DateInPast) as end:
        move_phase(PLAN, 1, TODAY, WEEKDAYS, new_end=date(2026, 6, 2))
    assert end.value.earliest == TODAY


def test_a_start_before_the_end_of_the_phase_in_front_is_refused() -> None:
    with pytest.raises(OutOfOrder) as raised:
        move_phase(PLAN, 2, TODAY, WEEKDAYS, new_start=PLAN[0].ends_on)
    moved = move_phase(PLAN, 2, TODAY, WEEKDAYS, new_start=raised.value.earliest)
    assert moved == PLAN


def test_an_end_before_the_start_is_refused() -> None:
    with pytest.raises(OutOfOrder) as raised:
        move_phase(PLAN, 2, TODAY, WEEKDAYS, new_end=PLAN[1].starts_on - timedelta(days=1))
    assert raised.value.earliest == PLAN[1].starts_on


def test_the_first_phase_may_start_today() -> None:
    assert move_phase(PLAN, 1, TODAY, WEEKDAYS, new_start=TODAY)[0].starts_on == TODAY


@pytest.mark.parametrize("dates", [{}, {"new_start": TODAY, "new_end": TODAY}])
def test_either_the_start_or_the_end_is_moved(dates: dict[str, date]) -> None:
    with pytest.raises(TypeError, match="either"):
        move_phase(PLAN, 1, TODAY, WEEKDAYS, **dates)


def _earliest_move(plan: tuple[PlannedPhase, ...], number: int, today: date, working: WorkingTime, key: str, wished: date) -> date:
    try:
        move_phase(plan, number, today, working, **{key: wished})
    except MoveRefused as refused:
        return refused.earliest
    return wished


@given(st.integers(1, 8), st.integers(-30, 400), st.integers(0, 200), st.booleans(), working_times())
def test_a_move_keeps_the_order_or_says_from_when_it_would(number: int, offset: int, today: int, start: bool, working: WorkingTime) -> None:
    plan = make_plan(PHASES, date(2026, 6, 1), "6-20", 3, working)
    now, wished, key = (
        date(2026, 6, 1) + timedelta(days=today),
        date(2026, 6, 1) + timedelta(days=offset),
        "new_start" if start else "new_end",
    )
    earliest = _earliest_move(plan, number, now, working, key, wished)
    assert earliest >= wished
    changed = move_phase(plan, number, now, working, **{key: earliest})
    assert is_in_order(changed)
    assert changed[: number - 1] == plan[: number - 1]
    moved = changed[number - 1]
    assert (moved.starts_on if start else moved.ends_on) >= now
    assert all(is_business_day(day, working) for phase in changed for day in (phase.starts_on, phase.ends_on))


# --- later, and now ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        pytest.param(1, datetime(2026, 11, 20, 10, tzinfo=ZoneInfo(TOKYO)), id="tomorrow"),
        pytest.param(2, datetime(2026, 11, 24, 10, tzinfo=ZoneInfo(TOKYO)), id="over the weekend and a public holiday"),
        pytest.param(7, datetime(2026, 11, 26, 10, tzinfo=ZoneInfo(TOKYO)), id="in a week"),
    ],
)
def test_a_checkin_put_off_comes_back_on_a_business_day_at_the_owners_hour(days: int, expected: datetime) -> None:
    late_on_thursday = datetime(2026, 11, 19, 23, 30, tzinfo=ZoneInfo(TOKYO))
    assert snooze(late_on_thursday, days, JAPAN) == expected
    assert snooze(late_on_thursday.astimezone(UTC), days, JAPAN).tzinfo is UTC


def test_putting_off_by_no_day_or_from_a_naive_moment_is_refused() -> None:
    with pytest.raises(ValueError, match="one day"):
        snooze(datetime(2026, 11, 19, tzinfo=UTC), 0, JAPAN)
    with pytest.raises(ValueError, match="time zone"):
        snooze(datetime(2026, 11, 19), 1, JAPAN)  # noqa: DTZ001 - the mistake under test


@given(
    st.datetimes(datetime(2010, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - hypothesis wants naive bounds
    st.integers(1, 30),
    working_times(),
    whole_minutes(),
)
def test_a_checkin_put_off_is_open_and_in_the_future(now: datetime, days: int, working: WorkingTime, at: time) -> None:
    again = snooze(now, days, working, at)
    assert again > now
    assert is_open(again, working)


def test_the_current_phase_is_the_first_that_is_not_done() -> None:
    assert current_phase(PLAN, set()) == PLAN[0]
    assert current_phase(PLAN, {1, 2, 4}) == PLAN[2]
    assert current_phase(PLAN, set(range(1, 9))) is None

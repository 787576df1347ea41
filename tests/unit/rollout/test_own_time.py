"""What an owner has said about time, and what a wish changes in it."""

from __future__ import annotations

from datetime import date, time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.rollout.calendar import country_of_zone, is_business_day
from bot.rollout.own_time import OwnTime, Season, as_json, followed, from_json, holding, opens_again
from bot.rollout.wishes.wish import Kind, Wish
from tests.unit.rollout.wishes.reading_words import NOW, phrases, reader
from tests.unit.rollout.working_times import make_working

TODAY = NOW.date()
TOKYO = OwnTime("Asia/Tokyo")


def after(said: str, own: OwnTime = TOKYO) -> OwnTime:
    return followed(own, reader().read(said, NOW), TODAY)


def test_nothing_said_means_office_hours_and_the_holidays_of_the_zones_country() -> None:
    working = TOKYO.working(TODAY)
    assert (working.opens, working.closes, working.country) == (time(9), time(18), "JP")
    assert not is_business_day(date(2026, 12, 30), working)
    assert OwnTime("UTC").working(TODAY).country is None


@pytest.mark.parametrize(("zone", "country"), [("Asia/Tokyo", "JP"), ("Pacific/Honolulu", "US"), ("Europe/Paris", "FR"), ("UTC", None)])
def test_a_zone_tells_its_country(zone: str, country: str | None) -> None:
    assert country_of_zone(zone) == country


def test_closed_days_fall_away_from_those_that_are_left() -> None:
    assert after("月曜以外なら", after("火曜定休です")).weekdays == {2, 3, 4}


def test_public_holidays_can_be_working_days() -> None:
    assert after("祝日も営業しているので大丈夫").working(TODAY).country is None
    assert after("日曜と祝日は休みです", after("祝日も営業しているので大丈夫")).working(TODAY).country == "JP"


def test_a_new_hour_widens_the_hours_and_new_hours_move_the_hour() -> None:
    assert after("時間は20時に変えて").working(TODAY).closes == time(21)
    assert after("14時から17時で").at == time(14)


def test_after_an_hour_leaves_a_few_hours() -> None:
    own = after("18時以降にしてもらえると助かる")
    assert (own.opens, own.closes, own.at) == (time(18), time(21), time(18))


def test_a_rhythm_on_a_day_off_makes_that_day_a_day() -> None:
    own = after("毎週土曜の11時")
    assert own.rule_days(date(2026, 12, 1), date(2026, 12, 14)) == [date(2026, 12, 5), date(2026, 12, 12)]
    assert own.weekdays == {0, 1, 2, 3, 4, 5}


@pytest.mark.parametrize(
    ("said", "days"),
    [
        ("隔週で月曜", [(11, 30), (12, 14), (12, 28)]),
        ("第2水曜にして", [(12, 9)]),
        ("毎月末に連絡して", [(11, 30), (12, 31)]),
        ("月1回でお願いします", [(11, 25), (12, 25)]),
        ("毎月1日と15日の10時", [(12, 1), (12, 15)]),
    ],
)
def test_the_days_of_a_rhythm(said: str, days: list[tuple[int, int]]) -> None:
    assert after(said).rule_days(TODAY, date(2026, 12, 31)) == [date(2026, month, day) for month, day in days]


def test_less_and_more_go_one_step() -> None:
    less = after("もっと少なく")
    assert less.rule == "FREQ=WEEKLY;INTERVAL=2"
    assert after("もっと少なく", less).rule == "FREQ=MONTHLY"
    assert after("もっとこまめに聞いてほしい", less).rule == "FREQ=WEEKLY"


def test_a_yearly_season_comes_again_and_one_that_is_over_is_dropped() -> None:
    own = after("お盆は休みます")
    assert not is_business_day(date(2028, 8, 15), own.working(date(2028, 1, 1)))
    old = OwnTime("UTC", seasons=(Season(date(2026, 1, 1), date(2026, 1, 31)),))
    assert after("時間は17時に変えて", old).seasons == ()


def test_a_season_of_a_leap_day_does_not_fail_in_other_years() -> None:
    own = OwnTime("UTC", seasons=(Season(date(2028, 2, 29), date(2028, 2, 29), yearly=True),))
    assert date(2027, 2, 28) in own.working(date(2027, 1, 1)).closed_dates


def test_no_day_left_is_noticed() -> None:
    assert not opens_again(followed(TOKYO, Wish(Kind.HOURS, closed=frozenset(range(7))), TODAY), TODAY)
    assert opens_again(TOKYO, TODAY)


@pytest.mark.parametrize("at", [time(0), time(5, 30), time(9), time(17, 59), time(18), time(23, 59)])
def test_hours_that_hold_a_time(at: time) -> None:
    working = holding(make_working(), at)
    assert working.opens <= at
    assert at < working.closes or working.closes == time(0)


@given(st.lists(st.sampled_from([row["text"] for language in ("ja", "en") for row in phrases(language)]), max_size=4))
@settings(max_examples=150, deadline=None)
def test_whatever_is_wished_one_after_the_other_can_be_kept_and_read_again(said: list[str]) -> None:
    own = TOKYO
    for each in said:
        own = after(each, own)
    assert from_json(as_json(own)) == own
    working = own.working(TODAY)
    assert working.opens <= own.at < working.closes or working.opens >= working.closes

"""What a quote costs, in owners' own words."""

from __future__ import annotations

import pytest

from bot.rollout.prices import Price, read_price


@pytest.mark.parametrize(
    ("text", "language", "first_year", "currency"),
    [
        ("月3万円、初期10万円", "ja", 460_000, "yen"),
        ("初期費用20万円と月1万円", "ja", 320_000, "yen"),
        ("1万2千円/月", "ja", 144_000, "yen"),
        ("３万５千円", "ja", 35_000, "yen"),
        ("年24万", "ja", 240_000, "yen"),
        ("初年度36万円", "ja", 360_000, "yen"),
        ("30000 a month", "en", 360_000, ""),
        ("$300/month plus $1,000 set-up", "en", 4_600, "usd"),
        ("£1,200 a year", "en", 1_200, "gbp"),
        ("12k upfront and 300 per month", "en", 15_600, ""),
        ("500000", "en", 500_000, ""),
    ],
)
def test_the_first_year_follows_from_what_was_said(text: str, language: str, first_year: float, currency: str) -> None:
    price = read_price(text, language)
    assert price is not None
    assert (price.first_year, price.currency) == (first_year, currency)


@pytest.mark.parametrize("text", ["3年で120万円", "1人月800円"])
def test_a_sum_that_does_not_say_the_first_year_is_kept_in_words(text: str) -> None:
    price = read_price(text, "ja")
    assert price == Price(currency="yen", words=text)
    assert price.first_year is None


@pytest.mark.parametrize("text", ["2社目", "10月20日", "3人で使います", "about 3 people", "2 years", "まだわかりません", ""])
def test_a_number_of_something_else_is_no_price(text: str) -> None:
    assert read_price(text, "ja") is None

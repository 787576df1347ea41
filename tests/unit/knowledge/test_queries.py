"""What a question wants beside its subject."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.services import ROOT
from knowledge.queries import QueryWords, load_query_words, read_query


@pytest.fixture(scope="module")
def words() -> QueryWords:
    return load_query_words(ROOT / "knowledge")


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("いくらかかる?", "cost"),
        ("もっと詳しく", "steps"),
        ("うちみたいな小さい店でも?", "fit"),
        ("それって効果あるの?", "benefit"),
        ("次は?", "next"),
        ("出典は?", "sources"),
        ("なぜ?", "why"),
        ("高い?", "cost"),
        ("how much?", "cost"),
        ("tell me more", "steps"),
        ("is it worth it?", "benefit"),
        ("would that suit us?", "fit"),
        ("what next?", "next"),
        ("source?", "sources"),
        ("why?", "why"),
    ],
)
def test_a_message_without_a_subject_leans_on_the_answer_before(text: str, part: str, words: QueryWords) -> None:
    query = read_query(text, words)
    assert (query.leans_on_context, query.part) == (True, part)


@pytest.mark.parametrize("text", ["it costs too much", "お金がないんです", "棚卸しに丸一日かかる", "my guys wont touch it", "?", "", "😀"])
def test_a_complaint_keeps_its_subject_and_asks_for_no_part(text: str, words: QueryWords) -> None:
    query = read_query(text, words)
    assert (query.leans_on_context, query.part) == (False, None)


@pytest.mark.parametrize(
    ("text", "part"),
    [("CRMっていくらかかりますか", "cost"), ("パイロットで気をつけることは?", "pitfalls"), ("What comes after the pilot?", "next")],
)
def test_a_part_may_be_asked_of_a_named_subject(text: str, part: str, words: QueryWords) -> None:
    query = read_query(text, words)
    assert (bool(query.subject), query.part) == (True, part)


@pytest.mark.parametrize(
    ("text", "sides"),
    [
        ("RPA と API の違い", ("rpa", "api")),
        ("CRM or a spreadsheet?", ("crm", "a spreadsheet")),
        ("クラウドと社内サーバー、どっちがいい?", ("クラウド", "社内サーバー")),
        ("what is the difference between rpa and api", ("rpa", "api")),
    ],
)
def test_a_comparison_names_its_two_sides(text: str, sides: tuple[str, str], words: QueryWords) -> None:
    found = read_query(text, words).sides
    assert found is not None
    assert all(wanted in side for wanted, side in zip(sides, found, strict=True))


@pytest.mark.parametrize(("text", "subject"), [("在庫じゃなくて予約の話", "予約の話"), ("not the stock but the bookings", "bookings")])
def test_what_is_denied_is_not_asked_about(text: str, subject: str, words: QueryWords) -> None:
    assert read_query(text, words).subject == subject


def test_ideas_and_quick_wins_are_told_apart_from_look_ups(words: QueryWords) -> None:
    assert read_query("I run a clinic, what can I do?", words).wants_anything
    assert read_query("お金をかけずにすぐできることは?", words).wants_quick
    assert not read_query("在庫が合わない", words).wants_anything


def test_several_questions_are_taken_apart(words: QueryWords) -> None:
    query = read_query("棚卸しに丸一日かかる。あと、パスワードの管理も心配", words)
    assert query.others == ("棚卸しに丸一日かかる", "パスワードの管理も心配")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(text=st.text(max_size=300))
def test_any_text_can_be_read(text: str, words: QueryWords) -> None:
    read_query(text, words)

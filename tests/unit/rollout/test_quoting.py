"""What owners' messages say about quotes."""

from __future__ import annotations

import pytest

from bot.rollout.quoting import Asked, Heard, Said, as_name, asked_in, hear_quote, read_score, read_scores
from bot.rollout.vendors import load_vendor_words
from bot.services import ROOT

WORDS = load_vendor_words(ROOT / "knowledge")
KNOWN = {1: "A社", 2: "Acme", 3: "山田システム"}


def hear(text: str) -> Heard | None:
    return hear_quote(text, KNOWN, WORDS, "ja")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("B社の見積もりが来た", "B社"),
        ("B社から見積もりが届きました、月3万円", "B社"),
        ("さっきレジマートさんから見積書をもらいました", "レジマート"),
        ("今朝、鈴木商会より見積り届いた", "鈴木商会"),
        ("見積もりをもらいました。富士レジさんから", "富士レジ"),
        ("B社から月3万円の見積もりが来た", "B社"),
        ("B社の見積もりは月8000円です", "B社"),
        ("C社を候補に追加して", "C社"),
        ("got a quote from Beta, 30000 a month", "Beta"),
        ("we got another quote from Tanaka Systems for $300 a month", "Tanaka Systems"),
        ("Beta Ltd quoted us 500000", "Beta Ltd"),
        ("Gamma sent us a quote", "Gamma"),
        ("add Delta to the list", "Delta"),
    ],
)
def test_a_quote_that_has_come_is_heard_with_its_name(text: str, name: str) -> None:
    assert hear(text) == Heard(Said.ADD, name=name)


@pytest.mark.parametrize(
    "text",
    [
        *("業者から見積もりが来た", "見積もりが来た"),
        *("2社目の見積もりが来ました", "月3万円の見積もりが来ました", "他の会社からも見積もりをもらった"),
        *("まだB社の見積もりが来ない", "B社の見積もりが来たら教えます", "B社から見積もりが来ましたか?"),
        *("got a quote from a supplier", "they quoted us 300", "is the quote from Acme good?", "if I get a quote from Beta"),
        *("見積もりが高くて止まってます", "A社の見積もりをもらったけど高い", "今日はいい天気", ""),
    ],
)
def test_what_is_asked_hoped_for_or_without_a_name_adds_nobody(text: str) -> None:
    heard = hear(text)
    assert heard is None


@pytest.mark.parametrize(
    ("text", "heard"),
    [
        ("A社のサポートは4に", Heard(Said.SCORE, 1, scores={"support": 4})),
        ("A社はサポート4、連携3", Heard(Said.SCORE, 1, scores={"support": 4, "integration": 3})),
        ("A社の安全はまだわからない", Heard(Said.SCORE, 1, scores={"security": None})),
        ("change Acme's support to 2", Heard(Said.SCORE, 2, scores={"support": 2})),
        ("Acme ease of use 9", Heard(Said.SCORE, 2)),
        ("A社を消して", Heard(Said.REMOVE, 1)),
        ("remove Acme", Heard(Said.REMOVE, 2)),
        ("A社をB商事に名前を変えて", Heard(Said.RENAME, 1, "B商事")),
        ("rename Acme to Acme Systems", Heard(Said.RENAME, 2, "Acme Systems")),
        ("山田システムは月5000円でした", Heard(Said.PRICE, 3)),
        ("Acmeに決めました", Heard(Said.CHOOSE, 2)),
        ("we chose Acme", Heard(Said.CHOOSE, 2)),
        ("A社の見積もりが来た", Heard(Said.BEGIN, 1)),
        ("Acmeを採点したい", Heard(Said.BEGIN, 2)),
    ],
)
def test_news_of_a_supplier_that_is_known_is_heard_by_its_name(text: str, heard: Heard) -> None:
    assert hear(text) == heard


@pytest.mark.parametrize("text", ["A社に決めていません", "A社を消さないで", "we have not decided on Acme"])
def test_a_denial_changes_nothing(text: str) -> None:
    assert hear(text) is None


@pytest.mark.parametrize("text", ["業者に何を聞けばいい?", "デモで聞くこと", "what should I ask in the demo", "POSのデモで何を聞けばいい?"])
def test_a_wish_for_questions_is_heard(text: str) -> None:
    assert hear(text) == Heard(Said.ASK)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        *(("4", 4), ("④", 4), ("４点", 4), ("五", 5), ("普通", 3), ("とても良い", 5), ("4/5", 4), ("good", 4), ("3点くらい", 3)),
        *(("まだわからない", None), ("わからないです", None), ("skip", None)),
    ],
)
def test_a_score_is_read_in_any_guise(text: str, value: int | None) -> None:
    assert read_score(text, WORDS) == (True, value)


@pytest.mark.parametrize("text", ["6", "0", "10", "asdf", "4人", "社員が5人います"])
def test_what_is_no_score_from_one_to_five_is_not_read_as_one(text: str) -> None:
    assert read_score(text, WORDS) == (False, None)


def test_a_criterion_is_not_read_twice_under_a_longer_name() -> None:
    assert read_scores("データの持ち出しは2、total cost 3", WORDS) == {"export": 2, "cost": 3}


@pytest.mark.parametrize(
    ("text", "name"),
    [
        *(("会社名は「山田システム」です", "山田システム"), ("it's called Beta Ltd.", "Beta Ltd"), ("A社", "A社")),
        *(("業者", None), ("123", None), ("とても長い話なのですが、" * 4, None)),
    ],
)
def test_a_name_is_read_without_what_stands_around_it(text: str, name: str | None) -> None:
    assert as_name(text, WORDS) == name


def test_the_question_that_stands_is_kept_and_read_back() -> None:
    asked = Asked("score", 12, "ease")
    assert asked_in(str(asked)) == asked
    assert asked_in(str(Asked("name"))) == Asked("name")
    assert asked_in(None) is None

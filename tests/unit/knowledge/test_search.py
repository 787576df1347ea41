from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median

import pytest

from bot.services import Services
from knowledge.base import KnowledgeBase, load_knowledge, load_samples
from knowledge.search import ANSWER_FROM, NOTHING_BELOW, KnowledgeSearch, Ranking, Verdict, verdict_of
from tests.unit.knowledge.builders import make_knowledge

PROJECT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def base() -> KnowledgeBase:
    return load_knowledge(PROJECT / "knowledge")


@pytest.fixture(scope="module")
def search(services: Services) -> KnowledgeSearch:
    return services.search


def ids(ranking: Ranking) -> list[str]:
    return [hit.id for hit in ranking.results]


@pytest.mark.parametrize(
    ("question", "topic"),
    [
        ("棚卸しに丸一日かかる", "use-case/retail-inventory"),
        ("たなおろしがおわらない", "use-case/retail-inventory"),
        ("we run out of stock all the time", "use-case/retail-inventory"),
        ("社長が乗り気じゃない", "best-practice/leadership-support"),
        ("my guys wont touch the tablet", "challenge/resistance-to-change"),
        ("CRMって何ですか", "component/crm"),
        ("what is rpa", "technology/rpa"),
        ("お金がありません", "challenge/limited-budget"),
    ],
)
def test_what_owners_say_finds_its_topic(question: str, topic: str, search: KnowledgeSearch) -> None:
    assert topic in ids(search.search(question))[:3]


def test_an_entry_is_found_by_its_own_title_in_both_languages(base: KnowledgeBase, search: KnowledgeSearch) -> None:
    for entry in base.entries.values():
        for language in ("ja", "en"):
            assert entry.id in ids(search.search(entry.title.get(language)))[:3], (entry.id, language)


def test_a_sample_question_is_answered_with_its_topic(search: KnowledgeSearch) -> None:
    ranking = search.search("棚卸しが終わらん")
    assert (ranking.results[0].id, ranking.verdict) == ("use-case/retail-inventory", Verdict.ANSWER)


@pytest.mark.parametrize("question", ["明日の天気は？", "tell me a joke", "カレーの作り方", "asdfghjkl", "ありがとう"])
def test_what_no_entry_answers_is_answered_with_nothing(question: str, search: KnowledgeSearch) -> None:
    assert search.search(question).verdict is Verdict.NOTHING


def test_a_word_that_fits_many_topics_offers_a_choice(search: KnowledgeSearch) -> None:
    ranking = search.search("自動化とデータとお客様")
    assert ranking.verdict is Verdict.CHOICE
    assert len(ranking.results) == 5


@pytest.mark.parametrize("text", ["", "   \n", "🎉🎉🎉", "!?", "\0"])
def test_texts_without_words_are_answered_with_nothing(text: str, search: KnowledgeSearch) -> None:
    assert search.search(text) == Ranking((), Verdict.NOTHING)


@pytest.mark.parametrize("text", ["在庫" * 50_000, "stock " * 20_000, "\0在庫\0", "在庫\ud800", "ﷺ" * 5_000, "1"])
def test_strange_and_endless_texts_are_searched_without_harm(text: str, search: KnowledgeSearch) -> None:
    assert len(search.search(text).results) == 5


def test_a_question_about_two_topics_finds_both(search: KnowledgeSearch) -> None:
    found = ids(search.search("在庫管理と、お客様の名簿(CRM)のやり方を知りたい"))
    assert {"use-case/retail-inventory", "component/crm"} <= set(found)


def test_parts_add_up_to_the_score_and_the_best_comes_first(search: KnowledgeSearch) -> None:
    results = search.search("在庫が合わない", limit=10).results
    assert len(results) == 10
    assert [hit.score for hit in results] == sorted((hit.score for hit in results), reverse=True)
    assert all(sum(hit.parts.values()) == pytest.approx(hit.score, abs=1e-4) for hit in results)
    assert all(0 <= hit.confidence <= 1 for hit in results)


def test_the_same_question_gives_the_same_ranking_from_every_thread(search: KnowledgeSearch) -> None:
    with ThreadPoolExecutor(8) as pool:
        rankings = list(pool.map(search.search, ["在庫が合わない"] * 100))
    assert all(ranking == rankings[0] for ranking in rankings)


def test_only_topics_with_an_entry_are_found_even_when_there_is_only_one(tmp_path: Path) -> None:
    base = load_knowledge(make_knowledge(tmp_path))
    search = KnowledgeSearch(base, load_samples(PROJECT / "nlu" / "topics"))
    assert ids(search.search("在庫の数が合わない")) == ["use-case/stock"]


def test_a_base_without_entries_finds_nothing(tmp_path: Path) -> None:
    root = make_knowledge(tmp_path)
    (root / "entries" / "use-case" / "stock.yml").unlink()
    assert KnowledgeSearch(load_knowledge(root), {}).search("在庫") == Ranking((), Verdict.NOTHING)


def test_confidence_decides_between_answer_choice_and_nothing() -> None:
    assert verdict_of(ANSWER_FROM) is Verdict.ANSWER
    assert verdict_of(NOTHING_BELOW) is Verdict.CHOICE
    assert verdict_of(NOTHING_BELOW - 0.001) is Verdict.NOTHING


def test_a_search_takes_less_than_ten_milliseconds(search: KnowledgeSearch) -> None:
    def seconds() -> float:
        started = time.perf_counter()
        search.search("本店と支店でどっちに何個あるか電話で確認してる。一目でわかるようにできないでしょうか")
        return time.perf_counter() - started

    assert median(seconds() for _ in range(50)) < 0.010

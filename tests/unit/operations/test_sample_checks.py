"""A message to learn from teaches one thing, and its own entry answers it."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from bot.operations.checks import REVIEW_EVERY, overdue_reviews
from bot.operations.sample_checks import check_duplicates, misplaced_samples
from knowledge.base import Sample, load_knowledge
from knowledge.problems import ContentError
from knowledge.search import Hit, KnowledgeSearch, Ranking, Verdict
from tests.unit.knowledge.builders import make_knowledge

TOPICS = """\
nlu:
- intent: ask_knowledge
  metadata: {topic: use-case/stock, language: en}
  examples: |
    - the stock never tallies
    - Stock!
- intent: ask_knowledge
  metadata: {topic: benefit/speed, language: en}
  examples: |
    - we are slow

    - THE STOCK  never tallies
"""
INTENTS = """\
nlu:
- intent: greet
  examples: |
    - hello
- intent: goodbye
  examples: |
    - bye
"""


def make_messages(root: Path, topics: str = TOPICS, intents: str = INTENTS) -> Path:
    for folder, content in (("topics", topics), ("intents", intents)):
        (root / "nlu" / folder).mkdir(parents=True)
        (root / "nlu" / folder / "all.yml").write_text(content, encoding="utf-8")
    return root


def duplicates(root: Path) -> list[str]:
    with pytest.raises(ContentError) as caught:
        check_duplicates(root)
    return str(caught.value).splitlines()


def test_a_message_of_two_topics_is_named_with_both_places_whatever_its_case_and_blanks(tmp_path: Path) -> None:
    (line,) = duplicates(make_messages(tmp_path))
    assert line.startswith("nlu/topics/all.yml:12: 'THE STOCK  never tallies' of 'benefit/speed' is also a message of 'use-case/stock'")
    assert "(nlu/topics/all.yml:5). Keep it where it belongs" in line


def test_a_message_of_two_intents_or_of_an_intent_and_a_topic_is_named(tmp_path: Path) -> None:
    intents = INTENTS.replace("- bye", "- hello\n    - stock")
    root = make_messages(tmp_path, TOPICS.replace("    - THE STOCK  never tallies\n", ""), intents)
    assert [line.partition(" is also")[0] for line in duplicates(root)] == [
        "nlu/intents/all.yml:7: 'hello' of 'goodbye'",
        "nlu/topics/all.yml:6: 'Stock!' of 'use-case/stock'",
    ]


def test_a_message_twice_in_one_topic_is_no_contradiction(tmp_path: Path) -> None:
    check_duplicates(make_messages(tmp_path, TOPICS.replace("THE STOCK  never tallies", "We are slow.")))


def test_a_sample_is_reported_when_another_entry_answers_it_by_a_clear_margin() -> None:
    rankings = {
        "own": [("a/own", 0.9)],
        "near": [("a/other", 0.6), ("a/own", 0.5)],
        "far": [("a/other", 0.8), ("a/own", 0.1)],
        "lost": [("a/other", 0.8)],
        "!": [],
    }

    def search(text: str) -> Ranking:
        return Ranking(tuple(Hit(id, 0.0, confidence, {}) for id, confidence in rankings[text]), Verdict.CHOICE)

    samples = {"a/own": [Sample(text, "en") for text in rankings]}
    found = misplaced_samples(samples, cast(KnowledgeSearch, SimpleNamespace(search=search)))
    assert found == [
        "a/own: 'far' is answered by a/other (0.80, itself 0.10)",
        "a/own: 'lost' is answered by a/other (0.80, itself 0.00)",
    ]


def test_an_entry_is_overdue_after_its_time_and_not_on_the_last_day(tmp_path: Path) -> None:
    entries = load_knowledge(make_knowledge(tmp_path)).entries.values()
    last_day = date(2026, 11, 24) + REVIEW_EVERY
    assert overdue_reviews(entries, last_day) == []
    (line,) = overdue_reviews(entries, last_day + timedelta(days=1))
    assert line.startswith("knowledge/entries/use-case/stock.yml: The last review is of 2026-11-24, more than 400 days ago.")

"""Replies to a check-in in owners' own words."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.rollout.industries import load_trades
from bot.rollout.replies import Reply, ReplyKind, has_number, is_question, load_reply_words, read_obstacle, read_reply
from bot.services import ROOT
from knowledge.base import INDUSTRIES
from knowledge.problems import ContentError

WORDS = load_reply_words(ROOT / "knowledge")


@pytest.mark.parametrize(
    ("text", "kind", "obstacle"),
    [
        ("見積もりが高くて止まってます", "blocked", "money"),
        ("スタッフが反対して進まない", "blocked", "people"),
        ("業者の返事待ちで止まっています", "blocked", "vendor"),
        ("データが移せなくて困っています", "blocked", "technology"),
        ("忙しくて進んでいません", "blocked", "time"),
        ("行き詰まっています", "blocked", None),
        ("まだ終わっていません", "in_progress", None),
        ("順調です", "in_progress", None),
        ("終わりました!", "done", None),
        ("あとで", "later", None),
        ("はい", "yes", None),
        ("いいえ", "no", None),
        ("We're stuck, the supplier hasn't replied", "blocked", "vendor"),
        ("not done yet", "in_progress", None),
        ("All done", "done", None),
        ("ask me next week", "later", None),
        ("yes", "yes", None),
    ],
)
def test_a_reply_is_read(text: str, kind: str, obstacle: str | None) -> None:
    assert read_reply(text, WORDS) == Reply(ReplyKind(kind), obstacle)


@pytest.mark.parametrize("text", ["補助金は使えますか?", "CRMって何", "how much does it cost", "終わったらどうなりますか?"])
def test_a_question_is_no_reply(text: str) -> None:
    assert is_question(text, WORDS)
    assert read_reply(text, WORDS) is None


@pytest.mark.parametrize("text", ["", "今日はいい天気", "no budget for this", "something"])
def test_what_is_not_certain_is_left_to_others(text: str) -> None:
    assert read_reply(text, WORDS) is None


def test_the_obstacle_named_most_often_counts() -> None:
    assert read_obstacle("業者の見積が高い", WORDS) == "vendor"
    assert read_obstacle("費用が高いのに業者が…", WORDS) == "money"
    assert read_obstacle("なんとなく", WORDS) is None


def test_numbers_in_any_width_are_seen() -> None:
    assert has_number("２社です")
    assert not has_number("二人とも元気")


def test_an_obstacle_that_names_an_unknown_topic_is_said_with_its_line(tmp_path: Path) -> None:
    folder = tmp_path / "knowledge" / "rollout"
    folder.mkdir(parents=True)
    for name in ("replies.yml", "obstacles.yml"):
        text = (ROOT / "knowledge" / "rollout" / name).read_text(encoding="utf-8")
        (folder / name).write_text(text.replace("challenge/limited-budget", "challenge/no-such"), encoding="utf-8")
    with pytest.raises(ContentError, match=r"obstacles.yml:\d+: .*no-such"):
        load_reply_words(folder.parent, ["challenge/limited-budget"])


def test_every_trade_has_a_sentence_for_every_phase_and_an_unknown_one_gets_the_general_one() -> None:
    trades = load_trades(ROOT / "knowledge", INDUSTRIES)
    for industry in INDUSTRIES:
        for language in ("ja", "en"):
            assert len({trades.meaning(phase, industry, language) for phase in range(1, 9)}) == 8
    assert trades.meaning(1, "no-such", "ja") == trades.meaning(1, None, "ja")
    assert trades.meaning(9, "retail", "ja") == ""


def test_a_trade_that_is_missing_is_said(tmp_path: Path) -> None:
    folder = tmp_path / "knowledge" / "rollout"
    folder.mkdir(parents=True)
    text = (ROOT / "knowledge" / "rollout" / "industries.yml").read_text(encoding="utf-8")
    (folder / "industries.yml").write_text(text.replace("  retail:", "  retailer:"), encoding="utf-8")
    with pytest.raises(ContentError, match="The trade 'retail' is missing"):
        load_trades(folder.parent, INDUSTRIES)

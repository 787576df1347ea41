"""The model of replies to check-ins tells how it goes, on what owners are stuck, and what is no reply at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.rollout.replies import ReplyKind, load_reply_words
from bot.rollout.reply_model import MAYBE_REPLY, ReplyModel
from bot.services import ROOT, reply_samples
from knowledge.problems import ContentError
from knowledge.samples import ReplySample, load_reply_samples

SAMPLES = [
    *(ReplySample("done", None, text) for text in ("everything works for everyone", "works like a charm for everyone", "it all works now")),
    *(ReplySample("in_progress", None, text) for text in ("half of us use it", "about half use it so far", "half way there so far")),
    *(ReplySample("later", None, text) for text in ("after the harvest please", "once the harvest is in", "please wait for the harvest")),
    *(ReplySample("blocked", "vendor", text) for text in ("the rep never rings back", "no reply from the rep", "their rep ignores us")),
    *(ReplySample("blocked", "money", text) for text in ("no cash for it", "we have no cash left", "cash ran out for it")),
]
ELSEWHERE = ["what is a crm", "how much is a crm", "tell me about crm prices", "what does a till cost"]


@pytest.fixture(scope="module")
def model() -> ReplyModel:
    return ReplyModel(SAMPLES, ELSEWHERE)


@pytest.mark.parametrize(
    ("text", "kind", "obstacle"),
    [
        ("it works for everyone here", ReplyKind.DONE, None),
        ("half use it", ReplyKind.IN_PROGRESS, None),
        ("wait until the harvest is in", ReplyKind.LATER, None),
        ("the rep ignores us", ReplyKind.BLOCKED, "vendor"),
        ("no cash left", ReplyKind.BLOCKED, "money"),
    ],
)
def test_a_reply_is_told_by_words_like_those_of_the_samples(model: ReplyModel, text: str, kind: ReplyKind, obstacle: str | None) -> None:
    guess = model.guess(text)
    assert (guess.kind, guess.obstacle) == (kind, obstacle)
    assert guess.chance >= MAYBE_REPLY


def test_a_question_is_hardly_a_reply(model: ReplyModel) -> None:
    assert model.guess("how much is a crm").chance < MAYBE_REPLY


def test_the_samples_that_we_ship_cover_every_kind_and_obstacle_in_both_languages() -> None:
    samples = reply_samples(ROOT, load_reply_words(ROOT / "knowledge"))
    assert {(each.kind, each.obstacle) for each in samples if each.obstacle} == {
        ("blocked", obstacle) for obstacle in ("money", "people", "vendor", "technology", "time", "unclear")
    }
    assert len(samples) > 4_000


def test_a_kind_without_samples_is_named_with_file_and_line(tmp_path: Path) -> None:
    folder = tmp_path / "knowledge" / "rollout"
    folder.mkdir(parents=True)
    (folder / "reply_samples.yml").write_text("ja:\n  done: |\n    - 済んだ\nen:\n  done: |\n    no dash\n", encoding="utf-8")
    with pytest.raises(ContentError) as raised:
        load_reply_samples(tmp_path / "knowledge", ("done", "later"), ())
    assert "knowledge/rollout/reply_samples.yml:2: Field 'ja.later' is missing" in str(raised.value)
    assert "does not begin with '- '" in str(raised.value)

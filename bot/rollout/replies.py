"""What an owner typed while a check-in stands: done, under way, stuck and why, later. Pure; the words are content.

Only what is certain is read here. A question is none of these, and anything else (None) is put to the classifier.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from knowledge.content import Node, Text
from knowledge.patterns import compiled
from knowledge.problems import Problems
from knowledge.yaml_files import read_yaml

#: A yes or no is the answer itself only in a message of few characters; in a longer one it begins a story.
LONGEST_YES = 30
_KINDS = ("blocked", "not_done", "under_way", "done", "later", "yes", "no", "question")
_NUMBER = re.compile(r"\d")


class ReplyKind(StrEnum):
    """What the message says about the phase."""

    DONE = "done"
    IN_PROGRESS = "in_progress"
    BLOCKED = "blocked"
    LATER = "later"
    YES = "yes"
    NO = "no"


@dataclass(frozen=True)
class Obstacle:
    """A reason to be stuck, with what helps: a smaller step, a question to put to a supplier, a person to ask, topics to read."""

    id: str
    label: Text
    words: tuple[str, ...]
    step: Text
    ask: Text
    person: Text
    entries: tuple[str, ...]


@dataclass(frozen=True)
class ReplyWords:
    """The words that replies are read by, and the obstacles in their order."""

    kinds: Mapping[str, tuple[str, ...]]
    obstacles: tuple[Obstacle, ...]

    def obstacle(self, name: str) -> Obstacle | None:
        """The obstacle with this id."""
        return next((each for each in self.obstacles if each.id == name), None)


@dataclass(frozen=True)
class Reply:
    """What a message says, and the obstacle that it names if any."""

    kind: ReplyKind
    obstacle: str | None = None


def load_reply_words(root: Path, topics: Collection[str] | None = None) -> ReplyWords:
    """Read `rollout/replies.yml` and `rollout/obstacles.yml` under the folder `root` (`knowledge/`). Raises ContentError.

    With `topics`, the ids that obstacles refer to must be among them.
    """
    problems = Problems()
    page = read_yaml(root / "rollout" / "replies.yml", root.parent, problems)
    page.only(*_KINDS)
    kinds = {}
    for kind in _KINDS:
        both = page.bilingual_list(kind, 1)
        kinds[kind] = (*both.ja, *both.en)
    listed = read_yaml(root / "rollout" / "obstacles.yml", root.parent, problems)
    listed.only("obstacles")
    obstacles = tuple(_read_obstacle(node, topics) for node in listed.items("obstacles", 1))
    problems.raise_if_any()
    return ReplyWords(kinds, obstacles)


def _read_obstacle(node: Node, topics: Collection[str] | None) -> Obstacle:
    node.only(*Obstacle.__dataclass_fields__)
    both = node.bilingual_list("words", 1)
    return Obstacle(
        id=node.text("id"),
        label=node.bilingual("label", ja=20, en=40),
        words=(*both.ja, *both.en),
        step=node.bilingual("step"),
        ask=node.bilingual("ask"),
        person=node.bilingual("person"),
        entries=node.texts("entries", 1) if topics is None else node.choices("entries", topics, least=1),
    )


def read_reply(text: str, words: ReplyWords) -> Reply | None:
    """What `text` says about the phase; None when that is not certain."""
    shown = _normal(text)
    if not shown or is_question(text, words):
        return None
    obstacle = read_obstacle(text, words)
    if _mentions(words.kinds["blocked"], shown):
        return Reply(ReplyKind.BLOCKED, obstacle)
    if _mentions(words.kinds["later"], shown):
        return Reply(ReplyKind.LATER)
    if _mentions(words.kinds["not_done"], shown) or _mentions(words.kinds["under_way"], shown):
        return Reply(ReplyKind.IN_PROGRESS)
    if _mentions(words.kinds["done"], shown):
        return Reply(ReplyKind.DONE)
    return None if obstacle else _yes_or_no(shown, words)


def _yes_or_no(shown: str, words: ReplyWords) -> Reply | None:
    if len(shown) > LONGEST_YES:
        return None
    # A no first: 「合っていない」 begins like a yes.
    for kind in (ReplyKind.NO, ReplyKind.YES):
        if any(shown.startswith(word) and _mentions([word], shown) for word in words.kinds[kind.value]):
            return Reply(kind)
    return None


def read_obstacle(text: str, words: ReplyWords) -> str | None:
    """The id of the obstacle that `text` names most often; of equals the one that stands first in the content; None for none."""
    shown = _normal(text)
    counts = {each.id: sum(_mentions([word], shown) for word in each.words) for each in words.obstacles}
    best = max(counts, key=lambda name: counts[name], default="")
    return best if counts.get(best) else None


def is_question(text: str, words: ReplyWords) -> bool:
    """Whether the owner asks something; `text` is then no answer to a check-in."""
    return _mentions(words.kinds["question"], _normal(text))


def has_number(text: str) -> bool:
    """Whether a figure stands in `text`: 「2社」, "3 of 5"."""
    return _NUMBER.search(_normal(text)) is not None


def _normal(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold().replace("’", "'").strip()


def _mentions(words: Iterable[str], shown: str) -> bool:
    return any(_stands(_normal(word), shown) for word in words)


def _stands(word: str, shown: str) -> bool:
    """Whole words for Latin letters; Japanese has no gaps between words."""
    if not word.isascii() or not word[0].isalpha():
        return word in shown
    return compiled(rf"(?<![a-z]){re.escape(word)}(?![a-z])").search(shown) is not None

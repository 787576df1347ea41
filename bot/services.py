"""What actions work with: the content, and the services over it. Built once by `bot/app.py`."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import joblib

from bot.assessment.journey import Journeys
from bot.assessment.questionnaire import Questionnaire, load_questionnaire
from bot.fingerprints import fingerprint
from bot.rollout.checkins import Rollouts
from bot.rollout.figures import load_figure_words
from bot.rollout.industries import Trades, load_trades
from bot.rollout.ladder import Ladder
from bot.rollout.ledgers import Ledgers
from bot.rollout.phases import load_phases
from bot.rollout.replies import ReplyWords, load_reply_words
from knowledge.base import INDUSTRIES, KnowledgeBase, load_knowledge
from knowledge.phrases import Command, Phrases, load_commands, load_phrases
from knowledge.samples import load_intent_samples, load_samples
from knowledge.search import KnowledgeSearch

#: The project's root: content, training data and Rasa's configuration lie beside the package.
ROOT = Path(__file__).resolve().parent.parent
#: What the search index is made from, relative to the project's root.
_INDEXED = ("knowledge", "nlu/topics", "nlu/intents")
_INDEX_LIBRARIES = ("scikit-learn", "numpy", "sudachipy", "sudachidict-core")
#: Intents whose messages no entry answers; the search learns from them what it does not know.
OUTSIDE = ("out_of_scope", "greet", "goodbye", "thanks", "bot_challenge")


@dataclass(frozen=True, slots=True)
class Services:
    """Content and services, ready to use by any number of turns."""

    knowledge: KnowledgeBase
    search: KnowledgeSearch
    questionnaire: Questionnaire
    journeys: Journeys
    rollouts: Rollouts
    ladder: Ladder
    ledgers: Ledgers
    reply_words: ReplyWords
    trades: Trades
    phrases: Phrases
    commands: dict[str, Command]


def load_services(root: Path, cache: Path | None = None) -> Services:
    """Read all content under the project folder `root`. Raises ContentError with file, line and remedy of every problem.

    With a folder `cache`, the search index is kept there: built again only when what it is made from has changed.
    """
    folder = root / "knowledge"
    knowledge = load_knowledge(folder)
    questionnaire = load_questionnaire(folder, knowledge.topics)
    rollouts = Rollouts(load_phases(folder, knowledge.topics))
    return Services(
        knowledge=knowledge,
        search=_search(root, knowledge, cache),
        questionnaire=questionnaire,
        journeys=Journeys(questionnaire),
        rollouts=rollouts,
        ladder=Ladder(rollouts),
        ledgers=Ledgers(load_figure_words(folder), rollouts.phases),
        reply_words=load_reply_words(folder, knowledge.topics),
        trades=load_trades(folder, INDUSTRIES),
        phrases=load_phrases(folder),
        commands=load_commands(folder),
    )


def _search(root: Path, knowledge: KnowledgeBase, cache: Path | None) -> KnowledgeSearch:
    """The index, from the cache when it is up to date: building it reads most of Sudachi's dictionary into memory."""
    kept = cache / f"search-{fingerprint(root, _INDEXED, _INDEX_LIBRARIES)}.joblib" if cache else None
    if kept and kept.is_file():
        found: KnowledgeSearch = joblib.load(kept)
        return found
    outside = load_intent_samples(root / "nlu" / "intents", OUTSIDE)
    search = KnowledgeSearch(knowledge, load_samples(root / "nlu" / "topics"), outside)
    if kept:
        _keep(search, kept)
    return search


def _keep(search: KnowledgeSearch, kept: Path) -> None:
    """Written beside its final name and moved there, so that a crash leaves no half an index; older ones go."""
    kept.parent.mkdir(parents=True, exist_ok=True)
    beside = kept.with_suffix(f".{os.getpid()}")
    joblib.dump(search, beside)
    for old in kept.parent.glob("search-*.joblib"):
        old.unlink(missing_ok=True)
    beside.replace(kept)

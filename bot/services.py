"""What actions work with: the content, and the services over it. Built once by `bot/app.py`."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import joblib

from bot.assessment.journey import Journeys
from bot.assessment.own_words import OwnWords
from bot.assessment.prospects import Prospects, load_prospects
from bot.assessment.questionnaire import DIMENSIONS, LEVELS, Questionnaire, load_questionnaire
from bot.fingerprints import fingerprint
from bot.rollout.checkins import Rollouts
from bot.rollout.phases import load_phases
from knowledge.base import KnowledgeBase, load_knowledge
from knowledge.phrases import Command, Phrases, load_commands, load_phrases
from knowledge.samples import AnswerSample, load_answer_samples, load_intent_samples, load_samples
from knowledge.search import KnowledgeSearch

#: The project's root: content, training data and Rasa's configuration lie beside the package.
ROOT = Path(__file__).resolve().parent.parent
#: What the search index and the model of owners' own words are made from, relative to the project's root.
_BUILT_FROM = ("knowledge", "nlu/topics", "nlu/intents", "bot/assessment/own_words.py")
_BUILT_WITH = ("scikit-learn", "numpy", "sudachipy", "sudachidict-core")
#: Intents whose messages no entry answers; the search learns from them what it does not know.
OUTSIDE = frozenset({"out_of_scope", "greet", "goodbye", "thanks", "bot_challenge"})
#: The one intent whose messages are answers to the assessment.
ANSWER = "answer_assessment"


@dataclass(frozen=True, slots=True)
class Services:
    """Content and services, ready to use by any number of turns."""

    knowledge: KnowledgeBase
    search: KnowledgeSearch
    questionnaire: Questionnaire
    own_words: OwnWords
    prospects: Prospects
    journeys: Journeys
    rollouts: Rollouts
    phrases: Phrases
    commands: dict[str, Command]


def load_services(root: Path, cache: Path | None = None) -> Services:
    """Read all content under the project folder `root`. Raises ContentError with file, line and remedy of every problem.

    With a folder `cache`, what takes long to build is kept there: built again only when what it is made from has changed.
    """
    folder = root / "knowledge"
    knowledge = load_knowledge(folder)
    questionnaire = load_questionnaire(folder, knowledge.topics)
    return Services(
        knowledge=knowledge,
        search=_built_once("search", root, cache, lambda: _search(root, knowledge)),
        questionnaire=questionnaire,
        own_words=_built_once("answers", root, cache, lambda: _own_words(root, questionnaire)),
        prospects=load_prospects(folder, questionnaire, knowledge.topics),
        journeys=Journeys(questionnaire),
        rollouts=Rollouts(load_phases(folder, knowledge.topics)),
        phrases=load_phrases(folder),
        commands=load_commands(folder),
    )


def answer_samples(root: Path, questionnaire: Questionnaire) -> tuple[AnswerSample, ...]:
    """What owners say in their own words. Raises ContentError."""
    subjects = (*(each.id for each in questionnaire.questions), *DIMENSIONS)
    return load_answer_samples(root / "knowledge" / "assessment" / "answers", subjects, LEVELS)


def _search(root: Path, knowledge: KnowledgeBase) -> KnowledgeSearch:
    outside = load_intent_samples(root / "nlu" / "intents", OUTSIDE.__contains__)
    return KnowledgeSearch(knowledge, load_samples(root / "nlu" / "topics"), outside)


def _own_words(root: Path, questionnaire: Questionnaire) -> OwnWords:
    topics = load_samples(root / "nlu" / "topics").values()
    wishes = load_intent_samples(root / "nlu" / "intents", ANSWER.__ne__)
    elsewhere = [*(each.text for topic in topics for each in topic), *(each.text for each in wishes)]
    return OwnWords(answer_samples(root, questionnaire), elsewhere, questionnaire)


Built = TypeVar("Built")


def _built_once(name: str, root: Path, cache: Path | None, build: Callable[[], Built]) -> Built:
    """From the cache when it is up to date: building reads most of Sudachi's dictionary into memory, and takes seconds."""
    kept = cache / f"{name}-{fingerprint(root, _BUILT_FROM, _BUILT_WITH)}.joblib" if cache else None
    if kept and kept.is_file():
        found: Built = joblib.load(kept)
        return found
    built = build()
    if kept:
        _keep(built, name, kept)
    return built


def _keep(built: object, name: str, kept: Path) -> None:
    """Written beside its final name and moved there, so that a crash leaves no half of it; older ones go."""
    kept.parent.mkdir(parents=True, exist_ok=True)
    beside = kept.with_suffix(f".{os.getpid()}")
    joblib.dump(built, beside)
    for old in kept.parent.glob(f"{name}-*.joblib"):
        old.unlink(missing_ok=True)
    beside.replace(kept)

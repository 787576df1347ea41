"""What actions work with: the content, and the services over it. Built once by `bot/app.py`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from bot.assessment.journey import Journeys
from bot.assessment.questionnaire import Questionnaire, load_questionnaire
from bot.rollout.checkins import Rollouts
from bot.rollout.phases import load_phases
from knowledge.base import KnowledgeBase, load_knowledge
from knowledge.phrases import Command, Phrases, load_commands, load_phrases
from knowledge.samples import load_intent_samples, load_samples
from knowledge.search import KnowledgeSearch


@dataclass(frozen=True, slots=True)
class Services:
    """Content and services, ready to use by any number of turns."""

    knowledge: KnowledgeBase
    search: KnowledgeSearch
    questionnaire: Questionnaire
    journeys: Journeys
    rollouts: Rollouts
    phrases: Phrases
    commands: dict[str, Command]


def load_services(root: Path) -> Services:
    """Read all content under the project folder `root`. Raises ContentError with file, line and remedy of every problem."""
    folder = root / "knowledge"
    knowledge = load_knowledge(folder)
    questionnaire = load_questionnaire(folder, knowledge.topics)
    outside = load_intent_samples(root / "nlu" / "intents", {"out_of_scope"})
    return Services(
        knowledge=knowledge,
        search=KnowledgeSearch(knowledge, load_samples(root / "nlu" / "topics"), outside),
        questionnaire=questionnaire,
        journeys=Journeys(questionnaire),
        rollouts=Rollouts(load_phases(folder, knowledge.topics)),
        phrases=load_phrases(folder),
        commands=load_commands(folder),
    )

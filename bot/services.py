"""What actions work with: the content, and the services over it. Built once by `bot/app.py`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from bot.assessment.contradictions import Contradiction, load_contradictions
from bot.assessment.journey import Journeys
from bot.assessment.own_words import OwnWords
from bot.assessment.prospects import Prospects, load_prospects
from bot.assessment.questionnaire import DIMENSIONS, LEVELS, Questionnaire, load_questionnaire
from bot.assessment.reading import named_trade
from bot.built import built_once
from bot.people.handoffs import Handoffs
from bot.reports.documents import Documents
from bot.reports.facts import Material
from bot.reports.feeds import Feeds
from bot.reports.service import Reports
from bot.rollout.checkins import Rollouts
from bot.rollout.demo_questions import DemoQuestions, load_demo_questions
from bot.rollout.digests import Digests
from bot.rollout.figures import load_figure_words
from bot.rollout.industries import Trades, load_trades
from bot.rollout.ladder import Ladder
from bot.rollout.ledgers import Ledgers
from bot.rollout.phases import load_phases
from bot.rollout.replies import ReplyKind, ReplyWords, load_reply_words
from bot.rollout.reply_model import KINDS, ReplyModel
from bot.rollout.shortlists import Shortlists
from bot.rollout.vendors import load_vendor_words
from bot.rollout.wishes.reading import WishReader
from bot.rollout.wishes.words import load_wish_words
from knowledge.answering import Answers
from knowledge.base import INDUSTRIES, KnowledgeBase, load_knowledge
from knowledge.comparing import Cell, load_cells, load_comparisons, load_misbeliefs
from knowledge.keeping import search_of_model
from knowledge.phrases import Command, Phrases, load_commands, load_phrases
from knowledge.queries import load_query_words
from knowledge.report_words import load_report_words
from knowledge.samples import (
    AnswerSample,
    ReplySample,
    load_answer_samples,
    load_intent_samples,
    load_reply_samples,
    load_samples,
)
from knowledge.search import KnowledgeSearch

#: The project's root: content, training data and Rasa's configuration lie beside the package.
ROOT = Path(__file__).resolve().parent.parent
#: What the model of owners' own words is made from, relative to the project's root.
_OWN_WORDS_FROM = (
    "knowledge/assessment/answers",
    "knowledge/text.py",
    "knowledge/tfidf.py",
    "knowledge/regressions.py",
    "nlu/topics",
    "nlu/intents",
    "bot/assessment/own_words.py",
)
#: What the model of replies to check-ins is made from.
_REPLIES_FROM = (
    "knowledge/rollout/reply_samples.yml",
    "knowledge/text.py",
    "knowledge/tfidf.py",
    "knowledge/regressions.py",
    "nlu/topics",
    "nlu/intents",
    "bot/rollout/reply_model.py",
)
#: Intents whose messages are replies, and the kind of each.
_REPLY_KINDS = {
    "checkin_done": ReplyKind.DONE,
    "checkin_in_progress": ReplyKind.IN_PROGRESS,
    "checkin_blocked": ReplyKind.BLOCKED,
    "snooze_checkin": ReplyKind.LATER,
}
#: Intents whose messages may be replies or not.
_NEITHER = frozenset({"affirm", "deny", "answer_assessment"})
#: One question of so many to the knowledge base is enough to tell replies from questions.
_EVERY = 4
#: The one intent whose messages are answers to the assessment.
ANSWER = "answer_assessment"


@dataclass(frozen=True, slots=True)
class Services:
    """Content and services, ready to use by any number of turns."""

    knowledge: KnowledgeBase
    search: KnowledgeSearch
    answers: Answers
    cells: Mapping[tuple[str, int], Cell]
    questionnaire: Questionnaire
    own_words: OwnWords
    prospects: Prospects
    contradictions: tuple[Contradiction, ...]
    journeys: Journeys
    rollouts: Rollouts
    wishes: WishReader
    reports: Reports
    ladder: Ladder
    digests: Digests
    ledgers: Ledgers
    reply_words: ReplyWords
    replies: ReplyModel
    trades: Trades
    shortlists: Shortlists
    demo_questions: DemoQuestions
    phrases: Phrases
    commands: dict[str, Command]
    handoffs: Handoffs

    def topics_of(self, text: str) -> Mapping[str, float]:
        """The topics that the search finds for a text, each with its confidence (0 to 1)."""
        return {hit.id: hit.confidence for hit in self.search.search(text).results}

    def keeping(self, documents: Documents, feeds: Feeds, handoffs: Handoffs | None = None) -> Services:
        """The same services, with pictures and papers issued by `documents`, calendars by `feeds`, and `handoffs` to a person."""
        return replace(self, reports=self.reports.keeping(documents, feeds), handoffs=handoffs or self.handoffs)


def load_services(root: Path, find_model: Callable[[], Path]) -> Services:
    """Read all content under the project folder `root`, then what was trained: the model that `find_model` names, and beside it.

    In this order, so that a malformed file is named before anything is trained. Raises ContentError with file, line and remedy of
    every problem, and OSError for a model that cannot be read.
    """
    folder = root / "knowledge"
    knowledge = load_knowledge(folder)
    questionnaire = load_questionnaire(folder, knowledge.topics)
    phrases, commands, wishes = load_phrases(folder), load_commands(folder), WishReader(load_wish_words(folder))
    journeys, rollouts = Journeys(questionnaire), Rollouts(load_phases(folder, knowledge.topics))
    material = Material(questionnaire, rollouts.phases, knowledge.vocabulary, load_report_words(folder, phrases))
    ledgers, reply_words = Ledgers(load_figure_words(folder), rollouts.phases), load_reply_words(folder, knowledge.topics)
    trades = load_trades(folder, INDUSTRIES)
    shortlists = Shortlists(load_vendor_words(folder), rollouts.phases, rollouts)
    demo_questions = load_demo_questions(folder, [each.id for each in shortlists.criteria], knowledge.topics)
    cells, find_answers = load_cells(folder), _answers(folder, knowledge, questionnaire)
    prospects = load_prospects(folder, questionnaire, knowledge.topics)
    contradictions = load_contradictions(folder, questionnaire)
    model = find_model()
    search = search_of_model(model)
    return Services(
        knowledge=knowledge,
        search=search,
        answers=find_answers(search),
        cells=cells,
        questionnaire=questionnaire,
        own_words=built_once("answers", root, _OWN_WORDS_FROM, model.parent, lambda: _own_words(root, questionnaire)),
        prospects=prospects,
        contradictions=contradictions,
        journeys=journeys,
        rollouts=rollouts,
        ladder=Ladder(rollouts),
        digests=Digests(rollouts),
        ledgers=ledgers,
        reply_words=reply_words,
        replies=built_once("replies", root, _REPLIES_FROM, model.parent, lambda: _reply_model(root, reply_words)),
        trades=trades,
        shortlists=shortlists,
        demo_questions=demo_questions,
        wishes=wishes,
        reports=Reports(material, journeys, rollouts, Documents(), Feeds(), shortlists.criteria, demo_questions),
        phrases=phrases,
        commands=commands,
        handoffs=Handoffs(),
    )


def _answers(folder: Path, knowledge: KnowledgeBase, questionnaire: Questionnaire) -> Callable[[KnowledgeSearch], Answers]:
    """All that answering needs but the search, which comes out of the model later."""
    words, comparisons = load_query_words(folder), load_comparisons(folder, knowledge.topics)
    misbeliefs = load_misbeliefs(folder, knowledge.topics)
    return lambda search: Answers(knowledge, search, words, comparisons, misbeliefs, lambda text: named_trade(questionnaire, text))


def answer_samples(root: Path, questionnaire: Questionnaire) -> tuple[AnswerSample, ...]:
    """What owners say in their own words. Raises ContentError."""
    subjects = (*(each.id for each in questionnaire.questions), *DIMENSIONS)
    return load_answer_samples(root / "knowledge" / "assessment" / "answers", subjects, LEVELS)


def _own_words(root: Path, questionnaire: Questionnaire) -> OwnWords:
    topics = load_samples(root / "nlu" / "topics").values()
    wishes = load_intent_samples(root / "nlu" / "intents", ANSWER.__ne__)
    elsewhere = [*(each.text for topic in topics for each in topic), *(each.text for each in wishes)]
    return OwnWords(answer_samples(root, questionnaire), elsewhere, questionnaire)


def reply_samples(root: Path, words: ReplyWords) -> tuple[ReplySample, ...]:
    """What owners write when they are asked how a phase goes. Raises ContentError."""
    return load_reply_samples(root / "knowledge", KINDS, [each.id for each in words.obstacles])


def _reply_model(root: Path, words: ReplyWords) -> ReplyModel:
    intents = root / "nlu" / "intents"
    known = [
        ReplySample(kind, None, each.text) for intent, kind in _REPLY_KINDS.items() for each in load_intent_samples(intents, intent.__eq__)
    ]
    others = load_intent_samples(intents, lambda intent: intent not in _REPLY_KINDS and intent not in _NEITHER)
    questions = [each for topic in load_samples(root / "nlu" / "topics").values() for each in topic][::_EVERY]
    return ReplyModel([*reply_samples(root, words), *known], [each.text for each in (*others, *questions)])

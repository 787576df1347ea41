"""Finding the entries that answer a question: word and character BM25 and a linear classifier, added up, and how sure we may be.

The constants of the confidence come from cross-validation over an earlier, smaller set of sample questions and of messages that no entry
answers; docs/quality.md tells what they do on messages that nobody trained on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from math import exp, log
from types import MappingProxyType

import numpy as np

from knowledge.base import Entry, KnowledgeBase
from knowledge.content import LANGUAGES, Text
from knowledge.index import Bm25, Classifier, Scores
from knowledge.samples import Sample
from knowledge.text import Features, features_of

#: What each part adds to a topic's score, after each has been standardised over the topics.
PART_WEIGHTS: Mapping[str, float] = {"words": 1.0, "characters": 0.5, "classifier": 3.0}

#: How often an entry's title and aliases count, beside once for every other text.
NAME_WEIGHT = 3

#: Confidence from which one answer is given without offering others.
ANSWER_FROM = 0.5
#: Confidence below which nothing is answered: 95 % of the right first answers lie above it.
NOTHING_BELOW = 0.161

#: Logistic regression of "this topic is the right one", fitted on held-out sample questions and out-of-scope lines.
CONFIDENCE_INTERCEPT = -2.913
CONFIDENCE_WEIGHTS: Mapping[str, float] = {
    "score": 0.006,
    "lead": 0.07,
    "classifier": 1.766,
    "strength": 2.11,
    "known": 0.841,
    "outside": -0.191,
    "length": 0.566,
    "outside_wins": -2.755,
}
#: The classifier's value for "outside" when there were no outside samples to train on: surely not.
_NOT_OUTSIDE = -1.0


class Verdict(Enum):
    """What to do with a ranking: give the first answer, offer the first few as a choice, or say that nothing is known."""

    ANSWER = "answer"
    CHOICE = "choice"
    NOTHING = "nothing"


@dataclass(frozen=True)
class Hit:
    """A topic found. `score` orders; `confidence` (0 to 1) estimates how likely it is right; `parts` add up to the score."""

    id: str
    score: float
    confidence: float
    parts: Mapping[str, float]


@dataclass(frozen=True)
class Ranking:
    """The best topics first, and what to do with them. NOTHING may come with results: the nearest misses."""

    results: tuple[Hit, ...]
    verdict: Verdict


class KnowledgeSearch:
    """The index over all entries, for both languages; built once (seconds), then safe to use from several threads."""

    def __init__(self, base: KnowledgeBase, samples: Mapping[str, Sequence[Sample]], outside: Iterable[Sample] = ()) -> None:
        """Index `base` with `samples` by topic id; samples of topics without an entry are left out.

        `outside` are questions that no entry answers: the more of them, the better the search says so.
        """
        self._ids = tuple(base.entries)
        texts = [_texts_of(base.entries[id], base.topics[id], samples.get(id, ())) for id in self._ids]
        features = [[features_of(text) for text in each] for each in texts]
        self._words = Bm25([[term for each in topic for term in each.words] for topic in features])
        self._characters = Bm25([[term for each in topic for term in each.grams] for topic in features])
        self._classifier, self._has_outside = self._trained(features, [features_of(sample.text) for sample in outside])

    def _trained(self, topics: Sequence[Sequence[Features]], outside: Sequence[Features]) -> tuple[Classifier, bool]:
        labelled = [(each.all, label) for label, topic in enumerate([*topics, outside]) for each in topic]
        labelled = [(terms, label) for terms, label in labelled if terms]
        texts, labels = [terms for terms, _ in labelled], [label for _, label in labelled]
        return Classifier(texts, labels, len(topics) + 1), len(topics) in labels

    def search(self, text: str, limit: int = 5, favoured: Mapping[str, float] = MappingProxyType({})) -> Ranking:
        """The `limit` best topics for a question; only its first 1,000 characters are read, in the language of its own letters.

        `favoured` adds to the score of some topics, for instance those of the owner's own trade; the confidence is of what is found.
        """
        features = features_of(text)
        if not self._ids or not (features.words or features.grams):
            return Ranking((), Verdict.NOTHING)
        evidence = self._weigh(features, favoured)
        order = np.argsort(-evidence.score, kind="stable")[: max(1, limit)]
        results = tuple(evidence.hit(int(place), self._ids[place]) for place in order)
        return Ranking(results[:limit], verdict_of(results[0].confidence))

    def _weigh(self, features: Features, favoured: Mapping[str, float]) -> Evidence:
        words = self._words.scores(features.words)
        decisions = self._classifier.scores(features.all)
        parts = {"words": words, "characters": self._characters.scores(features.grams), "classifier": decisions[:-1]}
        weighted = {name: PART_WEIGHTS[name] * _standardised(part) for name, part in parts.items()}
        if favoured:
            weighted["owner"] = np.array([favoured.get(id, 0.0) for id in self._ids], np.float32)
        different = len(set(features.words))
        return Evidence(
            parts=weighted,
            score=sum(weighted.values(), np.zeros(len(self._ids), np.float32)),
            decisions=decisions[:-1],
            strength=words / (max(1, different) * self._words.rarest),
            known=self._words.known_share(features.words),
            outside=float(decisions[-1]) if self._has_outside else _NOT_OUTSIDE,
            length=log(1 + different),
        )


@dataclass(frozen=True)
class Evidence:
    """Everything that speaks for and against the topics, one number per topic where it is an array."""

    parts: Mapping[str, Scores]
    score: Scores
    decisions: Scores
    strength: Scores
    known: float
    outside: float
    length: float

    def hit(self, place: int, id: str) -> Hit:
        """The topic at `place`, with its parts and confidence."""
        parts = {name: float(part[place]) for name, part in self.parts.items()}
        return Hit(id, float(self.score[place]), confidence_of(self.signs(place)), parts)

    def signs(self, place: int) -> dict[str, float]:
        """What the confidence of the topic at `place` is computed from."""
        others = np.delete(self.score, place)
        return {
            "score": float(self.score[place]),
            "lead": float(self.score[place] - others.max(initial=0.0)),
            "classifier": float(self.decisions[place]),
            "strength": float(self.strength[place]),
            "known": self.known,
            "outside": self.outside,
            "length": self.length,
            "outside_wins": max(0.0, self.outside - float(self.decisions[place])),
        }


def confidence_of(signs: Mapping[str, float]) -> float:
    """How likely a topic is the right one, 0 to 1: the logistic function of the weighted signs."""
    total = CONFIDENCE_INTERCEPT + sum(weight * signs[name] for name, weight in CONFIDENCE_WEIGHTS.items())
    return 1 / (1 + exp(-total))


def verdict_of(confidence: float) -> Verdict:
    """What to do when the best topic has this confidence."""
    if confidence >= ANSWER_FROM:
        return Verdict.ANSWER
    return Verdict.CHOICE if confidence >= NOTHING_BELOW else Verdict.NOTHING


def _texts_of(entry: Entry, topic: Text, samples: Sequence[Sample]) -> list[str]:
    texts = [sample.text for sample in samples]
    for language in LANGUAGES:
        names = [entry.title.get(language), *entry.aliases.get(language)]
        texts += names * NAME_WEIGHT
        sentences = (topic, entry.summary, entry.tomorrow, entry.benefit, entry.measure)
        texts += [sentence.get(language) for sentence in sentences]
        for several in (entry.steps, entry.pitfalls, entry.prerequisites):
            texts += several.get(language)
    return texts


def _standardised(scores: Scores) -> Scores:
    """Mean 0 and deviation 1 over the topics, so that parts can be added; all 0 when all are equal."""
    deviation = float(scores.std())
    centred: Scores = scores - scores.mean()
    return centred / deviation if deviation > 1e-6 else np.zeros_like(scores)

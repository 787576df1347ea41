"""Questions that got no good answer, grouped by what they ask, so that an author sees what to write next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from knowledge.text import features_of

#: The topics that the search finds for a question, each with its confidence (0 to 1).
TopicsOf = Callable[[str], Mapping[str, float]]
#: Average distance up to which questions belong together. On all of tests/nlu/knowledge.{ja,en}.jsonl (80 topics, four questions each),
#: 77 / 53 % of the pairs that it puts together are of one topic, and 81 / 58 % of the pairs of one topic are together.
MOST_DISTANCE = 0.75
#: Owners ask the same thing in different words, so likeness is half shared words, half shared topics; by words alone hardly any meet.
TOPICS_WEIGH = 0.5
#: Topics of less confidence than this (all together) count for less: the search is guessing.
LEAST_CONFIDENCE = 0.2
MOST_EXAMPLES = 5


@dataclass(frozen=True, slots=True)
class KeptQuestion:
    """A question's words, and whether it had an answer, which its owner disliked."""

    text: str
    language: str
    is_disliked: bool


@dataclass(frozen=True, slots=True)
class Group:
    """Questions that ask for much the same; `nearest` is the topic that the search finds for them with most confidence."""

    count: int
    unanswered: int
    disliked: int
    languages: tuple[str, ...]
    nearest: str | None
    examples: tuple[str, ...]


def group_questions(questions: Sequence[KeptQuestion], topics_of: TopicsOf) -> tuple[Group, ...]:
    """The groups, the largest first; of groups of one size, the one whose first question comes first in `questions`."""
    texts = list(dict.fromkeys(question.text for question in questions))
    topics = {text: topics_of(text) for text in texts}
    labels = dict(zip(texts, _labels(_distances(texts, topics)), strict=True))
    members: dict[int, list[KeptQuestion]] = {}
    for question in questions:
        members.setdefault(labels[question.text], []).append(question)
    return tuple(sorted((_group(each, topics) for each in members.values()), key=lambda group: -group.count))


def _labels(distances: NDArray[np.float64]) -> list[int]:
    """For each question the number of its group."""
    if len(distances) < 2:
        return [0] * len(distances)
    from sklearn.cluster import AgglomerativeClustering  # noqa: PLC0415 - large, and only wanted when somebody looks

    grouping = AgglomerativeClustering(n_clusters=None, metric="precomputed", linkage="average", distance_threshold=MOST_DISTANCE)
    return [int(label) for label in grouping.fit_predict(distances)]


def _distances(texts: Sequence[str], topics: Mapping[str, Mapping[str, float]]) -> NDArray[np.float64]:
    """How far each question is from each other one: 0 the same, 1 nothing in common."""
    likeness = (1 - TOPICS_WEIGH) * _shared_words(texts) + TOPICS_WEIGH * _shared_topics([topics[text] for text in texts])
    return np.maximum(1 - likeness, 0.0)


def _shared_words(texts: Sequence[str]) -> NDArray[np.float64]:
    terms = [features_of(text).all for text in texts]
    if not any(terms):
        return np.zeros((len(texts), len(texts)))
    from sklearn.feature_extraction.text import TfidfVectorizer  # noqa: PLC0415 - large, and only wanted when somebody looks

    vectors = TfidfVectorizer(analyzer=lambda each: each, sublinear_tf=True).fit_transform(terms)
    return np.asarray((vectors @ vectors.T).toarray())


def _shared_topics(topics: Sequence[Mapping[str, float]]) -> NDArray[np.float64]:
    if not any(topics):
        return np.zeros((len(topics), len(topics)))
    from sklearn.feature_extraction import DictVectorizer  # noqa: PLC0415 - large, and only wanted when somebody looks

    vectors = DictVectorizer(sparse=False).fit_transform(topics)
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    vectors = vectors / np.maximum(lengths, LEAST_CONFIDENCE)
    return np.asarray(vectors @ vectors.T)


def _group(members: Sequence[KeptQuestion], topics: Mapping[str, Mapping[str, float]]) -> Group:
    examples = Counter(member.text for member in members)
    found: Counter[str] = Counter()
    for member in members:
        found.update(topics[member.text])
    disliked = sum(member.is_disliked for member in members)
    return Group(
        count=len(members),
        unanswered=len(members) - disliked,
        disliked=disliked,
        languages=tuple(sorted({member.language for member in members})),
        nearest=found.most_common(1)[0][0] if found else None,
        examples=tuple(text for text, _ in examples.most_common(MOST_EXAMPLES)),
    )

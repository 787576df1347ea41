"""Which level do an owner's own words mean? Pure: a linear model over many sample answers, and how sure it may be.

For each question, the chances of the five levels come from three logistic regressions over the same features: one trained on the
answers to that question, one on all of its dimension, one on everything; their logarithms are added with WEIGHTS. Two more
tell which question a text answers, and whether it is an answer at all rather than a question to us.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from bot.assessment.questionnaire import LEVELS, Questionnaire
from knowledge.content import LANGUAGES
from knowledge.regressions import Numbers, Regressions
from knowledge.samples import AnswerSample
from knowledge.text import utterance_features
from knowledge.tfidf import Tfidf

#: How much the model of the question, of its dimension, and of all answers together count.
WEIGHTS = (1.0, 1.0, 0.5)
#: The commonest features are enough: twice as many change nothing that we can measure, and take 60 MB more memory.
MOST_FEATURES = 40_000
#: The words of an option are surer than any sample of its level.
OPTION_REPEATS = 2
#: Recorded without asking back from this chance of the level on, and up to this chance of being two or more levels away.
#: By cross-validation over the sample answers, 46-49 % (ja) and 36-44 % (en) are recorded, 0.2-0.7 % wrong by two or more.
SURE_FROM = 0.7
FAR_UP_TO = 0.08
TINY = 1e-9
#: Names of the models that belong to no question or dimension.
_IS_ANSWER, _WHICH, _ALL = "is answer", "which question", "all answers"


@dataclass(frozen=True)
class Proposal:
    """The chances of the levels 1 to 5, the likeliest `level`, and its `rival`; `is_sure`: it may be recorded without asking back."""

    chances: tuple[float, ...]

    @property
    def level(self) -> int:
        """The likeliest level."""
        return 1 + max(range(LEVELS), key=lambda place: self.chances[place])

    @property
    def rival(self) -> int:
        """The likeliest of the other levels."""
        return 1 + max((place for place in range(LEVELS) if place != self.level - 1), key=lambda place: self.chances[place])

    @property
    def far(self) -> float:
        """The chance that the level is wrong by two or more."""
        return sum(chance for place, chance in enumerate(self.chances, 1) if abs(place - self.level) >= 2)

    @property
    def is_sure(self) -> bool:
        """Whether the level may be recorded without asking back."""
        return self.chances[self.level - 1] >= SURE_FROM and self.far <= FAR_UP_TO


class OwnWords:
    """The trained models; safe to use from several threads."""

    def __init__(self, samples: Sequence[AnswerSample], elsewhere: Sequence[str], questionnaire: Questionnaire) -> None:
        """`samples` are about questions and dimensions; `elsewhere` are messages that answer no question of the assessment."""
        self._dimension_of = {each.id: each.dimension for each in questionnaire.questions}
        samples = [*samples, *_options(questionnaire)]
        texts = [utterance_features(text) for text in (*(each.text for each in samples), *elsewhere)]
        self._tfidf = Tfidf(texts, in_how_many=2, most=MOST_FEATURES)
        rows = self._tfidf.rows(texts)
        self._models = Regressions(len(self._tfidf))
        self._models.add(_IS_ANSWER, rows, np.arange(len(texts)) < len(samples), balanced=True)
        self._train(rows[: len(samples)], samples)

    def _train(self, rows: Any, samples: Sequence[AnswerSample]) -> None:
        levels, about = np.array([each.level for each in samples]), np.array([each.about for each in samples])
        dimension = np.array([self._dimension_of.get(each.about, each.about) for each in samples])
        of_question = np.isin(about, list(self._dimension_of))
        self._models.add(_WHICH, rows[of_question], about[of_question])
        self._models.add(_ALL, rows, levels)
        for each in self._dimension_of:
            self._models.add(each, rows[about == each], levels[about == each])
        for each in sorted(set(self._dimension_of.values())):
            self._models.add(each, rows[dimension == each], levels[dimension == each])

    def hear(self, text: str) -> Heard:
        """Everything that the models say about `text`."""
        return Heard(self._models.chances(self._tfidf.row(utterance_features(text))), self._dimension_of)


@dataclass(frozen=True)
class Heard:
    """What the models say about one text."""

    chances: Mapping[str, Numbers]
    dimension_of: Mapping[str, str]

    @property
    def answering(self) -> float:
        """How likely the text answers some question of the assessment, rather than being a question or a wish, 0 to 1."""
        return float(self.chances[_IS_ANSWER][1])

    @property
    def subjects(self) -> Mapping[str, float]:
        """How likely the text answers each of the questions, given that it answers one."""
        return dict(zip(sorted(self.dimension_of), self.chances[_WHICH].tolist(), strict=True))

    def proposal(self, question: str) -> Proposal:
        """The levels that the text may mean as an answer to `question`."""
        return self._combined(self.chances[question], self.dimension_of[question])

    def proposal_for_dimension(self, dimension: str) -> Proposal:
        """The same when only the dimension is known: each of its questions counts as far as the text is likely to answer it."""
        mine = {each: share for each, share in self.subjects.items() if self.dimension_of[each] == dimension}
        mixed = sum((share * self.chances[question] for question, share in mine.items()), np.zeros(LEVELS))
        return self._combined(mixed / sum(mine.values()), dimension)

    def _combined(self, of_question: Numbers, dimension: str) -> Proposal:
        parts = (of_question, self.chances[dimension], self.chances[_ALL])
        logarithms = sum((weight * np.log(part + TINY) for weight, part in zip(WEIGHTS, parts, strict=True)), np.zeros(LEVELS))
        chances = np.exp(logarithms - logarithms.max())
        return Proposal(tuple((chances / chances.sum()).tolist()))


def _options(questionnaire: Questionnaire) -> Iterable[AnswerSample]:
    for question in questionnaire.questions:
        for level, option in enumerate(question.options, 1):
            yield from [AnswerSample(question.id, level, option.get(language)) for language in LANGUAGES] * OPTION_REPEATS

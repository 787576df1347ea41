"""A Rasa intent classifier around a linear model: small, fast, exact on few examples, and without TensorFlow."""

from __future__ import annotations

import pickle
import re
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.nlu.constants import TOKENS_NAMES
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from scipy.sparse import hstack

from knowledge.tfidf import Tfidf

_SPACES = re.compile(r"\s+")
#: How far apart confidences lie for decision values one apart; with 3, a message that is surely of one intent gets about .9.
SHARPNESS = 3.0
MODEL_FILE = "linear_intent_classifier.pickle"


def words_of(message: Message) -> list[str]:
    """The lemmas of a message, and their pairs."""
    lemmas = [token.lemma or token.text.lower() for token in message.get(TOKENS_NAMES[TEXT]) or []]
    return [*lemmas, *(" ".join(pair) for pair in pairwise(lemmas))]


def characters_of(message: Message) -> list[str]:
    """The runs of one to four characters of a message."""
    text = _SPACES.sub(" ", (message.get(TEXT) or "").lower())
    return [text[start : start + length] for length in (1, 2, 3, 4) for start in range(len(text) - length + 1)]


class LinearModel:
    """One linear support vector machine per intent; an intent with few messages weighs as much as one with many."""

    def __init__(self, messages: Sequence[Message], intents: Sequence[str], regularisation: float) -> None:
        from sklearn.svm import LinearSVC  # noqa: PLC0415 - only training needs it (see knowledge/tfidf.py)

        words, characters = [words_of(each) for each in messages], [characters_of(each) for each in messages]
        self._words, self._characters = Tfidf(words, in_how_many=2), Tfidf(characters, in_how_many=3)
        machine = LinearSVC(C=regularisation, tol=0.05, class_weight="balanced", random_state=0)
        machine.fit(hstack([self._words.rows(words), self._characters.rows(characters)], "csr"), intents)
        self.intents: tuple[str, ...] = tuple(map(str, machine.classes_))
        two = len(self.intents) == 2  # scikit-learn keeps one row for two classes
        weights = np.asarray(np.vstack([-machine.coef_, machine.coef_]) if two else machine.coef_, np.float16).T
        self._word_weights, self._character_weights = np.split(np.ascontiguousarray(weights), [len(self._words)])
        self._bias = np.asarray(np.append(-machine.intercept_, machine.intercept_) if two else machine.intercept_, np.float32)

    def confidences(self, message: Message) -> npt.NDArray[np.float32]:
        """A share of 1 for each of `intents`: the softmax of the decision values, which spreads where none of them is convinced."""
        words, characters = self._words.row(words_of(message)), self._characters.row(characters_of(message))
        decisions = words.times(self._word_weights) + characters.times(self._character_weights) + self._bias
        weights = np.exp(SHARPNESS * (decisions - decisions.max()))
        shares: npt.NDArray[np.float32] = weights / weights.sum()
        return shares


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class LinearIntentClassifier(GraphComponent, IntentClassifier):
    """Ranks the intents of a message with :class:`LinearModel`."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`regularisation` is scikit-learn's C: larger trusts the messages more. `ranking_length`: how many intents a ranking holds."""
        return {"regularisation": 0.2, "ranking_length": 10}

    def __init__(self, config: dict[str, Any], storage: ModelStorage, resource: Resource, model: LinearModel | None = None) -> None:
        self._config = config
        self._storage = storage
        self._resource = resource
        self._model = model

    @classmethod
    def create(
        cls, config: dict[str, Any], model_storage: ModelStorage, resource: Resource, execution_context: ExecutionContext
    ) -> LinearIntentClassifier:
        """An untrained classifier."""
        return cls(config, model_storage, resource)

    def train(self, training_data: TrainingData) -> Resource:
        """Fit on every example that has an intent; does nothing when there are fewer than two intents."""
        examples = [message for message in training_data.intent_examples if message.get(TEXT)]
        intents = [message.get(INTENT) for message in examples]
        if len(set(intents)) > 1:
            self._model = LinearModel(examples, intents, self._config["regularisation"])
        self.persist()
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Set `intent` and `intent_ranking` of each message."""
        for message in messages:
            ranking = self._rank(message)
            message.set(INTENT, ranking[0] if ranking else {"name": None, "confidence": 0.0}, add_to_output=True)
            message.set("intent_ranking", ranking, add_to_output=True)
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Rasa's test command reads predictions from here."""
        self.process(training_data.training_examples)
        return training_data

    def _rank(self, message: Message) -> list[dict[str, Any]]:
        if self._model is None or not message.get(TEXT):
            return []
        confidences = self._model.confidences(message)
        ranked = sorted(zip(self._model.intents, confidences, strict=True), key=lambda pair: -pair[1])
        return [{"name": name, "confidence": float(value)} for name, value in ranked[: self._config["ranking_length"]]]

    def persist(self) -> None:
        """Keep the fitted model beside Rasa's own parts; the archive is made and read by this installation only."""
        with self._storage.write_to(self._resource) as folder:
            (Path(folder) / MODEL_FILE).write_bytes(pickle.dumps(self._model, pickle.HIGHEST_PROTOCOL))

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> LinearIntentClassifier:
        """The classifier as :meth:`persist` left it."""
        with model_storage.read_from(resource) as folder:
            kept = (Path(folder) / MODEL_FILE).read_bytes()
        return cls(config, model_storage, resource, pickle.loads(kept))  # noqa: S301 - made by this installation, see `persist`

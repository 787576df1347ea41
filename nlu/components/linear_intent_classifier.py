"""A Rasa intent classifier around a linear model: small, fast, exact on few examples, and without TensorFlow."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import joblib
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
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.pipeline import FeatureUnion
from sklearn.svm import LinearSVC

_SPACES = re.compile(r"\s+")
#: Between lemmas in the text that the vectorizers see; no owner types it.
_BORDER = "\u241f"
#: How far apart confidences lie for decision values one apart; with 3, a message that is surely of one intent gets about .9.
SHARPNESS = 3.0
MODEL_FILE = "linear_intent_classifier.joblib"


def _lemmas(document: str) -> list[str]:
    return [lemma for lemma in document.partition("\n")[0].split(_BORDER) if lemma]


def _characters(document: str) -> str:
    return document.partition("\n")[2]


def document_of(message: Message) -> str:
    """A message as the vectorizers read it: its lemmas on the first line, its characters on the second."""
    lemmas = [token.lemma or token.text.lower() for token in message.get(TOKENS_NAMES[TEXT]) or []]
    return _BORDER.join(lemmas) + "\n" + _SPACES.sub(" ", (message.get(TEXT) or "").lower())


def build_features() -> FeatureUnion:
    """TF-IDF of lemma 1-2-grams and character 1-4-grams; what only one or two messages hold is left out."""
    words = {"tokenizer": _lemmas, "token_pattern": None, "lowercase": False, "ngram_range": (1, 2), "min_df": 2}
    characters = {"analyzer": "char", "preprocessor": _characters, "ngram_range": (1, 4), "min_df": 3}
    shared = {"sublinear_tf": True, "dtype": np.float32}
    return FeatureUnion([("words", TfidfVectorizer(**words, **shared)), ("characters", TfidfVectorizer(**characters, **shared))])


class LinearModel:
    """One linear support vector machine per intent; an intent with few messages weighs as much as one with many."""

    def __init__(self, documents: Sequence[str], intents: Sequence[str], regularisation: float) -> None:
        self._features = build_features()
        machine = LinearSVC(C=regularisation, tol=0.05, class_weight="balanced", random_state=0)
        machine.fit(self._features.fit_transform(documents), intents)
        for _, vectorizer in self._features.transformer_list:
            vars(vectorizer).pop("stop_words_", None)  # everything that was left out: large, and for looking at only
        self.intents: tuple[str, ...] = tuple(map(str, machine.classes_))
        two = len(self.intents) == 2  # scikit-learn keeps one row for two classes
        self._weights = np.asarray(np.vstack([-machine.coef_, machine.coef_]) if two else machine.coef_, np.float32).T
        self._bias = np.asarray(np.append(-machine.intercept_, machine.intercept_) if two else machine.intercept_, np.float32)

    def confidences(self, document: str) -> npt.NDArray[np.float64]:
        """A share of 1 for each of `intents`: the softmax of the decision values, which spreads where none of them is convinced."""
        decisions = np.asarray(self._features.transform([document]) @ self._weights, np.float64)[0] + self._bias
        weights = np.exp(SHARPNESS * (decisions - decisions.max()))
        shares: npt.NDArray[np.float64] = weights / weights.sum()
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
            self._model = LinearModel([document_of(message) for message in examples], intents, self._config["regularisation"])
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
        confidences = self._model.confidences(document_of(message))
        ranked = sorted(zip(self._model.intents, confidences, strict=True), key=lambda pair: -pair[1])
        return [{"name": name, "confidence": float(value)} for name, value in ranked[: self._config["ranking_length"]]]

    def persist(self) -> None:
        """Keep the fitted model beside Rasa's own parts; the archive is made and read by this installation only."""
        with self._storage.write_to(self._resource) as folder:
            joblib.dump(self._model, Path(folder) / MODEL_FILE)

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
            return cls(config, model_storage, resource, joblib.load(Path(folder) / MODEL_FILE))

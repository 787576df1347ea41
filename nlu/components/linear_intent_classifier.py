"""A Rasa intent classifier around a linear model: small, fast, exact on few examples, and without TensorFlow."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import joblib
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
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import FeatureUnion, Pipeline, make_pipeline

_SPACES = re.compile(r"\s+")
#: Between lemmas in the text that the vectorizers see; no owner types it.
_BORDER = "\u241f"
MODEL_FILE = "linear_intent_classifier.joblib"


def _lemmas(document: str) -> list[str]:
    return [lemma for lemma in document.partition("\n")[0].split(_BORDER) if lemma]


def _characters(document: str) -> str:
    return document.partition("\n")[2]


def document_of(message: Message) -> str:
    """A message as the vectorizers read it: its lemmas on the first line, its characters on the second."""
    lemmas = [token.lemma or token.text.lower() for token in message.get(TOKENS_NAMES[TEXT]) or []]
    return _BORDER.join(lemmas) + "\n" + _SPACES.sub(" ", (message.get(TEXT) or "").lower())


def build_model(regularisation: float) -> Pipeline:
    """TF-IDF of lemma 1-2-grams and character 1-4-grams into a balanced multinomial logistic regression.

    `regularisation` is scikit-learn's C: larger trusts the examples more.
    """
    features = FeatureUnion(
        [
            ("words", TfidfVectorizer(tokenizer=_lemmas, token_pattern=None, lowercase=False, ngram_range=(1, 2), sublinear_tf=True)),
            ("characters", TfidfVectorizer(analyzer="char", preprocessor=_characters, ngram_range=(1, 4), min_df=2, sublinear_tf=True)),
        ]
    )
    return make_pipeline(features, LogisticRegression(C=regularisation, class_weight="balanced", max_iter=300))


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class LinearIntentClassifier(GraphComponent, IntentClassifier):
    """Ranks the intents of a message with :func:`build_model`; confidences are the model's probabilities."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`regularisation`: see :func:`build_model`. `ranking_length`: how many intents a message's ranking holds."""
        return {"regularisation": 10.0, "ranking_length": 10}

    def __init__(self, config: dict[str, Any], storage: ModelStorage, resource: Resource, model: Pipeline | None = None) -> None:
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
            self._model = build_model(self._config["regularisation"])
            self._model.fit([document_of(message) for message in examples], intents)
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
        probabilities = self._model.predict_proba([document_of(message)])[0]
        ranked = sorted(zip(self._model.classes_, probabilities, strict=True), key=lambda pair: -pair[1])
        return [{"name": str(name), "confidence": float(value)} for name, value in ranked[: self._config["ranking_length"]]]

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

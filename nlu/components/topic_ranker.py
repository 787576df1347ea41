"""The knowledge base's search as a part of Rasa's pipeline: it learns from the sample questions and ranks the topics of a message."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from knowledge.base import load_knowledge
from knowledge.keeping import INDEX_FILE, keep_search, kept_search
from knowledge.samples import INTENT as ASKING
from knowledge.samples import Sample
from knowledge.search import KnowledgeSearch, Ranking
from knowledge.text import language_of


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class TopicRanker(GraphComponent, IntentClassifier):
    """Sets `topics` (id, confidence, score) and `topics_verdict` (answer, choice, nothing) of every message; the intent stays as it is."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`knowledge`: the folder of the entries. `outside`: intents whose messages no entry answers. `limit`: how many topics."""
        return {"knowledge": "knowledge", "outside": [], "limit": 5}

    def __init__(
        self, config: dict[str, Any], storage: ModelStorage, resource: Resource, search: KnowledgeSearch | None = None
    ) -> None:
        self._config = config
        self._storage = storage
        self._resource = resource
        self._search = search

    @classmethod
    def create(
        cls, config: dict[str, Any], model_storage: ModelStorage, resource: Resource, execution_context: ExecutionContext
    ) -> TopicRanker:
        """A ranker that has learned nothing yet."""
        return cls(config, model_storage, resource)

    def train(self, training_data: TrainingData) -> Resource:
        """Index the entries together with the sample questions. Raises ContentError for a malformed entry."""
        base = load_knowledge(Path(self._config["knowledge"]))
        samples: dict[str, list[Sample]] = {}
        outside: list[Sample] = []
        for message in training_data.intent_examples:
            topic = ((message.get("metadata") or {}).get("intent") or {}).get("topic")
            sample = Sample(message.get(TEXT) or "", language_of(message.get(TEXT) or "") or "en")
            if message.get(INTENT) == ASKING and topic:
                samples.setdefault(topic, []).append(sample)
            elif message.get(INTENT) in self._config["outside"]:
                outside.append(sample)
        with self._storage.write_to(self._resource) as folder:
            keep_search(KnowledgeSearch(base, samples, outside), Path(folder) / INDEX_FILE)
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Rank the topics of each message."""
        for message in messages:
            ranking = self._ranking(message)
            topics = [{"id": hit.id, "confidence": hit.confidence, "score": hit.score} for hit in ranking.results] if ranking else []
            message.set("topics", topics, add_to_output=True)
            message.set("topics_verdict", ranking.verdict.value if ranking else "nothing", add_to_output=True)
        return messages

    def _ranking(self, message: Message) -> Ranking | None:
        text = message.get(TEXT)
        return self._search.search(text, limit=self._config["limit"]) if self._search and text else None

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Nothing after this part of the pipeline learns from topics."""
        return training_data

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> TopicRanker:
        """The ranker as :meth:`train` left it."""
        with model_storage.read_from(resource) as folder:
            return cls(config, model_storage, resource, kept_search((Path(folder) / INDEX_FILE).read_bytes()))

"""How well our pipeline tells intents apart, beside Rasa's default pipeline (DIET), trained and tested on the same files.

`uv run --extra diet python -m tests.benchmarks.nlu --train FILE … --test FILE …`; without the extra, only ours is measured.
Files: lines of JSON with `text` and `intent`; CSV with a first line that names `text` and `intent`, `category` or `label` (BANKING77);
or Rasa's YAML. Test messages of intents that are not trained are left out. CLINC150's one JSON file holds both parts and more:
`--clinc FILE`; its out-of-scope lines are left out.
"""

from __future__ import annotations

import argparse
import asyncio
import csv
import json
import statistics
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psutil
import yaml

from bot.assistant import quiet, stand_ins

OURS = """
- name: nlu.components.sudachi_tokenizer.SudachiTokenizer
- name: nlu.components.linear_intent_classifier.LinearIntentClassifier
"""
#: What Rasa 3.6 itself takes when config.yml names no pipeline (rasa/engine/recipes/config_files/default_config.yml).
DIET = """
- name: WhitespaceTokenizer
- name: RegexFeaturizer
- name: LexicalSyntacticFeaturizer
- name: CountVectorsFeaturizer
- name: CountVectorsFeaturizer
  analyzer: char_wb
  min_ngram: 1
  max_ngram: 4
- name: DIETClassifier
  epochs: 100
  constrain_similarities: true
"""
#: The same with our tokenizer: Japanese has no white space, and Rasa brings no tokenizer for it.
DIET_ON_OUR_WORDS = DIET.replace("WhitespaceTokenizer", "nlu.components.sudachi_tokenizer.SudachiTokenizer")
_LABELS = ("intent", "category", "label")
_UNKNOWN = "oos"


@dataclass(frozen=True, slots=True)
class Message:
    """A message and what it means."""

    text: str
    intent: str


@dataclass(frozen=True, slots=True)
class Measured:
    """One pipeline on one split."""

    name: str
    accuracy: float
    macro_f1: float
    training_seconds: float
    parse_ms: float
    memory_mb: float

    def line(self) -> str:
        """One line of the table."""
        quality = f"{self.accuracy:8.4f} {self.macro_f1:8.4f}"
        return f"{self.name:28} {quality} {self.training_seconds:10.1f} {self.parse_ms:9.2f} {self.memory_mb:9.0f}"


def read(path: Path) -> list[Message]:
    """The messages of a file. Raises ValueError for another format."""
    if path.suffix == ".jsonl":
        return [Message(each["text"], each["intent"]) for each in map(json.loads, path.read_text("utf-8").splitlines()) if each]
    if path.suffix == ".csv":
        with path.open(encoding="utf-8", newline="") as file:
            return [Message(row["text"], next(row[label] for label in _LABELS if label in row)) for row in csv.DictReader(file)]
    if path.suffix in (".yml", ".yaml"):
        return list(_of_rasa(yaml.safe_load(path.read_text("utf-8"))))
    raise ValueError(f"{path.name}: a .jsonl, .csv or .yml file is read here")


def _of_rasa(content: Any) -> Iterator[Message]:
    for block in content.get("nlu", ()):
        for line in block.get("examples", "").splitlines() if block.get("intent") else ():
            yield Message(line.removeprefix("- "), block["intent"].partition("/")[0])


def read_clinc(path: Path) -> tuple[list[Message], list[Message]]:
    """CLINC150: what it trains on, and what it tests with."""
    content = json.loads(path.read_text("utf-8"))
    return tuple([Message(*pair) for pair in content[part] if pair[1] != _UNKNOWN] for part in ("train", "test"))  # type: ignore[return-value]


def measure(name: str, pipeline: str, train: Sequence[Message], test: Sequence[Message]) -> Measured:
    """Train and test one pipeline through Rasa's own programming interface."""
    from rasa.core.agent import Agent  # noqa: PLC0415 - only after the stand-ins
    from rasa.core.tracker_store import InMemoryTrackerStore  # noqa: PLC0415
    from rasa.model_training import train_nlu  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as folder:
        config, data = Path(folder) / "config.yml", Path(folder) / "nlu.json"
        config.write_text(f"recipe: default.v1\nassistant_id: benchmark\nlanguage: en\npipeline:{pipeline}policies: []\n", "utf-8")
        data.write_text(_as_rasa(train), "utf-8")
        started = time.perf_counter()
        model = train_nlu(str(config), str(data), folder)
        trained = time.perf_counter() - started
        return asyncio.run(_tested(name, Agent.load(model, tracker_store=InMemoryTrackerStore(None)), test, trained))


async def _tested(name: str, agent: Any, test: Sequence[Message], trained: float) -> Measured:
    found, times = [], []
    for message in test:
        started = time.perf_counter()
        found.append((await agent.parse_message(message.text))["intent"]["name"])
        times.append(time.perf_counter() - started)
    meant = [message.intent for message in test]
    right = sum(map(str.__eq__, meant, map(str, found))) / len(test)
    memory = psutil.Process().memory_info().rss / 2**20
    return Measured(name, right, macro_f1(meant, found), trained, 1000 * statistics.median(times), memory)


def macro_f1(meant: Sequence[str], found: Sequence[str]) -> float:
    """The mean over the intents of the harmonic mean of precision and recall (as scikit-learn's `f1_score(average="macro")`)."""
    scores = []
    for intent in {*meant, *found}:
        both = sum(one == other == intent for one, other in zip(meant, found, strict=True))
        scores.append(2 * both / (meant.count(intent) + found.count(intent)))
    return statistics.fmean(scores)


def _as_rasa(messages: Iterable[Message]) -> str:
    return json.dumps({"rasa_nlu_data": {"common_examples": [{"text": each.text, "intent": each.intent} for each in messages]}})


def pipelines() -> dict[str, str]:
    """The pipelines that can run here, by name."""
    found = {"ours": OURS}
    if find_spec("tensorflow") is not None:
        found |= {"Rasa's default (DIET)": DIET, "DIET on Sudachi's words": DIET_ON_OUR_WORDS}
    return found


def main() -> None:
    """Read the files, measure every pipeline, print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--train", type=Path, nargs="+", default=[])
    parser.add_argument("--test", type=Path, nargs="+", default=[])
    parser.add_argument("--clinc", type=Path)
    chosen = parser.parse_args()
    if chosen.clinc:
        train, test = read_clinc(chosen.clinc)
    elif chosen.train and chosen.test:
        train, test = ([message for path in paths for message in read(path)] for paths in (chosen.train, chosen.test))
    else:
        parser.error("give --train and --test, or --clinc")
    known = {message.intent for message in train}
    test = [message for message in test if message.intent in known]
    wanted = pipelines()
    quiet.hush()
    quiet.silence_warnings()
    stand_ins.install()
    measured = [measure(name, pipeline, train, test) for name, pipeline in wanted.items()]
    print(f"{len(train)} messages to train, {len(test)} to test, {len(known)} intents")
    print(f"{'':28} {'accuracy':>8} {'macro F1':>8} {'training s':>10} {'parse ms':>9} {'memory MB':>9}")
    for each in measured:
        print(each.line())


if __name__ == "__main__":
    main()

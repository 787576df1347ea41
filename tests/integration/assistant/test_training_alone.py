"""Of several processes that share a folder of models, one trains."""

from __future__ import annotations

import asyncio
from pathlib import Path
from threading import Semaphore

import pytest

from bot.assistant import training
from bot.assistant.training import TrainingError, ensure_model
from bot.services import ROOT


class FakeTraining:
    """Leaves a file, once three have asked for the model."""

    def __init__(self) -> None:
        self.times = 0
        self._asked = Semaphore(0)

    def model_path(self, root: Path, models: Path) -> Path:
        """Where it will be; whoever asks looks there next."""
        self._asked.release()
        return models / "advisor-new.tar.gz"

    def __call__(self, root: Path, output: Path, progress: training.Progress) -> Path:
        self.times += 1
        for _ in range(3 if self.times == 1 else 0):
            assert self._asked.acquire(timeout=30)
        made = output / "model.tar.gz"
        made.write_bytes(b"a model")
        return made


async def test_three_that_start_at_once_train_once_and_get_the_same_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake = FakeTraining()
    monkeypatch.setattr(training, "_train", fake)
    monkeypatch.setattr(training, "model_path", fake.model_path)
    models = tmp_path / "models"
    found = await asyncio.gather(*(asyncio.to_thread(ensure_model, ROOT, models, lambda step: None) for _ in range(3)))
    assert (len(set(found)), found[0].read_bytes(), fake.times) == (1, b"a model", 1)


def test_a_place_that_takes_no_model_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "models").write_text("a file, no folder", encoding="utf-8")
    with pytest.raises(TrainingError, match=r"cannot write to .*run `advisor train` where it may be written"):
        ensure_model(ROOT, tmp_path / "models", lambda step: None)

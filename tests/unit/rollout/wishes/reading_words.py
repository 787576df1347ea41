"""The reader with the shipped words, and the phrases of the measured files."""

from __future__ import annotations

import json
from datetime import datetime
from functools import cache
from typing import Any

from bot.rollout.wishes.reading import WishReader
from bot.rollout.wishes.words import load_wish_words
from bot.services import ROOT

#: A Wednesday.
NOW = datetime(2026, 11, 25, 10)  # noqa: DTZ001 - the owner's wall


@cache
def reader() -> WishReader:
    return WishReader(load_wish_words(ROOT / "knowledge"))


def phrases(language: str) -> list[dict[str, Any]]:
    lines = (ROOT / "tests" / "nlu" / f"schedule.{language}.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]

"""`advisor evaluate`: how well messages that nobody trained on are understood, by the same code that answers owners."""

from __future__ import annotations

import asyncio
import json
import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console

from bot.assessment.questionnaire import ScoredQuestion
from bot.assessment.reading import ReadingKind, read_answer
from bot.assistant.agent import load_assistant
from bot.operations import evaluating_replies, evaluating_schedule
from bot.operations.evaluating_replies import evaluate_replies
from bot.operations.evaluating_schedule import evaluate_schedule
from bot.rollout.wishes.reading import WishReader
from bot.rollout.wishes.words import load_wish_words
from bot.services import ROOT, Services, load_services
from knowledge.search import Ranking, Verdict
from knowledge.text import language_of

Row = dict[str, Any]
Report = dict[str, Any]
#: The share of right first answers that the threshold of `out_of_scope_accepted_at_95` keeps.
KEPT = 0.95
MOST_SHOWN = 15
#: What can be evaluated, and what every line of its file must have.
_KEYS = {
    "knowledge": ("text", "gold"),
    "intents": ("text", "intent"),
    "answers": ("text", "dimension", "level"),
    "schedule": evaluating_schedule.KEYS,
    "replies": evaluating_replies.KEYS,
}


class EvaluationError(Exception):
    """The file cannot be evaluated; the message names it and the line."""


def run_evaluation(what: str, file: Path, out_of_scope: Path | None, as_json: bool, model: Callable[[], Path]) -> None:
    """Evaluate FILE and print the report. Raises EvaluationError for an unknown kind or a file that does not fit."""
    if what not in _KEYS:
        raise EvaluationError(f"'{what}' cannot be evaluated; use {', '.join(_KEYS)}")
    rows = read_rows(file, _KEYS[what])
    outside = read_rows(out_of_scope, ("text",)) if out_of_scope else []
    try:
        report, wrong = _evaluated(what, rows, outside, model)
    except ValueError as error:
        raise EvaluationError(f"{file}: {error}; docs/understanding.md describes the lines") from error
    _print(report, wrong, as_json)


def _evaluated(what: str, rows: Sequence[Row], outside: Sequence[Row], model: Callable[[], Path]) -> tuple[Report, list[str]]:
    if what == "schedule":
        return evaluate_schedule(WishReader(load_wish_words(ROOT / "knowledge")), rows)
    services = load_services(ROOT, model)
    if what == "knowledge":
        return evaluate_knowledge(services, rows, outside)
    if what == "intents":
        return asyncio.run(evaluate_intents(load_assistant(model(), services).classify, rows))
    if what == "replies":
        return asyncio.run(evaluate_replies(services, load_assistant(model(), services).classify, rows))
    return evaluate_answers(services, rows)


def read_rows(file: Path, keys: Sequence[str]) -> list[Row]:
    """The objects of a JSON Lines file, each with `keys`. Raises EvaluationError with file and line."""
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise EvaluationError(f"{file} cannot be read; give a JSON Lines file in UTF-8") from error
    rows = [_row(file, number, line, keys) for number, line in enumerate(lines, 1) if line.strip()]
    if not rows:
        raise EvaluationError(f"{file} has no lines; write one JSON object a line")
    return rows


def _row(file: Path, number: int, line: str, keys: Sequence[str]) -> Row:
    try:
        row = json.loads(line)
    except ValueError as error:
        raise EvaluationError(f"{file}:{number}: this is not JSON; write one object a line") from error
    missing = [key for key in keys if not isinstance(row, dict) or key not in row]
    if missing:
        raise EvaluationError(f"{file}:{number}: '{missing[0]}' is missing; each line needs {', '.join(keys)}")
    return dict(row)


def evaluate_knowledge(services: Services, rows: Sequence[Row], outside: Sequence[Row]) -> tuple[Report, list[str]]:
    """The report on questions with their right topics, and the lines that went wrong."""
    timed = [_timed_search(services, row["text"]) for row in rows]
    rankings = [ranking for ranking, _ in timed]
    ranks = [_rank(ranking, row["gold"]) for ranking, row in zip(rankings, rows, strict=True)]
    answered = [ranking.verdict is Verdict.ANSWER for ranking in rankings]
    report: Report = {
        "n": len(rows),
        "top1": _share(rank == 1 for rank in ranks),
        "top3": _share(rank is not None and rank <= 3 for rank in ranks),
        "confident_wrong": _share(sure and rank != 1 for sure, rank in zip(answered, ranks, strict=True)),
        "offered_choice": _share(ranking.verdict is Verdict.CHOICE for ranking in rankings),
        "ms_p50": round(statistics.median(seconds for _, seconds in timed) * 1000, 2),
    }
    if outside:
        right = [_confidence(ranking) for ranking, rank in zip(rankings, ranks, strict=True) if rank == 1]
        report |= _out_of_scope(services, outside, right)
    wrong = [
        f"{row['text']}  → {ranking.results[0].id if ranking.results else '-'}  (right: {', '.join(row['gold'])})"
        for row, ranking, rank in zip(rows, rankings, ranks, strict=True)
        if rank != 1
    ]
    return report, wrong


def _timed_search(services: Services, text: str) -> tuple[Ranking, float]:
    started = time.perf_counter()
    ranking = services.search.search(text)
    return ranking, time.perf_counter() - started


def _rank(ranking: Ranking, gold: Sequence[str]) -> int | None:
    return next((place for place, hit in enumerate(ranking.results, 1) if hit.id in gold), None)


def _confidence(ranking: Ranking) -> float:
    return ranking.results[0].confidence if ranking.results else 0.0


def _out_of_scope(services: Services, outside: Sequence[Row], right: list[float]) -> Report:
    rankings = [services.search.search(row["text"]) for row in outside]
    threshold = sorted(right)[int(len(right) * (1 - KEPT))] if right else 0.0
    return {
        "out_of_scope_n": len(outside),
        "out_of_scope_accepted": _share(ranking.verdict is not Verdict.NOTHING for ranking in rankings),
        "out_of_scope_accepted_at_95": _share(bool(ranking.results) and _confidence(ranking) >= threshold for ranking in rankings),
    }


async def evaluate_intents(classify: Callable[[str], Any], rows: Sequence[Row]) -> tuple[Report, list[str]]:
    """The report on messages with their right intents, and the lines that went wrong."""
    pairs = [(str(row["intent"]), str((await classify(row["text"]))["intent"]["name"])) for row in rows]
    per_intent = {intent: _f1(intent, pairs) for intent in sorted({right for right, _ in pairs})}
    report: Report = {
        "n": len(rows),
        "accuracy": _share(right == found for right, found in pairs),
        "macro_f1": round(statistics.mean(per_intent.values()), 4),
        "per_intent": per_intent,
    }
    confused = Counter((right, found) for right, found in pairs if right != found)
    worst = [f"{count} x {right} taken for {found}" for (right, found), count in confused.most_common(10)]
    wrong = [f"{row['text']}  → {found}  (right: {right})" for row, (right, found) in zip(rows, pairs, strict=True) if right != found]
    return report, worst + wrong


def _f1(intent: str, pairs: Sequence[tuple[str, str]]) -> float:
    """Harmonic mean of precision and recall of one intent."""
    hits = sum(right == found == intent for right, found in pairs)
    mentions = sum(intent == right for right, _ in pairs) + sum(intent == found for _, found in pairs)
    return round(2 * hits / mentions, 4) if mentions else 0.0


def evaluate_answers(services: Services, rows: Sequence[Row]) -> tuple[Report, list[str]]:
    """The report on owners' own words for a dimension: the level that is proposed first, and what is recorded without asking back."""
    found = [_proposed(services, row["dimension"], row["text"]) for row in rows]
    distances = [abs(level - int(row["level"])) for (level, _), row in zip(found, rows, strict=True)]
    recorded = [is_sure for _, is_sure in found]
    report: Report = {
        "n": len(rows),
        "exact": _share(distance == 0 for distance in distances),
        "within_one": _share(distance <= 1 for distance in distances),
        "recorded": _share(recorded),
        "recorded_wrong_by_two": _share(is_sure and distance >= 2 for is_sure, distance in zip(recorded, distances, strict=True)),
    }
    lines = zip(rows, found, strict=True)
    wrong = [
        f"{row['text']}  → {level}, {'recorded' if is_sure else 'asked back'}  (right: {row['level']})"
        for row, (level, is_sure) in lines
        if level != row["level"]
    ]
    return report, wrong


def _proposed(services: Services, dimension: str, text: str) -> tuple[int, bool]:
    """The level that is proposed for a dimension, and whether it is recorded without asking back.

    As in a conversation: what reads as an option of one of its questions, the core one first, counts before own words.
    """
    mine = [each for each in services.questionnaire.questions if each.dimension == dimension]
    for question in sorted(mine, key=lambda each: not each.core):
        if level := _read(services, question, text):
            return level, True
    proposal = services.own_words.hear(text).proposal_for_dimension(dimension)
    return proposal.level, proposal.is_sure


def _read(services: Services, question: ScoredQuestion, text: str) -> int | None:
    reading = read_answer(question, text, language_of(text) or "ja", services.questionnaire.words)
    return reading.value if reading and reading.kind is ReadingKind.VALUE else None


def _share(flags: Iterable[bool]) -> float:
    found = list(flags)
    return round(sum(found) / len(found), 4) if found else 0.0


def _print(report: Report, wrong: Sequence[str], as_json: bool) -> None:
    console = Console(highlight=False)
    if as_json:
        console.file.write(json.dumps(report, ensure_ascii=False) + "\n")
        return
    for name, value in report.items():
        if isinstance(value, dict):
            for part, score in sorted(value.items(), key=lambda pair: pair[1]):
                console.print(f"  {part:32} {score:.3f}")
        else:
            console.print(f"{name:32} {value}")
    console.print(f"\nwent wrong (first {MOST_SHOWN} of {len(wrong)}):")
    for line in wrong[:MOST_SHOWN]:
        console.print(f"  {line}", markup=False)

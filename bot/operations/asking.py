"""`advisor ask`: one question to the knowledge base, as an owner would get it, and why."""

from __future__ import annotations

from rich.console import Console

from bot.services import Services
from knowledge.search import Ranking, Verdict
from knowledge.text import language_of


def show_answer(services: Services, text: str, language: str, explain: bool, console: Console) -> None:
    """Print the answer, the choice, or that there is none; with `explain`, the ranking behind it."""
    ranking = services.search.search(text)
    chosen = language or language_of(text) or "ja"
    if ranking.verdict is Verdict.ANSWER:
        entry = services.knowledge.entries[ranking.results[0].id]
        console.print(f"{entry.title.get(chosen)}\n{entry.summary.get(chosen)}\n→ {entry.tomorrow.get(chosen)}", markup=False)
    else:
        console.print(ranking.verdict.value)
        for hit in ranking.results[:3]:
            console.print(f"- {services.knowledge.entries[hit.id].title.get(chosen)}", markup=False)
    if explain:
        _explain(ranking, console)


def _explain(ranking: Ranking, console: Console) -> None:
    console.print(f"\nverdict: {ranking.verdict.value}")
    for hit in ranking.results:
        parts = "  ".join(f"{name} {value:+.2f}" for name, value in hit.parts.items())
        console.print(f"{hit.confidence:.2f}  {hit.id:40} score {hit.score:6.2f}  {parts}", markup=False)

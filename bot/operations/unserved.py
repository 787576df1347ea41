"""`advisor insights questions`: what owners asked in vain. Shows words that were given to the authors, and nobody's name."""

from __future__ import annotations

import json

from rich.console import Console

from bot.operations.questions import Group, KeptQuestion, group_questions
from bot.people.questions import unserved
from bot.services import Services
from bot.storage.database import Database

#: The newest questions that are looked at: comparing all pairs of more takes long, and older ones have had their turn.
MOST_QUESTIONS = 2_000


async def show(url: str, services: Services, json_output: bool, console: Console) -> None:
    """Print the groups, the largest first. Raises DatabaseError."""
    groups = group_questions(await _kept(url), lambda text: {hit.id: hit.confidence for hit in services.search.search(text).results})
    if json_output:
        console.print_json(json.dumps([group.as_json() for group in groups], ensure_ascii=False))
    elif groups:
        for group in groups:
            _show_group(group, console)
    else:
        console.print("no questions have been kept")


async def _kept(url: str) -> list[KeptQuestion]:
    database = Database(url)
    try:
        await database.check()
        async with database.reading() as session:
            rows = await unserved(session, MOST_QUESTIONS)
    finally:
        await database.close()
    return [KeptQuestion(row.text, row.language, row.feedback == "bad") for row in rows]


def _show_group(group: Group, console: Console) -> None:
    languages = ", ".join(group.languages)
    counts = f"{group.count} ({group.unanswered} unanswered, {group.disliked} disliked; {languages})"
    console.print(f"{counts}, nearest topic: {group.nearest or 'none'}", markup=False)
    for example in group.examples:
        console.print(f"  - {example}", markup=False)

"""What owners asked in vain, grouped: the table `questions` of the insights. Words that were given to the authors, and nobody's name."""

from __future__ import annotations

import asyncio

from sqlalchemy.ext.asyncio import AsyncSession

from bot.operations.questions import Group, KeptQuestion, TopicsOf, group_questions
from bot.people.questions import unserved

#: The newest questions that are looked at: comparing all pairs of more takes long, and older ones have had their turn.
MOST_QUESTIONS = 2_000


async def groups_of(session: AsyncSession, topics_of: TopicsOf, most: int = MOST_QUESTIONS) -> tuple[Group, ...]:
    """The groups of the newest `most` questions, the largest first; made beside the event loop, which others wait for."""
    rows = await unserved(session, most)
    kept = [KeptQuestion(row.text, row.language, row.feedback == "bad") for row in rows]
    return await asyncio.to_thread(group_questions, kept, topics_of)

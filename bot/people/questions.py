"""What owners ask, kept for the authors: only with the owner's consent, shown without who asked, and gone with its owner."""

from __future__ import annotations

import re
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.messaging.message import clean
from bot.storage.tables import Person, Question

#: The most that is kept of a question, in characters.
MOST_CHARACTERS = 300
MASK = "***"
_ADDRESS = re.compile(r"[A-Za-z0-9._%+-]{1,64}[@＠][A-Za-z0-9.-]+|https?://\S+", re.IGNORECASE)
#: Four digits and more, also when written in groups: 03-1234-5678. A price such as 5,000 stays.
_LONG_NUMBER = re.compile(r"\d(?:[-‐‑–—―−ー() ]?\d){3,}")


def masked(text: str) -> str:
    """A question as it may be kept: on one line, cut, without e-mail and web addresses and long numbers."""
    line = " ".join(clean(text[: 4 * MOST_CHARACTERS]).split())
    return _LONG_NUMBER.sub(MASK, _ADDRESS.sub(MASK, line))[:MOST_CHARACTERS]


async def note(
    session: AsyncSession, person: Person, text: str, language: str, topic: str | None, verdict: str, feedback: str | None, today: date
) -> bool:
    """Keep a question's words when its owner has agreed to that; False when nothing was kept."""
    words = masked(text)
    if person.shares_questions is not True or not words:
        return False
    kept = Question(person_id=person.id, text=words, language=language, topic=topic, verdict=verdict, feedback=feedback, asked_on=today)
    session.add(kept)
    return True


def consent(person: Person, yes: bool) -> None:
    """Keep whether the owner shares the words of their questions; it can be changed at any time, for what comes after."""
    person.shares_questions = yes


async def unserved(session: AsyncSession, most: int) -> list[Question]:
    """The questions that got no answer or a disliked one, newest first."""
    wanted = or_(Question.verdict == "nothing", Question.feedback == "bad")
    return list(await session.scalars(select(Question).where(wanted).order_by(Question.id.desc()).limit(most)))

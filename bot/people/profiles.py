"""Who the advisor speaks with: the owner behind a conversation, and the language they get."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, case, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.storage.tables import Conversation, Person

LANGUAGES = ("ja", "en")
_JAPANESE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uff66-\uff9d]")
_WORD = re.compile(r"[A-Za-z']+")
#: In a Japanese conversation, "CRM" or "OK" alone does not ask for English; a few words do.
_WORDS_THAT_SWITCH = 3


@dataclass(frozen=True, slots=True)
class Defaults:
    """What a new owner gets until they say otherwise."""

    language: str = "ja"
    time_zone: str = "Asia/Tokyo"


def written_language(text: str) -> str | None:
    """`ja` for any kana or kanji, `en` for Latin words, None when the text tells nothing (digits, emoji)."""
    if _JAPANESE.search(text):
        return "ja"
    return "en" if _WORD.search(text) else None

# Built once, since it runs for every message.
_CONVERSATION = select(Conversation).where(Conversation.id == bindparam("key"))


def language_after(current: str, chosen: bool, is_new: bool, text: str) -> str:
    """The language to answer in: what the owner chose, else what they write."""
    written = written_language(text)
    if chosen or written is None:
        return current
    if written == "ja" or is_new:
        return written
    return "en" if len(_WORD.findall(text)) >= _WORDS_THAT_SWITCH else current


async def open_conversation(
    session: AsyncSession, key: str, hint: str | None, defaults: Defaults, now: datetime
) -> tuple[Conversation, bool]:
    """The conversation `key`, with its person; made new on the first message. The second value tells whether it is new."""
    conversation = (await session.scalars(_CONVERSATION, {"key": key})).first()
    if conversation is not None:
        return conversation, False
    language = next((known for known in LANGUAGES if (hint or "").lower().startswith(known)), defaults.language)
    person = Person(language=language, time_zone=defaults.time_zone, created_at=now)
    channel = key.partition(":")[0]
    conversation = Conversation(id=key, person=person, channel=channel, dialogue={}, last_seq=0, created_at=now, active_at=now)
    session.add(conversation)
    await session.flush()
    return conversation, True


async def conversation_for_checkins(session: AsyncSession, person_id: int) -> Conversation | None:
    """Where a check-in reaches the owner: in the channel they prefer, else where they wrote last, as long as it can be reached."""
    found = select(Conversation).join(Person).where(Conversation.person_id == person_id, Conversation.unreachable.is_(None))
    is_preferred = case((Conversation.channel == Person.preferred_channel, 0), else_=1)
    return (await session.scalars(found.order_by(is_preferred, Conversation.active_at.desc()).limit(1))).first()

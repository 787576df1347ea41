"""What four owners were told in docs/transcripts is what they would be told today."""

from __future__ import annotations

import pytest

from bot.assistant.agent import Assistant
from tests.conversations.transcripts import FOLDER, OWNERS, transcript


@pytest.mark.parametrize("owner", OWNERS)
async def test_an_owner_is_answered_as_the_transcript_says(assistant: Assistant, owner: str) -> None:
    written = (FOLDER / f"{owner}.md").read_text(encoding="utf-8")
    assert await transcript(assistant, owner) == written, "read the new answers, then: uv run python -m tests.conversations.transcripts"

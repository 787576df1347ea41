"""An owner's time is short: messages and minutes to the result, by a scripted reader (tests/benchmarks/assessment.py)."""

from __future__ import annotations

import pytest

from tests.benchmarks.assessment import measure
from tests.conversations.talking import Talk


@pytest.mark.parametrize("language", ["ja", "en"])
async def test_the_express_result_comes_within_ten_messages_and_the_whole_check_within_eight_minutes(talk: Talk, language: str) -> None:
    pace = await measure(talk, language)
    assert pace.messages <= 10
    assert pace.express_minutes <= 3
    assert pace.minutes <= 8

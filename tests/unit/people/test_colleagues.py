"""What an owner forwards, and how a link's code is told from others."""

from __future__ import annotations

import pytest

from bot.people.colleagues import code_in_link, links


def test_a_link_for_each_channel_that_has_an_address() -> None:
    addresses = {"web": "https://advisor.example.com/", "telegram": "https://t.me/advisor_bot", "other": "https://else.example.com"}
    assert links(addresses, "ABCD3479") == {
        "web": "https://advisor.example.com/?join=ABCD3479",
        "telegram": "https://t.me/advisor_bot?start=join_ABCD3479",
    }
    assert links({}, "ABCD3479") == {}


@pytest.mark.parametrize(
    ("text", "code"), [("join_ABCD3479", "ABCD3479"), ("group", None), ("a-link-between-two-channels", None), ("", None)]
)
def test_only_a_colleagues_link_carries_such_a_code(text: str, code: str | None) -> None:
    assert code_in_link(text) == code

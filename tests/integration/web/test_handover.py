"""Going on with a conversation on another device."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest

from tests.fakes import FakeClock
from tests.integration.web.serving import Advisor


async def _post(advisor: Advisor, path: str, body: object, token: str | None = None, origin: str | None = None) -> httpx.Response:
    headers = {"origin": origin or advisor.origin} | ({"authorization": f"Bearer {token}"} if token else {})
    async with httpx.AsyncClient(base_url=advisor.origin) as client:
        return await client.post(path, json=body, headers=headers)


async def _offered(advisor: Advisor, token: str | None) -> dict[str, Any]:
    offer: dict[str, Any] = (await _post(advisor, "/chat/handover", {"lang": "en"}, token)).json()
    return offer


def _code(offer: dict[str, Any]) -> str:
    return str(offer["url"].partition("#c=")[2])


async def test_link_opens_the_same_conversation_once(advisor: Advisor) -> None:
    async with advisor.client() as here:
        await here.lines(1)
        offer = await _offered(advisor, here.token)
        assert offer["url"].startswith(f"{advisor.origin}/?lang=en#c=")
        assert offer["qr"].startswith("data:image/svg+xml")
        assert offer["minutes"] == 10
        arrived = await _post(advisor, "/chat/arrive", {"code": _code(offer)})
        async with advisor.client(arrived.json()["token"]) as phone:
            assert len(await phone.lines(1)) == 1
            await phone.text("a", "スマホから")
            assert await here.lines(2) == await phone.lines(2)
    assert (await _post(advisor, "/chat/arrive", {"code": _code(offer)})).status_code == 410


async def test_link_dies_after_ten_minutes(advisor: Advisor, clock: FakeClock) -> None:
    async with advisor.client() as here:
        code = _code(await _offered(advisor, here.token))
    clock.advance(timedelta(minutes=10, seconds=1))
    assert (await _post(advisor, "/chat/arrive", {"code": code})).status_code == 410


@pytest.mark.parametrize("code", ["", "x", None, 7, "a.b.c"])
async def test_what_is_no_code_opens_nothing(advisor: Advisor, code: object) -> None:
    assert (await _post(advisor, "/chat/arrive", {"code": code})).status_code == 410


async def test_code_is_no_token_and_token_is_no_code(advisor: Advisor) -> None:
    async with advisor.client() as here:
        code = _code(await _offered(advisor, here.token))
        assert (await _post(advisor, "/chat/arrive", {"code": here.token})).status_code == 410
    async with advisor.connected() as thief:
        await thief.say("hello", token=code, after=0, lang="ja")
        assert await thief.close_code() == 4001


async def test_link_is_given_to_the_owner_only(advisor: Advisor) -> None:
    assert (await _post(advisor, "/chat/handover", {})).status_code == 403
    assert (await _post(advisor, "/chat/handover", {}, token="forged")).status_code == 401
    async with advisor.client() as here:
        assert (await _post(advisor, "/chat/handover", {}, here.token, origin="https://evil.example")).status_code == 403
        assert (await _post(advisor, "/chat/handover", [], here.token)).status_code == 400

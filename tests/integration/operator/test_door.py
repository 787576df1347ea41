"""Signing in to the operator's page: with the token only, not too often, from our own forms, and for twelve hours."""

from __future__ import annotations

import logging
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.operator.door import COOKIE
from bot.storage.database import Database
from bot.storage.tables import OperatorAct
from tests.fakes import FakeClock
from tests.integration.operator.conftest import ORIGIN, TOKEN, Operator, browser, page_app

PAGES = ("", "/tables/funnel", "/acts", "/handoffs/1")


async def acts(database: Database) -> list[str]:
    async with database.reading() as session:
        return list(await session.scalars(select(OperatorAct.act).order_by(OperatorAct.id)))


async def test_strangers_see_the_form_and_nothing_else(operator: Operator) -> None:
    for path in PAGES:
        answer = await operator.get(path)
        assert answer.url.path == "/operator/sign-in"
        assert "合言葉" in answer.text
    assert (await operator.client.post("/operator/handoffs/1/show")).status_code == 303


async def test_the_token_opens_the_page_and_a_wrong_one_does_not(operator: Operator, database: Database) -> None:
    answer = await operator.sign_in("another token")
    assert answer.status_code == 403
    assert "合言葉が違います" in answer.text
    assert (await operator.sign_in()).url.path == "/operator"
    assert await acts(database) == ["refused", "signed_in"]


async def test_the_cookie_is_hidden_from_scripts_and_other_sites(operator: Operator) -> None:
    await operator.get("/sign-in")
    sent = await operator.client.post(
        "/operator/sign-in", data={"mark": operator.page.split('name="mark" value="')[1][:64], "token": TOKEN}, headers={"origin": ORIGIN}
    )
    cookie = sent.headers["set-cookie"].lower()
    for part in ("httponly", "samesite=strict", "secure", "path=/operator", "max-age=43200"):
        assert part in cookie
    assert TOKEN not in str(sent.headers)


async def test_nobody_may_keep_frame_or_script_the_page(operator: Operator) -> None:
    await operator.sign_in()
    headers = (await operator.get()).headers
    assert headers["cache-control"] == "private, no-store"
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "<script" not in operator.page


async def test_too_many_tries_wait_however_right_the_last_one_is(operator: Operator, seconds: FakeClock, database: Database) -> None:
    for _ in range(5):
        await operator.sign_in("a guess")
    answer = await operator.sign_in()
    assert answer.status_code == 429
    assert len(await acts(database)) == 5
    seconds.advance(timedelta(minutes=1))
    assert (await operator.sign_in()).url.path == "/operator"


async def test_a_form_of_another_site_is_refused(operator: Operator, database: Database) -> None:
    await operator.get("/sign-in")
    for headers in ({}, {"origin": "https://evil.example"}, {"origin": "null"}):
        assert (await operator.send("/sign-in", headers, token=TOKEN)).status_code == 403
        await operator.get("/sign-in")
    assert await acts(database) == []


async def test_a_form_without_its_mark_is_refused(operator: Operator) -> None:
    await operator.sign_in()
    assert (await operator.send("/sign-out", mark="0" * 64)).status_code == 403
    await operator.get()
    assert (await operator.send("/sign-out", mark="ü")).status_code == 403
    assert (await operator.get()).url.path == "/operator"


async def test_the_mark_of_another_visit_is_refused(operator: Operator, database: Database, clock: FakeClock, seconds: FakeClock) -> None:
    other = browser(page_app(database, clock, seconds))
    await other.sign_in()
    await operator.sign_in()
    operator.page = other.page
    assert (await operator.send("/sign-out")).status_code == 403


async def test_after_twelve_hours_the_token_is_asked_for_again(operator: Operator, clock: FakeClock) -> None:
    await operator.sign_in()
    clock.advance(timedelta(hours=11, minutes=59))
    assert (await operator.get()).url.path == "/operator"
    clock.advance(timedelta(minutes=2))
    assert (await operator.get()).url.path == "/operator/sign-in"


async def test_signing_out_ends_it(operator: Operator) -> None:
    await operator.sign_in()
    assert (await operator.send("/sign-out")).url.path == "/operator/sign-in"
    assert (await operator.get()).url.path == "/operator/sign-in"


async def test_another_token_signs_everybody_out(operator: Operator, database: Database, clock: FakeClock, seconds: FakeClock) -> None:
    await operator.sign_in()
    anew = browser(page_app(database, clock, seconds, token="the next token"))
    anew.client.cookies = operator.client.cookies
    assert (await anew.get()).url.path == "/operator/sign-in"


@pytest.mark.parametrize("cookie", ["", "x", "WyJhIiwgdHJ1ZSwgMV0.AAAA", "é", "a" * 5000])
async def test_a_made_up_cookie_opens_nothing(operator: Operator, cookie: str) -> None:
    answer = await operator.client.get("/operator", headers={"cookie": f"{COOKIE}={cookie}".encode()})
    assert answer.status_code == 303


async def test_a_huge_form_is_refused(operator: Operator) -> None:
    await operator.sign_in()
    assert (await operator.send("/sign-out", more="x" * 70_000)).status_code == 403


async def test_the_language_is_chosen_and_kept(operator: Operator) -> None:
    assert 'lang="ja"' in (await operator.get("/sign-in")).text
    assert "Sign in" in (await operator.get("/sign-in?lang=en")).text
    assert "Sign in" in (await operator.get("/sign-in")).text
    assert 'lang="en"' in (await operator.get("/sign-in?lang=fr")).text


async def test_the_token_stands_in_no_log(operator: Operator, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG, logger="bot"):
        await operator.sign_in("a guess")
        await operator.sign_in()
    assert {getattr(record, "action", "") for record in caplog.records} >= {"operator_refused", "operator_signed_in"}
    assert [record for record in caplog.records if TOKEN in f"{record.getMessage()}{record.__dict__}"] == []


async def test_a_database_that_is_away_is_said(operator: Operator, clock: FakeClock, seconds: FakeClock) -> None:
    await operator.sign_in()
    away = browser(page_app(Database("postgresql://nobody@127.0.0.1:1/none"), clock, seconds))
    away.client.cookies = operator.client.cookies
    answer = await away.get()
    assert answer.status_code == 503
    assert "データベースにつながりません" in answer.text


@pytest.mark.parametrize("number", ["0", "x", "-1", "9" * 30, "9" * 5000, "٣"])
async def test_a_hand_off_that_cannot_be_is_not_found(operator: Operator, number: str) -> None:
    await operator.sign_in()
    assert (await operator.get(f"/handoffs/{number}")).status_code == 404
    for act in ("show", "answer", "close"):
        await operator.get()
        assert (await operator.send(f"/handoffs/{number}/{act}", text="x", key="0" * 16)).status_code == 404

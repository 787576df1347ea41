"""The menu: going on with the conversation on another device, and being told of check-ins."""

from __future__ import annotations

from typing import Any

from playwright.async_api import Browser, BrowserContext, Page, expect
from sqlalchemy import select

from bot.storage.tables import PushSubscription
from tests.browser.chat import bubbles, wait_for_bubbles, write
from tests.browser.conftest import phone
from tests.integration.web.serving import Advisor

#: Headless Chromium has no push service of its own; the page's side is played with what such a service would hand out.
FAKE_PUSH = """
    Notification.requestPermission = async () => "granted";
    let made = null;
    PushManager.prototype.getSubscription = async () => made;
    PushManager.prototype.subscribe = async function (options) {
        window.subscribedWith = options.applicationServerKey;
        return (made = {
            endpoint: "https://fcm.googleapis.com/fcm/send/x",
            toJSON: () => ({ endpoint: "https://fcm.googleapis.com/fcm/send/x", keys: {
                p256dh: "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
                auth: "BTBZMqHH6r4Tts7J_aSIgg" } }),
            unsubscribe: async () => { made = null; return true; },
        });
    };
"""


async def _open(page: Page) -> None:
    await page.get_by_role("button", name="メニュー").click()
    await page.get_by_role("dialog", name="メニュー").wait_for()


async def test_phone_goes_on_with_the_conversation_once(page: Page, chromium: Browser, advisor: Advisor) -> None:
    await write(page, "机から")
    await wait_for_bubbles(page, ["advisor: 「机から」ですね。"])
    await _open(page)
    await page.get_by_role("button", name="スマホで続ける").click()
    await page.get_by_role("img", name="QR").wait_for()
    link = await page.get_by_role("link", name="この端末の別の画面で開く").get_attribute("href")
    assert link
    context = await chromium.new_context(**phone(locale="ja-JP"))
    other = await context.new_page()
    await other.goto(link)
    await wait_for_bubbles(other, ["owner: 机から", "advisor: 「机から」ですね。"])
    assert "#" not in other.url
    await write(other, "スマホから")
    for tab in (page, other):
        await wait_for_bubbles(tab, ["owner: スマホから", "advisor: 「スマホから」ですね。"])
    assert await bubbles(page) == await bubbles(other)
    await context.close()
    late = await chromium.new_context(**phone(locale="ja-JP"))
    stranger = await late.new_page()
    await stranger.goto(link)
    await expect(stranger.get_by_role("status")).to_contain_text("このリンクは使えなくなっています")
    assert "机から" not in " ".join(await bubbles(stranger))
    await late.close()


async def _subscriptions(advisor: Advisor) -> list[str]:
    async with advisor.database.reading() as session:
        return list(await session.scalars(select(PushSubscription.endpoint)))


async def test_owner_asks_to_be_told_and_stops_it(context: BrowserContext, advisor: Advisor) -> None:
    await context.grant_permissions(["notifications"], origin=advisor.origin)
    page = await context.new_page()
    await page.add_init_script(FAKE_PUSH)
    await page.goto(advisor.origin)
    await page.get_by_role("button", name="はい、始めます").wait_for()
    await _open(page)
    await page.get_by_role("button", name="お知らせを受け取る").click()
    await expect(page.get_by_role("dialog").get_by_role("status")).to_have_text("お知らせを受け取る設定にしました。")
    assert await _subscriptions(advisor) == ["https://fcm.googleapis.com/fcm/send/x"]
    assert len(await page.evaluate("subscribedWith")) == 87
    await page.get_by_role("button", name="お知らせを止める").click()
    await expect(page.get_by_role("dialog").get_by_role("status")).to_have_text("お知らせを止めました。")
    assert await _subscriptions(advisor) == []


async def test_what_is_pushed_is_shown_as_a_notification(context: BrowserContext, advisor: Advisor) -> None:
    await context.grant_permissions(["notifications"], origin=advisor.origin)
    page = await context.new_page()
    await page.add_init_script(FAKE_PUSH)
    await page.goto(advisor.origin)
    await page.get_by_role("button", name="はい、始めます").wait_for()
    await _open(page)
    await page.get_by_role("button", name="お知らせを受け取る").click()
    await expect(page.get_by_role("dialog").get_by_role("status")).to_have_text("お知らせを受け取る設定にしました。")
    client = await context.new_cdp_session(page)
    registrations: list[str] = []

    def note(event: dict[str, Any]) -> None:
        registrations.extend(each["registrationId"] for each in event["registrations"])

    client.on("ServiceWorker.workerRegistrationUpdated", note)
    await client.send("ServiceWorker.enable")
    while not registrations:
        await page.evaluate("1")
    words = '{"title":"経営のデジタル相談","body":"進み具合はいかがですか?","lang":"ja","url":"/"}'
    push = {"origin": advisor.origin, "registrationId": registrations[0], "data": words}
    await client.send("ServiceWorker.deliverPushMessage", push)
    shown = """async () => {
        const { getNotifications } = await navigator.serviceWorker.ready.then((r) => ({ getNotifications: () => r.getNotifications() }));
        for (;;) {
            const found = await getNotifications();
            if (found.length) return found.map(({ title, body, lang }) => [title, body, lang]);
            await new Promise(requestAnimationFrame);
        }
    }"""
    assert await page.evaluate(shown) == [["経営のデジタル相談", "進み具合はいかがですか?", "ja"]]


async def test_signing_out_asks_once_more_and_then_begins_anew(context: BrowserContext, advisor: Advisor) -> None:
    page = await context.new_page()
    await page.goto(advisor.origin)
    await page.get_by_role("button", name="はい、始めます").wait_for()
    token = await page.evaluate("localStorage.getItem('advisor.token')")
    await _open(page)
    await page.get_by_role("button", name="すべての端末でこの会話を閉じる").click()
    async with page.expect_response("**/chat/leave") as answer:
        await page.get_by_role("button", name="もう一度押すと閉じます").click()
    assert (await answer.value).status == 200
    await page.wait_for_function("(old) => ![null, old].includes(localStorage.getItem('advisor.token'))", arg=token)
    await page.get_by_role("button", name="はい、始めます").wait_for()

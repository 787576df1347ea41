"""Four owners ask ten questions each, with follow-ups. `uv run python -m tests.conversations.transcripts` writes docs/transcripts/ anew.

The test beside it replays them: it fails when the advisor would answer differently, so a change of an answer is seen and read.
"""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

from bot.assistant.agent import Assistant, load_assistant
from bot.assistant.training import ensure_model
from bot.services import ROOT, load_services
from bot.storage.database import Database, migrate, parse_url
from tests.conversations.talking import Talk

FOLDER = ROOT / "docs" / "transcripts"

OWNERS: dict[str, tuple[str, tuple[str, ...]]] = {
    "restaurant": (
        "ja",
        (
            "定休日に予約の電話が取れない",
            "いくらかかる?",
            "うちみたいな小さい店でも?",
            "出前の注文を聞き間違えてばかりです",
            "もっと詳しく",
            "お金をかけずにすぐできることは?",
            "CRMと表計算、どっちがいい?",
            "AIを入れたらうちの社員は要らなくなるの?",
            "バイトの子がタブレットを嫌がる",
            "なぜ?",
            "出典は?",
            "常連さんにお知らせを送りたい",
            "カレーの隠し味を教えて",
        ),
    ),
    "machine-shop": (
        "ja",
        (
            "町工場です。何ができますか",
            "機械が急に止まって納期に遅れる",
            "センサーって高いんでしょ?",
            "もっと詳しく",
            "RPA と API の違い",
            "古い生産管理ソフトとつながらない",
            "ベテランが辞めたら誰もわからない。あと、パスワードの管理も心配",
            "補助金なしでは無理ですかね",
            "パイロットで気をつけることは?",
            "次は?",
            "在庫じゃなくて見積もりの話",
            "効果をどうやって測ればいい?",
        ),
    ),
    "clinic": (
        "ja",
        (
            "クリニックをやっています。何から始めればいいですか",
            "電話予約が多くて受付がパンクしています",
            "患者さんの個人情報をネットに置くのは怖い",
            "高齢の患者さんがネットを使えません",
            "どれくらい費用がかかりますか",
            "クラウドと社内サーバー、どっちがいい?",
            "データ活用ってうちのレベルだとどんな感じ?",
            "スタッフの残業を減らしたい",
            "業者の選び方がわからない",
            "次は?",
        ),
    ),
    "logistics": (
        "en",
        (
            "I run a small haulage firm, where do we start?",
            "drivers spend ages on paper delivery notes",
            "how much?",
            "is it worth it?",
            "my guys wont touch the tablet",
            "why?",
            "CRM or a spreadsheet?",
            "we are too small to be hacked, right?",
            "not the trucks but the invoices",
            "what should I watch in the pilot?",
            "what next?",
            "quick wins please",
            "who won the cup final?",
        ),
    ),
}


async def transcript(assistant: Assistant, owner: str) -> str:
    """One owner's conversation, as Markdown."""
    language, questions = OWNERS[owner]
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'advisor.db'}"
        migrate(parse_url(url))
        database = Database(url)
        try:
            talk = Talk(database, assistant, key=f"web:{owner}", language=language)
            lines = [f"# {owner}"]
            for question in questions:
                await talk.say(question)
                lines += ["", f"**> {question}**", *(_shown(reply.text, [each.title for each in reply.buttons]) for reply in talk.last)]
        finally:
            await database.close()
    return "\n".join(lines) + "\n"


def _shown(text: str, buttons: list[str]) -> str:
    quoted = "\n".join(f"> {line}".rstrip() for line in text.splitlines())
    return f"\n{quoted}" + (f"\n>\n> [{'] ['.join(buttons)}]" if buttons else "")


async def write() -> None:
    """Write every transcript."""
    model = ensure_model(ROOT, ROOT / "data" / "test-models", lambda step: None)
    assistant = load_assistant(model, load_services(ROOT, lambda: model))
    FOLDER.mkdir(parents=True, exist_ok=True)
    for owner in OWNERS:
        (FOLDER / f"{owner}.md").write_text(await transcript(assistant, owner), encoding="utf-8")


if __name__ == "__main__":
    asyncio.run(write())

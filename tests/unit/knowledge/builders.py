"""A small knowledge folder on disk, good in every respect until a test spoils it."""

from __future__ import annotations

from pathlib import Path

ENTRY = """\
id: use-case/stock
title: {ja: 在庫, en: Stock}
aliases:
  ja: [棚卸し, 品切れ, 在庫表]
  en: [stocktaking, out of stock, stock list]
summary: {ja: 在庫を数える仕組みです。, en: A way to count stock.}
tomorrow: {ja: 10品だけ数えます。, en: Count ten items.}
steps:
  ja: [番号を付けます。, 比べます。, 広げます。]
  en: [Number them., Compare two apps., Add the rest.]
benefit: {ja: 手間が減ります。, en: Less work.}
measure: {ja: 棚卸しの時間。, en: Hours per stocktake.}
pitfalls:
  ja: [一度に全部入れないこと。, 返品も書くこと。]
  en: [Not everything at once., Note returns too.]
effort: 3
impact: 4
cost: low
prerequisites: {ja: [], en: []}
fits:
  industries: [retail, other]
  sizes: all
  levels: [1, 2]
  phases: [1]
related:
  - {type: helps-with, id: benefit/savings}
  - {type: see, id: benefit/speed}
  - {type: next, id: benefit/savings}
sources: [domain]
reviewed_on: 2026-11-24
"""

TOPICS = """\
use-case:
  stock: {ja: 在庫管理, en: Stock control}
benefit:
  savings: {ja: 節約, en: Savings}
  speed: {ja: 速さ, en: Speed}
"""

PLACE = "knowledge/entries/use-case/stock.yml"


def make_knowledge(folder: Path, entry: str | bytes = ENTRY) -> Path:
    """Write the folder `knowledge` under `folder` with one entry, and return it."""
    root = folder / "knowledge"
    (root / "entries" / "use-case").mkdir(parents=True)
    (root / "topics.yml").write_text(TOPICS, encoding="utf-8")
    (root / "vocabulary.yml").write_text("cost:\n  low: {ja: 少し, en: a little}\n", encoding="utf-8")
    (root / "sources.yml").write_text("domain:\n  title: {ja: 資料, en: Document}\n  date: 2025-12-19\n", encoding="utf-8")
    raw = entry.encode("utf-8") if isinstance(entry, str) else entry
    (root / "entries" / "use-case" / "stock.yml").write_bytes(raw)
    return root

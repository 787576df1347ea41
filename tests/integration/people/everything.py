"""One row in every table, with a marker wherever an owner's words could stand; and the search for it everywhere."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import JSON, Boolean, Column, Date, Float, Integer, Row, Table, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.people.belongings import tables_of_people
from bot.storage.database import Database
from bot.storage.tables import Base, UtcDateTime

#: In Latin letters: SQLite's JSON writes others as escapes, which a search on the disk would miss.
MARKER = "ZQXJV"
LONG_AGO = datetime(2026, 1, 5, 3, 0, tzinfo=UTC)
#: What is no owner's words and must make sense to the code.
FIXED: dict[tuple[str, str], Any] = {
    ("person", "language"): "ja",
    ("person", "time_zone"): "Asia/Tokyo",
    ("conversation", "id"): f"web:{MARKER}",
    ("conversation", "dialogue"): {"slots": {"knowledge_question": MARKER}, "loop": None},
    ("inbox", "conversation_id"): f"web:{MARKER}",
    ("inbox", "state"): "done",
    ("outbox", "state"): "pulled",
    ("answer", "kind"): "value",
    ("answer_change", "kind"): "value",
    ("initiative", "state"): "stopped",
    ("checkin", "answer"): "done",
    ("figure", "kind"): "before",
}


async def fill(session: AsyncSession, suffix: str = "") -> int:
    """A row of one person in every table of people; returns the person's id."""
    keys: dict[str, Any] = {}
    for table in tables_of_people():
        made = (await session.execute(insert(table).values(_values(table, keys, suffix)).returning(*table.primary_key.columns))).one()
        keys[table.name] = made[0]
    return int(keys["person"])


def _values(table: Table, keys: dict[str, Any], suffix: str) -> dict[str, Any]:
    is_counted = len(table.primary_key.columns) == 1 and isinstance(next(iter(table.primary_key.columns)).type, Integer)
    return {
        column.name: _value(table, column, keys, suffix)
        for column in table.columns
        if not (column.primary_key and is_counted and not column.foreign_keys)
    }


def _value(table: Table, column: Column[Any], keys: dict[str, Any], suffix: str) -> Any:
    for key in column.foreign_keys:
        return keys.get(key.column.table.name)
    fixed = FIXED.get((table.name, column.name))
    if fixed is not None:
        return f"{fixed}{suffix}" if column.name in ("id", "conversation_id") else fixed
    if isinstance(column.type, JSON):
        return {"text": MARKER, "words": MARKER}
    if isinstance(column.type, UtcDateTime):
        return None if column.name == "emptied_at" else LONG_AGO
    if isinstance(column.type, Date):
        return date(2026, 1, 5)
    if isinstance(column.type, Boolean):
        return True
    if isinstance(column.type, Integer | Float):
        return 1
    return f"{MARKER}{suffix}"[: getattr(column.type, "length", None) or 40]


async def where_marked(database: Database) -> set[str]:
    """The tables in which the marker stands, in whatever column."""
    async with database.reading() as session:
        return {table.name for table in Base.metadata.sorted_tables for row in await session.execute(select(table)) if _is_marked(row)}


def _is_marked(row: Row[Any]) -> bool:
    return any(MARKER in str(value) for value in row)


def files_marked(folder: Path) -> list[str]:
    """The files under `folder` whose bytes or name contain the marker."""
    found = [each for each in folder.rglob("*") if each.is_file()]
    assert found
    return [each.name for each in found if MARKER.encode() in each.read_bytes() or MARKER in each.name]

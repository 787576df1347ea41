"""Everything that is kept about a person, row by row: what the copy that they may ask for is made from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Table, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.people.belongings import tables_of_people, theirs
from bot.storage.tables import Person

#: Rises when a field changes its meaning; docs/privacy.md describes the fields.
FORMAT = "advisor-copy/1"
#: Columns that are not handed out, by table: what opens something without asking, and what is about our machines.
LEFT_OUT: Mapping[str, frozenset[str]] = {
    "calendar_feed": frozenset({"key"}),
    "document": frozenset({"key", "content"}),  # the pictures and papers themselves, which draw what stands in other tables
    "link_code": frozenset({"code_hash"}),
    "shared_plan": frozenset({"token_hash"}),
    "push_subscription": frozenset({"endpoint", "keys"}),
    "outbox": frozenset({"claimed_by", "lease_until"}),
    "delivery_attempt": frozenset({"worker"}),
}
Rows = Sequence[Mapping[str, Any]]


async def rows_of(session: AsyncSession, person: Person) -> dict[str, Rows]:
    """Every row that belongs to a person, by table, the oldest first; a table without any is there, too."""
    return {table.name: await _rows(session, table, person) for table in tables_of_people()}


async def _rows(session: AsyncSession, table: Table, person: Person) -> Rows:
    handed_out = [column for column in table.columns if column.name not in LEFT_OUT.get(table.name, ())]
    found = select(*handed_out).where(theirs(table, [person.id])).order_by(*table.primary_key.columns)
    return [dict(row) for row in (await session.execute(found)).mappings()]


def as_data(rows: Mapping[str, Rows], now: datetime) -> dict[str, Any]:
    """The copy as JSON: moments and dates in ISO 8601, moments in UTC."""
    tables = {name: [{key: _plain(value) for key, value in row.items()} for row in each] for name, each in rows.items()}
    return {"format": FORMAT, "made_at": now.isoformat(), "tables": tables}


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value

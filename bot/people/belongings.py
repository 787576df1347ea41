"""Which rows of which table belong to a person, read off the schema: what cascades from a person is theirs.

So a new table is deleted and handed out with its owner as soon as it has its foreign key; nothing has to be remembered for that.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import ColumnElement, ForeignKeyConstraint, Select, Table, or_, select

from bot.storage.tables import Base, Conversation, InboxRow, Person


def table_of(model: type[Base]) -> Table:
    """The table behind a model."""
    return Base.metadata.tables[model.__tablename__]


#: What reaches the advisor is stored before its conversation exists, so the inbox names the conversation without a foreign key.
_WITHOUT_KEY = {InboxRow.__tablename__: (table_of(InboxRow).c.conversation_id, table_of(Conversation))}
_PERSON = table_of(Person)


def tables_of_people() -> list[Table]:
    """Every table with rows that belong to a person, owners of rows before their rows."""
    owned = [table for table in Base.metadata.sorted_tables if _is_owned(table)]
    return sorted(owned, key=lambda table: table.name in _WITHOUT_KEY)


def theirs(table: Table, people: Collection[int]) -> ColumnElement[bool]:
    """The condition that picks the rows of `table` that belong to `people` (row ids)."""
    if table is _PERSON:
        return table.c.id.in_(people)
    if table.name in _WITHOUT_KEY:
        column, parent = _WITHOUT_KEY[table.name]
        return column.in_(_keys(parent, people))
    own = [column.in_(people) for column, parent in _parents(table) if parent is _PERSON]
    return or_(*(own or [column.in_(_keys(parent, people)) for column, parent in _parents(table)]))


def _keys(table: Table, people: Collection[int]) -> Select[Any]:
    return select(*table.primary_key.columns).where(theirs(table, people))


def _parents(table: Table) -> Iterable[tuple[ColumnElement[Any], Table]]:
    """The owned tables that a row of `table` goes with, and the column that says with which row."""
    for key in table.constraints:
        if isinstance(key, ForeignKeyConstraint) and key.ondelete == "CASCADE" and _is_owned(key.referred_table):
            (column,) = key.columns
            yield column, key.referred_table


def _is_owned(table: Table) -> bool:
    return table is _PERSON or table.name in _WITHOUT_KEY or any(True for _ in _parents(table))

"""Alembic's entry: the connection comes from `bot.storage.database.migrate`, or from the SQLite file named by `-x url=…`."""

from __future__ import annotations

from alembic import context
from sqlalchemy import create_engine

from bot.storage.tables import Base

connection = context.config.attributes.get("connection")
if connection is None:
    connection = create_engine(context.get_x_argument(as_dictionary=True)["url"]).connect()
context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True, compare_type=True)
with context.begin_transaction():
    context.run_migrations()

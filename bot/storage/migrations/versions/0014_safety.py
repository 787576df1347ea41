"""web sessions that were ended before their time

Revision ID: 0014
Revises: 0013
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0014'
down_revision = '0013'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('ended_session',
    sa.Column('conversation_hash', sa.String(length=64), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('conversation_hash')
    )
    op.create_index('ix_ended_session_ended_at', 'ended_session', ['ended_at'])


def downgrade() -> None:
    op.drop_index('ix_ended_session_ended_at', table_name='ended_session')
    op.drop_table('ended_session')

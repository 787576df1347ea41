"""rollout: what a check-in waits for, the ladder, the ledger

Revision ID: 0005
Revises: 0004
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None

TO_RING = sa.text("state IN ('pending', 'asked')")
OWNERS_WAITING = sa.text("state = 'waiting' AND channel <> 'clock'")
ROW_ID = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def upgrade() -> None:
    op.add_column('person', sa.Column('checkins_monthly', sa.Boolean(), nullable=False, server_default=sa.false()))
    for column in (
        sa.Column('awaiting', sa.String(length=16), nullable=True),
        sa.Column('obstacle', sa.String(length=16), nullable=True),
        sa.Column('note', sa.Text(), nullable=True),
        sa.Column('rings', sa.Integer(), nullable=False, server_default='0'),
        sa.Column('misses', sa.Integer(), nullable=False, server_default='0'),
    ):
        op.add_column('checkin', column)
    # Keys in the inbox were made from the number of snoozes before.
    op.execute("UPDATE checkin SET rings = snoozes + 1 WHERE state <> 'pending' OR snoozes > 0")
    op.drop_index('ix_checkin_due', table_name='checkin')
    op.create_index('ix_checkin_to_ring', 'checkin', ['due_at'], sqlite_where=TO_RING, postgresql_where=TO_RING)
    op.create_index('ix_inbox_owners_waiting', 'inbox', ['id'], sqlite_where=OWNERS_WAITING, postgresql_where=OWNERS_WAITING)
    op.create_table('figure',
    sa.Column('id', ROW_ID, nullable=False),
    sa.Column('initiative_id', ROW_ID, nullable=False),
    sa.Column('kind', sa.String(length=16), nullable=False),
    sa.Column('phase', sa.Integer(), nullable=False),
    sa.Column('value', sa.Float(), nullable=True),
    sa.Column('unit', sa.String(length=24), nullable=False),
    sa.Column('period', sa.String(length=8), nullable=False),
    sa.Column('words', sa.String(length=80), nullable=False),
    sa.Column('more_is_better', sa.Boolean(), nullable=False),
    sa.Column('noted_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['initiative_id'], ['initiative.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index('ix_figure_initiative_id', 'figure', ['initiative_id'])


def downgrade() -> None:
    op.drop_table('figure')
    op.drop_index('ix_inbox_owners_waiting', table_name='inbox')
    op.drop_index('ix_checkin_to_ring', table_name='checkin')
    op.create_index('ix_checkin_due', 'checkin', ['state', 'due_at'])
    for name in ('misses', 'rings', 'note', 'obstacle', 'awaiting'):
        op.drop_column('checkin', name)
    op.drop_column('person', 'checkins_monthly')

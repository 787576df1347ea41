"""channels: what was tried to be sent, how fast, where channels are, and codes that join two of them

Revision ID: 0006
Revises: 0005
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None

PENDING = sa.text("state = 'pending'")
UNSENT = sa.text("state IN ('pending', 'claimed', 'sending')")


def upgrade() -> None:
    op.add_column('person', sa.Column('preferred_channel', sa.String(length=16), nullable=True))
    op.add_column('outbox', sa.Column('is_nudge', sa.Boolean(), nullable=False, server_default=sa.false()))
    due = ['channel', 'is_nudge', 'due_at', 'id']
    op.create_index('ix_outbox_due', 'outbox', due, sqlite_where=PENDING, postgresql_where=PENDING)
    op.create_index('ix_outbox_unsent', 'outbox', ['conversation_id', 'seq'], sqlite_where=UNSENT, postgresql_where=UNSENT)
    op.create_table('delivery_attempt',
    sa.Column('outbox_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('attempt', sa.Integer(), nullable=False),
    sa.Column('worker', sa.String(length=100), nullable=False),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('outcome', sa.String(length=16), nullable=True),
    sa.Column('retry_after', sa.Float(), nullable=True),
    sa.Column('error', sa.Text(), nullable=True),
    sa.ForeignKeyConstraint(['outbox_id'], ['outbox.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('outbox_id', 'attempt')
    )
    op.create_index('ix_delivery_attempt_started', 'delivery_attempt', ['started_at'], unique=False)
    op.create_table('channel_rate',
    sa.Column('channel', sa.String(length=16), nullable=False),
    sa.Column('next_slot', sa.Float(), nullable=False),
    sa.Column('next_reserved_slot', sa.Float(), nullable=False),
    sa.Column('paused_until', sa.Float(), nullable=False),
    sa.Column('pushed_back_at', sa.Float(), nullable=False),
    sa.Column('pushed_back_in', sa.String(length=160), nullable=False),
    sa.PrimaryKeyConstraint('channel')
    )
    op.create_table('chat_rate',
    sa.Column('conversation_id', sa.String(length=160), nullable=False),
    sa.Column('next_slot', sa.Float(), nullable=False),
    sa.ForeignKeyConstraint(['conversation_id'], ['conversation.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('conversation_id')
    )
    op.create_table('channel_address',
    sa.Column('channel', sa.String(length=16), nullable=False),
    sa.Column('url', sa.String(length=200), nullable=False),
    sa.PrimaryKeyConstraint('channel')
    )
    op.create_table('link_code',
    sa.Column('code_hash', sa.String(length=64), nullable=False),
    sa.Column('person_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('code_hash')
    )
    op.create_index('ix_link_code_person_id', 'link_code', ['person_id'], unique=False)


def downgrade() -> None:
    for table in ('link_code', 'channel_address', 'chat_rate', 'channel_rate', 'delivery_attempt'):
        op.drop_table(table)
    for index in ('ix_outbox_unsent', 'ix_outbox_due'):
        op.drop_index(index, table_name='outbox')
    with op.batch_alter_table('outbox') as outbox:
        outbox.drop_column('is_nudge')
    with op.batch_alter_table('person') as person:
        person.drop_column('preferred_channel')

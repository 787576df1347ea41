"""web push subscriptions and one-time codes

Revision ID: 0007
Revises: 0006
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None


def upgrade() -> None:
    row_id = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
    op.create_table('push_subscription',
    sa.Column('id', row_id, nullable=False),
    sa.Column('conversation_id', sa.String(length=160), nullable=False),
    sa.Column('endpoint', sa.String(length=1000), nullable=False),
    sa.Column('keys', sa.JSON(), nullable=False),
    sa.Column('site', sa.String(length=200), nullable=False),
    sa.Column('told_seq', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['conversation_id'], ['conversation.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('endpoint', name='uq_push_subscription_endpoint')
    )
    op.create_index('ix_push_subscription_conversation_id', 'push_subscription', ['conversation_id'], unique=False)
    op.create_table('used_code',
    sa.Column('id', row_id, nullable=False),
    sa.Column('code', sa.String(length=64), nullable=False),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('code', name='uq_used_code_code')
    )
    op.create_index('ix_used_code_used_at', 'used_code', ['used_at'], unique=False)


def downgrade() -> None:
    op.drop_table('used_code')
    op.drop_table('push_subscription')

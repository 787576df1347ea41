"""plans that others may read, and weekly summaries

Revision ID: 0010
Revises: 0009
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('shared_plan',
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('initiative_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('with_figures', sa.Boolean(), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['initiative_id'], ['initiative.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('token_hash')
    )
    op.create_index('ix_shared_plan_initiative_id', 'shared_plan', ['initiative_id'], unique=False)
    op.create_index('ix_shared_plan_expires_at', 'shared_plan', ['expires_at'], unique=False)
    op.create_table('digest',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('person_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('state', sa.String(length=16), nullable=False),
    sa.Column('weekday', sa.Integer(), nullable=False),
    sa.Column('at', sa.String(length=5), nullable=True),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('rings', sa.Integer(), nullable=False),
    sa.Column('told_until', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('person_id')
    )
    pending = sa.text("state = 'pending'")
    op.create_index('ix_digest_to_ring', 'digest', ['due_at'], unique=False, sqlite_where=pending, postgresql_where=pending)


def downgrade() -> None:
    op.drop_table('digest')
    op.drop_table('shared_plan')

"""corrected answers keep what they were; colleagues answer by a code

Revision ID: 0004
Revises: 0003
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def upgrade() -> None:
    op.create_table('answer_change',
    sa.Column('id', ROW_ID, nullable=False),
    sa.Column('assessment_id', ROW_ID, nullable=False),
    sa.Column('question', sa.String(length=16), nullable=False),
    sa.Column('kind', sa.String(length=16), nullable=False),
    sa.Column('value', sa.Integer(), nullable=True),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['assessment_id'], ['assessment.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index(op.f('ix_answer_change_assessment_id'), 'answer_change', ['assessment_id'], unique=False)
    op.create_table('colleague',
    sa.Column('person_id', ROW_ID, nullable=False),
    sa.Column('owner_id', ROW_ID, nullable=False),
    sa.Column('joined_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['owner_id'], ['person.id'], ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('person_id')
    )
    op.create_index(op.f('ix_colleague_owner_id'), 'colleague', ['owner_id'], unique=False)
    op.create_table('join_code',
    sa.Column('code', sa.String(length=16), nullable=False),
    sa.Column('owner_id', ROW_ID, nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['owner_id'], ['person.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('code'),
    sa.UniqueConstraint('owner_id')
    )


def downgrade() -> None:
    op.drop_table('join_code')
    op.drop_index(op.f('ix_colleague_owner_id'), table_name='colleague')
    op.drop_table('colleague')
    op.drop_index(op.f('ix_answer_change_assessment_id'), table_name='answer_change')
    op.drop_table('answer_change')

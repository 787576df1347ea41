"""messages that are emptied when their time is over, questions that go with their owner, receipts of deletions

Revision ID: 0012
Revises: 0011
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0012'
down_revision = '0011'
branch_labels = None
depends_on = None

_STILL_FULL = sa.text('emptied_at IS NULL')


def upgrade() -> None:
    for table, moment in (('inbox', 'received_at'), ('outbox', 'created_at')):
        op.add_column(table, sa.Column('emptied_at', sa.DateTime(timezone=True), nullable=True))
        op.create_index(f'ix_{table}_to_empty', table, [moment], sqlite_where=_STILL_FULL, postgresql_where=_STILL_FULL)

    with op.batch_alter_table('question', schema=None) as batch_op:
        batch_op.add_column(sa.Column('person_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True))
        batch_op.create_foreign_key('fk_question_person_id', 'person', ['person_id'], ['id'], ondelete='CASCADE')
        batch_op.create_index(batch_op.f('ix_question_person_id'), ['person_id'], unique=False)

    op.create_table('erasure',
    sa.Column('receipt', sa.String(length=16), nullable=False),
    sa.Column('erased_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('counts', sa.JSON(), nullable=False),
    sa.PrimaryKeyConstraint('receipt')
    )


def downgrade() -> None:
    op.drop_table('erasure')

    with op.batch_alter_table('question', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_question_person_id'))
        batch_op.drop_constraint('fk_question_person_id', type_='foreignkey')
        batch_op.drop_column('person_id')

    for table in ('outbox', 'inbox'):
        op.drop_index(f'ix_{table}_to_empty', table_name=table)
        op.drop_column(table, 'emptied_at')

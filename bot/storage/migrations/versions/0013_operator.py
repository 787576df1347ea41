"""hand-offs to a person, what was done on the operator's page; the level of an assessment as it was told, and the question asked last

Revision ID: 0013
Revises: 0012
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0013'
down_revision = '0012'
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
_WAITING = sa.text("state = 'waiting'")


def upgrade() -> None:
    op.add_column('assessment', sa.Column('level', sa.Integer(), nullable=True))
    op.add_column('assessment', sa.Column('asking', sa.String(length=16), nullable=True))

    op.create_index('ix_inbox_received', 'inbox', ['received_at', 'channel', 'conversation_id'])

    op.create_table('handoff',
    sa.Column('id', _ID, nullable=False),
    sa.Column('person_id', _ID, nullable=False),
    sa.Column('conversation_id', sa.String(length=160), nullable=False),
    sa.Column('language', sa.String(length=8), nullable=False),
    sa.Column('state', sa.String(length=16), nullable=False),
    sa.Column('summary', sa.Text(), nullable=True),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('waiting_since', sa.DateTime(timezone=True), nullable=False),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['conversation_id'], ['conversation.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index('ix_handoff_person_id', 'handoff', ['person_id'])
    op.create_index('ix_handoff_conversation_id', 'handoff', ['conversation_id'])
    op.create_index('ix_handoff_waiting', 'handoff', ['waiting_since'], sqlite_where=_WAITING, postgresql_where=_WAITING)

    op.create_table('handoff_line',
    sa.Column('id', _ID, nullable=False),
    sa.Column('handoff_id', _ID, nullable=False),
    sa.Column('inbox_id', _ID, nullable=True),
    sa.Column('is_operators', sa.Boolean(), nullable=False),
    sa.Column('said_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['handoff_id'], ['handoff.id'], ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['inbox_id'], ['inbox.id'], ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index('ix_handoff_line_handoff_id', 'handoff_line', ['handoff_id'])
    op.create_index('ix_handoff_line_inbox_id', 'handoff_line', ['inbox_id'])

    op.create_table('operator_act',
    sa.Column('id', _ID, nullable=False),
    sa.Column('act', sa.String(length=16), nullable=False),
    sa.Column('handoff_id', _ID, nullable=True),
    sa.Column('session', sa.String(length=16), nullable=True),
    sa.Column('done_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['handoff_id'], ['handoff.id'], ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index('ix_operator_act_handoff_id', 'operator_act', ['handoff_id'])
    op.create_index('ix_operator_act_done_at', 'operator_act', ['done_at'])


def downgrade() -> None:
    for table in ('operator_act', 'handoff_line', 'handoff'):
        op.drop_table(table)
    op.drop_index('ix_inbox_received', table_name='inbox')
    op.drop_column('assessment', 'asking')
    op.drop_column('assessment', 'level')

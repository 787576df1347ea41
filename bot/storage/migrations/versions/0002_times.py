"""An owner's own working time, busy seasons and rhythm

Revision ID: 0002
Revises: 0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('person', schema=None) as batch_op:
        batch_op.add_column(sa.Column('checkin_minute', sa.Integer(), nullable=False, server_default='0'))
        batch_op.add_column(sa.Column('opens', sa.String(length=5), nullable=True))
        batch_op.add_column(sa.Column('closes', sa.String(length=5), nullable=True))
        batch_op.add_column(sa.Column('weekdays', sa.JSON(), nullable=True))
        batch_op.add_column(sa.Column('country', sa.String(length=2), nullable=True))
        batch_op.add_column(sa.Column('seasons', sa.JSON(), nullable=False, server_default='[]'))
        batch_op.add_column(sa.Column('checkin_rule', sa.String(length=120), nullable=True))
        batch_op.add_column(sa.Column('checkin_rule_from', sa.Date(), nullable=True))
        batch_op.add_column(sa.Column('time_before', sa.JSON(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table('person', schema=None) as batch_op:
        for column in (
            'time_before', 'checkin_rule_from', 'checkin_rule', 'seasons', 'country', 'weekdays', 'closes', 'opens', 'checkin_minute',
        ):
            batch_op.drop_column(column)

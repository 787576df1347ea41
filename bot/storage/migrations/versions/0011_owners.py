"""one answer corrected after a result, and answers that seem to contradict each other

Revision ID: 0011
Revises: 0010
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('assessment', schema=None) as batch_op:
        batch_op.add_column(sa.Column('is_aside', sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column('contradictions', sa.JSON(), nullable=False, server_default='{}'))


def downgrade() -> None:
    with op.batch_alter_table('assessment', schema=None) as batch_op:
        batch_op.drop_column('contradictions')
        batch_op.drop_column('is_aside')

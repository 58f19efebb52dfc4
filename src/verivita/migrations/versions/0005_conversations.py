"""Answers, citations and conversations: titles of talks, and what an answer was made of."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("chat_sessions", sa.Column("title", sa.LargeBinary(), nullable=True))
    op.add_column("chat_messages", sa.Column("reply_to", sa.UUID(), nullable=True))
    op.add_column("chat_messages", sa.Column("details", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    op.drop_column("chat_messages", "details")
    op.drop_column("chat_messages", "reply_to")
    op.drop_column("chat_sessions", "title")

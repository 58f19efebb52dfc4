"""job_match_scores, one row per person and posting; posting_forms, what scores of a posting are computed from."""

from __future__ import annotations

from sqlalchemy import (
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Numeric,
    String,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects import postgresql as pg

from verivita.kit.db import UtcTime, personal_table, tenant_table

_score = Numeric(4, 1)

job_match_scores = personal_table(
    "job_match_scores",
    Column("id", pg.UUID(as_uuid=True), primary_key=True),
    Column("job_id", pg.UUID(as_uuid=True), ForeignKey("jobs.id", ondelete="CASCADE"), nullable=False),
    # The posting's version and the papers' hash that the score was made of: another of either makes another score.
    Column("job_version", Integer, nullable=False),
    Column("resume_hash", String(64), nullable=False),
    Column("score_version", Integer, nullable=False),
    # NULL: could not be scored; `reason` says why.
    Column("overall_score", _score),
    Column("skills_score", _score),
    Column("experience_score", _score),
    Column("education_score", _score),
    Column("matched_skills", pg.JSONB, nullable=False, server_default="[]"),
    Column("missing_skills", pg.JSONB, nullable=False, server_default="[]"),
    Column("reason", Text, nullable=False, server_default=""),
    Column("calculated_at", UtcTime, nullable=False, server_default=func.now()),
    UniqueConstraint("tenant_id", "person_id", "job_id"),
    Index("idx_match_job", "job_id"),
    Index("idx_match_score", text("overall_score DESC")),
)

posting_forms = tenant_table(
    "posting_forms",
    Column("job_id", pg.UUID(as_uuid=True), ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True),
    # The posting's version and the version of the way of preparing that the form was made of.
    Column("job_version", Integer, nullable=False),
    Column("form_version", Integer, nullable=False),
    Column("form", LargeBinary, nullable=False),
)

"""applications, application_timeline."""

from __future__ import annotations

from sqlalchemy import Column, Date, ForeignKey, Index, Integer, LargeBinary, String, UniqueConstraint, func
from sqlalchemy.dialects import postgresql as pg

from verivita.kit.db import UtcTime, personal_table

applications = personal_table(
    "applications",
    Column("id", pg.UUID(as_uuid=True), primary_key=True),
    Column("job_id", pg.UUID(as_uuid=True), ForeignKey("jobs.id"), nullable=False),
    Column("status", String(20), nullable=False, server_default="saved"),
    Column("applied_date", Date),
    Column("notes", LargeBinary),
    Column("resume_version", String(100)),
    Column("cover_letter", LargeBinary),
    Column("reminder_date", Date),
    Column("version", Integer, nullable=False, server_default="1"),
    Column("created_at", UtcTime, nullable=False, server_default=func.now()),
    Column("updated_at", UtcTime, nullable=False, server_default=func.now()),
    UniqueConstraint("tenant_id", "person_id", "job_id"),
    Index("idx_applications_status", "status"),
    Index("idx_applications_reminder", "reminder_date"),
)

application_timeline = personal_table(
    "application_timeline",
    Column("id", pg.UUID(as_uuid=True), primary_key=True),
    Column("application_id", pg.UUID(as_uuid=True), ForeignKey("applications.id", ondelete="CASCADE"), nullable=False),
    Column("old_status", String(20)),
    Column("new_status", String(20), nullable=False),
    Column("changed_at", UtcTime, nullable=False, server_default=func.now()),
    Column("notes", LargeBinary),
    Index("idx_timeline_app", "application_id"),
)

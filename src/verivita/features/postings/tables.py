"""companies, jobs, job_bands, job_sightings, import_runs."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Numeric,
    PrimaryKeyConstraint,
    String,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects import postgresql as pg

from verivita.kit.db import UtcTime, tenant_table

companies = tenant_table(
    "companies",
    Column("id", pg.UUID(as_uuid=True), primary_key=True),
    Column("name", String(255), nullable=False),
    Column("normalized_name", String(255), nullable=False),
    Column("logo_url", Text),
    Column("website", Text),
    Column("industry", String(100)),
    Column("size", String(20)),
    Column("rating", Numeric(3, 2)),
    Column("created_at", UtcTime, nullable=False, server_default=func.now()),
    CheckConstraint("size IN ('startup','small','medium','large','enterprise')", name="size"),
    UniqueConstraint("tenant_id", "normalized_name"),
    Index("idx_companies_normalized", "normalized_name"),
)

jobs = tenant_table(
    "jobs",
    Column("id", pg.UUID(as_uuid=True), primary_key=True),
    Column("url", Text, nullable=False),
    Column("title", String(500), nullable=False),
    Column("company_id", pg.UUID(as_uuid=True), ForeignKey("companies.id")),
    Column("location", String(255), nullable=False, server_default=""),
    Column("places", pg.ARRAY(Text), nullable=False, server_default="{}"),
    Column("country", String(2)),
    Column("location_type", String(20), nullable=False, server_default="unknown"),
    Column("level", String(20), nullable=False, server_default="unknown"),
    Column("employment", String(20), nullable=False, server_default="unknown"),
    # Yearly, in the posting's own currency; `pay` holds what was written.
    Column("salary_min", Integer),
    Column("salary_max", Integer),
    Column("salary_currency", String(10)),
    Column("salary_text", String(200), nullable=False, server_default=""),
    Column("pay", pg.JSONB),
    Column("description", Text, nullable=False),
    Column("requirements", pg.JSONB, nullable=False, server_default="{}"),
    Column("skills", pg.ARRAY(Text), nullable=False, server_default="{}"),
    Column("posted_date", Date),
    Column("closes_date", Date),
    Column("source", String(50), nullable=False),
    Column("is_active", Boolean, nullable=False, server_default="true"),
    Column("embedding_id", pg.UUID(as_uuid=True)),
    Column("content_hash", String(64), nullable=False),
    # MinHash of the description; the keys of its bands stand in job_bands.
    Column("signature", pg.ARRAY(pg.BIGINT), nullable=False, server_default="{}"),
    Column("version", Integer, nullable=False, server_default="1"),
    # The version that the search indexes hold; lower than `version` means: to be indexed.
    Column("indexed_version", Integer, nullable=False, server_default="0"),
    Column("scraped_at", UtcTime, nullable=False, server_default=func.now()),
    Column("created_at", UtcTime, nullable=False, server_default=func.now()),
    Column("updated_at", UtcTime, nullable=False, server_default=func.now()),
    CheckConstraint("location_type IN ('remote','hybrid','onsite','unknown')", name="location_type"),
    UniqueConstraint("tenant_id", "url"),
    Index("idx_jobs_company", "company_id"),
    Index("idx_jobs_location_type", "location_type"),
    Index("idx_jobs_salary", "salary_min", "salary_max"),
    Index("idx_jobs_posted", text("posted_date DESC")),
    Index("idx_jobs_source", "source"),
    Index("idx_jobs_active", "is_active"),
    Index("idx_jobs_content_hash", "content_hash"),
    Index("idx_jobs_places", "places", postgresql_using="gin"),
    Index("idx_jobs_to_index", "tenant_id", "id", postgresql_where="indexed_version < version"),
)

# Near-duplicates are looked up by any shared key. A table of its own, since row security lets an index serve equality
# of texts but no operator on arrays.
job_bands = tenant_table(
    "job_bands",
    Column("band", String(20), nullable=False),
    Column("job_id", pg.UUID(as_uuid=True), ForeignKey("jobs.id", ondelete="CASCADE"), nullable=False),
    PrimaryKeyConstraint("tenant_id", "band", "job_id"),
    Index("ix_job_bands_job", "job_id"),
)

job_sightings = tenant_table(
    "job_sightings",
    Column("id", pg.UUID(as_uuid=True), primary_key=True),
    Column("job_id", pg.UUID(as_uuid=True), ForeignKey("jobs.id", ondelete="CASCADE"), nullable=False),
    # What names the record in its source: the source's own id, else its URL, else the hash of its text.
    Column("source", Text, nullable=False),
    Column("source_key", Text, nullable=False),
    Column("url", Text, nullable=False, server_default=""),
    Column("raw_hash", String(64), nullable=False),
    # The source's own record, deflated: the snapshot that stays when the posting goes.
    Column("raw", LargeBinary, nullable=False),
    Column("first_seen", UtcTime, nullable=False, server_default=func.now()),
    Column("last_seen", UtcTime, nullable=False, server_default=func.now()),
    UniqueConstraint("tenant_id", "source", "source_key"),
    Index("ix_job_sightings_job", "job_id"),
)

import_runs = tenant_table(
    "import_runs",
    Column("id", pg.UUID(as_uuid=True), primary_key=True),
    Column("person_id", pg.UUID(as_uuid=True), ForeignKey("people.id", ondelete="CASCADE"), nullable=False),
    Column("source", Text, nullable=False),
    # Names the input: the same file again goes on where a killed run stopped.
    Column("input_hash", String(64), nullable=False),
    Column("blob_key", Text),
    Column("status", Text, nullable=False, server_default="running"),
    # How many records of the input were dealt with and committed.
    Column("position", Integer, nullable=False, server_default="0"),
    Column("new", Integer, nullable=False, server_default="0"),
    Column("changed", Integer, nullable=False, server_default="0"),
    Column("unchanged", Integer, nullable=False, server_default="0"),
    Column("duplicates", Integer, nullable=False, server_default="0"),
    Column("closed", Integer, nullable=False, server_default="0"),
    Column("refused_count", Integer, nullable=False, server_default="0"),
    # The first refused records: place, reason, title.
    Column("refused", pg.JSONB, nullable=False, server_default="[]"),
    Column("error", Text),
    Column("started_at", UtcTime, nullable=False, server_default=func.now()),
    Column("finished_at", UtcTime),
    CheckConstraint("status IN ('running','succeeded','failed')", name="status"),
    Index("ix_import_runs_input", "tenant_id", "input_hash"),
)

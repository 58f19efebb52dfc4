"""saved_searches, search_cache."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, Integer, LargeBinary, String, UniqueConstraint, func
from sqlalchemy.dialects import postgresql as pg

from verivita.kit.db import UtcTime, personal_table, tenant_table

saved_searches = personal_table(
    "saved_searches",
    Column("id", pg.UUID(as_uuid=True), primary_key=True),
    Column("name", String(255), nullable=False),
    # What a person looks for is theirs: sealed.
    Column("query", LargeBinary, nullable=False),
    Column("filters", pg.JSONB, nullable=False, server_default="{}"),
    Column("notification_enabled", Boolean, nullable=False, server_default="false"),
    Column("last_run_at", UtcTime),
    Column("result_count", Integer),
    Column("created_at", UtcTime, nullable=False, server_default=func.now()),
)

search_cache = tenant_table(
    "search_cache",
    Column("id", pg.UUID(as_uuid=True), primary_key=True),
    Column("query_hash", String(64), nullable=False),
    Column("filters", pg.JSONB),
    Column("result_job_ids", pg.ARRAY(pg.UUID(as_uuid=True)), nullable=False),
    Column("total_results", Integer, nullable=False),
    Column("created_at", UtcTime, nullable=False, server_default=func.now()),
    Column("expires_at", UtcTime, nullable=False),
    UniqueConstraint("tenant_id", "query_hash"),
    Index("idx_cache_hash", "query_hash"),
    Index("idx_cache_expires", "expires_at"),
)

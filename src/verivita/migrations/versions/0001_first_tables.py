"""All tables of the first release, their row security, and the queue's own tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from pgvector.sqlalchemy import HALFVEC
from sqlalchemy.dialects import postgresql as pg

from verivita.migrations import security

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

UTC_TIME = pg.TIMESTAMP(timezone=True)


def _tenants() -> None:
    op.create_table(
        "tenants",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("key_check", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", UTC_TIME, server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tenants")),
        info={"secured": "self"},
    )


def _people() -> None:
    op.create_table(
        "people",
        sa.Column("tenant_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), server_default="guest", nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("preferences", sa.LargeBinary(), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", UTC_TIME, server_default=sa.text("now()"), nullable=False),
        sa.Column("last_seen", UTC_TIME, server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("role IN ('owner','admin','coach','student')", name=op.f("ck_people_role")),
        sa.CheckConstraint(
            "state IN ('guest','email_collected','verified','member','suspended')", name=op.f("ck_people_state")
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_people_tenant_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people")),
        info={"secured": "tenant"},
    )


def _credentials() -> None:
    op.create_table(
        "credentials",
        sa.Column("tenant_id", sa.UUID(), nullable=False),
        sa.Column("person_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("secret_hash", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("scopes", pg.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("created_at", UTC_TIME, server_default=sa.text("now()"), nullable=False),
        sa.Column("last_used_at", UTC_TIME, nullable=True),
        sa.Column("expires_at", UTC_TIME, nullable=True),
        sa.CheckConstraint("kind IN ('owner_link','session','api_key')", name=op.f("ck_credentials_kind")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_credentials_person_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name=op.f("fk_credentials_tenant_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credentials")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_credentials_secret_hash")),
        info={"secured": "person"},
    )
    op.create_index("ix_credentials_owner", "credentials", ["tenant_id", "person_id"], unique=False)


def _task_runs() -> None:
    op.create_table(
        "task_runs",
        sa.Column("tenant_id", sa.UUID(), nullable=False),
        sa.Column("person_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), server_default="queued", nullable=False),
        sa.Column("progress", sa.Float(), server_default="0", nullable=False),
        sa.Column("stage", sa.Text(), server_default="", nullable=False),
        sa.Column("result", pg.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("unique_key", sa.Text(), nullable=True),
        sa.Column("created_at", UTC_TIME, server_default=sa.text("now()"), nullable=False),
        sa.Column("finished_at", UTC_TIME, nullable=True),
        sa.CheckConstraint(
            "status IN ('queued','running','succeeded','failed','cancelled')", name=op.f("ck_task_runs_status")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_task_runs_person_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_task_runs_tenant_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task_runs")),
        info={"secured": "person"},
    )
    op.create_index("ix_task_runs_owner", "task_runs", ["tenant_id", "person_id"], unique=False)
    op.create_index(
        "uq_task_runs_waiting_key",
        "task_runs",
        ["tenant_id", "person_id", "unique_key"],
        unique=True,
        postgresql_where="status = 'queued'",
    )


def _events() -> None:
    op.create_table(
        "events",
        sa.Column("tenant_id", sa.UUID(), nullable=False),
        sa.Column("person_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("payload", pg.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("at", UTC_TIME, server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_events_person_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_events_tenant_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_events")),
        info={"secured": "person"},
    )
    op.create_index("ix_events_owner", "events", ["tenant_id", "person_id"], unique=False)


def _documents() -> None:
    op.create_table(
        "documents",
        sa.Column("tenant_id", sa.UUID(), nullable=False),
        sa.Column("person_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), server_default="queued", nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("content_blind", sa.Text(), nullable=False),
        sa.Column("blob_key", sa.Text(), nullable=False),
        sa.Column("meta", sa.LargeBinary(), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=True),
        sa.Column("coverage", sa.LargeBinary(), nullable=True),
        sa.Column("is_active", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("is_example", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("pages", sa.Integer(), server_default="0", nullable=False),
        sa.Column("understood_lines", sa.Integer(), server_default="0", nullable=False),
        sa.Column("total_lines", sa.Integer(), server_default="0", nullable=False),
        sa.Column("warnings", pg.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("error_code", sa.Text(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", UTC_TIME, server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", UTC_TIME, server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("kind IN ('resume','notes','portfolio')", name=op.f("ck_documents_kind")),
        sa.CheckConstraint("status IN ('queued','reading','ready','failed')", name=op.f("ck_documents_status")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_documents_person_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_documents_tenant_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_documents")),
        info={"secured": "person"},
    )
    op.create_index("ix_documents_owner", "documents", ["tenant_id", "person_id"], unique=False)
    op.create_index("uq_documents_content", "documents", ["tenant_id", "person_id", "content_blind"], unique=True)


def _passages() -> None:
    op.create_table(
        "passages",
        sa.Column("tenant_id", sa.UUID(), nullable=False),
        sa.Column("person_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("document_id", sa.UUID(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("section", sa.Text(), nullable=False),
        sa.Column("page", sa.Integer(), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["documents.id"], name=op.f("fk_passages_document_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_passages_person_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_passages_tenant_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passages")),
        info={"secured": "person"},
    )
    op.create_index("ix_passages_document", "passages", ["document_id", "ordinal"], unique=False)
    op.create_index("ix_passages_owner", "passages", ["tenant_id", "person_id"], unique=False)


def _facts() -> None:
    op.create_table(
        "facts",
        sa.Column("tenant_id", sa.UUID(), nullable=False),
        sa.Column("person_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("document_id", sa.UUID(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("section", sa.Text(), nullable=False),
        sa.Column("entry", sa.Integer(), nullable=True),
        sa.Column("page", sa.Integer(), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["documents.id"], name=op.f("fk_facts_document_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_facts_person_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_facts_tenant_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_facts")),
        info={"secured": "person"},
    )
    op.create_index("ix_facts_document", "facts", ["document_id", "ordinal"], unique=False)
    op.create_index("ix_facts_owner", "facts", ["tenant_id", "person_id"], unique=False)


def _companies() -> None:
    op.create_table(
        "companies",
        sa.Column("tenant_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("normalized_name", sa.String(length=255), nullable=False),
        sa.Column("logo_url", sa.Text(), nullable=True),
        sa.Column("website", sa.Text(), nullable=True),
        sa.Column("industry", sa.String(length=100), nullable=True),
        sa.Column("size", sa.String(length=20), nullable=True),
        sa.Column("rating", sa.Numeric(precision=3, scale=2), nullable=True),
        sa.Column("created_at", UTC_TIME, server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("size IN ('startup','small','medium','large','enterprise')", name=op.f("ck_companies_size")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_companies_tenant_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_companies")),
        sa.UniqueConstraint("tenant_id", "normalized_name", name=op.f("uq_companies_tenant_id_normalized_name")),
        info={"secured": "tenant"},
    )
    op.create_index("idx_companies_normalized", "companies", ["normalized_name"], unique=False)


def _jobs() -> None:
    op.create_table(
        "jobs",
        sa.Column("tenant_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("title", sa.String(length=500), nullable=False),
        sa.Column("company_id", sa.UUID(), nullable=True),
        sa.Column("location", sa.String(length=255), server_default="", nullable=False),
        sa.Column("places", pg.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("country", sa.String(length=2), nullable=True),
        sa.Column("location_type", sa.String(length=20), server_default="unknown", nullable=False),
        sa.Column("level", sa.String(length=20), server_default="unknown", nullable=False),
        sa.Column("employment", sa.String(length=20), server_default="unknown", nullable=False),
        sa.Column("salary_min", sa.Integer(), nullable=True),
        sa.Column("salary_max", sa.Integer(), nullable=True),
        sa.Column("salary_currency", sa.String(length=10), nullable=True),
        sa.Column("salary_text", sa.String(length=200), server_default="", nullable=False),
        sa.Column("pay", pg.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("requirements", pg.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("skills", pg.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("posted_date", sa.Date(), nullable=True),
        sa.Column("closes_date", sa.Date(), nullable=True),
        sa.Column("source", sa.String(length=50), nullable=False),
        sa.Column("is_active", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("embedding_id", sa.UUID(), nullable=True),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("signature", pg.ARRAY(sa.BIGINT()), server_default="{}", nullable=False),
        sa.Column("bands", pg.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("indexed_version", sa.Integer(), server_default="0", nullable=False),
        sa.Column("scraped_at", UTC_TIME, server_default=sa.text("now()"), nullable=False),
        sa.Column("created_at", UTC_TIME, server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", UTC_TIME, server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "location_type IN ('remote','hybrid','onsite','unknown')", name=op.f("ck_jobs_location_type")
        ),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_jobs_company_id")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_jobs_tenant_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jobs")),
        sa.UniqueConstraint("tenant_id", "url", name=op.f("uq_jobs_tenant_id_url")),
        info={"secured": "tenant"},
    )
    op.create_index("idx_jobs_active", "jobs", ["is_active"], unique=False)
    op.create_index("idx_jobs_bands", "jobs", ["bands"], unique=False, postgresql_using="gin")
    op.create_index("idx_jobs_company", "jobs", ["company_id"], unique=False)
    op.create_index("idx_jobs_content_hash", "jobs", ["content_hash"], unique=False)
    op.create_index("idx_jobs_location_type", "jobs", ["location_type"], unique=False)
    op.create_index("idx_jobs_places", "jobs", ["places"], unique=False, postgresql_using="gin")
    op.create_index("idx_jobs_posted", "jobs", [sa.text("posted_date DESC")], unique=False)
    op.create_index("idx_jobs_salary", "jobs", ["salary_min", "salary_max"], unique=False)
    op.create_index("idx_jobs_source", "jobs", ["source"], unique=False)
    op.create_index(
        "idx_jobs_to_index", "jobs", ["tenant_id", "id"], unique=False, postgresql_where="indexed_version < version"
    )


def _job_sightings() -> None:
    op.create_table(
        "job_sightings",
        sa.Column("tenant_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("job_id", sa.UUID(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("source_key", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), server_default="", nullable=False),
        sa.Column("raw_hash", sa.String(length=64), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.Column("first_seen", UTC_TIME, server_default=sa.text("now()"), nullable=False),
        sa.Column("last_seen", UTC_TIME, server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=op.f("fk_job_sightings_job_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name=op.f("fk_job_sightings_tenant_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job_sightings")),
        sa.UniqueConstraint(
            "tenant_id", "source", "source_key", name=op.f("uq_job_sightings_tenant_id_source_source_key")
        ),
        info={"secured": "tenant"},
    )
    op.create_index("ix_job_sightings_job", "job_sightings", ["job_id"], unique=False)


def _import_runs() -> None:
    op.create_table(
        "import_runs",
        sa.Column("tenant_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("person_id", sa.UUID(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("input_hash", sa.String(length=64), nullable=False),
        sa.Column("blob_key", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), server_default="running", nullable=False),
        sa.Column("position", sa.Integer(), server_default="0", nullable=False),
        sa.Column("new", sa.Integer(), server_default="0", nullable=False),
        sa.Column("changed", sa.Integer(), server_default="0", nullable=False),
        sa.Column("unchanged", sa.Integer(), server_default="0", nullable=False),
        sa.Column("duplicates", sa.Integer(), server_default="0", nullable=False),
        sa.Column("closed", sa.Integer(), server_default="0", nullable=False),
        sa.Column("refused_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("refused", pg.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("started_at", UTC_TIME, server_default=sa.text("now()"), nullable=False),
        sa.Column("finished_at", UTC_TIME, nullable=True),
        sa.CheckConstraint("status IN ('running','succeeded','failed')", name=op.f("ck_import_runs_status")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_import_runs_person_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name=op.f("fk_import_runs_tenant_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_runs")),
        info={"secured": "tenant"},
    )
    op.create_index("ix_import_runs_input", "import_runs", ["tenant_id", "input_hash"], unique=False)


def _saved_searches() -> None:
    op.create_table(
        "saved_searches",
        sa.Column("tenant_id", sa.UUID(), nullable=False),
        sa.Column("person_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("query", sa.LargeBinary(), nullable=False),
        sa.Column("filters", pg.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("notification_enabled", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("last_run_at", UTC_TIME, nullable=True),
        sa.Column("result_count", sa.Integer(), nullable=True),
        sa.Column("created_at", UTC_TIME, server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_saved_searches_person_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name=op.f("fk_saved_searches_tenant_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_searches")),
        info={"secured": "person"},
    )
    op.create_index("ix_saved_searches_owner", "saved_searches", ["tenant_id", "person_id"], unique=False)


def _search_cache() -> None:
    op.create_table(
        "search_cache",
        sa.Column("tenant_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("query_hash", sa.String(length=64), nullable=False),
        sa.Column("filters", pg.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("result_job_ids", pg.ARRAY(pg.UUID(as_uuid=True)), nullable=False),
        sa.Column("total_results", sa.Integer(), nullable=False),
        sa.Column("created_at", UTC_TIME, server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", UTC_TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name=op.f("fk_search_cache_tenant_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_cache")),
        sa.UniqueConstraint("tenant_id", "query_hash", name=op.f("uq_search_cache_tenant_id_query_hash")),
        info={"secured": "tenant"},
    )
    op.create_index("idx_cache_expires", "search_cache", ["expires_at"], unique=False)
    op.create_index("idx_cache_hash", "search_cache", ["query_hash"], unique=False)


def _vector_points() -> None:
    op.create_table(
        "vector_points",
        sa.Column("tenant_id", sa.UUID(), nullable=False),
        sa.Column("collection", sa.Text(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("dimensions", sa.SmallInteger(), nullable=False),
        sa.Column("embedding", HALFVEC(), nullable=False),
        sa.Column("tags", pg.ARRAY(sa.Text()), nullable=False),
        sa.Column("numbers", pg.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name=op.f("fk_vector_points_tenant_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("tenant_id", "collection", "id", name=op.f("pk_vector_points")),
        info={"secured": "tenant"},
    )
    op.create_index(
        "ix_vector_points_hnsw_384",
        "vector_points",
        [sa.text("(embedding::halfvec(384)) halfvec_cosine_ops")],
        unique=False,
        postgresql_using="hnsw",
        postgresql_where=sa.text("dimensions = 384"),
    )


def _lexical_entries() -> None:
    op.create_table(
        "lexical_entries",
        sa.Column("tenant_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("title_terms", sa.Text(), nullable=False),
        sa.Column("terms", sa.Text(), nullable=False),
        sa.Column("tags", pg.ARRAY(sa.Text()), nullable=False),
        sa.Column("numbers", pg.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column(
            "tsv",
            pg.TSVECTOR(),
            sa.Computed(
                "setweight(to_tsvector('simple', title_terms), 'A') || setweight(to_tsvector('simple', terms), 'D')",
                persisted=True,
            ),
            nullable=True,
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name=op.f("fk_lexical_entries_tenant_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_lexical_entries")),
        info={"secured": "tenant"},
    )


def _job_match_scores() -> None:
    op.create_table(
        "job_match_scores",
        sa.Column("tenant_id", sa.UUID(), nullable=False),
        sa.Column("person_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("job_id", sa.UUID(), nullable=False),
        sa.Column("job_version", sa.Integer(), nullable=False),
        sa.Column("resume_hash", sa.String(length=64), nullable=False),
        sa.Column("score_version", sa.Integer(), nullable=False),
        sa.Column("overall_score", sa.Numeric(precision=4, scale=1), nullable=True),
        sa.Column("skills_score", sa.Numeric(precision=4, scale=1), nullable=True),
        sa.Column("experience_score", sa.Numeric(precision=4, scale=1), nullable=True),
        sa.Column("education_score", sa.Numeric(precision=4, scale=1), nullable=True),
        sa.Column("matched_skills", pg.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
        sa.Column("missing_skills", pg.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("calculated_at", UTC_TIME, server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=op.f("fk_job_match_scores_job_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_job_match_scores_person_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name=op.f("fk_job_match_scores_tenant_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job_match_scores")),
        sa.UniqueConstraint(
            "tenant_id", "person_id", "job_id", name=op.f("uq_job_match_scores_tenant_id_person_id_job_id")
        ),
        info={"secured": "person"},
    )
    op.create_index("idx_match_job", "job_match_scores", ["job_id"], unique=False)
    op.create_index("idx_match_score", "job_match_scores", [sa.text("overall_score DESC")], unique=False)
    op.create_index("ix_job_match_scores_owner", "job_match_scores", ["tenant_id", "person_id"], unique=False)


def _applications() -> None:
    op.create_table(
        "applications",
        sa.Column("tenant_id", sa.UUID(), nullable=False),
        sa.Column("person_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("job_id", sa.UUID(), nullable=False),
        sa.Column("status", sa.String(length=20), server_default="saved", nullable=False),
        sa.Column("applied_date", sa.Date(), nullable=True),
        sa.Column("notes", sa.LargeBinary(), nullable=True),
        sa.Column("resume_version", sa.String(length=100), nullable=True),
        sa.Column("cover_letter", sa.LargeBinary(), nullable=True),
        sa.Column("reminder_date", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", UTC_TIME, server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", UTC_TIME, server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=op.f("fk_applications_job_id")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_applications_person_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name=op.f("fk_applications_tenant_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_applications")),
        sa.UniqueConstraint(
            "tenant_id", "person_id", "job_id", name=op.f("uq_applications_tenant_id_person_id_job_id")
        ),
        info={"secured": "person"},
    )
    op.create_index("idx_applications_reminder", "applications", ["reminder_date"], unique=False)
    op.create_index("idx_applications_status", "applications", ["status"], unique=False)
    op.create_index("ix_applications_owner", "applications", ["tenant_id", "person_id"], unique=False)


def _application_timeline() -> None:
    op.create_table(
        "application_timeline",
        sa.Column("tenant_id", sa.UUID(), nullable=False),
        sa.Column("person_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("application_id", sa.UUID(), nullable=False),
        sa.Column("old_status", sa.String(length=20), nullable=True),
        sa.Column("new_status", sa.String(length=20), nullable=False),
        sa.Column("changed_at", UTC_TIME, server_default=sa.text("now()"), nullable=False),
        sa.Column("notes", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["applications.id"],
            name=op.f("fk_application_timeline_application_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_application_timeline_person_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name=op.f("fk_application_timeline_tenant_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_application_timeline")),
        info={"secured": "person"},
    )
    op.create_index("idx_timeline_app", "application_timeline", ["application_id"], unique=False)
    op.create_index("ix_application_timeline_owner", "application_timeline", ["tenant_id", "person_id"], unique=False)


def _chat_sessions() -> None:
    op.create_table(
        "chat_sessions",
        sa.Column("tenant_id", sa.UUID(), nullable=False),
        sa.Column("person_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("mode", sa.String(length=20), server_default="chat", nullable=False),
        sa.Column("created_at", UTC_TIME, server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", UTC_TIME, server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_chat_sessions_person_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name=op.f("fk_chat_sessions_tenant_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chat_sessions")),
        info={"secured": "person"},
    )
    op.create_index("ix_chat_sessions_owner", "chat_sessions", ["tenant_id", "person_id"], unique=False)


def _chat_messages() -> None:
    op.create_table(
        "chat_messages",
        sa.Column("tenant_id", sa.UUID(), nullable=False),
        sa.Column("person_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("session_id", sa.UUID(), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("citations", sa.LargeBinary(), nullable=True),
        sa.Column("grounding_score", sa.Numeric(precision=3, scale=2), nullable=True),
        sa.Column("created_at", UTC_TIME, server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("role IN ('user','assistant')", name=op.f("ck_chat_messages_role")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_chat_messages_person_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["session_id"], ["chat_sessions.id"], name=op.f("fk_chat_messages_session_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name=op.f("fk_chat_messages_tenant_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chat_messages")),
        info={"secured": "person"},
    )
    op.create_index("idx_messages_session", "chat_messages", ["session_id"], unique=False)
    op.create_index("ix_chat_messages_owner", "chat_messages", ["tenant_id", "person_id"], unique=False)


TABLES = {
    "tenants": _tenants,
    "people": _people,
    "credentials": _credentials,
    "task_runs": _task_runs,
    "events": _events,
    "documents": _documents,
    "passages": _passages,
    "facts": _facts,
    "companies": _companies,
    "jobs": _jobs,
    "job_sightings": _job_sightings,
    "import_runs": _import_runs,
    "saved_searches": _saved_searches,
    "search_cache": _search_cache,
    "vector_points": _vector_points,
    "lexical_entries": _lexical_entries,
    "job_match_scores": _job_match_scores,
    "applications": _applications,
    "application_timeline": _application_timeline,
    "chat_sessions": _chat_sessions,
    "chat_messages": _chat_messages,
}
"""In an order in which every table comes after those that it points to."""
TENANT_TABLES = (
    "people",
    "companies",
    "jobs",
    "job_sightings",
    "import_runs",
    "search_cache",
    "vector_points",
    "lexical_entries",
)
"""Tables of a tenant; the others, but for the list of tenants itself, belong to a person."""


def upgrade() -> None:
    op.execute("CREATE EXTENSION IF NOT EXISTS vector")
    for make in TABLES.values():
        make()
    op.execute(security.CREATE_ROLE)
    op.execute(security.JOIN_ROLE)
    op.execute(security.USE_SCHEMA)
    for table in TABLES:
        for statement in _secured(table):
            op.execute(statement)
    op.execute(security.by_secret("credentials"))
    for statement in (*security.queue_tables(), *security.queue_rights()):
        op.get_bind().exec_driver_sql(statement)


def downgrade() -> None:
    for statement in security.drop_queue():
        op.get_bind().exec_driver_sql(statement)
    for table in reversed(TABLES):
        op.drop_table(table)


def _secured(table: str) -> list[str]:
    if table == "tenants":
        return security.tenant_list(table)
    return security.tenant_rows(table) if table in TENANT_TABLES else security.personal_rows(table)

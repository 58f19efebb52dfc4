"""tenants, people, credentials."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Integer, LargeBinary, Table, Text, UniqueConstraint, func
from sqlalchemy.dialects import postgresql as pg

from verivita.kit.db import UtcTime, metadata, personal_table, tenant_table

tenants = Table(
    "tenants",
    metadata,
    Column("id", pg.UUID(as_uuid=True), primary_key=True),
    Column("name", Text, nullable=False),
    # Opens only with the master key that the data directory was made with.
    Column("key_check", LargeBinary, nullable=False),
    Column("created_at", UtcTime, nullable=False, server_default=func.now()),
    info={"secured": "self"},
)

people = tenant_table(
    "people",
    Column("id", pg.UUID(as_uuid=True), primary_key=True),
    Column("role", Text, nullable=False),
    Column("state", Text, nullable=False, server_default="guest"),
    Column("name", LargeBinary, nullable=False),
    Column("preferences", LargeBinary, nullable=False),
    Column("version", Integer, nullable=False, server_default="1"),
    Column("created_at", UtcTime, nullable=False, server_default=func.now()),
    Column("last_seen", UtcTime, nullable=False, server_default=func.now()),
    CheckConstraint("role IN ('owner','admin','coach','student')", name="role"),
    CheckConstraint("state IN ('guest','email_collected','verified','member','suspended')", name="state"),
)

credentials = personal_table(
    "credentials",
    Column("id", pg.UUID(as_uuid=True), primary_key=True),
    Column("kind", Text, nullable=False),
    Column("secret_hash", Text, nullable=False),
    Column("name", Text, nullable=False, server_default=""),
    Column("scopes", pg.ARRAY(Text), nullable=False, server_default="{}"),
    Column("created_at", UtcTime, nullable=False, server_default=func.now()),
    Column("last_used_at", UtcTime),
    Column("expires_at", UtcTime),
    CheckConstraint("kind IN ('owner_link','session','api_key')", name="kind"),
    UniqueConstraint("secret_hash"),
)

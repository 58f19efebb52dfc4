"""tenants, people, credentials, codes, authenticators, attempts, vouchers, invitations, consents."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Computed,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    func,
    text,
)
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
    Column("email", LargeBinary),
    Column("email_blind", Text),
    # Only an address that was proved is unique in its tenant: nobody takes an address by typing it.
    Column("email_verified_at", UtcTime),
    Column("hashed_password", Text),
    Column("guest_used", Boolean, nullable=False, server_default="false"),
    Column("user_agent", Text),
    Column("ip_address", Text),
    Column("first_seen", UtcTime, nullable=False, server_default=func.now()),
    Column("suspended_from", Text),
    Column("is_active", Boolean, Computed("state <> 'suspended'::text", persisted=True), nullable=False),
    Index("ix_people_email_blind", "email_blind"),
    Index(
        "uq_people_email",
        "tenant_id",
        "email_blind",
        unique=True,
        postgresql_where=text("email_verified_at IS NOT NULL"),
    ),
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
    # Refresh tokens that came one from another; the first use of a used one ends them all.
    Column("family", pg.UUID(as_uuid=True)),
    Column("used_at", UtcTime),
    # When the first token of the family was made.
    Column("began_at", UtcTime),
    # Of the last use: the browser's name without version, and the first part of the network address.
    Column("browser", Text),
    Column("network", Text),
    CheckConstraint("kind IN ('owner_link','session','api_key','guest','refresh','external')", name="kind"),
    UniqueConstraint("secret_hash"),
)

codes = personal_table(
    "codes",
    Column("id", pg.UUID(as_uuid=True), primary_key=True),
    Column("email", LargeBinary, nullable=False),
    Column("email_blind", Text, nullable=False),
    Column("code_hash", Text, nullable=False),
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("created_at", UtcTime, nullable=False, server_default=func.now()),
    Column("expires_at", UtcTime, nullable=False),
)

authenticators = personal_table(
    "authenticators",
    Column("id", pg.UUID(as_uuid=True), primary_key=True),
    Column("seed", LargeBinary, nullable=False),
    Column("created_at", UtcTime, nullable=False, server_default=func.now()),
    # Until somebody has shown that they hold it, nobody is asked for its codes.
    Column("confirmed_at", UtcTime),
    # Number of the last time step whose code was taken: no code counts twice.
    Column("last_step", Integer),
    # Keyed hashes of the recovery codes that are left.
    Column("recovery", pg.ARRAY(Text), nullable=False, server_default="{}"),
    UniqueConstraint("person_id"),
)

attempts = tenant_table(
    "attempts",
    Column("id", pg.UUID(as_uuid=True), primary_key=True),
    # What is counted, and a keyed hash of the person, the e-mail address or the network that it is counted for.
    Column("key", Text, nullable=False),
    Column("at", UtcTime, nullable=False),
    Index("ix_attempts_key", "tenant_id", "key", "at"),
)

vouchers = tenant_table(
    "vouchers",
    Column("id", pg.UUID(as_uuid=True), primary_key=True),
    Column("secret_hash", Text, nullable=False),
    Column("made_by", pg.UUID(as_uuid=True)),
    Column("created_at", UtcTime, nullable=False, server_default=func.now()),
    Column("expires_at", UtcTime),
    Column("used_by", pg.UUID(as_uuid=True)),
    Column("used_at", UtcTime),
    UniqueConstraint("secret_hash"),
)

invitations = tenant_table(
    "invitations",
    Column("id", pg.UUID(as_uuid=True), primary_key=True),
    Column("role", Text, nullable=False),
    Column("email", LargeBinary, nullable=False),
    Column("email_blind", Text, nullable=False),
    Column("secret_hash", Text, nullable=False),
    Column("invited_by", pg.UUID(as_uuid=True)),
    Column("created_at", UtcTime, nullable=False, server_default=func.now()),
    Column("expires_at", UtcTime, nullable=False),
    Column("accepted_by", pg.UUID(as_uuid=True)),
    Column("accepted_at", UtcTime),
    CheckConstraint("role IN ('owner','admin','coach','student')", name="role"),
    UniqueConstraint("secret_hash"),
)

consents = personal_table(
    "consents",
    Column("id", pg.UUID(as_uuid=True), primary_key=True),
    Column("given_to", pg.UUID(as_uuid=True), ForeignKey("people.id", ondelete="CASCADE"), nullable=False),
    Column("thing", Text, nullable=False),
    Column("thing_id", pg.UUID(as_uuid=True)),
    Column("created_at", UtcTime, nullable=False, server_default=func.now()),
    Column("ended_at", UtcTime),
)

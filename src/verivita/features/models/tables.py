"""model_settings, model_keys, model_spending of a tenant; model_calls of a person."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Date, Integer, LargeBinary, Numeric, Text, UniqueConstraint, func
from sqlalchemy.dialects import postgresql as pg

from verivita.kit.db import UtcTime, personal_table, tenant_table

_money = Numeric(20, 10)

model_settings = tenant_table(
    "model_settings",
    Column("id", pg.UUID(as_uuid=True), primary_key=True),
    Column("routes", pg.JSONB, nullable=False, server_default="{}"),
    Column("limits", pg.JSONB, nullable=False, server_default="{}"),
    Column("version", Integer, nullable=False, server_default="1"),
    Column("updated_at", UtcTime, nullable=False, server_default=func.now()),
    UniqueConstraint("tenant_id"),
)

model_keys = tenant_table(
    "model_keys",
    Column("id", pg.UUID(as_uuid=True), primary_key=True),
    Column("provider", Text, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("set_at", UtcTime, nullable=False, server_default=func.now()),
    UniqueConstraint("tenant_id", "provider"),
)

model_spending = tenant_table(
    "model_spending",
    Column("id", pg.UUID(as_uuid=True), primary_key=True),
    Column("day", Date, nullable=False),
    # The person, or the tenant itself for the sum of all.
    Column("subject", pg.UUID(as_uuid=True), nullable=False),
    # What calls that are under way may still use.
    Column("held_tokens", BigInteger, nullable=False, server_default="0"),
    Column("held_cost", _money, nullable=False, server_default="0"),
    Column("used_tokens", BigInteger, nullable=False, server_default="0"),
    Column("used_cost", _money, nullable=False, server_default="0"),
    Column("calls", Integer, nullable=False, server_default="0"),
    Column("unpriced_calls", Integer, nullable=False, server_default="0"),
    UniqueConstraint("tenant_id", "day", "subject"),
)

model_calls = personal_table(
    "model_calls",
    Column("id", pg.UUID(as_uuid=True), primary_key=True),
    Column("purpose", Text, nullable=False),
    Column("prompt", Text, nullable=False, server_default=""),
    Column("model", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("cached", Boolean, nullable=False, server_default="false"),
    Column("input_tokens", Integer, nullable=False, server_default="0"),
    Column("output_tokens", Integer, nullable=False, server_default="0"),
    Column("cached_tokens", Integer, nullable=False, server_default="0"),
    Column("estimated", Boolean, nullable=False, server_default="false"),
    # NULL: the price is not known, which is not zero.
    Column("cost", _money),
    Column("first_ms", Integer),
    Column("total_ms", Integer, nullable=False, server_default="0"),
    Column("attempts", pg.JSONB, nullable=False, server_default="[]"),
    Column("at", UtcTime, nullable=False, server_default=func.now()),
)

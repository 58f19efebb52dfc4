"""Purposes, routes, limits, spending: what a tenant says about its language models."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum


class Purpose(StrEnum):
    """What a model is asked for; each has its own route."""

    ANALYSE = "analyse"
    WRITE = "write"
    LETTER = "letter"
    CHAT = "chat"
    JUDGE = "judge"


@dataclass(frozen=True, slots=True)
class Limits:
    """The most that may be used in a day (UTC), by one person and by the whole tenant; None means no limit.

    Money is in US dollars, exact.
    """

    person_tokens: int | None = None
    person_cost: Decimal | None = None
    tenant_tokens: int | None = None
    tenant_cost: Decimal | None = None


@dataclass(frozen=True, slots=True)
class KeyState:
    """Whether a provider's key is there, and where from: the tenant's own or the installation's. Never the key."""

    provider: str
    source: str
    set_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ModelSettings:
    """Routes (purpose -> `provider:model`, in order), limits and which keys there are."""

    routes: Mapping[Purpose, tuple[str, ...]] = field(default_factory=dict)
    limits: Limits = field(default_factory=Limits)
    keys: tuple[KeyState, ...] = ()
    version: int = 0
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Spent:
    """What was used on a day: tokens, money, and how many calls had no known price (their money is not counted)."""

    tokens: int = 0
    cost: Decimal = Decimal(0)
    calls: int = 0
    unpriced_calls: int = 0

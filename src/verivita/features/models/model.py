"""Purposes, routes, limits, spending: what a tenant says about its language models."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from verivita.engines.llm.messages import Attempt, Usage


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


@dataclass(frozen=True, slots=True)
class CallRecord:
    """What is kept of one call: never a word of it. Times in milliseconds; `cost` None means the price is unknown."""

    purpose: Purpose
    model: str
    outcome: str
    usage: Usage = field(default_factory=Usage)
    cost: Decimal | None = Decimal(0)
    prompt: str = ""
    cached: bool = False
    first_ms: int | None = None
    total_ms: int = 0
    attempts: tuple[Attempt, ...] = ()


@dataclass(frozen=True, slots=True)
class Greeting:
    """What came of saying hi to a model: who answered and how, or why nobody did."""

    ok: bool
    model: str
    text: str = ""
    milliseconds: int = 0
    usage: Usage = field(default_factory=Usage)
    cost: Decimal | None = None
    attempts: tuple[Attempt, ...] = ()
    code: str = ""
    reason: str = ""
    next: str = ""


@dataclass(frozen=True, slots=True)
class Offer:
    """A model of the catalogue as a tenant sees it. Prices are US dollars for a million tokens, None where unknown."""

    name: str
    kind: str
    available: bool
    reason: str
    context: int
    price_in: Decimal | None
    price_out: Decimal | None
    sunset: date | None
    replaced_by: str
    local: bool

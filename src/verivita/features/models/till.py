"""The budget: what a call may use is set aside before it, and what it did use is counted after it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from verivita.core.clock import Clock
from verivita.core.errors import LimitReached
from verivita.core.principal import Principal
from verivita.engines.llm.catalogue import Listed, cost
from verivita.engines.llm.estimate import input_tokens
from verivita.engines.llm.messages import ChatRequest, Usage
from verivita.features.models.model import CallRecord, Limits
from verivita.features.models.repository import ModelsRepository
from verivita.kit.db import Database


@dataclass(frozen=True, slots=True)
class Held:
    """What was set aside for a call, and on which day."""

    day: date
    tokens: int
    cost: Decimal


class Till:
    """Holds and settles. Days are UTC."""

    def __init__(self, db: Database, repo: ModelsRepository, clock: Clock) -> None:
        self.db, self.repo, self._clock = db, repo, clock

    def today(self) -> date:
        """The day on which a call counts."""
        return self._clock.now().astimezone(UTC).date()

    async def hold(self, principal: Principal, request: ChatRequest, models: Sequence[Listed], limits: Limits) -> Held:
        """Set aside the most that the call is expected to use, at the dearest model of the route.

        Raises `LimitReached` (`budget_used_up`) when that passes a limit of the person or the tenant.
        """
        longest = request.max_tokens + max((model.thinking for model in models), default=0)
        expected = Usage(input_tokens(request), longest)
        prices = [price for model in models if (price := cost(model, expected)) is not None]
        held = Held(self.today(), expected.total, max(prices, default=Decimal(0)))
        async with self.db.begin(principal) as tx:
            passed = await self.repo.hold(tx, principal, held.day, held.tokens, held.cost, limits)
            if passed is not None:
                raise self._used_up(of_tenant=passed == principal.tenant_id)
        return held

    async def settle(self, principal: Principal, held: Held, call: CallRecord) -> None:
        """Count what was used, on the day on which it was held."""
        async with self.db.begin(principal) as tx:
            await self.repo.settle(tx, principal, held.day, (held.tokens, held.cost), call)

    def _used_up(self, *, of_tenant: bool) -> LimitReached:
        now = self._clock.now().astimezone(UTC)
        midnight = datetime.combine(now.date() + timedelta(days=1), time(), UTC)
        whose = "of everyone here together" if of_tenant else "of yours"
        return LimitReached(
            "budget_used_up",
            f"The daily budget {whose} for language models is used up, or this request would pass it.",
            next="Go on without a model, or raise the limit in the model settings.",
            retry_after=(midnight - now).total_seconds(),
        )

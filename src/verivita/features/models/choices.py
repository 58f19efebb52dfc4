"""Use cases of the model settings: read, change, keys, the catalogue, what was spent, and a test that says hi."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from verivita.core.errors import Conflict, FieldError, Invalid, LimitReached, Unavailable, VersionMismatch
from verivita.core.events import Event
from verivita.core.principal import Principal
from verivita.engines.llm import prompts
from verivita.engines.llm.catalogue import LOCAL, PROVIDERS, Listed, every_model, look_up, warnings
from verivita.engines.llm.messages import ChatRequest, user
from verivita.engines.llm.ports import ModelFault
from verivita.features.models.model import Greeting, KeyState, Limits, ModelSettings, Offer, Purpose, Spent
from verivita.features.models.ports import ModelMaker
from verivita.features.models.routes import parse, route
from verivita.features.models.service import ModelsService
from verivita.kit.event_log import EventLog

LONGEST_KEY = 500
MOST_TOKENS = 10**12
MOST_MONEY = Decimal(10**6)
KEYED = tuple(name for name in PROVIDERS if name != "test")


@dataclass(frozen=True, slots=True)
class Change:
    """What somebody wants changed; None leaves it. In `keys` None takes a provider's key away."""

    routes: Mapping[str, str | Sequence[str]] | None = None
    limits: Limits | None = None
    keys: Mapping[str, str | None] = field(default_factory=dict, repr=False)


class ModelSettingsService:
    """What a tenant says of its language models."""

    def __init__(self, models: ModelsService, maker: ModelMaker, events: EventLog) -> None:
        self.db, self.repo, self._models = models.db, models.repo, models
        self._maker, self.events = maker, events

    async def read(self, principal: Principal) -> ModelSettings:
        """Routes in force, limits, which keys there are (never the keys), and what the owner should know."""
        async with self.db.begin(principal) as tx:
            said = await self.repo.settings(tx, principal)
            dates = await self.repo.key_dates(tx, principal)
        installed, local = self._models.installed, await self._maker.local_models()
        routes = {purpose: route(purpose, said.routes, installed, dates, local) for purpose in Purpose}
        keys = tuple(
            KeyState(name, "tenant" if name in dates else "installation", dates.get(name))
            for name in KEYED
            if name in dates or installed.keys.get(name)
        )
        named = [name for names in routes.values() for name in names]
        told = (*warnings(named, self._models.till.today()), *self._unreachable(named, {key.provider for key in keys}))
        return ModelSettings(routes, said.limits or installed.limits, keys, said.version, tuple(dict.fromkeys(told)))

    async def days(self, principal: Principal, days: int = 30) -> list[tuple[date, Spent]]:
        """What all people of the tenant used together, day by day. Raises `Denied` unless an owner or admin asks."""
        principal.require_admin()
        async with self.db.begin(principal) as tx:
            return await self.repo.days(tx, principal, self._models.till.today() - timedelta(days=days - 1))

    async def change(self, principal: Principal, change: Change, version: int | None = None) -> ModelSettings:
        """Change what is given, at once and without a restart; recorded as the event `models.changed`.

        Only an owner or admin may. Raises `Invalid` with every mistake, `VersionMismatch` for a stale `version`.
        """
        principal.require_admin()
        routes = None if change.routes is None else parse(change.routes)
        _check(change)
        async with self.db.begin(principal) as tx:
            said = await self.repo.settings(tx, principal)
            if version is not None and version != said.version:
                raise VersionMismatch(message="Somebody changed this since you read it.", next="Read it and repeat.")
            for provider, key in change.keys.items():
                if key is None:
                    await self.repo.drop_key(tx, principal, provider)
                else:
                    await self.repo.put_key(tx, principal, provider, key.strip())
            limits = change.limits or said.limits or self._models.installed.limits
            if not await self.repo.save(tx, principal, {**said.routes, **(routes or {})}, limits, said.version):
                raise Conflict(message="Somebody changed the settings at the same moment.", next="Read and repeat.")
            await self.events.record(tx, principal, _event(change, routes))
        return await self.read(principal)

    async def offers(self, principal: Principal) -> list[Offer]:
        """Every model of the catalogue and of a local Ollama, and whether it can be asked now."""
        async with self.db.begin(principal) as tx:
            dates = await self.repo.key_dates(tx, principal)
        keyed = {*dates, *(name for name, key in self._models.installed.keys.items() if key)}
        local = [look_up("ollama", name) for name in await self._maker.local_models()]
        return [self._offer(listed, keyed) for listed in (*every_model(), *local)]

    async def say_hi(self, principal: Principal, name: str) -> Greeting:
        """Ask one model to say hi: what it says, how long it took, what it cost; or why it does not.

        Never raises for what a provider does. Only an owner or admin may. Raises `Invalid` for what names no model.
        """
        principal.require_admin()
        parse({str(Purpose.CHAT): name})
        prompt = prompts.load("say_hi", 1)
        request = ChatRequest((user(prompt.text),), max_tokens=64, prompt=prompt.key)
        try:
            completion, call = await self._models.say_hi(principal, name, request)
        except (Unavailable, LimitReached) as error:
            attempts = error.attempts if isinstance(error, ModelFault) else ()
            code = str(error.extra.get("fault") or error.code)
            return Greeting(False, name, attempts=attempts, code=code, reason=error.message, next=error.next or "")
        return Greeting(
            True, completion.model, completion.text, call.total_ms, call.usage, call.cost, completion.attempts
        )

    async def spent(self, principal: Principal) -> tuple[Spent, Spent]:
        """What the caller, and their whole tenant, used today (UTC)."""
        today = self._models.till.today()
        async with self.db.begin(principal) as tx:
            mine = await self.repo.spent(tx, principal, today, principal.person_id)
            ours = await self.repo.spent(tx, principal, today, principal.tenant_id)
        return mine, ours

    def _unreachable(self, names: Sequence[str], keyed: set[str]) -> list[str]:
        found = []
        for provider in dict.fromkeys(name.partition(":")[0] for name in names):
            if self._maker.needs_key(provider) and provider not in keyed:
                found.append(f"There is no key for {provider}, so its models are passed over.")
            elif not self._maker.reachable(provider):
                found.append(f"No address of {provider} is known, so its models are passed over.")
        return found

    def _offer(self, listed: Listed, keyed: set[str]) -> Offer:
        if listed.kind != "chat":
            reason = "makes vectors, not answers"
        elif not self._maker.reachable(listed.provider):
            reason = "no address is known, or its extra is not installed"
        elif self._maker.needs_key(listed.provider) and listed.provider not in keyed:
            reason = "there is no key"
        elif listed.sunset is not None and listed.sunset <= self._models.till.today():
            reason = f"ended on {listed.sunset}"
        else:
            reason = ""
        price = listed.price
        return Offer(
            listed.key,
            listed.kind,
            not reason,
            reason,
            listed.context,
            price.input if price else None,
            price.output if price else None,
            listed.sunset,
            f"{listed.provider}:{listed.replaced_by}" if listed.replaced_by else "",
            listed.provider in LOCAL,
        )


def _check(change: Change) -> None:
    errors = []
    for provider, key in change.keys.items():
        if provider not in KEYED:
            errors.append(FieldError(f"keys.{provider}", f"must be of {', '.join(KEYED)}"))
        elif key is not None and not (0 < len(key.strip()) <= LONGEST_KEY and key.strip().isprintable()):
            errors.append(FieldError(f"keys.{provider}", f"must have 1 to {LONGEST_KEY} printable characters"))
        elif key is not None and any(ord(letter) > 126 or letter == " " for letter in key.strip()):
            errors.append(FieldError(f"keys.{provider}", "must have no blanks and no accents"))
    limits = change.limits or Limits()
    for name in ("person_tokens", "tenant_tokens"):
        if (tokens := getattr(limits, name)) is not None and not 0 <= tokens <= MOST_TOKENS:
            errors.append(FieldError(f"limits.{name}", f"must be from 0 to {MOST_TOKENS}"))
    for name in ("person_cost", "tenant_cost"):
        money = getattr(limits, name)
        if money is not None and not (money.is_finite() and 0 <= money <= MOST_MONEY):
            errors.append(FieldError(f"limits.{name}", f"must be from 0 to {MOST_MONEY}"))
    if errors:
        raise Invalid(message="Some model settings are not valid.", errors=errors)


def _event(change: Change, routes: Mapping[Purpose, tuple[str, ...]] | None) -> Event:
    """Who changed what, for the audit: names of models and providers, never a key."""
    return Event(
        "models.changed",
        {
            "routes": [f"{purpose}={','.join(names)}" for purpose, names in (routes or {}).items()],
            "limits": change.limits is not None,
            "keys_set": [name for name, key in change.keys.items() if key is not None],
            "keys_removed": [name for name, key in change.keys.items() if key is None],
        },
    )

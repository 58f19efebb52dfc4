"""Use cases of language models: ask one for a purpose, within the budget, by the tenant's route."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass, field, replace
from typing import TypeVar
from uuid import UUID

from pydantic import BaseModel, TypeAdapter

from verivita.core.errors import Unavailable
from verivita.core.principal import Principal
from verivita.engines.llm import shape
from verivita.engines.llm.catalogue import Listed, cost, in_force, split
from verivita.engines.llm.estimate import input_tokens, tokens_of
from verivita.engines.llm.lanes import Lanes
from verivita.engines.llm.messages import ChatRequest, Chunk, Completion, Finish, Usage
from verivita.engines.llm.ports import ModelFault
from verivita.engines.llm.router import Patience, Router, Stop
from verivita.features.models.cache_key import cache_key, partition
from verivita.features.models.model import CallRecord, Limits, Purpose
from verivita.features.models.ports import Connection, ModelMaker
from verivita.features.models.repository import ModelsRepository
from verivita.features.models.routes import Installed, route
from verivita.features.models.till import Held, Till
from verivita.kit import logs, traces
from verivita.kit.cache import Cache, remember
from verivita.kit.crypto import Keyring
from verivita.kit.db import Database

Shape = TypeVar("Shape", bound=BaseModel)

_SEALED = "models.cache"
_NO_ROW = UUID(int=0)
_AS_JSON: TypeAdapter[Completion] = TypeAdapter(Completion)
log = logs.get(__name__)


@dataclass(frozen=True, slots=True)
class _Keyed:
    """The key for a stop of a route, and whose it is: a tenant's, or everybody's."""

    key: str = field(repr=False)
    owner: str = "all"


@dataclass(frozen=True, slots=True)
class Way:
    """Everything that one call needs to know: models in order (`provider:model`), their stops, and the limits."""

    names: tuple[str, ...]
    models: tuple[Listed, ...]
    stops: tuple[Stop, ...]
    limits: Limits


class ModelsService:
    """The language models that a tenant has chosen."""

    def __init__(
        self,
        db: Database,
        keyring: Keyring,
        repo: ModelsRepository,
        till: Till,
        maker: ModelMaker,
        lanes: Lanes,
        installed: Installed,
        cache: Cache,
        patience: Patience | None = None,
        cache_for: float = 24 * 3600.0,
    ) -> None:
        self.db, self.repo, self.till, self.installed = db, repo, till, installed
        self._keyring, self._maker, self._lanes, self._cache = keyring, maker, lanes, cache
        self._patience, self._cache_for = patience or Patience(), cache_for

    async def available(self, principal: Principal, purpose: Purpose) -> bool:
        """Whether some model can be asked for this purpose; nobody is asked to find out, but a local Ollama."""
        try:
            await self._listed(principal, purpose, None)
        except Unavailable:
            return False
        return True

    async def first(self, principal: Principal, purpose: Purpose) -> Listed | None:
        """The model that would be asked first for this purpose, without connecting to it; None where there is none."""
        try:
            found, _ = await self._listed(principal, purpose, None)
        except Unavailable as error:
            if error.code != "no_model":
                raise
            return None
        return found[0][0]

    async def forget(self, principal: Principal) -> None:
        """Forget every answer that is kept for this person. Raises `Unavailable` where a shared cache may keep some."""
        await self._cache.clear(partition(principal, personal=True))

    async def way(self, principal: Principal, purpose: Purpose) -> Way:
        """The models that are asked now for this purpose, connected. Raises `Unavailable` (`no_model`)."""
        return await self._way(principal, purpose)

    async def complete(
        self,
        principal: Principal,
        purpose: Purpose,
        request: ChatRequest,
        *,
        fresh: bool = False,
        personal: bool = True,
    ) -> Completion:
        """The whole answer, remembered for a day under the exact request unless `fresh`.

        Those who ask the same at the same time wait for one answer. `personal` False shares it within the tenant: only
        for requests with nothing of a person in them. Raises `Unavailable` (`no_model`), `LimitReached`
        (`budget_used_up`) and `ModelFault` when the route failed.
        """
        way = await self._way(principal, purpose)
        if fresh:
            return await self._paid(principal, purpose, request, way)
        key = cache_key(self._keyring, principal, purpose, way.names, request, personal)
        made = False

        async def make() -> bytes:
            nonlocal made
            made = True
            return self._sealed(principal, key, await self._paid(principal, purpose, request, way))

        place = partition(principal, personal=personal)
        kept = await remember(self._cache, place, key, self._cache_for, make, bytes)
        completion = self._opened(principal, key, kept)
        if completion.finish is Finish.LENGTH:
            with suppress(Unavailable):  # half an answer is not remembered
                await self._cache.delete(place, key)
        return completion if made else await self._again(principal, purpose, request, completion)

    async def stream(
        self, principal: Principal, purpose: Purpose, request: ChatRequest, way: Way | None = None
    ) -> AsyncGenerator[Chunk, None]:
        """The answer piece by piece; the last chunk carries the completion. Errors as `complete`, before and between.

        `way` is what `way` gave a moment ago. Closing the generator cancels the call; what was given until then is
        counted.
        """
        way = way or await self._way(principal, purpose)
        held = await self.till.hold(principal, request, way.models, way.limits)
        began, first, text = time.monotonic(), None, ""
        call = CallRecord(purpose, way.names[0], "stopped", prompt=request.prompt)
        try:
            async with aclosing(self._router(way).stream(request)) as pieces:
                async for chunk in pieces:
                    first = first if first is not None or not chunk.text else _since(began)
                    text += chunk.text
                    if chunk.completion is not None:
                        call = self._counted(call, chunk.completion, way)
                    yield chunk
        except ModelFault as fault:
            call = self._failed(call, fault)
            raise
        finally:
            if call.outcome != "ok" and text:
                usage = Usage(input_tokens(request), tokens_of(text), estimated=True)
                call = replace(call, usage=usage, cost=cost(way.models[0], usage))
            await self._settled(principal, held, replace(call, first_ms=first, total_ms=_since(began)))

    async def ask(
        self,
        principal: Principal,
        purpose: Purpose,
        request: ChatRequest,
        of: type[Shape],
        *,
        fresh: bool = False,
        personal: bool = True,
    ) -> Shape:
        """The answer as a checked object of this type. Errors as `complete`; a wrong shape is a `ModelFault`, too."""
        return (await self.shaped(principal, purpose, request, of, fresh=fresh, personal=personal))[0]

    async def shaped(
        self,
        principal: Principal,
        purpose: Purpose,
        request: ChatRequest,
        of: type[Shape],
        *,
        fresh: bool = False,
        personal: bool = True,
    ) -> tuple[Shape, Completion]:
        """The same, with the completion that it came in: which model it was, and what it used."""
        way = await self._way(principal, purpose)

        async def complete(shaped: ChatRequest) -> Completion:
            return await self.complete(principal, purpose, shaped, fresh=fresh, personal=personal)

        # A way of asking that one model of the route does not know is no use to the route.
        infos = [model.info() for model in way.models]
        common = [mode for mode in infos[0].schema_modes if all(mode in info.schema_modes for info in infos)]
        return await shape.ask(complete, request, of, common)

    async def say_hi(self, principal: Principal, name: str, request: ChatRequest) -> tuple[Completion, CallRecord]:
        """Ask one model by its name, past routes and cache but within the budget. Errors as `complete`."""
        principal.require_admin()
        way = await self._way(principal, Purpose.CHAT, (name,))
        began = time.monotonic()
        completion = await self._paid(principal, Purpose.CHAT, request, way)
        call = self._counted(CallRecord(Purpose.CHAT, name, "ok"), completion, way)
        return completion, replace(call, total_ms=_since(began))

    async def _listed(
        self, principal: Principal, purpose: Purpose, names: Sequence[str] | None
    ) -> tuple[list[tuple[Listed, _Keyed]], Limits]:
        """The models of a route that can be reached, each with its key and whose key it is, and the limits."""
        async with self.db.begin(principal) as tx:
            said = await self.repo.settings(tx, principal)
            own = await self.repo.keys(tx, principal)
        if names is None:
            spoken = purpose in said.routes or purpose in self.installed.routes
            # No look around on this machine where somebody has said which model it is.
            local = () if spoken else await self._maker.local_models()
            names = route(purpose, said.routes, self.installed, own, local)
        keys, today = {**self.installed.keys, **own}, self.till.today()
        found = []
        for name in names:
            listed = in_force(*split(name), today)
            key = keys.get(listed.provider, "")
            if self._maker.reachable(listed.provider) and (key or not self._maker.needs_key(listed.provider)):
                found.append((listed, _Keyed(key, str(principal.tenant_id) if listed.provider in own else "all")))
        if not found:
            raise no_model()
        return found, said.limits or self.installed.limits

    async def _way(self, principal: Principal, purpose: Purpose, names: Sequence[str] | None = None) -> Way:
        found, limits = await self._listed(principal, purpose, names)
        models, stops = list[Listed](), list[Stop]()
        missing: Unavailable | None = None
        for listed, keyed in found:
            try:
                # A provider's package takes a second to import the first time.
                model = await asyncio.to_thread(self._maker.make, Connection(listed, keyed.key))
            except Unavailable as error:
                missing = error
                continue
            models.append(listed)
            stops.append(Stop(model, f"{keyed.owner}|{listed.key}"))
        if missing is not None and not stops:
            raise missing
        return Way(tuple(model.key for model in models), tuple(models), tuple(stops), limits)

    def _router(self, way: Way) -> Router:
        return Router(way.stops, self._lanes, self._patience)

    async def _paid(self, principal: Principal, purpose: Purpose, request: ChatRequest, way: Way) -> Completion:
        held = await self.till.hold(principal, request, way.models, way.limits)
        began = time.monotonic()
        call = CallRecord(purpose, way.names[0], "stopped", prompt=request.prompt)
        try:
            completion = await self._router(way).complete(request)
            call = self._counted(call, completion, way)
            return completion
        except ModelFault as fault:
            call = self._failed(call, fault)
            raise
        finally:
            await self._settled(principal, held, replace(call, total_ms=_since(began)))

    async def _settled(self, principal: Principal, held: Held, call: CallRecord) -> None:
        traces.tell(
            "chat",
            traces.Kind.CLIENT,
            call.total_ms / 1000,
            "" if call.outcome == "ok" else call.outcome,
            gen_ai__request__model=call.model,
            gen_ai__usage__input_tokens=call.usage.input_tokens,
            gen_ai__usage__output_tokens=call.usage.output_tokens,
        )
        # Also when whoever asked has gone: what was used is counted.
        await asyncio.shield(self.till.settle(principal, held, call))

    def _counted(self, call: CallRecord, completion: Completion, way: Way) -> CallRecord:
        listed = next((model for model in way.models if model.key == completion.model), way.models[0])
        return replace(
            call,
            model=completion.model,
            outcome="ok",
            usage=completion.usage,
            cost=cost(listed, completion.usage),
            attempts=completion.attempts,
        )

    def _failed(self, call: CallRecord, fault: ModelFault) -> CallRecord:
        log.warning("a language model gave no answer", model=fault.model, fault=str(fault.fault), said=fault.detail)
        return replace(call, outcome=str(fault.fault), attempts=fault.attempts)

    async def _again(
        self, principal: Principal, purpose: Purpose, request: ChatRequest, completion: Completion
    ) -> Completion:
        """A remembered answer: it costs nothing, and is recorded as such."""
        call = CallRecord(purpose, completion.model, "ok", prompt=request.prompt, cached=True)
        async with self.db.begin(principal) as tx:
            await self.repo.record(tx, principal, call)
        return replace(completion, cached=True, usage=Usage(), attempts=())

    def _sealed(self, principal: Principal, key: str, completion: Completion) -> bytes:
        return self._keyring.seal(principal.tenant_id, f"{_SEALED}.{key}", _NO_ROW, _AS_JSON.dump_json(completion))

    def _opened(self, principal: Principal, key: str, kept: bytes) -> Completion:
        plain = self._keyring.open(principal.tenant_id, f"{_SEALED}.{key}", _NO_ROW, kept)
        return _AS_JSON.validate_python(json.loads(plain))


def no_model() -> Unavailable:
    """The refusal where no model is configured for a purpose."""
    return Unavailable(
        "no_model", "No language model is connected.", next="Connect one in the model settings, or go on without."
    )


def _since(began: float) -> int:
    return round((time.monotonic() - began) * 1000)

"""Upkeep of the search indexes over all tenants: at the start of a worker, on its timetable, and by command."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from uuid import UUID

from verivita.bootstrap.container import Container
from verivita.bootstrap.providers import index_keeper
from verivita.bootstrap.vectors import POSTGRES
from verivita.core.errors import Unavailable
from verivita.core.ids import PersonId
from verivita.core.principal import Principal
from verivita.engines.retrieval.ports import MovableIndex, Partition
from verivita.features.postings import description_collection
from verivita.kit.db import Everywhere

log = logging.getLogger(__name__)
Told = Callable[[int, str], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Checked:
    """What one round of upkeep did for one tenant."""

    principal: Principal
    healed: bool
    moved: bool
    recall: float | None
    rebuilt: bool


async def owners(container: Container) -> list[Principal]:
    """The owner of every tenant: in whose name upkeep queues its tasks."""
    repo, found = container.identity.repo, []
    async with container.db.begin(Everywhere()) as tx:
        tenants = await repo.tenants(tx)
    for tenant in tenants:
        inside = Principal(tenant.id, PersonId(UUID(int=0)))
        async with container.db.begin(inside) as tx:
            owner = await repo.owner(tx, inside)
        if owner is not None:
            found.append(replace(owner, tenant_id=tenant.id))
    return found


async def check(container: Container) -> list[Checked]:
    """One round: the index of the wanted kind, and each tenant's indexes moved, healed and measured.

    A tenant whose engine is away is left for the next round.
    """
    found: list[Checked] = []
    keeper = index_keeper(container.db, container.url, container.settings.vector_index)
    await keeper.ensure()
    for principal in await owners(container):
        try:
            found.append(await _one(container, principal))
        except Unavailable as error:
            log.warning("the indexes of tenant %s wait: %s", principal.tenant_id, error.message)
    return found


async def watch(container: Container) -> None:
    """Rounds of upkeep for ever, the first at once; a round that fails says so and the next one comes."""
    while True:
        try:
            for one in await check(container):
                if one.healed or one.moved or one.rebuilt:
                    log.warning("indexes of tenant %s were brought up to date", one.principal.tenant_id)
        except Unavailable as error:
            log.warning("the indexes could not be checked: %s", error.message)
        await asyncio.sleep(container.settings.index_check_minutes * 60)


async def rebuild(container: Container, principal: Principal, to: str | None, told: Told) -> int:
    """Index a tenant's postings anew, in the present engine or into `to`; how many the index holds.

    What is there answers until what is new is whole. Raises `Invalid` for an engine that is not configured.
    """
    if to is not None:
        return await container.upkeep.move(principal, to, told)
    await container.upkeep.refill(principal)
    done = await container.postings.index(principal, told)
    await container.upkeep.heal(principal)
    return done


async def _one(container: Container, principal: Principal) -> Checked:
    moved = await container.upkeep.follow(principal, _quiet)
    healed = await container.upkeep.heal(principal)
    partition = Partition(str(principal.tenant_id))
    collection = description_collection(container.embedder.model)
    index = container.vectors
    engine = await index.lives_in(partition, collection) if isinstance(index, MovableIndex) else POSTGRES
    if engine != POSTGRES:
        return Checked(principal, healed, moved, None, False)
    kept = await index_keeper(container.db, container.url, container.settings.vector_index).keep(
        partition, container.settings.collection_prefix + collection
    )
    return Checked(principal, healed, moved, kept.recall, kept.rebuilt)


async def _quiet(done: int, stage: str) -> None:
    log.info("%s: %d", stage, done)

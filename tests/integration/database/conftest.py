"""One database with the rows of three people, for every test of this folder that only looks."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.integration.database.rows import fill, fill_the_rest
from tests.rigs.postgres import fresh_database
from verivita.bootstrap.container import build
from verivita.bootstrap.settings import Settings
from verivita.core.ids import PersonId, TenantId, new_id
from verivita.core.principal import IdentityState, Principal, Role
from verivita.features.identity import NOBODY
from verivita.kit.db.embedded import Dsn


@dataclass(frozen=True, slots=True)
class Filled:
    """A database with rows of its owner, of a neighbour in the same tenant and of a stranger in another."""

    url: str
    settings: Settings
    owner: Principal
    neighbour: Principal
    stranger: Principal

    @property
    def people(self) -> tuple[Principal, Principal, Principal]:
        return self.owner, self.neighbour, self.stranger


@pytest.fixture(scope="module")
def filled(postgres_server: Dsn, migrated_template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Filled]:
    folder = tmp_path_factory.mktemp("filled")
    with fresh_database(postgres_server, migrated_template) as url:
        yield asyncio.run(_fill(url, folder))


async def _fill(url: str, folder: Path) -> Filled:
    settings = Settings(data_dir=folder / "data", embedder="hashing", demo=False, _env_file=None)
    container = build(settings, url)
    try:
        owner = await container.identity.owner(NOBODY)
        neighbour = replace(owner, person_id=PersonId(new_id()), role=Role.STUDENT)
        stranger = Principal(TenantId(new_id()), PersonId(new_id()), Role.OWNER, IdentityState.MEMBER)
        async with container.db.begin(neighbour) as tx:
            await container.identity.repo.add_person(tx, neighbour, "Neighbour")
        async with container.db.begin(stranger) as tx:
            await container.identity.repo.add_tenant(tx, stranger, "Elsewhere")
            await container.identity.repo.add_person(tx, stranger, "Stranger")
        for person, name in ((owner, "Omar"), (neighbour, "Nadia"), (stranger, "Sven")):
            await fill(container, person, name)
    finally:
        await container.aclose()
    fill_the_rest(url, (owner, neighbour, stranger))
    return Filled(url, settings, owner, neighbour, stranger)

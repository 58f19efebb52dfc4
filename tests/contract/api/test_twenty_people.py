"""Twenty people ask at the same time: everybody is answered; with -s it prints the processor seconds of each round."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import pytest_asyncio

from tests.rigs.product import Clients
from verivita.bootstrap import demo
from verivita.bootstrap.container import Container, build
from verivita.bootstrap.settings import Settings
from verivita.core.ids import PersonId, new_id
from verivita.core.principal import Principal, Role

PEOPLE = 20
ASKED = (
    ("GET", "/api/v1/users/me", None),
    ("GET", "/api/v1/jobs?limit=20", None),
    ("POST", "/api/v1/jobs/search", {"query": "remote data engineer $100k+", "limit": 20}),
    ("GET", "/api/v1/documents", None),
    ("POST", "/api/v1/search", {"query": "pipelines in Python", "top_k": 5}),
    ("POST", "/api/v1/chat", {"message": "What did I do with Python?"}),
    ("GET", "/jobs", None),
)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def container(settings: Settings, product_url: str) -> AsyncIterator[Container]:
    """A product that waits for its database however busy the machine is with other things."""
    made = build(settings.model_copy(update={"database_patience_s": 30.0, "pool_size": 25}), product_url)
    yield made
    await made.aclose()


@pytest.mark.performance
@pytest.mark.timeout(900)
@pytest.mark.acceptance("PF-12")
@pytest.mark.asyncio(loop_scope="module")
async def test_everybody_is_answered(container: Container, owner: Principal, clients: Clients) -> None:
    await demo.add(container, owner)
    await container.worker().run(wait=False)
    people = [replace(owner, person_id=PersonId(new_id()), role=Role.STUDENT) for _ in range(PEOPLE)]
    askers = []
    for person in people:
        async with container.db.begin(person) as tx:
            await container.identity.repo.add_person(tx, person, "One of twenty")
        askers.append(await clients.with_key(person))
    used = {}
    for verb, path, body in ASKED:
        await askers[0].request(verb, path, json=body)  # what is loaded once is no matter of the rest
        begun = time.process_time()
        answers = await asyncio.gather(*(one.request(verb, path, json=body) for one in askers))
        used[f"{verb} {path}"] = time.process_time() - begun
        assert {answer.status_code for answer in answers} == {200}, f"{path}: {answers[0].text[:300]}"
    print({path: round(seconds, 2) for path, seconds in used.items()})

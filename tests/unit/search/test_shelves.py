"""Shelves leave memory when nobody asks for them any more."""

from __future__ import annotations

import asyncio

from verivita.core.ids import PersonId, TenantId, new_id
from verivita.core.principal import Principal
from verivita.features.search.shelf import Shelves, shelf_of


def somebody() -> Principal:
    return Principal(TenantId(new_id()), PersonId(new_id()))


async def test_an_idle_shelf_goes_and_one_in_use_stays() -> None:
    shelves, idle, busy = Shelves(idle=0.2), somebody(), somebody()
    for person in (idle, busy):
        shelves.put(person, shelf_of("v1", [], {}))
    for _ in range(10):
        await asyncio.sleep(0.05)
        assert shelves.get(busy, "v1") is not None
    assert len(shelves) == 1
    assert shelves.get(idle, "v1") is None
    await asyncio.sleep(0.5)
    assert len(shelves) == 0


async def test_other_papers_are_another_shelf() -> None:
    shelves, person = Shelves(idle=0.2), somebody()
    shelves.put(person, shelf_of("v1", [], {}))
    shelves.put(person, shelf_of("v2", [], {}))
    assert shelves.get(person, "v1") is None
    assert shelves.get(person, "v2") is not None


async def test_the_least_recently_asked_go_first() -> None:
    shelves, people = Shelves(), [somebody() for _ in range(20)]
    for person in people:
        shelves.put(person, shelf_of("v1", [], {}))
    assert [shelves.get(person, "v1") is not None for person in people] == [False] * 4 + [True] * 16

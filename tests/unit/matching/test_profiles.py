"""Profiles that are kept in memory: of whom, of which papers, how many and how long."""

from __future__ import annotations

import asyncio
from uuid import UUID

import pytest

from verivita.core.ids import PersonId, TenantId, new_id
from verivita.core.principal import IdentityState, Principal, Role
from verivita.features.library.profile import profile_of
from verivita.features.library.profiles import Profiles

PAPER = UUID(int=1)
EMPTY, OTHER = profile_of(()), profile_of(())


def person() -> Principal:
    return Principal(TenantId(new_id()), PersonId(new_id()), Role.OWNER, IdentityState.MEMBER)


async def test_the_same_versions_of_the_same_papers_give_the_same_profile() -> None:
    profiles, one = Profiles(), person()
    profiles.put(one, [(PAPER, 1)], EMPTY)
    assert profiles.get(one, [(PAPER, 1)]) is EMPTY


@pytest.mark.parametrize("counted", [[], [(PAPER, 2)], [(UUID(int=2), 1)], [(PAPER, 1), (UUID(int=2), 1)]])
async def test_other_papers_or_versions_give_none(counted: list[tuple[UUID, int]]) -> None:
    profiles, one = Profiles(), person()
    profiles.put(one, [(PAPER, 1)], EMPTY)
    assert profiles.get(one, counted) is None


@pytest.mark.security
async def test_nobody_gets_the_profile_of_another() -> None:
    profiles, one = Profiles(), person()
    profiles.put(one, [], EMPTY)
    assert profiles.get(person(), []) is None
    neighbour = Principal(one.tenant_id, PersonId(new_id()), Role.STUDENT, IdentityState.MEMBER)
    assert profiles.get(neighbour, []) is None


async def test_the_longest_unread_make_room() -> None:
    profiles, people = Profiles(most=2), [person() for _ in range(3)]
    for one in people:
        profiles.put(one, [], EMPTY)
    assert [profiles.get(one, []) is EMPTY for one in people] == [False, True, True]
    profiles.put(people[1], [], OTHER)
    profiles.put(person(), [], EMPTY)
    assert (profiles.get(people[1], []), profiles.get(people[2], [])) == (OTHER, None)


async def test_after_a_while_it_is_forgotten_though_nobody_asks() -> None:
    profiles, one = Profiles(lasts=0.01), person()
    profiles.put(one, [], EMPTY)
    assert len(profiles) == 1
    await asyncio.sleep(0.3)  # a later timer: the earlier one has run
    assert (len(profiles), profiles.get(one, [])) == (0, None)

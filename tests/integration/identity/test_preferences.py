"""What a person wants: checked, sealed, and never lost between two who write at once."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import psycopg
import pytest

from verivita.core.errors import Invalid, Unauthenticated, VersionMismatch
from verivita.core.ids import PersonId, new_id
from verivita.features.identity import Preferences

WANTS = Preferences(
    theme="dark",
    keys_enabled=False,
    location_types=("remote", "hybrid"),
    countries=("PT", "DE"),
    minimum_pay=61_234,
    currency="EUR",
    needs_visa=True,
    max_travel_share=0.25,
)


async def test_what_is_stored_comes_back_whole(container, owner):
    assert (await container.identity.me(owner)).preferences == Preferences()
    assert (await container.identity.prefer(owner, WANTS)).preferences == WANTS
    assert (await container.identity.me(owner)).preferences == WANTS


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"theme": "pink"}, "theme"),
        ({"minimum_pay": -1}, "minimum_pay"),
        ({"minimum_pay": 100_000_001}, "minimum_pay"),
        ({"max_travel_share": 1.01}, "max_travel_share"),
        ({"max_travel_share": -0.1}, "max_travel_share"),
        ({"countries": ("PT", "Germany")}, "countries"),
        ({"location_types": ("moon",)}, "location_types"),
    ],
)
async def test_what_makes_no_sense_is_refused_by_field(container, owner, change, field):
    with pytest.raises(Invalid) as caught:
        await container.identity.prefer(owner, replace(WANTS, **change))
    assert [error.field for error in caught.value.errors] == [field]
    assert (await container.identity.me(owner)).preferences == Preferences()


async def test_several_wrong_fields_are_told_at_once(container, owner):
    with pytest.raises(Invalid) as caught:
        await container.identity.prefer(owner, replace(WANTS, theme="x", minimum_pay=-5))
    assert [error.field for error in caught.value.errors] == ["theme", "minimum_pay"]


@pytest.mark.parametrize("share", [0.0, 1.0])
async def test_the_ends_of_a_range_are_fine(container, owner, share):
    stored = await container.identity.prefer(owner, replace(WANTS, max_travel_share=share, minimum_pay=0))
    assert stored.preferences.max_travel_share == share


async def test_of_two_who_read_the_same_version_one_must_read_again(container, owner):
    version = (await container.identity.me(owner)).version
    await container.identity.prefer(owner, WANTS, version)
    with pytest.raises(VersionMismatch) as caught:
        await container.identity.prefer(owner, replace(WANTS, theme="light"), version)
    assert caught.value.code == "version_mismatch"
    assert (await container.identity.me(owner)).preferences == WANTS


async def test_of_ten_at_once_with_one_version_one_wins(container, owner):
    version = (await container.identity.me(owner)).version
    answers = await asyncio.gather(
        *(container.identity.prefer(owner, replace(WANTS, minimum_pay=n), version) for n in range(10)),
        return_exceptions=True,
    )
    assert sum(isinstance(answer, VersionMismatch) for answer in answers) == 9
    assert (await container.identity.me(owner)).version == version + 1


async def test_a_name_is_changed_trimmed_and_checked(container, owner):
    assert (await container.identity.rename(owner, "  Inês  ")).name == "Inês"
    for bad in ("", "  ", "x" * 201):
        with pytest.raises(Invalid):
            await container.identity.rename(owner, bad)
    assert (await container.identity.me(owner)).name == "Inês"


async def test_a_person_who_is_gone_is_nobody(container, owner):
    with pytest.raises(Unauthenticated):
        await container.identity.me(replace(owner, person_id=PersonId(new_id())))


async def test_settings_of_an_older_or_newer_release_are_read(container, owner):
    """A field that this release does not know is left out, one that is missing has its default."""
    sealed = container.identity.repo._keys.seal(
        owner.tenant_id, "people.preferences", owner.person_id, '{"theme": "dark", "from_the_future": 1}'
    )
    async with container.db.begin(owner) as tx:
        driver = await tx.driver()
        await driver.execute("UPDATE people SET preferences = %s WHERE id = %s", [sealed, owner.person_id])
    assert (await container.identity.me(owner)).preferences == Preferences(theme="dark")


@pytest.mark.security
@pytest.mark.acceptance("SEC-02")
async def test_name_and_wishes_are_sealed(container, owner, product_url):
    await container.identity.rename(owner, "Quillona Marvax")
    await container.identity.prefer(owner, WANTS)
    with psycopg.connect(product_url) as connection:
        name, wants = connection.execute("SELECT name, preferences FROM people").fetchone()
    assert b"Quillona" not in bytes(name)
    assert b"61234" not in bytes(wants)

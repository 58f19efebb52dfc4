"""One product for the module, with a resume, notes and a few jobs on the shelf; the real rules, no model."""

from __future__ import annotations

import pytest
import pytest_asyncio

from tests.integration.answers.shelf import NOTES, POSTINGS, RESUME
from tests.rigs.lasting import client, clients, container, product_url, stranger, unhurried, work
from verivita.bootstrap.container import Container
from verivita.bootstrap.settings import Settings
from verivita.core.principal import Principal
from verivita.features.identity import NOBODY
from verivita.features.library import DocumentKind
from verivita.features.postings import RawPosting

__all__ = ["client", "clients", "container", "product_url", "stranger", "work"]


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings of a throw-away installation that nobody slows down, with the shipped encoder."""
    return unhurried(tmp_path_factory.mktemp("data"))


async def stock(container: Container, person: Principal) -> None:
    """Give a person the papers and jobs of `shelf.py`, read and indexed."""

    async def quiet(*_: object) -> None:
        """Progress that nobody watches."""

    for name, kind, text in (
        ("resume.md", DocumentKind.RESUME, RESUME),
        ("cell-biology.md", DocumentKind.NOTES, NOTES),
    ):
        added = await container.library.add(person, name, text.encode(), kind)
        await container.library.read(person, added.document.id, quiet)
    await container.postings.add_many(person, [RawPosting(source="test", **fields) for fields in POSTINGS])
    await container.postings.index(person, quiet)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def owner(container: Container) -> Principal:
    """The owner of the installation, with papers and jobs."""
    person = await container.identity.owner(NOBODY)
    await stock(container, person)
    return person

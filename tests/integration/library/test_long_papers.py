"""A resume of two pages and notes of fifty: every passage gets its vector. How long that takes, `bench ingest` says."""

from __future__ import annotations

import pytest

from verivita.bootstrap.container import Container
from verivita.core.principal import Principal
from verivita.engines.retrieval.ports import Partition
from verivita.features.library import DocumentKind, DocumentStatus, passages_collection

pytestmark = pytest.mark.acceptance("PF-09")

WORDS_ON_A_PAGE = 500
SENTENCES = (
    "The loan forecast of branch {n} was rebuilt in Python and checked against the counts of last year.",
    "A pump log of station {n} shows pressure in bar, flow in litres a second and the name of who read it.",
    "Chapter {n} treats gradient descent with momentum and shows where a fixed step of {n} goes wrong.",
    "In week {n} the team moved its nightly loads from shell scripts to a queue and wrote down why.",
)


def paper(pages: int) -> str:
    """A text of so many pages of words, no sentence twice."""
    lines, words = ["# Notes"], 0
    while words < pages * WORDS_ON_A_PAGE:
        sentence = SENTENCES[len(lines) % len(SENTENCES)].format(n=len(lines))
        lines.append(sentence)
        words += len(sentence.split())
    return "\n\n".join(lines)


@pytest.mark.parametrize("pages", [2, 50])
async def test_every_passage_has_its_vector(container: Container, owner: Principal, work, pages: int) -> None:
    added = await container.library.add(owner, f"{pages}.md", paper(pages).encode(), DocumentKind.NOTES)
    await work()
    assert (await container.library.get(owner, added.document.id)).status is DocumentStatus.READY
    passages = await container.library.all_passages(owner)
    assert len(passages) >= pages
    words = {word for passage in passages for word in passage.text.split()}
    assert {f"{n}" for n in (1, 5, 9)} <= words
    partition, collection = Partition(str(owner.tenant_id)), passages_collection(container.embedder.model)
    assert await container.vectors.count(partition, collection) == len(passages)

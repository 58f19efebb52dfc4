"""The example person and postings, written for this project: what a fresh installation shows."""

from __future__ import annotations

import json
from datetime import timedelta
from importlib import resources

from verivita.bootstrap.container import Container
from verivita.core.page import PageRequest
from verivita.core.principal import Principal
from verivita.features.library import DocumentKind
from verivita.features.postings import RawPosting

SOURCE = "example"
_PAPERS = (
    ("mina-tarrow-resume.pdf", DocumentKind.RESUME, "Resume of Mina Tarrow (example)"),
    ("forecasting-notes.md", DocumentKind.NOTES, "Notes on forecasting (example)"),
)


async def is_wanted(container: Container, owner: Principal) -> bool:
    """True on an installation that holds nothing yet."""
    papers = await container.library.page(owner, PageRequest(1, 1))
    counts = await container.postings.counts(owner)
    return not papers.total and not counts.open and not counts.closed


async def add(container: Container, owner: Principal) -> None:
    """Take in the example's papers and postings; reading and indexing go on as tasks."""
    folder = resources.files("verivita.features.library") / "data" / "demo"
    for name, kind, title in _PAPERS:
        await container.library.add(owner, name, (folder / name).read_bytes(), kind, title, example=True)
    await container.postings.add_many(owner, _postings(container))


async def remove(container: Container, owner: Principal) -> None:
    """Take the example away again."""
    for paper in await container.library.all(owner):
        if paper.is_example:
            await container.library.remove(owner, paper.id)
    await container.postings.remove_source(owner, SOURCE)


def _postings(container: Container) -> list[RawPosting]:
    today = container.clock.now().date()
    lines = (
        (resources.files("verivita.features.postings") / "data" / "demo" / "postings.jsonl").read_text().splitlines()
    )
    found = []
    for line in lines:
        record = json.loads(line)
        posted = today - timedelta(days=int(record.get("posted_days_ago", 0)))
        found.append(
            RawPosting(
                source=SOURCE,
                source_id=record["id"],
                title=record["title"],
                description=record["description"],
                company=record["company"],
                url=record["url"],
                location=record.get("location", ""),
                salary=record.get("salary", ""),
                posted=posted.isoformat(),
                company_size=str(record.get("company_size", "")),
                raw=line,
            )
        )
    return found

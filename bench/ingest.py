"""Taking in real postings and papers: how many a second, memory, duplicates, what was refused; and search over them.

Each set is taken into an installation of its own with the shipped encoder, through the services of the command
line: stored, deduplicated, embedded, indexed. `import_per_s` leaves vectors and indexes out, `postings_per_s` is all.
"""

from __future__ import annotations

import gzip
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from bench.report import Outcome, wanted
from verivita.bootstrap.container import Container, build
from verivita.bootstrap.database import locate
from verivita.bootstrap.settings import Settings
from verivita.core.errors import VerivitaError
from verivita.core.page import PageRequest
from verivita.core.principal import Principal
from verivita.features.identity import NOBODY
from verivita.features.library import DocumentKind
from verivita.features.search import SearchRequest

QUERIES = (
    "remote python backend",
    "senior data engineer spark airflow",
    "machine learning engineer pytorch",
    "react frontend developer typescript",
    "devops kubernetes aws terraform",
    "product manager fintech",
    "embedded c++ engineer",
    "site reliability on call",
    "ios swift developer",
    "data scientist statistics sql",
)
ROUNDS = 5
FIFTY_PAGES = 50 * 500


async def run(data: Path, sets: str | None, limit: int | None) -> Outcome:
    """Every folder below `jobs` with postings, and every folder with PDF or DOCX files."""
    outcome: Outcome = {"sets": {}, "skipped": {}}
    for folder in sorted(path for path in (data / "jobs").glob("*") if path.is_dir()):
        key = str(folder.relative_to(data))
        files = sorted(folder.glob("*.jsonl.gz"))
        if not wanted(key, sets):
            continue
        if not files:
            outcome["skipped"][key] = "no *.jsonl.gz"
            continue
        outcome["sets"][key] = await _postings(files, limit)
    for key, papers in _papers(data).items():
        if wanted(key, sets):
            outcome["sets"][key] = await _documents(papers[:limit])
    return outcome


async def _postings(files: Sequence[Path], limit: int | None) -> dict[str, float]:
    async with _installation() as (container, owner):
        start = time.perf_counter()
        runs = []
        for path in files:
            content = _cut(path, limit)
            runs.append(await container.postings.import_file(owner, path.name, content, _quiet))
        stored = time.perf_counter()
        indexed = await container.postings.index(owner, _quiet)
        done = time.perf_counter()
        fetched = sum(run.fetched for run in runs)
        found = {
            "records": fetched,
            "new": sum(run.new for run in runs),
            "duplicates": sum(run.duplicates for run in runs),
            "rejected": sum(run.refused_count for run in runs),
            "indexed": indexed,
            "import_per_s": fetched / (stored - start),
            "postings_per_s": fetched / (done - start),
            "rss_mb": _rss_mb(),
        }
        return {f"default/{name}": round(float(value), 3) for name, value in found.items()} | await _search(
            container, owner
        )


async def _search(container: Container, owner: Principal) -> dict[str, float]:
    times: list[float] = []
    for text in QUERIES * ROUNDS:
        begun = time.perf_counter()
        await container.matching.shortlist(owner, SearchRequest(query=text, page=PageRequest(1, 20)), scores=False)
        times.append((time.perf_counter() - begun) * 1000)
    cuts = statistics.quantiles(times[len(QUERIES) :], n=20)
    return {"default/search_ms_p50": round(cuts[9], 2), "default/search_ms_p95": round(cuts[18], 2)}


async def _documents(papers: Sequence[Path]) -> dict[str, float]:
    async with _installation() as (container, owner):
        start, failed, understood, lines, times, two_pages = time.perf_counter(), 0, 0, 0, [], []
        texts: list[str] = []
        for path in papers:
            begun = time.perf_counter()
            added = await container.library.add(owner, path.name, path.read_bytes(), DocumentKind.RESUME)
            try:
                read = await container.library.read(owner, added.document.id, _stage)
                understood, lines = understood + read.understood_lines, lines + read.total_lines
                texts.append((await container.library.open(owner, added.document.id)).text)
                if read.pages == 2:
                    two_pages.append((time.perf_counter() - begun) * 1000)
            except VerivitaError as error:
                print(f"{path.name}: {error.message}", file=sys.stderr)
                failed += 1
            times.append((time.perf_counter() - begun) * 1000)
        seconds = time.perf_counter() - start
        notes_ms = await _notes(container, owner, texts)
        return {
            "default/documents": len(papers),
            "default/documents_per_s": round(len(papers) / seconds, 3),
            "default/rejected": failed,
            "default/lines_understood": round(understood / max(1, lines), 4),
            "default/document_ms_p50": round(statistics.median(times), 1),
            **({"default/two_pages_ms_p50": round(statistics.median(two_pages), 1)} if two_pages else {}),
            "default/fifty_pages_ms": round(notes_ms, 1),
            "default/rss_mb": round(_rss_mb(), 1),
        }


async def _notes(container: Container, owner: Principal, texts: Sequence[str]) -> float:
    """Milliseconds until notes of 50 pages (500 words each, the words of these papers in turn) can be searched."""
    words = " ".join(texts).split()
    words = (words * (1 + FIFTY_PAGES // max(1, len(words))))[:FIFTY_PAGES]
    lines = [" ".join(words[i : i + 12]) for i in range(0, len(words), 12)]
    begun = time.perf_counter()
    added = await container.library.add(owner, "notes.txt", "\n".join(lines).encode(), DocumentKind.NOTES)
    await container.library.read(owner, added.document.id, _stage)
    return (time.perf_counter() - begun) * 1000


def _papers(data: Path) -> dict[str, list[Path]]:
    found: dict[str, list[Path]] = {}
    for path in sorted([*data.rglob("*.pdf"), *data.rglob("*.docx")]):
        found.setdefault("/".join(path.relative_to(data).parts[:2]), []).append(path)
    return found


def _cut(path: Path, limit: int | None) -> bytes:
    if limit is None:
        return path.read_bytes()
    with gzip.open(path, "rb") as file:
        return b"".join(line for line, _ in zip(file, range(limit), strict=False))


@asynccontextmanager
async def _installation(**more: Any) -> AsyncIterator[tuple[Container, Principal]]:
    with tempfile.TemporaryDirectory(prefix="verivita-bench-") as folder:
        settings = Settings(data_dir=Path(folder), demo=False, _env_file=None, **more)
        found = locate(settings)
        container = build(settings, found.url)
        try:
            yield container, await container.identity.owner(NOBODY)
        finally:
            await container.aclose()
            if found.server is not None:
                found.server.stop("immediate")


def _rss_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


async def _quiet(done: int, stage: str) -> None:
    """Progress that nobody watches."""


async def _stage(share: float, name: str) -> None:
    """Progress that nobody watches."""

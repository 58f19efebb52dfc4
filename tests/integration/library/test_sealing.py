"""Sealing: what a person gives is found nowhere in clear, in no byte of the data directory."""

from __future__ import annotations

import asyncio
import base64
import gzip
import logging
import stat
from pathlib import Path

import psycopg
import pytest

from tests.integration.database.rows import quiet
from tests.integration.library.papers import RESUME
from tests.rigs.product import no_row_security
from verivita.bootstrap import backup as backups
from verivita.bootstrap import database
from verivita.bootstrap.container import build
from verivita.bootstrap.settings import Settings
from verivita.core.errors import Unavailable
from verivita.core.page import PageRequest
from verivita.features.identity import NOBODY
from verivita.features.library import DocumentKind
from verivita.features.postings import RawPosting
from verivita.features.search import SearchRequest, SortBy
from verivita.kit import logs
from verivita.kit.metrics import METRICS

PLANTED = (
    "zephyrine.quandt@planted-mail.example",
    "+49 151 7394 8216",
    "Zephyrine Quandt",
    "Tamed nineteen unruly sandglass pipelines",
    "zephyrines-private-paper",
    "Quandtberg Observatory",
)
"""An e-mail address, a phone number, a name, a sentence, a file name, an employer."""
PAPER = f"""# {PLANTED[2]}
{PLANTED[0]} | {PLANTED[1]}

## Experience
### Backend Engineer, {PLANTED[5]}
2019-03 to 2022-08
- {PLANTED[3]} in Python and PostgreSQL.
"""
PUBLIC = "A posting is public and stays readable: marmalade-4711"


def spellings(text: str) -> list[bytes]:
    """The ways in which a text may lie in a file: UTF-8, UTF-16 and 32 of either order, escaped, Base64, any case."""
    found = []
    for written in {text, text.lower(), text.upper()}:
        found += [written.encode(code) for code in ("utf-8", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")]
        found.append(written.encode("unicode_escape"))
        # Base64 of the text wherever it begins in what was encoded: without the signs that neighbours share.
        for before in range(3):
            whole = base64.b64encode(b"." * before + written.encode())
            found.append(whole[(0, 2, 3)[before] :].rstrip(b"=")[:-1])
    return found


def found_in(folder: Path, wanted: dict[bytes, str]) -> dict[str, str]:
    """File -> planted text, for every regular file below `folder`, looked through whole."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink():
            data = path.read_bytes()
            for plain in (data, *_unpacked(data)):
                found |= {str(path.relative_to(folder)): text for needle, text in wanted.items() if needle in plain}
    return found


def _unpacked(data: bytes) -> list[bytes]:
    return [gzip.decompress(data)] if data.startswith(b"\x1f\x8b") else []


def test_the_search_sees(tmp_path):
    for number, data in enumerate(spellings(PLANTED[2])):
        (tmp_path / str(number)).write_bytes(b"\x00" * 7 + data + b"\x01")
    needles = {needle: text for text in PLANTED for needle in spellings(text)}
    assert len(found_in(tmp_path, needles)) == len(spellings(PLANTED[2]))


async def _live(settings: Settings, url: str) -> str:
    """Import, read, search, match, refuse, choose, and remove: all that a person does with a paper."""
    container = build(settings, url)
    try:
        owner = await container.identity.owner(NOBODY)
        await container.identity.rename(owner, PLANTED[2])
        name = f"{PLANTED[4]}.md"
        await container.library.add(owner, name, PAPER.encode(), DocumentKind.RESUME, PLANTED[3])
        broken = f"%PDF-1.4 {PLANTED[3]}".encode()
        await container.library.add(owner, f"{PLANTED[4]}.pdf", broken, DocumentKind.RESUME)
        removed = await container.library.add(owner, f"{PLANTED[4]}.txt", f"{PAPER}.".encode(), DocumentKind.NOTES)
        job = RawPosting("test", "Backend Engineer", f"{PUBLIC}.\nRequirements:\n- Python\n- PostgreSQL", raw=PUBLIC)
        posting, _ = await container.postings.add(owner, job)
        await container.worker().run(wait=False)
        papers = await container.library.page(owner, PageRequest())
        assert {paper.status for paper in papers.items} == {"ready", "failed"}
        for query in (PLANTED[3], PLANTED[2], "python pipelines"):
            assert (await container.search.library(owner, query, 5)).passages
        match = await container.matching.explain(owner, posting.id)
        assert any(PLANTED[3] in shown.text for pair in match.pairs for shown in pair.shown)
        wanted = SearchRequest(query=f"engineer {PLANTED[5]}", sort_by=SortBy.MATCH)
        assert (await container.matching.shortlist(owner, wanted, scores=True)).matches
        await container.library.remove(owner, removed.document.id)
        await container.worker().run(wait=False)
        return (await container.identity.create_key(owner, "script")).secret
    finally:
        await container.aclose()


@pytest.mark.acceptance("SEC-02")
@pytest.mark.security
def test_planted_words_are_nowhere_in_the_data_directory(tmp_path, capfd):
    settings = Settings(data_dir=tmp_path / "data", embedder="hashing", demo=False, _env_file=None)
    log = tmp_path / "data" / "everything.log"
    settings.data_dir.mkdir()
    handler = logging.FileHandler(log)
    logs.configure(as_json=True, level="DEBUG")
    logging.getLogger().addHandler(handler)
    found = database.locate(settings)
    try:
        secret = asyncio.run(_live(settings, found.url))
        backups.back_up(settings, found, settings.data_dir / "kept", tmp_path / "kept.keys.json")
        (settings.data_dir / "metrics.txt").write_bytes(METRICS.render())
        with psycopg.connect(found.url, autocommit=True) as connection:
            connection.execute("CHECKPOINT")
            running = _looked_through(settings.data_dir)
    finally:
        found.server.stop()
        logging.getLogger().removeHandler(handler)
        handler.close()
    assert running == {}
    assert _looked_through(settings.data_dir) == {}
    assert found_in(settings.data_dir, {needle: "the key of a script" for needle in spellings(secret)}) == {}
    said = capfd.readouterr()
    assert [text for text in PLANTED if text in said.out + said.err] == []
    # The search is one that finds: the public posting is there in clear, in the database's files.
    clear = found_in(settings.data_dir, {PUBLIC.encode(): PUBLIC})
    assert any(name.startswith("postgres/cluster/") for name in clear), clear
    assert any("pg_wal" in name for name in clear), clear


def _looked_through(folder: Path) -> dict[str, str]:
    return found_in(folder, {needle: text for text in PLANTED for needle in spellings(text)})


@pytest.mark.acceptance("SEC-02")
@pytest.mark.security
async def test_the_key_file_and_the_folders_are_the_owners_alone(container, owner, settings):
    await container.library.add(owner, "mira.md", RESUME.encode(), DocumentKind.RESUME)
    assert stat.S_IMODE(settings.key_file.stat().st_mode) == 0o600
    assert stat.S_IMODE(settings.key_file.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(settings.data_dir.stat().st_mode) == 0o700, "nobody else comes in at all"
    kept = [path for path in settings.files_dir.rglob("*") if path.is_file()]
    assert {stat.S_IMODE(path.stat().st_mode) for path in kept} == {0o600}


@pytest.mark.acceptance("SEC-02")
@pytest.mark.security
async def test_a_sealed_value_moved_to_another_row_does_not_open(
    container, owner, stranger, neighbour, work, product_url
):
    """Somebody with the database in hand copies a paper's text into a row of their own."""
    mine = (await container.library.add(owner, "a.md", RESUME.encode(), DocumentKind.RESUME)).document
    for thief in (owner, neighbour, stranger):
        theirs = (await container.library.add(thief, "b.md", b"# Nothing\nWords.", DocumentKind.NOTES)).document
        await work()
        with no_row_security(product_url), psycopg.connect(product_url, autocommit=True) as connection:
            connection.execute(
                "UPDATE documents SET text = (SELECT text FROM documents WHERE id = %s) WHERE id = %s",
                [mine.id, theirs.id],
            )
        with pytest.raises(Unavailable) as caught:
            await container.library.open(thief, theirs.id)
        assert caught.value.code == "key_wrong"
    assert "Mira Tolnay" in (await container.library.open(owner, mine.id)).text


@pytest.mark.security
async def test_a_file_put_in_the_place_of_another_does_not_open(container, owner, settings):
    first = (await container.library.add(owner, "a.md", RESUME.encode(), DocumentKind.RESUME)).document
    second = (await container.library.add(owner, "b.md", b"# Other", DocumentKind.NOTES)).document
    folder = settings.files_dir / "documents" / str(owner.tenant_id)
    (folder / str(second.id)).write_bytes((folder / str(first.id)).read_bytes())
    with pytest.raises(Unavailable) as caught:
        await container.library.original(owner, second.id)
    assert caught.value.code == "key_wrong"
    with pytest.raises(Unavailable):
        await container.library.read(owner, second.id, quiet)

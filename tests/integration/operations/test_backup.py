"""Backup and restore of a whole installation: everything is wiped in between, and nothing is missed."""

from __future__ import annotations

import asyncio
import shutil
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.integration.database.rows import fill
from verivita.bootstrap import backup as backups
from verivita.bootstrap import database
from verivita.bootstrap.container import build
from verivita.bootstrap.settings import Settings
from verivita.core.errors import Conflict, Invalid, Unavailable, VerivitaError
from verivita.core.page import PageRequest
from verivita.features.identity import NOBODY, CredentialKind
from verivita.features.library import DocumentKind

ALL = PageRequest(limit=100)


@dataclass(frozen=True, slots=True)
class Made:
    """An installation that was backed up while it ran, what was in it, and a key for its API."""

    settings: Settings
    folder: Path
    keys: Path
    manifest: backups.Manifest
    api_key: str
    papers: dict[str, bytes]
    jobs: set[str]


def settings_of(folder: Path) -> Settings:
    return Settings(data_dir=folder, embedder="hashing", demo=False, _env_file=None)


async def _contents(settings: Settings, url: str) -> tuple[dict[str, bytes], set[str]]:
    container = build(settings, url)
    try:
        owner = await container.identity.owner(NOBODY)
        papers = await container.library.all(owner)
        originals = {paper.filename: await container.library.original(owner, paper.id) for paper in papers}
        return originals, {str(job.id) for job in (await container.postings.page(owner, ALL)).items}
    finally:
        await container.aclose()


async def _live(settings: Settings, url: str, folder: Path, keys: Path) -> tuple[backups.Manifest, str]:
    """Fill the installation, and back it up while papers go on coming."""
    container = build(settings, url)
    try:
        owner = await container.identity.owner(NOBODY)
        await fill(container, owner, "Omar")
        secret = (await container.identity.create_key(owner, "script")).secret
        found = database.Located(url, None)
        busy = asyncio.create_task(_write_on(container, owner))
        manifest = await asyncio.to_thread(backups.back_up, settings, found, folder, keys)
        busy.cancel()
        await asyncio.gather(busy, return_exceptions=True)
        return manifest, secret
    finally:
        await container.aclose()


async def _write_on(container, owner) -> None:
    number = 0
    while True:
        number += 1
        added = await container.library.add(owner, f"n{number}.md", f"# Note {number}".encode(), DocumentKind.NOTES)
        if number % 3 == 0:
            await container.library.remove(owner, added.document.id)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    base = tmp_path_factory.mktemp("backup")
    settings, folder = settings_of(base / "data"), base / "kept" / "one"
    keys = backups.default_keys(folder)
    found = database.locate(settings)
    try:
        manifest, secret = asyncio.run(_live(settings, found.url, folder, keys))
        papers, jobs = asyncio.run(_contents(settings, found.url))
    finally:
        found.server.stop()
    shutil.rmtree(settings.data_dir)
    yield Made(settings, folder, keys, manifest, secret, papers, jobs)


async def _comes_in(settings: Settings, url: str, api_key: str) -> None:
    container = build(settings, url)
    try:
        caller = await container.identity.identify(NOBODY, api_key, CredentialKind.API_KEY)
        await container.worker().run(wait=False)
        found = await container.search.library(caller.principal, "python services", 5)
        assert found.passages
    finally:
        await container.aclose()


@pytest.mark.acceptance("SEC-02")
class TestBackup:
    def test_the_key_lies_apart_and_is_the_owners_alone(self, made: Made) -> None:
        assert not made.keys.is_relative_to(made.folder)
        assert stat.S_IMODE(made.keys.stat().st_mode) == 0o600
        assert stat.S_IMODE(made.folder.stat().st_mode) == 0o700
        key = made.keys.read_bytes()
        assert [path for path in made.folder.rglob("*") if path.is_file() and key in path.read_bytes()] == []

    def test_nothing_personal_is_in_clear_in_it(self, made: Made) -> None:
        for path in made.folder.rglob("*"):
            if path.is_file():
                assert b"omar@mail.example" not in path.read_bytes(), path

    def test_a_check_passes_and_touches_nothing(self, made: Made) -> None:
        before = sorted(made.folder.parent.rglob("*"))
        assert backups.check(made.settings, made.folder, made.keys) == made.manifest
        assert sorted(made.folder.parent.rglob("*")) == before
        assert not made.settings.data_dir.exists()

    def test_it_overwrites_nothing(self, made: Made, tmp_path: Path) -> None:
        found = database.Located("postgresql://nobody@127.0.0.1:1/x", None)
        for folder, keys in ((made.folder, tmp_path / "k"), (tmp_path / "new", made.keys)):
            with pytest.raises(Conflict, match="exists already"):
                backups.back_up(made.settings, found, folder, keys)
        with pytest.raises(Invalid, match="apart"):
            backups.back_up(made.settings, found, tmp_path / "new", tmp_path / "new" / "key.json")

    @pytest.mark.edge
    @pytest.mark.parametrize("part", ["database.dump", "files", "manifest.json", "gone", "more"])
    def test_a_check_finds_what_is_damaged(self, made: Made, tmp_path: Path, part: str) -> None:
        copy = tmp_path / "copy"
        shutil.copytree(made.folder, copy)
        inside = sorted((copy / "files").rglob("*"))
        victim = copy / part if (copy / part).is_file() else next(path for path in inside if path.is_file())
        if part == "gone":
            victim.unlink()
        elif part == "more":
            (copy / "files" / "stray").write_bytes(b"x")
        else:
            data = bytearray(victim.read_bytes())
            data[len(data) // 2] ^= 0xFF
            victim.write_bytes(data)
        with pytest.raises(VerivitaError) as refusal:
            backups.check(made.settings, copy, made.keys)
        assert refusal.value.code in {"backup_damaged", "backup_missing"}

    def test_a_wrong_or_missing_key_is_said(self, made: Made, tmp_path: Path) -> None:
        (tmp_path / "other.json").write_text('{"keys": {"1": "' + "QUFB" * 10 + "QUE=" + '"}}')
        with pytest.raises(Unavailable, match="not the key file of this backup"):
            backups.check(made.settings, made.folder, tmp_path / "other.json")
        with pytest.raises(Unavailable, match="missing"):
            backups.check(made.settings, made.folder, tmp_path / "none.json")


@pytest.mark.acceptance("SEC-02")
def test_everything_is_wiped_and_comes_back(made: Made, tmp_path: Path) -> None:
    settings = settings_of(tmp_path / "again")
    # An interrupted restore leaves files and a key behind; it is repeated.
    settings.files_dir.mkdir(parents=True)
    settings.key_file.parent.mkdir()
    settings.key_file.write_text("half")
    assert backups.restore(settings, made.folder, made.keys) == made.manifest
    assert stat.S_IMODE(settings.key_file.stat().st_mode) == 0o600
    found = database.locate(settings)
    try:
        papers, jobs = asyncio.run(_contents(settings, found.url))
        # What was acknowledged before the backup began is there; what came meanwhile is whole, whatever of it is there.
        assert papers.items() <= made.papers.items() | {k: v for k, v in papers.items() if k.startswith("n")}.items()
        assert papers["Omar.md"] == made.papers["Omar.md"]
        assert jobs == made.jobs
        asyncio.run(_comes_in(settings, found.url, made.api_key))
    finally:
        found.server.stop()
    with pytest.raises(Conflict, match="There is data"):
        backups.restore(settings, made.folder, made.keys)

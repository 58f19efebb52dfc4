"""Backup and restore: the database, the stored files, and the keys apart from both."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from verivita import __version__
from verivita.bootstrap import schema
from verivita.bootstrap.database import NAME, Located, private_server
from verivita.bootstrap.settings import Settings
from verivita.core.errors import Conflict, Invalid, Unavailable
from verivita.kit.crypto import Keyring, load_keyring
from verivita.kit.db import dump
from verivita.kit.db.admin import create_database, has_rows, migration_of
from verivita.kit.db.binaries import Binaries, find_binaries

MANIFEST = "manifest.json"
DATABASE = "database.dump"
FILES = "files"
COLLECTIONS = "ml/collections.sqlite"
_FORMAT = 1


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds: the release and migration that made it, the keys it needs, its files, rows by table."""

    format: int
    version: str
    migration: str
    made_at: str
    keys: dict[str, str]
    files: dict[str, str]
    rows: dict[str, int]

    @property
    def size(self) -> int:
        """How many files there are beside the database."""
        return sum(name.startswith(f"{FILES}/") for name in self.files)


def default_keys(folder: Path) -> Path:
    """Where the keys of a backup lie unless told otherwise: beside it, in a file of their own."""
    return folder.with_name(f"{folder.name}.keys.json")


def back_up(settings: Settings, found: Located, folder: Path, keys: Path) -> Manifest:
    """Write a backup into a new `folder`, and the master key into the file `keys`; works while everything runs.

    Raises `Conflict` when either exists, `Unavailable` when the key or the database cannot be read.
    """
    folder, keys = folder.absolute(), keys.absolute()
    _require_new(folder, keys)
    keyring = load_keyring(settings.key_file)
    draft = folder.with_name(f".{folder.name}.partial")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True, mode=0o700)
    # Files are written before the rows that name them and removed after: copied before and after the moment of the
    # dump, every file that a row of it names is there.
    _copy_files(settings.files_dir, draft / FILES)
    with dump.snapshot(found.url) as moment:
        dump.dump(found.url, draft / DATABASE, _binaries(settings), moment.name)
        rows = dict(moment.rows)
    _copy_files(settings.files_dir, draft / FILES)
    _copy_collections(settings.data_dir / COLLECTIONS, draft / COLLECTIONS)
    made_at = datetime.now(UTC).isoformat(timespec="seconds")
    manifest = Manifest(
        _FORMAT, __version__, migration_of(found.url) or "", made_at, _names(keyring), _hashes(draft), rows
    )
    (draft / MANIFEST).write_text(json.dumps(asdict(manifest), indent=1))
    _write_private(keys, settings.key_file.read_bytes())
    draft.rename(folder)
    return manifest


def check(settings: Settings, folder: Path, keys: Path) -> Manifest:
    """Look through a backup and touch nothing: bytes as they were written, the dump readable, the right keys.

    Raises `Invalid` or `Unavailable` with what is wrong.
    """
    manifest = _manifest(folder)
    if manifest.migration > schema.newest():
        raise Invalid("backup_newer", f"This backup was made by version {manifest.version}.", next="Install it first.")
    there = _hashes(folder)
    wrong = sorted(n for n in manifest.files.keys() | there.keys() if manifest.files.get(n) != there.get(n))
    if wrong:
        names = ", ".join(wrong[:5])
        raise Invalid("backup_damaged", f"{len(wrong)} files are missing, new or changed: {names}.", next=_OTHER)
    if _names(load_keyring(keys)) != manifest.keys:
        raise Unavailable(
            "key_wrong", f"{keys} is not the key file of this backup.", next="Name the right one with --keys."
        )
    dump.read_through(folder / DATABASE, _binaries(settings))
    return manifest


def restore(settings: Settings, folder: Path, keys: Path) -> Manifest:
    """Bring a backup into an installation that holds nothing yet; may be repeated when it was interrupted.

    Raises what `check` raises, and `Conflict` when the installation has data of its own.
    """
    manifest = check(settings, folder, keys)
    settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _empty_database(settings) as url:
        _copy_files(folder / FILES, settings.files_dir)
        _copy_collections(folder / COLLECTIONS, settings.data_dir / COLLECTIONS)
        _replace_private(settings.key_file, keys.read_bytes())
        # Derived data: the worker builds it anew when it finds it gone.
        shutil.rmtree(settings.index_dir, ignore_errors=True)
        # The last step, and one transaction: until it is done there is no installation, and it can be repeated.
        dump.load(url, folder / DATABASE, _binaries(settings), settings.data_dir / ".restore.list")
        lost = {t: n for t, n in manifest.rows.items() if n != dump.row_counts(url).get(t)}
        if lost:
            raise Unavailable("restore_short", f"Some tables have other rows than the backup: {sorted(lost)}.")
        schema.upgrade(url)
    return manifest


_OTHER = "Use another copy of this backup."


def _manifest(folder: Path) -> Manifest:
    try:
        stored = json.loads((folder / MANIFEST).read_text())
        manifest = Manifest(**stored)
    except FileNotFoundError:
        raise Invalid("backup_missing", f"{folder} is no backup: it has no {MANIFEST}.") from None
    except (ValueError, TypeError) as error:
        raise Invalid("backup_damaged", f"{folder / MANIFEST} cannot be read.", next=_OTHER) from error
    if manifest.format != _FORMAT:
        raise Invalid("backup_newer", f"This backup has format {manifest.format}.", next="Install a newer release.")
    return manifest


@contextlib.contextmanager
def _empty_database(settings: Settings) -> Iterator[str]:
    server = None if settings.database_url is not None else private_server(settings)
    if server is not None and server.running():
        raise Conflict("running", "The database of this data directory runs.", next="Stop it with `verivita down`.")
    try:
        if server is not None:
            server.start()
            create_database(server.url("postgres"), NAME)
            url = server.url(NAME)
        else:
            assert settings.database_url is not None
            url = settings.database_url.get_secret_value()
        if migration_of(url) is not None and has_rows(url, "tenants"):
            raise Conflict(
                "not_empty",
                f"There is data in {settings.data_dir} already.",
                next="Restore into another folder, named by VERIVITA_DATA_DIR, or move this one away.",
            )
        # Up and down again: no tables, but the extension and the application's role, which no dump carries.
        schema.upgrade(url)
        schema.downgrade(url, "base")
        yield url
    finally:
        if server is not None:
            server.stop()


def _names(keyring: Keyring) -> dict[str, str]:
    return {str(number): name for number, name in keyring.fingerprints().items()}


def _binaries(settings: Settings) -> Binaries:
    return find_binaries(settings.pg_bin)


def _require_new(folder: Path, keys: Path) -> None:
    for path in (folder, keys):
        if path.exists() and not (path.is_dir() and not any(path.iterdir())):
            raise Conflict("exists", f"{path} exists already.", next="Name a new place: a backup overwrites nothing.")
    if keys.is_relative_to(folder):
        raise Invalid("keys_inside", "The keys must lie apart from the data.", next="Name another place with --keys.")
    if folder.exists():
        folder.rmdir()


def _copy_files(source: Path, target: Path) -> None:
    """Copy what is not there yet: stored files never change."""
    for path in sorted(source.rglob("*")) if source.is_dir() else ():
        copy = target / path.relative_to(source)
        if path.is_file() and not path.name.startswith(".") and not copy.exists():
            copy.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with contextlib.suppress(FileNotFoundError):  # removed by its owner in this moment
                _replace_private(copy, path.read_bytes())


def _copy_collections(source: Path, target: Path) -> None:
    """Copy what callers of the ML service indexed, also while it writes."""
    if not source.is_file():
        return
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    target.unlink(missing_ok=True)
    with contextlib.closing(sqlite3.connect(source)) as old, contextlib.closing(sqlite3.connect(target)) as new:
        old.backup(new)
    target.chmod(0o600)


def _hashes(folder: Path) -> dict[str, str]:
    found = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and name != MANIFEST:
            with path.open("rb") as file:
                found[name] = hashlib.file_digest(file, "sha256").hexdigest()
    return found


def _write_private(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _replace_private(path: Path, data: bytes) -> None:
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    _write_private(draft, data)
    draft.replace(path)

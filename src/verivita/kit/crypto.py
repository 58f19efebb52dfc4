"""Sealed fields and secrets: AES-256-GCM with a key per tenant, bound to table, column and row; blind indexes.

Layout of a sealed value: 1 byte format, 1 byte key number, 12 bytes nonce, ciphertext with its 16-byte tag. The
additional data names tenant, place and row, so a value that is moved to another row or tenant does not open.
"""

from __future__ import annotations

import base64
import fcntl
import hashlib
import hmac
import json
import os
import secrets
import time
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from verivita.core.errors import Unavailable

_FORMAT = 1
_HEAD = 2
_NONCE = 12
SEEN_WITHIN_S = 5.0
"""Seconds in which every process seals with a key that was added."""


class Keyring:
    """The master keys of an installation, by number; new values are sealed with the highest."""

    def __init__(self, keys: dict[int, bytes], reload: Callable[[], dict[int, bytes] | None] | None = None) -> None:
        """`reload` gives all keys when there are others by now, else None: a rotation reaches running processes."""
        self._keys: dict[int, bytes] = {}
        self._reload, self._looked = reload, time.monotonic()
        self._cipher = lru_cache(maxsize=4096)(self._make_cipher)
        self._take(keys)

    @property
    def current(self) -> int:
        """The number of the key that seals new values."""
        return self._current

    def refresh(self) -> None:
        """Look for new keys now."""
        self._looked = time.monotonic()
        found = self._reload() if self._reload is not None else None
        if found is not None:
            self._take(found)

    def _take(self, keys: dict[int, bytes]) -> None:
        if not keys or any(len(key) != 32 or not 0 < number < 256 for number, key in keys.items()):
            raise ValueError("a keyring needs at least one key, each of 32 bytes, with a number from 1 to 255")
        self._keys = dict(keys)
        self._current = max(keys)
        self._cipher.cache_clear()

    def fingerprints(self) -> dict[int, str]:
        """Number of each key -> 16 hex digits that name it and tell nothing of it."""
        return {number: _derive(key, b"name", b"fingerprint").hex()[:16] for number, key in self._keys.items()}

    def seal(self, tenant: UUID, place: str, row: UUID, plain: bytes | str) -> bytes:
        """Encrypt `plain` for one place ("documents.text") of one row."""
        if time.monotonic() - self._looked > SEEN_WITHIN_S:
            self.refresh()
        data = plain.encode() if isinstance(plain, str) else plain
        nonce = os.urandom(_NONCE)
        cipher = self._cipher(self._current, tenant)
        return bytes([_FORMAT, self._current]) + nonce + cipher.encrypt(nonce, data, _bound(tenant, place, row))

    def open(self, tenant: UUID, place: str, row: UUID, sealed: bytes) -> bytes:
        """Decrypt; raises `Unavailable` (code `key_wrong`) when the key is wrong or the value was moved or changed."""
        if len(sealed) < _HEAD + _NONCE or sealed[0] != _FORMAT:
            raise _wrong_key()
        if sealed[1] not in self._keys:
            self.refresh()
        if sealed[1] not in self._keys:
            raise _wrong_key()
        nonce, rest = sealed[_HEAD : _HEAD + _NONCE], sealed[_HEAD + _NONCE :]
        try:
            return self._cipher(sealed[1], tenant).decrypt(nonce, rest, _bound(tenant, place, row))
        except InvalidTag as error:
            raise _wrong_key() from error

    def open_text(self, tenant: UUID, place: str, row: UUID, sealed: bytes) -> str:
        """Decrypt a value that was sealed from text."""
        return self.open(tenant, place, row, sealed).decode()

    def blind(self, tenant: UUID, purpose: str, value: bytes | str) -> str:
        """A keyed hash (64 hex digits) to look a sealed value up by equality, useless without the key.

        It is made with the first key, so that rotation does not lose what was stored before.
        """
        data = value.encode() if isinstance(value, str) else value
        key = _derive(self._keys[min(self._keys)], b"blind", tenant.bytes + purpose.encode())
        return hmac.new(key, data, hashlib.sha256).hexdigest()

    def _make_cipher(self, number: int, tenant: UUID) -> AESGCM:
        return AESGCM(_derive(self._keys[number], b"seal", tenant.bytes))


def _bound(tenant: UUID, place: str, row: UUID) -> bytes:
    return f"{tenant}|{place}|{row}".encode()


def _derive(master: bytes, use: bytes, info: bytes) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=b"verivita/" + use, info=info).derive(master)


def _wrong_key() -> Unavailable:
    return Unavailable(
        "key_wrong",
        "A stored value does not open with the master key of this installation.",
        next="Put back the key file that this data directory was made with; a backup keeps it apart from the data.",
    )


def key_number(sealed: bytes) -> int:
    """The number of the key that a value was sealed with; 0 for what is no sealed value."""
    return sealed[1] if len(sealed) >= _HEAD + _NONCE and sealed[0] == _FORMAT else 0


def load_keyring(path: Path) -> Keyring:
    """Read the key file. Raises `Unavailable` (code `key_missing` or `key_damaged`) with a sentence that helps."""
    seen = [path.stat().st_mtime_ns if path.exists() else 0]

    def reload() -> dict[int, bytes] | None:
        try:
            now = path.stat().st_mtime_ns
            if now == seen[0]:
                return None
            keys = _read_keys(path)
        except (OSError, Unavailable):
            return None  # a process that has its keys goes on with them
        seen[0] = now
        return keys

    keys = _read_keys(path)
    try:
        return Keyring(keys, reload)
    except ValueError as error:
        raise _damaged(path) from error


def add_key(path: Path) -> Keyring:
    """Add a fresh master key to the key file and return all of them; new values are sealed with it from now on.

    Raises `Unavailable` when the file cannot be read, or holds 255 keys.
    """
    with path.open("r+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        keys = _read_keys(path)
        if max(keys) >= 255:
            raise Unavailable("key_numbers", "There were 254 rotations; a value has room for no more key numbers.")
        keys[max(keys) + 1] = secrets.token_bytes(32)
        draft = _draft(path, keys)
        draft.replace(path)
    return load_keyring(path)


def _read_keys(path: Path) -> dict[int, bytes]:
    try:
        stored = json.loads(path.read_text())
        return {int(number): base64.b64decode(key, validate=True) for number, key in stored["keys"].items()}
    except FileNotFoundError as error:
        raise Unavailable(
            "key_missing",
            f"The master key file {path} is missing, so nothing that is stored can be read.",
            next="Restore the file from your backup of the keys.",
        ) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise _damaged(path) from error


def _damaged(path: Path) -> Unavailable:
    return Unavailable(
        "key_damaged",
        f"The master key file {path} is damaged.",
        next="Restore the file from your backup of the keys.",
    )


def create_keyring(path: Path) -> Keyring:
    """Make a key file that only its owner can read, unless one exists; either way return its keys."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = _draft(path, {1: secrets.token_bytes(32)})
    try:
        # A hard link fails when the name exists: of several first starts exactly one makes the key.
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    return load_keyring(path)


def _draft(path: Path, keys: Mapping[int, bytes]) -> Path:
    """A new file beside `path` with these keys, on disk and for its owner alone."""
    text = json.dumps({"keys": {str(number): base64.b64encode(key).decode() for number, key in keys.items()}}, indent=1)
    draft = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    return draft


def new_secret() -> str:
    """A fresh URL-safe secret with 256 bits."""
    return secrets.token_urlsafe(32)


def secret_hash(secret: str) -> str:
    """What is stored of a secret with full entropy: its SHA-256 in hexadecimal."""
    return hashlib.sha256(secret.encode()).hexdigest()

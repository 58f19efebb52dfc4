"""The master key of an installation: made on the first start, read on every other."""

from __future__ import annotations

from verivita.bootstrap.settings import Settings
from verivita.kit.crypto import Keyring, create_keyring, load_keyring
from verivita.kit.db.admin import has_rows


def keyring(settings: Settings, url: str) -> Keyring:
    """The keys of the data at `url`. Raises `Unavailable` when the master key is missing."""
    if settings.key_file.exists():
        return load_keyring(settings.key_file)
    # A new key for old data would open nothing: better to stop and say so.
    return load_keyring(settings.key_file) if has_rows(url, "tenants") else create_keyring(settings.key_file)

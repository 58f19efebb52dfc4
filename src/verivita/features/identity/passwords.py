"""Password hashes: argon2id, made and checked in threads, few at a time; bcrypt hashes are read and replaced.

Cost: 19 MiB, two passes, one lane, the first choice of the OWASP password storage cheat sheet: equal in strength to
its dearer settings, and two at once fit in the memory that the API may use.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from verivita.core.errors import FieldError, Invalid

if TYPE_CHECKING:
    from pwdlib import PasswordHash

SHORTEST, LONGEST = 8, 1024
MEMORY_KIB, PASSES, LANES = 19 * 1024, 2, 1
_AT_ONCE = 2
# The most that bcrypt reads; what was made by it can only ever have seen so much.
_BCRYPT_BYTES = 72


def checked(password: str) -> str:
    """The password, if it may be one. Raises `Invalid` with its field."""
    if not SHORTEST <= len(password) <= LONGEST:
        said = f"must have {SHORTEST} to {LONGEST} characters"
        raise Invalid("password", f"A password {said}.", errors=[FieldError("password", said)])
    return password


class Passwords:
    """Makes and checks hashes. One check takes some 20 milliseconds of a processor, whatever it is asked."""

    def __init__(self, at_once: int = _AT_ONCE) -> None:
        self._gate = asyncio.Semaphore(at_once)

    async def hash(self, password: str) -> str:
        """A fresh argon2id hash."""
        async with self._gate:
            return await asyncio.to_thread(self._hasher.hash, password)

    async def fitting(self, password: str, hashes: Sequence[str | None]) -> tuple[int, str | None] | None:
        """Which of `hashes` the password fits, first come first served, and its replacement if that one is weak.

        Every place takes the work of one check, also one that holds no hash: time tells nothing of who exists.
        """
        async with self._gate:
            return await asyncio.to_thread(self._fitting, password, hashes)

    def _fitting(self, password: str, hashes: Sequence[str | None]) -> tuple[int, str | None] | None:
        found: tuple[int, str | None] | None = None
        for place, stored in enumerate(hashes):
            fits, better = self._check(password, stored or self._nobody)
            if fits and stored is not None and found is None:
                found = (place, better)
        return found

    def _check(self, password: str, stored: str) -> tuple[bool, str | None]:
        from pwdlib.exceptions import UnknownHashError

        try:
            if not stored.startswith("$2"):
                return self._hasher.verify_and_update(password, stored)
            fits = self._hasher.verify(password.encode()[:_BCRYPT_BYTES], stored)
        except (UnknownHashError, ValueError):
            return False, None
        return fits, self._hasher.hash(password) if fits else None

    @cached_property
    def _hasher(self) -> PasswordHash:
        from pwdlib import PasswordHash
        from pwdlib.hashers.argon2 import Argon2Hasher
        from pwdlib.hashers.bcrypt import BcryptHasher

        return PasswordHash((Argon2Hasher(PASSES, MEMORY_KIB, LANES), BcryptHasher()))

    @cached_property
    def _nobody(self) -> str:
        """A hash that no password fits, as dear to check as a real one."""
        return str(self._hasher.hash("nobody"))[:-4] + "AAAA"

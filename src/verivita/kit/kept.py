"""Answers that are kept until what they stand on changes: the version of that is a part of their key."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Sequence

from verivita import __version__
from verivita.core.principal import Principal
from verivita.kit.cache import Cache, remember
from verivita.kit.db.changes import Changes

KEPT_S = 300.0


class KeptAnswers:
    """Keeps finished answers by tenant. What is personal must name the person among its words."""

    def __init__(self, cache: Cache, changes: Changes, secret: bytes) -> None:
        """`secret` keys the hash that names an answer, so that nobody can look for one by guessing a question."""
        self._cache, self._changes, self._secret = cache, changes, secret[:64]

    async def answer(
        self, principal: Principal, subject: str, words: Sequence[str], make: Callable[[], Awaitable[bytes]]
    ) -> bytes:
        """What `make` gives now, or gave before; an error of it is not kept.

        `subject` is what the answer stands on (`kit.db.changes`), `words` tell one question about it from another. Many
        who ask at once wait for one `make`. Where nobody hears of changes every answer is made anew.
        """
        version = self._changes.version(subject, principal.tenant_id)
        if version is None:
            return await make()
        name = "\0".join((__version__, subject, version, *words)).encode()
        key = hashlib.blake2b(name, digest_size=20, key=self._secret).hexdigest()
        return await remember(self._cache, f"answers/{principal.tenant_id}", key, KEPT_S, make, bytes)

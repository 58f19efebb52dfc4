"""Answers that a model wrote, kept under exact keys and sealed; never found by likeness."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Sequence
from uuid import UUID, uuid5

from pydantic import TypeAdapter, ValidationError

from verivita.core.errors import Unavailable
from verivita.core.principal import Principal
from verivita.features.answers.model import Answer
from verivita.kit.cache import Cache
from verivita.kit.crypto import Keyring

KEPT_S = 24 * 3600.0
_PLACE = "answers.kept"
_ANSWER = TypeAdapter(Answer)


class AnswerCache:
    """The answers of each person apart: tenant and person are the partition and part of the key and of the seal."""

    def __init__(self, cache: Cache, keyring: Keyring) -> None:
        self._cache, self._keys = cache, keyring

    def key(self, principal: Principal, parts: Sequence[str]) -> str:
        """The exact key of all that an answer depends on; without the installation's key it tells nothing."""
        whole = json.dumps([str(principal.tenant_id), str(principal.person_id), *parts])
        return self._keys.blind(principal.tenant_id, f"answers|{principal.person_id}", whole)

    async def get(self, principal: Principal, key: str) -> Answer | None:
        """The kept answer; None where there is none, or where the cache does not answer."""
        try:
            sealed = await self._cache.get(_partition(principal), key)
            if sealed is None:
                return None
            plain = self._keys.open(principal.tenant_id, _PLACE, _row(key), sealed)
            return _ANSWER.validate_json(plain)
        except (Unavailable, ValidationError):
            return None

    async def put(self, principal: Principal, key: str, answer: Answer) -> None:
        """Keep an answer for a day at most."""
        sealed = self._keys.seal(principal.tenant_id, _PLACE, _row(key), _ANSWER.dump_json(answer))
        with contextlib.suppress(Unavailable):
            await self._cache.set(_partition(principal), key, sealed, KEPT_S)

    async def clear(self, principal: Principal) -> None:
        """Forget everything that is kept for this person."""
        await self._cache.clear(_partition(principal))


def _partition(principal: Principal) -> str:
    return f"answers|{principal.tenant_id}|{principal.person_id}"


def _row(key: str) -> UUID:
    return uuid5(UUID(int=0), key)

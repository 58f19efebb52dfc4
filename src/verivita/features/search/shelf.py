"""A person's passages with their word index, in memory while they are asked for and the papers stay as they are."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from verivita.core.principal import Principal
from verivita.core.text import sha256
from verivita.engines.retrieval.bm25 import Bm25
from verivita.features.library import Passage

_MOST_SHELVES = 16
_MOST_PASSAGES = 60_000
"""Bounds what is kept in memory, over all people together; the least recently asked go first."""
_IDLE_S = 45.0
"""How long a shelf that nobody asks for stays: what somebody erased is gone from memory within a minute."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """Every passage of the papers that count, in order, and BM25 over them; `version` names exactly these papers.

    `titles` are those of the papers by their ids.
    """

    version: str
    passages: tuple[Passage, ...]
    by_id: Mapping[UUID, Passage]
    words: Bm25
    titles: Mapping[UUID, str] = field(default_factory=dict)


class Shelves:
    """Shelves by person. Private words never lie in an index on disk, so they are indexed where they are opened."""

    def __init__(self, idle: float = _IDLE_S) -> None:
        self._kept: OrderedDict[tuple[UUID, UUID], Shelf] = OrderedDict()
        self._asked: dict[tuple[UUID, UUID], float] = {}
        self._idle = idle

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, principal: Principal, version: str) -> Shelf | None:
        """The person's shelf, unless their papers are others now."""
        place = (principal.tenant_id, principal.person_id)
        kept = self._kept.get(place)
        if kept is None or kept.version != version:
            return None
        self._kept.move_to_end(place)
        self._asked[place] = time.monotonic()
        return kept

    def put(self, principal: Principal, shelf: Shelf) -> None:
        """Keep a shelf in the place of the person's old one, until it was not asked for during the idle time."""
        place = (principal.tenant_id, principal.person_id)
        known = place in self._kept
        self._drop(place)
        self._kept[place], self._asked[place] = shelf, time.monotonic()
        if not known:
            asyncio.get_running_loop().call_later(self._idle, self._look_after, place)
        while len(self._kept) > 1 and (
            len(self._kept) > _MOST_SHELVES or sum(len(s.passages) for s in self._kept.values()) > _MOST_PASSAGES
        ):
            self._drop(next(iter(self._kept)))

    def _look_after(self, place: tuple[UUID, UUID]) -> None:
        if place not in self._kept:
            return
        left = self._asked[place] + self._idle - time.monotonic()
        if left <= 0:
            self._drop(place)
        else:
            asyncio.get_running_loop().call_later(left, self._look_after, place)

    def _drop(self, place: tuple[UUID, UUID]) -> None:
        self._kept.pop(place, None)
        self._asked.pop(place, None)


def shelf_of(version: str, passages: Sequence[Passage], titles: Mapping[UUID, str]) -> Shelf:
    """Index the passages; takes a fraction of a second for thousands, so call it in a thread."""
    words = Bm25([item.text for item in passages])
    return Shelf(version, tuple(passages), {item.id: item for item in passages}, words, titles)


def version_of(counted: Sequence[tuple[UUID, int]]) -> str:
    """Names the papers that count, as they are: one added, read anew, chosen or removed gives another name."""
    return sha256("|".join(sorted(f"{id}:{version}" for id, version in counted)))

"""What to do with each record of a batch: new, changed, unchanged, or the same job as one we have; pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

from verivita.core.ids import PostingId
from verivita.core.text import sha256, slug
from verivita.features.postings.dedupe import bands
from verivita.features.postings.model import Posting, RawPosting, Understood
from verivita.features.postings.same import same_job


@dataclass(frozen=True, slots=True)
class Item:
    """One record of a batch, understood."""

    raw: RawPosting
    understood: Understood

    @property
    def key(self) -> tuple[str, str]:
        """What names the record: its source, and there its own id, else its address and title, else its text.

        The title counts because one careers page may offer several jobs under one address.
        """
        url = self.understood.canonical_url
        own = self.raw.source_id or (url and f"{url}|{slug(self.understood.title)}")
        return self.raw.source, own or f"text:{self.understood.content_hash}"

    @property
    def raw_hash(self) -> str:
        """SHA-256 of what the source said."""
        return sha256(self.raw.raw or repr(self.raw))

    @property
    def address(self) -> str:
        """The posting's address: its canonical URL, or for one without an address a name made of its text."""
        return self.understood.canonical_url or f"urn:verivita:posting:{self.understood.content_hash[:32]}"


@dataclass(frozen=True, slots=True)
class Seen:
    """A record that was seen before: which posting it was taken for, and the hash of what it said."""

    job_id: PostingId
    raw_hash: str


@dataclass(frozen=True, slots=True)
class Sight:
    """A record to keep, and the posting that it belongs to."""

    item: Item
    job_id: PostingId


@dataclass(slots=True)
class Plan:
    """What a batch comes to. `new` and `changed` hold the posting's id, what was understood, and its bands."""

    new: list[tuple[PostingId, Understood, tuple[str, ...]]] = field(default_factory=list)
    changed: list[tuple[PostingId, Understood, tuple[str, ...]]] = field(default_factory=list)
    sights: list[Sight] = field(default_factory=list)
    unchanged: int = 0
    duplicates: int = 0
    placed: list[PostingId] = field(default_factory=list)
    """The posting of each item, in the order of the batch."""

    def counts(self, read: int) -> dict[str, int]:
        """The counts to add to the run, `read` records in all."""
        return {
            "position": read,
            "new": len(self.new),
            "changed": len(self.changed),
            "unchanged": self.unchanged,
            "duplicates": self.duplicates,
        }


class _Known:
    """Postings that may be the same job as one of the batch, by address, content and band."""

    def __init__(self, stored: Iterable[Posting]) -> None:
        self._by_url: dict[str, tuple[PostingId, Understood]] = {}
        self._by_hash: dict[str, PostingId] = {}
        self._by_band: dict[str, list[tuple[PostingId, Understood]]] = {}
        for posting in stored:
            understood = posting.understood
            self.add(posting.id, understood.canonical_url, understood, bands(understood.signature))

    def add(self, id: PostingId, url: str, understood: Understood, keys: Sequence[str]) -> None:
        self._by_url.setdefault(url, (id, understood))
        self._by_hash.setdefault(understood.content_hash, id)
        for key in keys:
            self._by_band.setdefault(key, []).append((id, understood))

    def twin(self, item: Item, keys: Sequence[str]) -> PostingId | None:
        exact = self._by_hash.get(item.understood.content_hash)
        if exact:
            return exact
        near = [self._by_url[item.address]] if item.address in self._by_url else []
        near += [other for key in keys for other in self._by_band.get(key, ())]
        return next((id for id, other in dict(near).items() if same_job(item.understood, other)), None)

    def free_address(self, item: Item) -> str:
        """The item's address; one that another job of the same page has already gets a mark of the item's text."""
        taken = item.address in self._by_url
        return f"{item.address}#{item.understood.content_hash[:12]}" if taken else item.address


def plan(
    items: Sequence[Item],
    seen: dict[tuple[str, str], Seen],
    stored: Iterable[Posting],
    mint: Callable[[], PostingId],
) -> Plan:
    """Decide for every item of a batch; `stored` holds every posting that shares an address, content or band."""
    known, result, seen = _Known(stored), Plan(), dict(seen)
    for item in items:
        before = seen.get(item.key)
        if before is not None:
            id = before.job_id
            if before.raw_hash == item.raw_hash:
                result.unchanged += 1
            else:
                result.changed.append((id, item.understood, bands(item.understood.signature)))
        else:
            keys = bands(item.understood.signature)
            twin = known.twin(item, keys)
            id = twin or mint()
            if twin:
                result.duplicates += 1
            else:
                understood = replace(item.understood, canonical_url=known.free_address(item))
                result.new.append((id, understood, keys))
                known.add(id, understood.canonical_url, understood, keys)
        if before is None or before.raw_hash != item.raw_hash:
            result.sights.append(Sight(item, id))
        seen[item.key] = Seen(id, item.raw_hash)
        result.placed.append(id)
    # A record may come twice in a batch; the last one stands, and each posting is written once.
    result.changed = list({id: (id, understood, keys) for id, understood, keys in result.changed}.values())
    result.sights = list({sight.item.key: sight for sight in result.sights}.values())
    return result

"""The prepared form of a posting as bytes, and many of them side by side: what a list of scores is computed from.

A term, a 4-gram or a skill is kept as the first 64 bits of its BLAKE2b digest: two different words of all that people
write meet there with a chance of about one in a thousand million, and a form is read without making a single string.
"""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from verivita.features.matching.prepared import PreparedPosting, skill_groups
from verivita.features.matching.score import PARTS
from verivita.features.postings import Understood

PREPARED_VERSION = 1
"""Rises whenever the same posting would be prepared to other bytes; stored forms of another version are made anew."""

Codes = NDArray[np.uint64]
Rows = NDArray[np.int64]

_HEAD = np.dtype(
    [
        ("sizes", "<u4", 7),
        ("total", "<u4"),
        ("education", "u1"),
        ("too_short", "u1"),
        ("min_years", "<f8"),
        ("weights", "<f8", len(PARTS)),
    ]
)
_TERM = np.dtype([("code", "<u8"), ("share", "<u4")])
_ENTRY = np.dtype([("term", "<u4"), ("share", "<u4")])
_LINE = np.dtype([("entries", "<u4"), ("total", "<u4")])
_GRAM, _GROUP = np.dtype("<u8"), np.dtype("<f8")
_WISH = np.dtype([("skill", "<u8"), ("group", "<u4")])
_SECTIONS = (_TERM, _ENTRY, _LINE, _GRAM, _GROUP, _WISH)
"""What follows the head, in this order; the names of the wished skills as JSON come last."""


@functools.lru_cache(maxsize=1 << 16)
def code(word: str) -> int:
    """64 bits of a word's digest."""
    return int.from_bytes(hashlib.blake2b(word.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")


def codes(words: Iterable[str]) -> Codes:
    """Digests of words, ascending: a set to look things up in."""
    return np.sort(np.fromiter(map(code, words), np.uint64))


def pack(posting: PreparedPosting, understood: Understood) -> bytes:
    """The form of a posting; `understood` is the posting that was prepared. Same posting, same bytes."""
    places = {term: place for place, term in enumerate(posting.shares)}
    entries = [(places[term], share) for line in posting.lines for term, share in line.shares.items()]
    groups = [group for group, _ in skill_groups(understood.requirements.skills)]
    wishes = [(code(wish.skill_id), number) for number, group in enumerate(groups) for wish in group]
    names = json.dumps([wish.name for group in groups for wish in group], ensure_ascii=False).encode()
    parts = [
        np.array([(code(term), share) for term, share in posting.shares.items()], _TERM),
        np.array(entries, _ENTRY),
        np.array([(len(line.shares), line.total) for line in posting.lines], _LINE),
        np.array([code(gram) for gram in posting.title], _GRAM),
        np.array([share for _, share in posting.groups], _GROUP),
        np.array(wishes, _WISH),
    ]
    head = np.zeros(1, _HEAD)
    weights = dict(posting.weights)
    head["sizes"] = [*(len(part) for part in parts), len(names)]
    head["total"], head["education"], head["too_short"] = posting.total, posting.education, bool(posting.reason)
    head["min_years"] = np.nan if posting.min_years is None else posting.min_years
    head["weights"] = [weights.get(name, 0.0) for name in PARTS]
    return b"".join((head.tobytes(), *(part.tobytes() for part in parts), names))


@dataclass(frozen=True, slots=True)
class Forms:
    """Forms side by side. What `terms`, `lines`, `grams`, `groups` describe belongs to the posting in `*_of`."""

    count: int
    total: Rows
    education: Rows
    too_short: NDArray[np.bool_]
    min_years: NDArray[np.float64]
    weights: NDArray[np.float64]
    """Shape (count, parts)."""
    terms: Codes
    term_share: Rows
    term_of: Rows
    entry_term: Rows
    entry_line: Rows
    entry_share: Rows
    line_total: Rows
    line_of: Rows
    grams: Codes
    gram_of: Rows
    group_share: NDArray[np.float64]
    group_of: Rows
    wishes: Codes
    wish_group: Rows
    wish_of: Rows
    _names: tuple[bytes, ...]

    def names(self, place: int) -> list[str]:
        """Names of the wished skills of one posting, group after group."""
        return cast("list[str]", json.loads(self._names[place].decode()))


def unpack(forms: Sequence[bytes]) -> Forms:
    """Put forms side by side, in the order given."""
    size = _HEAD.itemsize
    heads = np.frombuffer(b"".join([form[:size] for form in forms]), _HEAD)
    sizes = heads["sizes"].astype(np.int64)
    widths = np.array([section.itemsize for section in _SECTIONS] + [1])
    ends = np.cumsum(np.column_stack([np.full(len(forms), size), sizes * widths]), axis=1).tolist()

    def section(number: int) -> NDArray[Any]:
        cut = [form[end[number] : end[number + 1]] for form, end in zip(forms, ends, strict=True)]
        return np.frombuffer(b"".join(cut), _SECTIONS[number])

    def owners(number: int) -> Rows:
        return np.repeat(np.arange(len(forms)), sizes[:, number])

    def offset(number: int, over: int) -> Rows:
        """For each row of section `over`: where its posting's rows of section `number` begin."""
        return np.repeat(np.cumsum(sizes[:, number]) - sizes[:, number], sizes[:, over])

    terms, entries, lines, grams, groups, wishes = (section(number) for number in range(len(_SECTIONS)))
    return Forms(
        count=len(forms),
        total=heads["total"].astype(np.int64),
        education=heads["education"].astype(np.int64),
        too_short=heads["too_short"].astype(bool),
        min_years=heads["min_years"].astype(np.float64),
        weights=heads["weights"].astype(np.float64),
        terms=terms["code"].astype(np.uint64),
        term_share=terms["share"].astype(np.int64),
        term_of=owners(0),
        entry_term=entries["term"] + offset(0, 1),
        entry_line=np.repeat(np.arange(len(lines)), lines["entries"]),
        entry_share=entries["share"].astype(np.int64),
        line_total=lines["total"].astype(np.int64),
        line_of=owners(2),
        grams=grams.astype(np.uint64),
        gram_of=owners(3),
        group_share=groups.astype(np.float64),
        group_of=owners(4),
        wishes=wishes["skill"].astype(np.uint64),
        wish_group=wishes["group"] + offset(4, 5),
        wish_of=owners(5),
        _names=tuple(form[end[6] :] for form, end in zip(forms, ends, strict=True)),
    )

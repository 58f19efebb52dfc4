"""Which ids a question is compared with exactly, by the codes in memory."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import numpy as np

from verivita.adapters.vectors.codes import Codes
from verivita.adapters.vectors.companions import Companion
from verivita.engines.retrieval.ports import IdPairs, Vector

MOST = 500
"""Whoever wants more hits than this is answered without codes."""
SLACK, LEAST = 1.5, 85
"""`SLACK` x k + `LEAST` candidates. Of the ten nearest of 100,000 grown postings 98 % are among 100; of the hundred
nearest 92 % are among 235, and 95 % among 370: the rest takes their words' and neighbours' help to be found early. Of
21,308 real postings 99.6 % of the hundred nearest are among 235."""
WIDE = 5
"""A filter that lets many pass gets so many times as many candidates."""


@dataclass(frozen=True, slots=True)
class Coded:
    """Candidates by their codes; how many of them must pass for an answer; whether they are all that there is."""

    ids: IdPairs
    least: int
    is_all: bool


def is_few(k: int, few: IdPairs | None) -> bool:
    """Whether codes can save nothing: of the `few` that pass a filter all would be compared, or `k` is very large."""
    return k > MOST or (few is not None and len(few) <= _most(k))


def _most(k: int) -> int:
    return round(SLACK * k + LEAST)


async def candidates(
    companion: Companion, query: Vector, k: int, few: IdPairs | None, is_filtered: bool
) -> Coded | None:
    """Ids that may be among the `k` nearest (of `few`, else of all), and whatever changed or has no code yet."""
    codes, changed = companion.codes, companion.changed()
    if codes is None or codes.mean.size != query.size:
        return None
    most, least = _most(k), k
    if is_filtered and few is None:
        most, least = WIDE * most, 2 * k
    ids, is_all = await asyncio.to_thread(_nearest, codes, query, most, few)
    return Coded(np.concatenate([ids, changed]), least, is_all)


def _nearest(codes: Codes, query: Vector, most: int, few: IdPairs | None) -> tuple[IdPairs, bool]:
    if few is None:
        rows = codes.nearest(query, most)
        return codes.ids[rows], len(rows) == len(codes)
    among, strangers = codes.rows(few)
    return np.concatenate([codes.ids[codes.nearest(query, most, among)], strangers]), True

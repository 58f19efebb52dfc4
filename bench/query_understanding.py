"""How well queries are understood: filters of hand-labelled queries, exact and for each filter."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from verivita.core.text import fold
from verivita.features.search.places import ALIASES
from verivita.features.search.query import understand_query

FIELDS = ("location_type", "location", "salary_min", "company_size", "level", "posted_after_days", "skills", "sources")
_SAME_NAMES = """
c sharp=c#|csharp=c#|c-sharp=c#|cpp=c++|c-plus-plus=c++|golang=go|
node=node.js|nodejs=node.js|k8s=kubernetes|dotnet=.net|
reactjs=react|hn hiring=hn|hackernews=hn|hacker news=hn|yc=ycombinator|y combinator=ycombinator|united states=us|
united kingdom=uk|european union=eu
"""
_SAME = dict(pair.split("=", 1) for pair in _SAME_NAMES.replace("\n", "").split("|"))
"""Other spellings of one value, so that a label is compared by what it means."""


def split_of(text: str) -> str:
    """`dev` or `test`, by the hash of the text."""
    return "test" if hashlib.sha256(text.encode()).digest()[0] % 2 else "dev"


def values(filters: Mapping[str, Any], field: str) -> frozenset[str]:
    """The values of one filter, in a form that can be compared."""
    value = filters.get(field)
    if value is None or value == []:
        return frozenset()
    items = value if isinstance(value, list | tuple) else [value]
    return frozenset(_plain(str(item)) for item in items)


def _plain(value: str) -> str:
    plain = fold(value).replace("_", " ").strip()
    plain = fold(ALIASES.get(plain, plain))
    return _SAME.get(plain, plain).replace(",", "")


def wrong_fields(row: Mapping[str, Any]) -> list[str]:
    """The filters that are not as labelled: a labelled value is missing, or one is neither labelled nor optional."""
    understood = understand_query(row["text"]).filters
    predicted = {name: getattr(understood, name) for name in FIELDS}
    wrong = []
    for field in FIELDS:
        got, want = values(predicted, field), values(row.get("filters", {}), field)
        may = values(row.get("optional", {}) or {}, field)
        if not (want <= got <= want | may):
            wrong.append(field)
    return wrong


def measure(rows: Iterable[Mapping[str, Any]]) -> dict[str, float]:
    """Share of queries with every filter right, and of filters right among those said or read."""
    total = exact = said = right = roles = 0
    for row in rows:
        total += 1
        wrong = wrong_fields(row)
        exact += not wrong
        understood = understand_query(row["text"])
        for field in FIELDS:
            if values(row.get("filters", {}), field) or field in wrong:
                said += 1
                right += field not in wrong
        roles += fold(understood.text) == fold(row.get("role") or "")
    if not total:
        return {}
    return {
        "query/exact": exact / total,
        "query/per_filter": right / said if said else 1.0,
        "query/role": roles / total,
        "queries": float(total),
    }


def read(path: Path) -> list[dict[str, Any]]:
    """The labelled queries of a file."""
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines if line.strip()]

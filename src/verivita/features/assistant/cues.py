"""The words by which a message is routed, read once from the shipped table."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

_WHOLE = frozenset({"wish", "person"})
"""Kinds whose patterns stand as they are; those of the others are whole words."""

Weighed = tuple[tuple[float, re.Pattern[str]], ...]


@dataclass(frozen=True, slots=True)
class Cues:
    """Patterns over folded text. `career` and `study` are groups, each with the weight that it counts once."""

    write: re.Pattern[str]
    """A wish that something be written: a verb where a request stands, not anywhere in a sentence."""
    object: re.Pattern[str]
    """Texts of a career, which the desk can write."""
    taught_object: re.Pattern[str]
    """Texts of a course, which it cannot."""
    wish: re.Pattern[str]
    """Whole wishes for a text of a career, wherever the verb stands."""
    taught: re.Pattern[str]
    """Words that place a message in a course, whatever else it names."""
    person: re.Pattern[str]
    """The person speaks of themselves."""
    career: Weighed
    study: Weighed


@lru_cache(maxsize=1)
def cues() -> Cues:
    """The table of the package."""
    text = (files("verivita.features.assistant") / "data" / "cues.tsv").read_text("utf-8")
    found: dict[str, dict[int, tuple[float, list[str]]]] = {}
    for line in text.splitlines():
        if line and not line.startswith("#"):
            kind, group, weight, pattern = line.split("\t")
            found.setdefault(kind, {}).setdefault(int(group), (float(weight), []))[1].append(pattern)
    one = {kind: [part for _, parts in groups.values() for part in parts] for kind, groups in found.items()}
    write = re.compile("(?:" + "|".join(one["polite"]) + ")(?:" + "|".join(one["write"]) + r")(?!\w)")
    single = {kind: _any(kind, one[kind]) for kind in ("object", "taught_object", "wish", "taught", "person")}
    return Cues(write, career=_weighed(found["career"], ()), study=_weighed(found["study"], one["taught"]), **single)


def _weighed(groups: dict[int, tuple[float, list[str]]], taught: Sequence[str]) -> Weighed:
    """The groups with their weights; what places a message in a course weighs most."""
    whole = [(weight, _any("", parts)) for weight, parts in groups.values()]
    return (*whole, (_TAUGHT_WEIGHT, _any("", taught))) if taught else tuple(whole)


_TAUGHT_WEIGHT = 3.5


def _any(kind: str, parts: Sequence[str]) -> re.Pattern[str]:
    joined = "(?:" + "|".join(parts) + ")"
    return re.compile(joined if kind in _WHOLE else rf"(?<!\w){joined}(?!\w)")

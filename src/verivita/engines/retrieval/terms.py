"""Text to search terms for BM25: folded, stop words dropped, English stems (Porter2)."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from verivita.core.text import fold

MAX_CHARACTERS = 200_000
"""A query or passage is read up to here."""

_COMMON = (
    "a an and are as at be but by for from had has have how if in into is it its no not of on or our such that the "
    "their then there these they this to was we were what when where which who will with you your"
)
STOP_WORDS = frozenset(_COMMON.split())

_SIGNS = {"c++": "cplusplus", "c#": "csharp", "f#": "fsharp", ".net": "dotnet"}
_SIGNED = re.compile(r"(?<!\w)(?:c\+\+|c#|f#|\.net)(?!\w)")
_WORD = re.compile(r"[^\W_]+")

Terms = Callable[[str], list[str]]
"""Cuts a text in terms, in order, repeats kept."""


def spell_signs(text: str) -> str:
    """Names that end in signs as words, in folded text: `c++` becomes `cplusplus`, `.net` becomes `dotnet`."""
    return _SIGNED.sub(lambda found: _SIGNS[found[0]], text)


def english(text: str) -> list[str]:
    """The stems of a text's words, in order, without stop words; other languages pass through the same stemmer."""
    text = text[:MAX_CHARACTERS]
    words = _WORD.findall(spell_signs(text.lower() if text.isascii() else fold(text)))
    return [_stem(word) for word in words if word not in STOP_WORDS]


@lru_cache(maxsize=1)
def _stemmer() -> Callable[[str], str]:
    import snowballstemmer

    stem: Callable[[str], str] = snowballstemmer.stemmer("english").stemWord
    return stem


@lru_cache(maxsize=200_000)
def _stem(word: str) -> str:
    return _stemmer()(word) if len(word) <= 40 else word[:40]

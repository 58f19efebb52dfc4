"""The same thing by another name: words that may stand for one another, other names of skills, first letters."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from importlib import resources

from verivita.engines.grounding.names import implied, initials, skills
from verivita.engines.grounding.tokens import Token, tokens

NEARLY = 0.8
"""What a word counts for that stands in the sources only by one that may stand for it."""
_NONE = frozenset[str]()


@lru_cache(maxsize=1)
def _alike() -> dict[str, frozenset[str]]:
    text = resources.files("verivita.engines.grounding").joinpath("data/alike.txt").read_text(encoding="utf-8")
    found: dict[str, set[str]] = {}
    for line in text.splitlines():
        if not line or line.startswith("#"):
            continue
        group = {stem for word in line.split() if (stem := _single(word))}
        for stem in group:
            found.setdefault(stem, set()).update(group - {stem})
    return {stem: frozenset(others) for stem, others in found.items()}


def _single(word: str) -> str:
    content = [token.stem for token in tokens(word) if token.content]
    return content[0] if len(content) == 1 else ""


def alike(stem: str) -> frozenset[str]:
    """The stems of the words that may stand for a word."""
    return _alike().get(stem, _NONE)


@lru_cache(maxsize=8192)
def aliased(claim: str, texts: tuple[str, ...]) -> frozenset[str]:
    """The stems of a claim whose thing the texts give under another name: an alias of a skill, or the first letters."""
    said = tokens(claim)
    shown = skills(claim)
    known = implied(texts) if shown else _NONE
    found = {token.stem for id, words, _ in shown if id in known for token in tokens(words)}
    short = frozenset[str]().union(*(initials(text) for text in texts)) if any(map(_is_short, said)) else _NONE
    found |= {token.stem for token in said if _is_short(token) and token.low in short}
    capitals = {token.low for text in texts for token in tokens(text) if _is_short(token)}
    return frozenset(found | (_spelled_out(said, capitals) if capitals else _NONE))


def _is_short(token: Token) -> bool:
    return token.text.isupper() and token.text.isalpha() and 2 <= len(token.text) <= 5


def _spelled_out(said: Sequence[Token], capitals: set[str]) -> frozenset[str]:
    """The words of a claim whose first letters the sources give as a word in capitals."""
    content = [token for token in said if token.content]
    found = set[str]()
    for size in range(2, 6):
        for at in range(len(content) - size + 1):
            run = content[at : at + size]
            if size == 2 and any(token.text[0].isupper() for token in run):
                continue
            if "".join(token.low[0] for token in run) in capitals:
                found.update(token.stem for token in run)
    return frozenset(found)

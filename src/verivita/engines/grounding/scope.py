"""Which sources may carry a claim: what it cites, the rest of the same entry, and what lies elsewhere."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from verivita.engines.grounding.model import Source
from verivita.engines.grounding.names import names
from verivita.engines.grounding.tokens import stems

PASSAGE = "text"
HEADS = frozenset({"employer", "title", "dates", "degree", "school", "head", "headline"})
_NAMING = frozenset({"employer", "title", "school", "project", "head"})


@dataclass(frozen=True, slots=True)
class Scope:
    """`core` carries numbers, dates and denial; `core` and `near` names, titles and skills; `far` is elsewhere.

    `mixed` is True where facts of several entries are put together and the claim does not name them all; `claimed` is
    True where it names one of them, and so gives it what belongs to another.
    """

    core: tuple[Source, ...]
    near: tuple[Source, ...]
    far: tuple[Source, ...]
    mixed: bool = False
    claimed: bool = False
    facts: bool = False
    """Whether the core is single facts that the claim cites itself."""

    @property
    def heads(self) -> tuple[Source, ...]:
        """What may give a title: the core, and the heads of the same entry."""
        return (*self.core, *(s for s in self.near if s.kind in HEADS))


def scopes(claim: str, sources: Sequence[Source], cited: Collection[str]) -> list[Scope]:
    """The scopes in which a claim may be proved, one for each entry; facts without an entry go with every entry."""
    core = [s for s in sources if s.id in cited] if cited else list(sources)
    facts = bool(cited) and all(source.kind != PASSAGE for source in core)
    entries = sorted({s.entry for s in core if s.entry})
    found = [_scope(core, sources, {entry}) for entry in entries] if entries else [_scope(core, sources, set())]
    if len(entries) > 1:
        named = [e for e in entries if _named(claim, e, sources)]
        if len(named) > 1:
            found.append(_scope(core, sources, set(named)))
        if len(named) < len(entries):
            found.append(replace(_scope(core, sources, set(entries)), mixed=True, claimed=bool(named)))
    return [replace(scope, facts=facts) for scope in found]


def _scope(core: Sequence[Source], sources: Sequence[Source], entries: set[str]) -> Scope:
    inside = tuple(s for s in core if not s.entry or s.entry in entries)
    chosen = {s.id for s in inside}
    near = tuple(s for s in sources if s.entry in entries and s.id not in chosen)
    far = tuple(s for s in sources if s.id not in chosen and s.entry not in entries)
    return Scope(inside, near, far)


def _named(claim: str, entry: str, sources: Sequence[Source]) -> bool:
    """Whether a claim names an entry: by a word of a name that only this entry's heads have."""
    said = {token.stem for name in names(claim) for token in name.words}
    own, others = set[str](), set[str]()
    for source in sources:
        if source.kind in _NAMING and source.entry:
            (own if source.entry == entry else others).update(stems(source.text))
    return bool(said & (own - others))

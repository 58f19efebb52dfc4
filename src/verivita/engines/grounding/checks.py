"""What speaks against a claim: each kind of thing is looked for in its own scope, each strength beside its sentence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from verivita.engines.grounding import names as naming
from verivita.engines.grounding.additions import additions, unheld, vocabulary
from verivita.engines.grounding.aliases import aliased
from verivita.engines.grounding.lexical import Unit, rarity, unit
from verivita.engines.grounding.merges import merged
from verivita.engines.grounding.numbers import Quantity, missing, quantities, strengthened
from verivita.engines.grounding.polarity import OPPOSITES, Clause, clauses
from verivita.engines.grounding.roles import derived, misplaced, rates, swapped, turned, uneven
from verivita.engines.grounding.scope import HEADS, Scope
from verivita.engines.grounding.strength import Strength, lessened, overstated, strength
from verivita.engines.grounding.times import When, lengths, times, unproved
from verivita.engines.grounding.tokens import Token, stem, tokens

_CARRYING = frozenset(map(stem, ("knowledge", "skill", "skilled", "speaker", "familiar", "familiarity")))


@dataclass(frozen=True, slots=True)
class Finding:
    """One objection: `kind` is the class of error, `words` what is at fault; a grave one decides alone."""

    kind: str
    words: str
    grave: bool = True

    def __str__(self) -> str:
        return f"{self.kind}: {self.words}" if self.words else self.kind


def absent(claim: str, scope: Scope, today: date) -> list[Finding]:
    """Numbers, times, names, titles, degrees and skills of a claim that its scope does not have."""
    core = tuple(s.text for s in scope.core)
    near = tuple(s.text for s in scope.near)
    elsewhere = vocabulary(tuple(s.text for s in scope.far))
    known = vocabulary(core + near)
    found = [*_numbers(claim, core, near, today), *_names(claim, core + near, elsewhere)]
    for words, named in naming.unshown(claim, core + near, known):
        found.append(_missing("skill", words, elsewhere, grave=named))
    found += [Finding("negation", words) for words in swapped(claim, core)]
    found += _added(claim, scope)
    found += [Finding("title", title) for title in naming.untitled(claim, [s.text for s in scope.heads])]
    degrees = naming.degrees(claim)
    if degrees:
        degrees = degrees.difference(*(naming.degrees(t) for t in core + near))
    found += [Finding("degree", level) for level in sorted(degrees)]
    return found


def _added(claim: str, scope: Scope) -> Iterator[Finding]:
    """What no source says at all, and beside single facts each word that neither they nor their heads have."""
    core = tuple(source.text for source in scope.core)
    if not scope.facts:
        near = tuple(source.text for source in scope.near)
        yield from (Finding("added", part, grave=False) for part in additions(claim, core + near))
        return
    heads = tuple(source.text for source in scope.near if source.kind in HEADS)
    new = unheld(claim, core + heads)
    if new:
        yield Finding("added", " ".join(token.text for token in new), grave=False)
    if not scope.mixed:
        yield from (Finding("merged", words, grave=False) for words in merged(claim, core))


def settled(claim: str, heads: Sequence[str], core: Sequence[str]) -> frozenset[str]:
    """Stems of a claim that need not stand in the core as words.

    Its numbers, words that only carry others ("knowledge of"), and what only the heads of the entry say.
    """
    counted = [(q.start, q.end) for q in quantities(claim)]
    numbers = _CARRYING | {t.stem for t in tokens(claim) if any(a <= t.start < b for a, b in counted)}
    if not heads:
        return numbers
    there = frozenset[str]().union(*(unit(text).stems for text in core))
    return numbers | (frozenset[str]().union(*(unit(head).stems for head in heads)) - there)


def _missing(kind: str, words: str, elsewhere: frozenset[str], grave: bool = True) -> Finding:
    """Found in another entry it is commingled, found nowhere it is invented."""
    parts = [t for t in tokens(words) if t.content]
    mixed = bool(parts) and all(t.low in elsewhere or t.stem in elsewhere for t in parts)
    return Finding("commingled" if mixed else kind, words, grave)


def _numbers(claim: str, core: Sequence[str], near: Sequence[str], today: date) -> Iterator[Finding]:
    said, when = quantities(claim), times(claim)
    if not said and not when:
        return
    here: list[When] = [w for text in core for w in times(text)]
    beside: list[When] = [w for text in near for w in times(text)]
    known: list[Quantity] = [q for text in core for q in quantities(text)]
    lasted = lengths([*here, *beside], today)
    for quantity in missing(said, [*known, *derived(core)], lasted):
        yield Finding("number", quantity.text)
    for words in (*turned(claim, core), *misplaced(claim, core)):
        yield Finding("number", words)
    for span in uneven(claim, core):
        yield Finding("rate", span, grave=any(rates(text) for text in core))
    for quantity in said:
        if strengthened(quantity, known):
            yield Finding("hedge", quantity.text, grave=quantity.bound == "more")
    for one in unproved(when, here, beside):
        yield Finding("date", one.text)


def _names(claim: str, texts: tuple[str, ...], elsewhere: frozenset[str]) -> Iterator[Finding]:
    known, text, other = vocabulary(texts), "\n".join(texts), aliased(claim, texts)
    for name in naming.names(claim):
        lost = [token for token in naming.unknown(name, known, text) if token.stem not in other]
        if lost and not _a_degree(lost, claim):
            words = " ".join(token.text for token in lost)
            yield _missing("employer" if name.employer else "name", words, elsewhere)


def _a_degree(lost: list[Token], claim: str) -> bool:
    """Words such as "BSc", which are compared as degrees."""
    return bool(naming.degrees(claim)) and all(naming.degrees(token.text + " degree") for token in lost)


def against(claim: str, source: Unit) -> list[Finding]:
    """Where a claim says the opposite of a sentence, or more than it: denial, rank, level, hedge, extent."""
    said, told = strength(claim), strength(source.text)
    found = [*_denied(claim, source), *_doer(claim, said, source, told), *_hedged(said, told)]
    found += [Finding("hedge", thing, grave=sure) for thing, sure in overstated(claim, source.text)]
    if said.universal and not told.universal:
        found.append(Finding("scope", ""))
    return found


def _doer(claim: str, said: Strength, source: Unit, told: Strength) -> Iterator[Finding]:
    dropped = told.helping and not (said.helping or said.shared)
    if dropped or (said.leading and not (told.leading or told.leader)):
        yield Finding("inflated", "", grave=dropped or said.commanding or told.helping or told.shared)
    if said.alone and not told.alone:
        yield Finding("inflated", "alone")
    elif told.shared and not (said.shared or said.helping):
        yield Finding("inflated", "shared", grave=said.leading)
    for word in lessened(claim, source.text):
        yield Finding("inflated", word)


def _hedged(said: Strength, told: Strength) -> Iterator[Finding]:
    if told.unfinished and not said.unfinished:
        yield Finding("hedge", "unfinished")
    if told.seldom and not said.seldom:
        yield Finding("hedge", "seldom")
    if told.maybe and not said.maybe:
        yield Finding("hedge", "maybe", grave=False)
    if told.only and not said.only:
        yield Finding("hedge", "only", grave=False)


def _denied(claim: str, source: Unit) -> Iterator[Finding]:
    said, told = clauses(claim), clauses(source.text)
    if _unanswered(told, said, 0.6) or _unanswered(said, told, 0.3):
        yield Finding("negation", "")
        return
    for word in _opposed(claim, source):
        yield Finding("negation", word)


def _unanswered(one: tuple[Clause, ...], two: tuple[Clause, ...], least: float) -> bool:
    """Whether a denying clause of one text is told in the other without denial."""
    everything = frozenset[str]().union(*(c.stems for c in two))
    for clause in one:
        if not clause.denies or _share(clause.stems, everything) < least:
            continue
        partners = [c for c in two if c.stems & clause.stems]
        if not any(c.denies or _turned(clause.stems, c.stems) for c in partners):
            return True
    return False


def _share(stems: frozenset[str], known: frozenset[str]) -> float:
    total = sum(rarity(s) for s in stems)
    return sum(rarity(s) for s in stems & known) / total if total else 0.0


def _turned(one: frozenset[str], two: frozenset[str]) -> bool:
    return any(OPPOSITES[s] & two for s in one if s in OPPOSITES)


def _opposed(claim: str, source: Unit) -> Iterator[str]:
    """Words of the claim whose opposite stands in the sentence, where neither text has both and none denies."""
    if any(c.denies for c in (*clauses(claim), *clauses(source.text))):
        return
    said = unit(claim).stems
    for token in tokens(claim):
        opposite = OPPOSITES.get(token.stem, frozenset())
        if opposite & source.stems and token.stem not in source.stems and not opposite & said:
            yield token.low

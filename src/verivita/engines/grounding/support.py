"""How far a text is carried by its sources: a verdict for every claim, and the supported share as the score.

A claim is read beside every sentence of its sources and beside two neighbours at a time; the best place counts, so a
further source can only help. Objections come from `checks`, the score from `score`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache

from verivita.engines.grounding.aliases import aliased
from verivita.engines.grounding.checks import Finding, absent, against, settled
from verivita.engines.grounding.direction import turned
from verivita.engines.grounding.lexical import (
    Unit,
    covered,
    linked,
    recall,
    sentences,
    shared_pairs,
    unit,
    units,
    weights,
    wholeness,
)  # fmt: skip
from verivita.engines.grounding.model import Claim, Grounding, Source, Statement, Verdict
from verivita.engines.grounding.nearness import Asked, Figures, Known
from verivita.engines.grounding.scope import HEADS, Scope, scopes
from verivita.engines.grounding.score import Weights, counted, load_weights, of_all, of_place, of_vectors
from verivita.engines.grounding.statements import statements
from verivita.engines.grounding.voice import asserts

ORDER = (Verdict.UNSUPPORTED, Verdict.WEAK, Verdict.SUPPORTED)
LEAST = 0.2
"""A sentence that has less of the claim's weight than this is not looked at closely."""
BESIDE = 0.3
"""A claim needs one place that has this much of its weight; pieces from everywhere prove nothing."""
CARRYING = 3


@dataclass(frozen=True, slots=True)
class Reading:
    """A claim beside one place of its sources."""

    features: Mapping[str, float]
    findings: tuple[Finding, ...]
    source_id: str
    share: float
    """How much of the claim's weight stands there."""


def ground(
    answer: str,
    sources: Sequence[Source],
    *,
    nearness: Known | None = None,
    cited: Mapping[int, Sequence[str]] | None = None,
    today: date | None = None,
) -> Grounding:
    """Check every claim of `answer` against `sources`.

    `cited` gives the source ids that a claim, by its number in `statements(answer)`, names itself: its numbers, dates
    and denials must then stand in these, its names, titles and skills in these or in the same entry. `nearness` holds
    what an encoder says to all of `asked(answer, sources, cited)`; without it the score rests on words alone. `today`
    ends a span of time that is still open; without it, now.
    """
    said = statements(answer)
    day = today or datetime.now(UTC).date()
    claims = [_claim(one, scopes(one.text, sources, _ids(cited, i)), nearness, day) for i, one in enumerate(said)]
    return grounding_of(claims)


def asked(answer: str, sources: Sequence[Source], cited: Mapping[int, Sequence[str]] | None = None) -> list[Asked]:
    """What `ground` needs to know from an encoder about this answer, so that a caller can ask beforehand."""
    return [
        beside(one.text, scope)
        for i, one in enumerate(statements(answer))
        for scope in scopes(one.text, sources, _ids(cited, i))
    ]


def beside(text: str, scope: Scope) -> Asked:
    """A claim beside every sentence of a scope."""
    return Asked(text, tuple(sentence for source in scope.core for sentence in sentences(source.text)))


def grounding_of(claims: Sequence[Claim]) -> Grounding:
    """Claims with the share that is supported."""
    carried = sum(claim.verdict is Verdict.SUPPORTED for claim in claims)
    return Grounding(carried / len(claims) if claims else 0.0, tuple(claims))


def _ids(cited: Mapping[int, Sequence[str]] | None, number: int) -> frozenset[str]:
    return frozenset(cited.get(number, ())) if cited else frozenset()


def _claim(statement: Statement, places: Sequence[Scope], nearness: Known | None, today: date) -> Claim:
    best: Claim | None = None
    for scope in places:
        near = None if nearness is None else nearness[beside(statement.text, scope)]
        one = _judged(statement, scope, readings(statement.text, scope, near, today), load_weights()[near is not None])
        if best is None or (ORDER.index(one.verdict), one.score) > (ORDER.index(best.verdict), best.score):
            best = one
    return best or Claim(statement.text, statement.start, statement.end, Verdict.UNSUPPORTED)


def readings(text: str, scope: Scope, near: Figures | None, today: date) -> list[Reading]:
    """The claim beside each place of the scope that has something of it, and beside nothing at all.

    `near` is what an encoder says of `beside(text, scope)`, where there is one.
    """
    claim = unit(text)
    told = [source.text for source in scope.near if source.kind in HEADS]
    weighed = weights(claim, settled(text, told, [source.text for source in scope.core]))
    missing = tuple(absent(text, scope, today))
    core = [(source, place) for source in scope.core for place in units(source.text)]
    texts = tuple(source.text for source in scope.core)
    stems, words, singles = _gathered(texts)
    renamed = aliased(text, texts)
    whole = of_all(recall(weighed, stems | renamed), covered(claim, words), linked(claim, singles))
    whole |= {"voice": float(not scope.facts and not asserts(text))}
    whole |= of_vectors(near) if near is not None else {}
    found = [Reading({**whole, **counted([f.kind for f in missing])}, missing, "", 0.0)]
    for source, place in core:
        share = recall(weighed, place.stems | aliased(text, (place.text,)) if renamed else place.stems)
        if share >= LEAST:
            findings = (*missing, *against(claim.text, place))
            against_it = turned(text, source.text)
            local = of_place(share, shared_pairs(claim, place), wholeness(claim, place), against_it)
            features = {**whole, **local, **counted([f.kind for f in findings])}
            found.append(Reading(features, findings, source.id, share))
    return found


@lru_cache(maxsize=512)
def _gathered(texts: tuple[str, ...]) -> tuple[frozenset[str], frozenset[str], tuple[Unit, ...]]:
    """The stems and the words of all texts, and their sentences."""
    singles = tuple(unit(sentence) for text in texts for sentence in sentences(text))
    return (
        frozenset[str]().union(*(single.stems for single in singles)),
        frozenset(word for single in singles for word in single.words),
        singles,
    )


def _judged(statement: Statement, scope: Scope, read: Sequence[Reading], chosen: Weights) -> Claim:
    scored = sorted(
        ((_verdict(one, scope, chosen), chosen.score(one.features), one) for one in read), key=_rank, reverse=True
    )
    verdict, _, best = scored[0]
    score = max(one for _, one, _ in scored)
    ids = dict.fromkeys(one.source_id for _, _, one in scored if one.source_id)
    reasons = tuple(dict.fromkeys(str(f) for f in best.findings))
    if verdict is not Verdict.SUPPORTED and not reasons:
        reasons = ("wording",)
    if scope.mixed:
        reasons = ("commingled", *reasons)
    shown = () if verdict is Verdict.SUPPORTED else reasons
    return Claim(statement.text, statement.start, statement.end, verdict, tuple(ids)[:CARRYING], shown, score)


def _rank(item: tuple[Verdict, float, Reading]) -> tuple[int, float]:
    return ORDER.index(item[0]), item[1]


def _verdict(one: Reading, scope: Scope, chosen: Weights) -> Verdict:
    score = chosen.score(one.features)
    weak, supported = chosen.facts if scope.facts else chosen.prose
    if score < weak or scope.claimed or any(f.grave for f in one.findings):
        return Verdict.UNSUPPORTED
    if not one.source_id or one.share < BESIDE:
        return Verdict.UNSUPPORTED
    if score < supported or one.findings or scope.mixed:
        return Verdict.WEAK
    return Verdict.SUPPORTED

"""How far a text is carried by its sources: a verdict for every claim, and the supported share as the score."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from verivita.core.text import words
from verivita.engines.grounding.model import Claim, Grounding, Similarity, Source, Statement, Verdict
from verivita.engines.grounding.statements import statements

_ORDER = (Verdict.UNSUPPORTED, Verdict.WEAK, Verdict.SUPPORTED)
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")


def ground(
    answer: str,
    sources: Sequence[Source],
    *,
    similarity: Similarity | None = None,
    cited: Mapping[int, Sequence[str]] | None = None,
) -> Grounding:
    """Check every claim of `answer` against `sources`.

    `cited` gives the source ids that a claim, by its number in `statements(answer)`, names itself: its numbers, dates
    and negations must then stand in these. `similarity` only breaks ties.
    """
    claims = []
    for i, statement in enumerate(statements(answer)):
        named = set(cited.get(i, ())) if cited else set()
        claims.append(_claim(statement, [s for s in sources if not named or s.id in named]))
    return _grounding(claims)


def _claim(statement: Statement, sources: Sequence[Source]) -> Claim:
    said = set(words(statement.text))
    known = {word for source in sources for word in words(source.text)}
    score = len(said & known) / max(len(said), 1)
    numbers = {n for source in sources for n in _NUMBER.findall(source.text)}
    reasons = tuple(f"number: {n}" for n in _NUMBER.findall(statement.text) if n not in numbers)
    verdict = Verdict.UNSUPPORTED if reasons or score < 0.5 else Verdict.SUPPORTED if score > 0.7 else Verdict.WEAK
    carrying = tuple(s.id for s in sources if said & set(words(s.text)))[:3]
    return Claim(statement.text, statement.start, statement.end, verdict, carrying, reasons, score)


def kept(answer: str, grounding: Grounding) -> str:
    """The answer without its unsupported claims; lines that become empty go, the rest stays as it was."""
    out, at = [], 0
    for claim in grounding.claims:
        if claim.verdict is Verdict.UNSUPPORTED:
            out.append(answer[at : claim.start])
            at = claim.end
            while at < len(answer) and answer[at] in " \t":
                at += 1
    out.append(answer[at:])
    return re.sub(r"\n{3,}", "\n\n", "".join(_lines("".join(out), answer))).strip()


def _lines(text: str, answer: str) -> list[str]:
    """Lines that still say something, and those that said nothing in the answer either."""
    before = {line.strip() for line in answer.split("\n")}
    lines = text.splitlines(keepends=True)
    return [line for line in lines if any(map(str.isalnum, line)) or line.strip() in before]


def tighten(grounding: Grounding, judged: Mapping[int, Verdict]) -> Grounding:
    """The grounding after a judge: `judged` gives a verdict by claim number, and only a stricter one counts."""
    claims = []
    for i, claim in enumerate(grounding.claims):
        verdict = min(claim.verdict, judged.get(i, claim.verdict), key=_ORDER.index)
        if verdict is not claim.verdict:
            claim = replace(claim, verdict=verdict, reasons=(*claim.reasons, "judge"))
        claims.append(claim)
    return _grounding(claims)


def _grounding(claims: Sequence[Claim]) -> Grounding:
    carried = sum(claim.verdict is Verdict.SUPPORTED for claim in claims)
    return Grounding(carried / len(claims) if claims else 0.0, tuple(claims))

"""What follows from a grounding: the text without what is unsupported, and a stricter judge's word."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from verivita.engines.grounding.model import Grounding, Verdict
from verivita.engines.grounding.support import ORDER, grounding_of


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
        verdict = min(claim.verdict, judged.get(i, claim.verdict), key=ORDER.index)
        if verdict is not claim.verdict:
            claim = replace(claim, verdict=verdict, reasons=(*claim.reasons, "judge"))
        claims.append(claim)
    return grounding_of(claims)

"""Yes and no: which clauses deny, and words that say the opposite."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from verivita.engines.grounding.tokens import Token, bag, stem, tokens

_CLAUSE = re.compile(
    r"[;:()]|,(?!\d{3})|\s[-–—]\s|(?<=[.!?])\s+|\n|\b(?:but|which|who|whom|whose|while|whereas|although|though|however|because)\b",
    re.IGNORECASE,
)
_DENY = bag(
    "not no never none nor neither without cannot nobody nothing nowhere hardly barely scarcely cant dont didnt "
    "wont isnt wasnt arent werent doesnt hasnt havent hadnt couldnt wouldnt shouldnt lack lacks lacked lacking "
    "fail fails failed failing failure unable miss missed misses missing refuse refused refuses refusal deny "
    "denied denies decline declined exclude excluded excludes absent absence unlikely false myth non impossible "
    "nt aint ain"
)
_UP = (
    "increase rise grow growth gain raise higher elevate boost upregulate enhance strengthen improve accelerate expand"
)
_DOWN = "decrease fall shrink decline reduce lower drop downregulate inhibit weaken worsen impair slow diminish"
_PAIRS = (
    "pass/fail accept/reject approve/reject win/lose succeed/fail include/exclude allow/forbid start/stop "
    "begin/end support/oppose agree/disagree true/false beneficial/harmful effective/ineffective able/unable "
    "possible/impossible active/inactive sensitive/resistant majority/minority always/never all/none "
    "everyone/nobody both/neither join/leave hire/dismiss buy/sell arrive/leave enter/leave import/export "
    "paid/unpaid temporary/permanent internal/external public/private positive/negative warm/cool hot/cold "
    "high/low strong/weak safe/dangerous open/close likely/unlikely healthy/sick cause/prevent protect/harm "
    "upstream/downstream activate/deactivate more/less more/fewer most/least"
)


def _paired() -> dict[str, frozenset[str]]:
    """Each stem with the stems of its opposites."""
    pairs: dict[str, set[str]] = {}
    rows = [(up, down) for up in _UP.split() for down in _DOWN.split()]
    rows += [(left, right) for left, _, right in (pair.partition("/") for pair in _PAIRS.split())]
    for left, right in rows:
        pairs.setdefault(stem(left), set()).add(stem(right))
        pairs.setdefault(stem(right), set()).add(stem(left))
    return {key: frozenset(value) for key, value in pairs.items()}


OPPOSITES = _paired()


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause: the stems of its content words, and whether it denies (an odd number of denying words)."""

    stems: frozenset[str]
    denies: bool
    words: tuple[Token, ...]


@lru_cache(maxsize=8192)
def clauses(text: str) -> tuple[Clause, ...]:
    """The clauses of a text that hold a content word, in order; a denying word is no content."""
    edges = [0, *(m.start() for m in _CLAUSE.finditer(text)), len(text)]
    words = tokens(text)
    out = []
    for begin, end in pairwise(edges):
        part = tuple(t for t in words if begin <= t.start < end)
        denials = sum(denies(t) for t in part)
        content = frozenset(t.stem for t in part if t.content and not denies(t))
        if content or denials:
            out.append(Clause(content, denials % 2 == 1, part))
    return tuple(_joined(out))


def denies(token: Token) -> bool:
    """Whether a word denies."""
    return token.low.replace("'", "") in _DENY or token.low.endswith("n't")


def _joined(found: list[Clause]) -> list[Clause]:
    """A denial without content of its own ("no, ...") goes to the clause after it."""
    out: list[Clause] = []
    for clause in found:
        if out and not out[-1].stems:
            last = out.pop()
            clause = Clause(clause.stems, clause.denies != last.denies, last.words + clause.words)
        out.append(clause)
    return [clause for clause in out if clause.stems]

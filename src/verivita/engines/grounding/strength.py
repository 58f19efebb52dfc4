"""How strongly a thing is said: ranks of doing, levels of knowing, things not finished yet, sharing, and scope."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from verivita.engines.grounding.tokens import bag, tokens

_HELPING = re.compile(
    r"\b(?:help(?:ed|ing|s)?|assist(?:ed|ing|s)?|supported|supporting|contribut(?:ed|ing|es?|ions?)|participat\w+|"
    r"involved|(?:took|take|takes|taking) part|part of|member of|shadow(?:ed|ing)|observed|aid(?:ed|ing)|"
    r"collaborat\w+|cooperat\w+|deputi[sz]\w+|(?:stand|stood|stands|standing) in|"
    r"(?:gave|give|gives|giving|provided|offered) (?:input|feedback|advice|help)|advis(?:ed|ing)|"
    r"exposure to|exposed to|under (?:the )?(?:supervision|guidance)|worked (?:with|on))\b",
    re.IGNORECASE,
)
_SUPPORTING = re.compile(
    r"(?:^|[.;\n]|\b(?:I|we|to)\b)[\s•*>-]*(?i:supports?)\s(?!engineer|technician|specialist|analyst|desk|team)"
)
_LEADING = re.compile(
    r"\b(?:led|leads?|leading|leader|managed?|manages|managing|overs(?:aw|ee|ees|eeing|een)|supervis(?:ed|es|e|ing)|"
    r"owned|owns?|headed|heads|heading|direct(?:ed|s|ing)|chair(?:ed|s|ing)?|spearhead\w*|steer(?:ed|s|ing)|"
    r"orchestrat\w+|in charge|responsib(?:le|ility)|accountab(?:le|ility)|founded|co-?founded|pioneered|"
    r"command(?:ed|s|ing)|captain(?:ed)?|drove|ran the|at the helm|coordinat(?:ed|es|e|ing))\b",
    re.IGNORECASE,
)
_COMMANDING = re.compile(
    r"\b(?:led|leads?|leading|leader|overs(?:aw|ee|ees|eeing|een)|supervis(?:ed|es|e|ing)|headed|heads|heading|"
    r"direct(?:ed|s|ing)|chair(?:ed|s|ing)?|spearhead\w*|steer(?:ed|s|ing)|in charge|founded|co-?founded|pioneered|"
    r"command(?:ed|s|ing)|captain(?:ed)?|at the helm)\b|\bmanag(?:ed|es|e|ing)\s+(?:an?\s|the\s)?(?:\w+\s)?"
    r"(?:team|department|people|staff|engineers|employees|group|unit|division)\b",
    re.IGNORECASE,
)
_LEADER = re.compile(
    r"\bmanagement\b|\bleadership\b|^\W*(?:\w+\W+){0,4}(?:manager|supervisor|director|leader|head|lead)\b",
    re.IGNORECASE,
)
_SHARED = re.compile(
    r"\b(?:shar(?:e|ed|es|ing)|together with|jointly|co-\w{3,}|cofounded|coauthored|alongside|"
    r"with (?:a|one|two|other|another|my) (?:colleagues?|others?|teammates?|partners?)|"
    r"part of|member of|in (?:a )?(?:team|pair|group)|named)\b",
    re.IGNORECASE,
)
_ALONE = re.compile(
    r"\b(?:sole(?:ly)?|single-?handed(?:ly)?|alone|by myself|on my own|independently|exclusively)\b", re.IGNORECASE
)
_UNFINISHED = re.compile(
    r"\b(?:studying|study|preparing|prepare|working towards?|candidate|enrolled|expected|in progress|ongoing|pursuing|"
    r"expects?|expecting|learning|currently taking|toward|anticipated|planned|planning|pending|"
    r"incomplete|expired|lapsed|partial(?:ly)?|not (?:yet )?"
    r"(?:finished|completed)|(?:passed )?so far|sections? passed|student|hop(?:e|ing) to|aim(?:ing)? to)\b",
    re.IGNORECASE,
)
_SELDOM = re.compile(
    r"\b(?:occasional(?:ly)?|sometimes|as needed|when needed|if needed|from time to time|now and then|at times|rarely|"
    r"part[- ]time|on occasion|once|ad hoc|sporadic(?:ally)?|temporar(?:y|ily))\b",
    re.IGNORECASE,
)
_MAYBE = re.compile(
    r"\b(?:may|might|could|can|possib(?:le|ly)|probabl[ey]|likely|perhaps|potential(?:ly)?|suggest(?:s|ed|ing)?|appears?|"
    r"seems?|seemed|alleged(?:ly)?|reportedly|estimated|partly|in part|largely|mostly|mainly|tend(?:s|ed)?)\b",
    re.IGNORECASE,
)
_ALL = re.compile(
    r"\b(?:all|every|everyone|everything|each|always|entire(?:ly)?|whole|throughout|fully|completely|"
    r"across the (?:company|organi[sz]ation|board|business|firm)|(?:company|world|nation)-?wide|global(?:ly)?|"
    r"100 ?(?:%|percent))\b",
    re.IGNORECASE,
)
_RHYTHM = re.compile(r"\b(?:each|every|per|all|any)\s+(?:(?:single|other|second|third|fourth|fifth|sixth)\s+)?(?:second|minute|hour|day|night|shift|week|month|quarter|summer|winter|spring|autumn|fall|season|term|semester|year)s?\b", re.IGNORECASE)  # fmt: skip  # noqa: E501
_ONLY = re.compile(r"\b(?:only|merely|solely|just|limited to)\b", re.IGNORECASE)
_BELOW = bag("deputy second assistant vice co acting interim associate junior trainee apprentice sub")
_LEVELS = {
    1: "basic basics beginner elementary some familiar familiarity exposure introductory a1 a2 rudimentary limited "
    "little learning novice foundational",
    2: "intermediate conversational working b1 competent",
    3: "good proficient proficiency experienced skilled comfortable advanced b2 c1 solid strong confident "
    "knowledgeable",
    4: "fluent fluently expert expertise native bilingual c2 mastery master mastered specialist guru deep extensive "
    "extensively authority tongue professional profound",
}
ABLE = 3
_LEVEL = {word: level for level, words in _LEVELS.items() for word in words.split()}


@dataclass(frozen=True, slots=True)
class Strength:
    """What is said of the doer's part and of the extent."""

    helping: bool
    leading: bool
    commanding: bool
    """Leading that is never only handling a thing."""
    leader: bool
    shared: bool
    alone: bool
    unfinished: bool
    seldom: bool
    maybe: bool
    universal: bool
    only: bool


@lru_cache(maxsize=8192)
def strength(text: str) -> Strength:
    """The marks of strength in a text."""
    bare = _RHYTHM.sub(" ", text)
    return Strength(
        bool(_HELPING.search(text) or _SUPPORTING.search(text)),
        bool(_LEADING.search(text)),
        bool(_COMMANDING.search(text)),
        bool(_LEADER.search(text)),
        bool(_SHARED.search(text)),
        bool(_ALONE.search(text)),
        bool(_UNFINISHED.search(text)),
        bool(_SELDOM.search(text)),
        bool(_MAYBE.search(text)),
        bool(_ALL.search(bare)),
        bool(_ONLY.search(text)),
    )


@lru_cache(maxsize=8192)
def judged_elsewhere(low: str) -> bool:
    """Whether a word only says how strongly a thing is said or done, which is compared by itself."""
    return low in _LEVEL or any(
        pattern.fullmatch(low) for pattern in (_HELPING, _LEADING, _SHARED, _ALONE, _UNFINISHED, _SELDOM, _MAYBE, _ALL)
    )


@lru_cache(maxsize=8192)
def levels(text: str) -> dict[str, int]:
    """Stem -> how well it is known, 1 (basic) to 4 (native), for the words of lists such as "fluent in A and B"."""
    found: dict[str, int] = {}
    for run in re.split(r"[.;\n•]", text):
        carried = 0
        for part in re.split(r",|/|\band\b|\bwith\b|\|", run):
            words = tokens(part)
            own = [_LEVEL[t.low] for t in words if t.low in _LEVEL]
            level = max(own) if own else carried
            # A level before its object goes on to the rest of the list; one behind it ("German (basic)") does not.
            if own:
                carried = level if words[0].low in _LEVEL or " in " in part else 0
            for token in words:
                if level and token.content and token.low not in _LEVEL:
                    found[token.stem] = level
    return found


def overstated(claim: str, source: str) -> Iterator[tuple[str, bool]]:
    """The things that a claim says are known better than the source says; True where the source gives their level."""
    said, known = levels(claim), levels(source)
    there = {token.stem for token in tokens(source)} if known and said else set()
    for thing, level in said.items():
        if level >= ABLE and thing in known and level > known[thing]:
            yield thing, True
        elif level >= ABLE and thing in there and thing not in known:
            yield thing, False


def lessened(claim: str, source: str) -> Iterator[str]:
    """Words such as "deputy" or "second" that stand before a word in the source and are gone in the claim."""
    said = tokens(claim)
    kept = {token.low for token in said}
    there = {token.stem for token in said}
    words = tokens(source)
    for at, token in enumerate(words):
        if token.low in _BELOW and token.low not in kept:
            head = next((t for t in words[at + 1 : at + 3] if t.content), None)
            if head is not None and head.stem in there:
                yield token.low

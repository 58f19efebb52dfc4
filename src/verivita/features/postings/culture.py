"""What a posting says about the company's culture, each sign with the sentence that says it; pure.

The values are the nine that Sull, Sull and Chamberlain (2019, "Measuring Culture in Leading Companies", MIT Sloan
Management Review) found in what companies say of themselves, and two that applicants ask about: learning and balance.
It tells what the posting claims, not what the company is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from verivita.features.postings.model import Quote


class Value(StrEnum):
    """A value that a company claims."""

    AGILITY = "agility"
    BALANCE = "balance"
    COLLABORATION = "collaboration"
    CUSTOMER = "customer"
    DIVERSITY = "diversity"
    EXECUTION = "execution"
    INNOVATION = "innovation"
    INTEGRITY = "integrity"
    LEARNING = "learning"
    PERFORMANCE = "performance"
    RESPECT = "respect"


@dataclass(frozen=True, slots=True)
class CultureSign:
    """A value and the sentence that claims it."""

    value: Value
    quote: Quote


_SIGNS: tuple[tuple[Value, re.Pattern[str]], ...] = tuple(
    (value, re.compile(pattern, re.I))
    for value, pattern in (
        (
            Value.AGILITY,
            r"\b(?:fast|quick)[- ](?:paced|moving|growing|changing)\b|\bmove (?:fast|quickly)\b"
            r"|\bdynamic (?:environment"
            r"|team|company|start-?up|workplace)\b|\bstart-?up (?:environment|culture|mentality|mindset|feel)\b"
            r"|\bflat (?:hierarch\w+|organi[sz]ation|structure)\b|\blittle bureaucracy\b|\bwear (?:many"
            r"|multiple) hats\b"
            r"|\bnimble\b|\bscrappy\b",
        ),
        (
            Value.BALANCE,
            r"\bwork[-/ ]life balance\b|\bflexible (?:work(?:ing)? )?(?:hours|schedules?|time|arrangements?)\b"
            r"|\bflexi?-?time\b"
            r"|\bfour[- ]day (?:work ?)?week\b|\b4[- ]day (?:work ?)?week\b|\b(?:unlimited|generous) (?:pto"
            r"|paid time off"
            r"|vacation|holidays?|leave)\b|\b(?:no|without) (?:overtime|crunch)\b|\bfamily[- ]friendly\b"
            r"|\bsustainable pace\b|\bparental leave\b|\bwell-?being\b|\bmental health (?:days?|support|benefits?)\b",
        ),
        (
            Value.COLLABORATION,
            r"\bcollaborative (?:\w+ )?(?:team|environment|culture|workplace|atmosphere|spirit)\b|\bteam spirit\b"
            r"|\bclose-?knit\b|\btight-?knit\b|\bsupportive (?:\w+ )?(?:team|environment|culture|colleagues"
            r"|atmosphere)\b"
            r"|\bwe (?:all )?(?:help|support|back) (?:each other|one another)\b|\bone team\b|\bteam events?\b"
            r"|\bfriendly (?:\w+ )?(?:team|colleagues|atmosphere|environment)\b|\bno (?:ego|silo)s?\b",
        ),
        (
            Value.CUSTOMER,
            r"\bcustomer(?:s)?[- ](?:first|obsess\w+|cent(?:ric|ered|red)|focus\w*|driven)\b|\bobsess\w* (?:over"
            r"|about|with)"
            r" (?:our )?(?:customers?|users?)\b|\b(?:customers?|users?|patients?|clients?) (?:come|are at the"
            r"|at the) (?:first"
            r"|cent(?:er|re)|heart)\b|\buser[- ](?:first|cent(?:ric|ered|red))\b",
        ),
        (
            Value.DIVERSITY,
            r"\b(?:diverse|inclusive|diversity|inclusion|belonging)\b(?! (?:set|range|portfolio|array|data|tasks?"
            r"|projects?"
            r"|background in|skill|technolog\w+|product|client|customer|of (?:tasks?|projects?|data)))"
            r"|\bequal[- ]opportunit\w+\b|\bwe (?:welcome|encourage) (?:applications|applicants|people) (?:from"
            r"|of) (?:all|every)"
            r"\b|\bregardless of (?:race|gender|age|origin|background)\b|\bunder-?represented\b",
        ),
        (
            Value.EXECUTION,
            r"\bget (?:things|stuff|it) done\b|\bbias (?:for|to|towards?) action\b|\bresults?[- ](?:oriented|driven"
            r"|focused)"
            r" (?:\w+ )?(?:culture|environment|team|company)\b|\b(?:extreme|end[- ]to[- ]end|real|full|true"
            r"|strong sense of) ownership\b"
            r"|\bown (?:your|their) (?:work|projects?|outcomes?) (?:end[- ]to[- ]end|from (?:start|idea))\b"
            r"|\baccountab(?:le|ility) (?:culture|is|matters)\b|\bdisciplined\b",
        ),
        (
            Value.INNOVATION,
            r"\binnovative (?:\w+ )?(?:culture|company|team|environment|spirit|start-?up|workplace)\b"
            r"|\bculture of innovation\b"
            r"|\b(?:encourage|welcome|value|love) (?:new |fresh |your |bold )+ideas\b|\bfreedom to (?:experiment"
            r"|try|explore)\b"
            r"|\bexperiment(?:ation)? is (?:encouraged|welcome)\b|\bhack(?:athons?| days?| weeks?)\b"
            r"|\bthink outside the box\b"
            r"|\bpush(?:ing)? (?:the )?boundaries\b",
        ),
        (
            Value.INTEGRITY,
            r"\b(?:integrity|honesty|transparen(?:cy|t)|openness) (?:is|are|matters?|in (?:all|everything)|guides?"
            r"|culture|communication)\b|\b(?:culture|values?) of (?:\w+ )?(?:integrity|honesty|transparency|trust"
            r"|openness)\b"
            r"|\btransparent (?:culture|company|organi[sz]ation|pay|salar\w+|leadership)\b|\bdo the right thing\b"
            r"|\bhigh(?:est)? ethical standards\b|\bact with integrity\b|\bopen books?\b",
        ),
        (
            Value.LEARNING,
            r"\b(?:learning|training|education|conference|development|book) (?:budget|stipend|allowance|days?)\b"
            r"|\b(?:opportunit\w+|room|time|space|chance) (?:to|for) (?:learn\w*|grow\w*|(?:personal|professional"
            r"|career)"
            r" (?:growth|development))\b|\bcareer (?:growth|development|progression|paths?)\b|\bmentor(?:ship|ing)"
            r" (?:program\w*|from|by|and support)\b|\bgrowth mindset\b|\blearn from (?:experienced|senior|the best"
            r"|each other)\b"
            r"|\bcontinuous learning (?:culture|is|environment)\b|\bwe invest in (?:your|our people)\b",
        ),
        (
            Value.PERFORMANCE,
            r"\bhigh[- ]perform(?:ing|ance) (?:culture|team|environment|organi[sz]ation)\b|\bmeritocra\w+\b"
            r"|\b(?:very )?high"
            r" (?:bar|standards)\b|\breward(?:s|ed)? (?:for )?(?:performance|results|excellence|top performers)\b"
            r"|\bwork hard,? play hard\b|\bambitious (?:team|goals|culture|company)\b|\bcompetitive (?:environment"
            r"|culture|spirit)\b"
            r"|\bhigh[- ]pressure\b|\bdemanding environment\b",
        ),
        (
            Value.RESPECT,
            r"\bmutual respect\b|\brespectful (?:\w+ )?(?:culture|environment|workplace|team|colleagues)\b"
            r"|\btreat (?:everyone"
            r"|each other|one another|people|employees|all)[^.\n]{0,30}\b(?:respect|dignity|fair\w*)\b"
            r"|\bculture of respect\b"
            r"|\bevery (?:voice|opinion) (?:is heard|counts|matters)\b|\bpsychological(?:ly)? safe\w*\b"
            r"|\bwe listen\b",
        ),
    )
)
_DENIED = re.compile(
    r"\b(?:no|not|never|without|isn['’]t|aren['’]t|don['’]t|lack of|instead of|rather than)\W+(?:\w+\W+){0,3}$", re.I
)
_SENTENCE = re.compile(r"[^.!?\n•]+(?:\.(?=\w)[^.!?\n•]+)*[.!?]*")
_MOST_SIGNS = 3
_LONGEST = 300


def culture_of(description: str) -> tuple[CultureSign, ...]:
    """The signs in a posting's text, in its order; at most three for one value, each sentence once for a value."""
    signs: list[CultureSign] = []
    for sentence in _SENTENCE.finditer(description):
        words = sentence.group()
        for value, pattern in _SIGNS:
            found = next((m for m in pattern.finditer(words) if not _denies(words, m)), None)
            if found is not None and sum(sign.value is value for sign in signs) < _MOST_SIGNS:
                signs.append(CultureSign(value, _quote(description, sentence, found)))
    return tuple(signs)


def _denies(words: str, found: re.Match[str]) -> bool:
    """Whether the words before deny it; what is itself a denial ("no overtime") is not denied by its first word."""
    return _DENIED.search(words[: found.start()]) is not None


def _quote(text: str, sentence: re.Match[str], found: re.Match[str]) -> Quote:
    """The sentence without its edges; of a very long one the part around the words."""
    start, end = sentence.span()
    if end - start > _LONGEST:
        middle = start + found.start()
        start, end = max(start, middle - _LONGEST // 2), min(end, middle + _LONGEST // 2)
        start = start if start == sentence.start() else text.find(" ", start) + 1
        end = end if end == sentence.end() else text.rfind(" ", 0, end)
    piece = text[start:end]
    start += len(piece) - len(piece.lstrip(" \t-–*·:,;"))
    piece = text[start:end].rstrip()
    return Quote(piece, start, start + len(piece))

"""Whether a sentence states something at all: a question, a feeling or an opinion of the speaker has no source."""

from __future__ import annotations

import re
from functools import lru_cache

_FEELING = re.compile(
    r"\b(?:i|we|you)(?:['’](?:ve|m|d|re|ll)|\s(?:have|am|do|would|will|don['’]?t|can|could))?(?:\s(?:just|also|really|never|not"
    r"|always|only|so|too))*\s(?:think|thought|like|liked|love|loved|hear|heard|feel|felt|enjoy|enjoyed|hope"
    r"|guess|bet|prefer|wish|hate|adore|imagine|suppose|assume|want|need|wonder(?:ed)?|believe|remember|agree|care)\b"
    r"|\bmy (?:favou?rite|opinion|guess)\b"
    r"|\b(?:i['’]?m|i am) (?:a |not )?(?:\w+ )?(?:fan|sure|afraid|glad|happy|sorry|curious)\b"
    r"|\bit['’]?s (?:funny|amazing|interesting|great|cool|crazy)\b|\b(?:do|did|have|are|can|would) you\b|\btell me\b",
    re.IGNORECASE,
)
_QUESTION = re.compile(r"\?[\"'”’)\s]*$")


@lru_cache(maxsize=8192)
def asserts(text: str) -> bool:
    """False for a question and for what the speaker feels, has heard or thinks."""
    return not _QUESTION.search(text) and not _FEELING.search(text)

"""Which way a message goes: study, career or draft; weighed rules over its words, in some European languages; pure.

A message asks for a text (draft), about the person's own career, papers and jobs (career), or about what is taught
(study). Cues of each are weighed; a message without any is about what is taught, unless it speaks of the person.
"""

from __future__ import annotations

import re

from verivita.core.text import fold
from verivita.features.assistant.cues import Weighed, cues
from verivita.features.assistant.model import Route

LONGEST = 2_000
"""Characters that are read: who pastes a whole posting says first what is wanted."""
_ENDED = re.compile(r"[.?!\n]")
"""What is wanted stands in the sentence of the wish; what is pasted behind it does not turn it."""
_QUOTED = re.compile(r"[\"“„«'‘][^\"”“»'’]{2,400}[\"”“»'’]")


def route(text: str) -> Route:
    """Where a message belongs. Any text is accepted; a tie goes to career before study."""
    return known_route(text) or Route.STUDY


def known_route(text: str) -> Route | None:
    """The same; None where no word of the message tells."""
    said, known = _QUOTED.sub(" x ", fold(text[:LONGEST]).replace("’", "'")), cues()
    if _wants_text(said):
        return Route.DRAFT
    career, study = _weight(known.career, said), _weight(known.study, said)
    if known.person.search(said) and not known.taught.search(said):
        career += 1.0
    if career == study == 0.0:
        return None
    return Route.CAREER if career >= study else Route.STUDY


def _wants_text(said: str) -> bool:
    """True where a text is to be written, and not one about what is taught."""
    known = cues()
    if known.wish.search(said):
        return known.taught.search(said) is None or known.object.search(said) is not None
    asked = known.write.search(said)
    if asked is None:
        return False
    rest = _ENDED.split(said[asked.end() :], maxsplit=1)[0]
    return known.object.search(rest) is not None and known.taught_object.search(rest) is None


def _weight(groups: Weighed, said: str) -> float:
    return sum(weight for weight, pattern in groups if pattern.search(said))

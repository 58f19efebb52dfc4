"""The person's name and headline at the head of a paper."""

from __future__ import annotations

import re
from collections.abc import Sequence

from verivita.core.text import fold
from verivita.engines.reading.contact import emails, links, phones, places
from verivita.engines.reading.headings import heading_kind
from verivita.engines.reading.lexicon import degree_span, employer_score, school_score, title_score
from verivita.engines.reading.lines import Look
from verivita.engines.reading.outline import Value
from verivita.engines.reading.paragraphs import value_of
from verivita.engines.reading.ports import ReadText

_WORD = r"[A-ZÀ-ÖØ-ÝŞĞİÇŁŚŻ][\w'’`-]*\.?"
_NAME = re.compile(
    rf"^[\"“]?(?:(?:full\s+)?(?:name|nombre|nom)\s*:\s*)?(?:(?:mr|mrs|ms|dr|prof)\.?\s+)?({_WORD}(?:\s+{_WORD}){{1,4}})"
    r"(?=$|[\t,|·•(:–—-]|\s[-–—|]|\s{2,}|\s+\d)",
    re.IGNORECASE,
)
_JOINTS = frozenset(
    {
        *("de", "la", "del", "da", "dos", "das", "do", "van", "von", "vom", "der", "den", "di", "el", "al", "bin"),
        *("bint", "ibn", "le", "du", "zu", "zum", "ter", "ten", "y", "e", "i", "af", "av"),
    }
)
"""Words of names that stand in small letters between the others."""
_LABEL = re.compile(r"^(?:full\s+)?(?:name|nombre|nom)\s*:\s*\S", re.IGNORECASE)
_BARE_LABEL = re.compile(r"^(?:full\s+)?(?:name|nombre|nom)\s*:?$", re.IGNORECASE)
_TITLES = frozenset(
    {
        *("resume", "cv", "curriculum", "vitae", "curriculum vitae", "lebenslauf", "résumé", "resumé", "bio", "data"),
        *("sample", "your", "name", "template", "copy", "example", "job", "seeker"),
        *("biodata", "objective", "profile", "page", "confidential", "contact", "address", "phone", "email", "mobile"),
    }
)
_WORK = frozenset(
    {
        *("engineering", "management", "analysis", "marketing", "accounting", "operations", "administration"),
        *("administrative", "services", "support", "consulting", "construction", "logistics", "technology", "finance"),
        *("purchasing", "procurement", "manufacturing", "programming", "development", "production", "recruiting"),
        *("and", "of"),
    }
)
"""Words of work, and words that join words of work; nobody is called so, as people are called Sales, In or The."""


def find_name(read: ReadText, head: Sequence[Look], looks: Sequence[Look]) -> Value | None:
    """The line of the head that looks most like a person's name, or None.

    A name has two to five words, no digit, no word of trades or schools; large type and the first lines count for it.
    """
    best: tuple[float, Value] | None = None
    sizes = [look.line.size for look in looks if look.line.size]
    usual = sorted(sizes)[len(sizes) // 2] if sizes else None
    told = _labelled(looks)
    near = [look for look in looks if look.line.page == 1 and (look.line.size or 0) >= 1.4 * (usual or 99)][:6]
    others = [look for look in (*near, *told) if look not in head[:10]]
    for rank, look in enumerate([*head[:10], *others]):
        value = _name_in(read, look)
        if value is None:
            continue
        score = 1.0 - 0.12 * min(rank, 10) + _shape(value.value) + (0.8 if look in told else 0.0)
        if usual and look.line.size:
            score += min(1.5, 1.2 * (look.line.size / usual - 1))
        if best is None or score > best[0]:
            best = (score, value)
    return best[1] if best is not None and best[0] > 0.35 else None


def _labelled(looks: Sequence[Look]) -> list[Look]:
    """Lines that say "Name: ..." and lines below a line that says only that."""
    out = [look for look in looks if _LABEL.match(look.text)]
    for at, look in enumerate(looks[:40]):
        if _BARE_LABEL.match(look.text):
            out += [below for below in looks[at + 1 : at + 3] if len(below.text) > 3][:1]
    return out[:2]


def _name_in(read: ReadText, look: Look) -> Value | None:
    match = _NAME.match(look.text)
    if match is None or look.bullet:
        return None
    words = _person(match.group(1))
    if words is None:
        return None
    if any(low <= match.start(1) < high for low, high in places(look.text)):
        return None
    start = look.line.start + match.start(1)
    return value_of(read, start, start + len(words), look.line.page)


def _person(text: str) -> str | None:
    """The words of a name without "Resume" and the like at their end; None when they are no name."""
    words = text.split()
    while words and fold(words[-1]).strip(".") in _TITLES:
        words.pop()
    if len(words) < 2 or any(fold(word).strip(".:") in _TITLES for word in words):
        return None
    if any(fold(word) in _WORK for word in words):
        return None
    name = text[: text.rindex(words[-1]) + len(words[-1])]
    if not words[0][:1].isupper() or not words[-1][:1].isupper():
        return None
    if any(word.islower() and fold(word) not in _JOINTS for word in words):
        return None  # "Study notes of Mia Brandt"
    bad = (
        title_score(name) >= 0.9
        or school_score(name)
        or heading_kind(name)
        or degree_span(name)
        or employer_score(name) > 0.5
    )
    return None if bad else name


def _shape(name: str) -> float:
    words = name.split()
    score = 0.3 if len(words) in (2, 3) else 0.0
    return score + (0.2 if all(word.isupper() or word.istitle() for word in words) else 0.0)


def find_headline(read: ReadText, head: Sequence[Look], name: Value | None) -> Value | None:
    """The trade that the head names, as "DevOps Engineer" below the name, or None."""
    for look in head[:8]:
        text = look.text
        if name is not None and look.line.start <= name.start < look.line.end:
            rest = text[name.end - look.line.start :].strip(" \t,|·-–—()")
            if not rest or title_score(rest) < 1 or _contacts(rest):
                continue
            start = text.index(rest, name.end - look.line.start)
            return value_of(read, look.line.start + start, look.line.start + start + len(rest), look.line.page)
        if len(text) <= 90 and not _contacts(text) and title_score(text) >= 1 and not text.endswith("."):
            end = text.find("\t") if "\t" in text else len(text)
            return value_of(read, look.line.start, look.line.start + end, look.line.page)
    return None


def _contacts(text: str) -> bool:
    return bool(emails(text) or phones(text) or links(text))

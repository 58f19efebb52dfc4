"""Words that head a section of a resume, in English, German, Spanish and French."""

from __future__ import annotations

import re
from functools import lru_cache
from importlib import resources

from verivita.core.text import fold

KINDS = (
    "contact", "summary", "experience", "education", "skills", "projects", "certifications", "languages",
    "publications", "awards", "volunteering", "interests", "references", "other",
)  # fmt: skip

_LEADS = re.compile(
    r"^(?:my|key|relevant|selected|additional|other|professional|personal|general|significant|major|core|notable|recent"
    r"|current|previous|further|main|special|summary of|areas? of|list of|some|more|academic|technical|career|work"
    r"|related|computer|industry|past|profesional|laboral) "
)
_TAILS = re.compile(
    r" (?:summary|details|history|overview|highlights|section|information|profile|continued|cont d|contd|cont)$"
)
_NOT_LETTERS = re.compile(r"[^a-z0-9]+")


def _table() -> dict[str, str]:
    rows = resources.files("verivita.engines.reading").joinpath("data/headings.tsv").read_text("utf-8").splitlines()
    pairs = (row.split("\t") for row in rows if row and not row.startswith("#"))
    return {phrase: kind for kind, phrase in pairs}


_TABLE = _table()


def _key(text: str) -> str:
    return _NOT_LETTERS.sub(" ", fold(text.replace("&", " and "))).strip()


@lru_cache(maxsize=4096)
def heading_kind(text: str) -> str | None:
    """The kind of section that these words head, or None when they are no known heading.

    Letters set apart, case, accents, "&", a colon at the end and small additions ("Key Skills", "Skills (cont.)")
    do not matter.
    """
    if len(text) > 70 or not text:
        return None
    key = _key(text)
    if len(key) > 5 and all(len(word) == 1 for word in key.split()):
        key = key.replace(" ", "")
    if not key or len(key.split()) > 7:
        return None
    return _known(key) or _known(key.replace(" ", "")) or _shortened(key) or _joined(key) or _last_word(key, text)


_LAST = {
    **dict.fromkeys(("experience", "experiences", "employment", "erfahrung", "experiencia"), "experience"),
    **dict.fromkeys(("education", "degrees", "studies", "ausbildung", "studium"), "education"),
    **dict.fromkeys(("skills", "competencies", "proficiencies", "technologies", "kenntnisse"), "skills"),
    **dict.fromkeys(("projects", "projekte", "proyectos"), "projects"),
    **dict.fromkeys(("certifications", "certificates", "licenses", "zertifikate"), "certifications"),
    **dict.fromkeys(("publications", "presentations", "patents", "publikationen"), "publications"),
    **dict.fromkeys(("awards", "honors", "honours", "scholarships"), "awards"),
    **dict.fromkeys(("memberships", "affiliations"), "other"),
}


def _last_word(key: str, text: str) -> str | None:
    """`LAW LIBRARY EXPERIENCE`, `Database Skills`: a short title of capital words, told by its last one."""
    words = text.split()
    if len(words) > 5 or any(c.isdigit() for c in text) or "," in text:
        return None
    if not all(word[:1].isupper() or len(word) <= 3 for word in words):
        return None
    named = key.split()
    if any(_LAST.get(word) == "experience" for word in named):
        return "experience"
    kind = _LAST.get(named[-1])
    return None if kind == "education" and not _OF_LEARNING.issuperset(named[:-1]) else kind


_OF_LEARNING = frozenset(
    {
        *("academic", "additional", "adult", "advanced", "and", "certifications", "college", "continuing", "formal"),
        *("further", "general", "graduate", "higher", "medical", "military", "my", "other", "post", "postgraduate"),
        *("professional", "qualifications", "relevant", "school", "secondary", "training", "university"),
    }
)
"""Words before "Education" in a heading; "Physical Education" is a subject."""


def _known(key: str) -> str | None:
    return _TABLE.get(key)


def _shortened(key: str) -> str | None:
    bare = _TAILS.sub("", _LEADS.sub("", key))
    return _known(bare) if bare != key else None


def _joined(key: str) -> str | None:
    """`Awards and Certifications`, `Skills Interests`: two known headings side by side; the first one counts."""
    words = key.split()
    for at in range(1, len(words)):
        first = " ".join(words[:at])
        rest = " ".join(words[at + 1 :] if words[at] in ("and", "und", "y", "et", "e") else words[at:])
        if rest and rest not in _WEAK and first not in _WEAK and _known(first) and _known(rest):
            return _known(first)
    return None


_WEAK = frozenset(
    {
        *("work", "technical", "academic", "personal", "career", "social", "tools", "other", "others", "research"),
        *("technology", "software", "training", "service", "community", "project", "leadership", "language"),
        "knowledge",
    }
)

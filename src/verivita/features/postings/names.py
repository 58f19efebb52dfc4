"""The title of a job as shown: no markup, no shouting, no pay, no reference number."""

# ruff: noqa: SIM905 - lists of words read better as one string
from __future__ import annotations

import re

from verivita.features.postings.markup import clean_line

_GENDER = re.compile(
    r"\s*[(\[]\s*(?:[mwfdxhv](?:\s*[/|*]\s*[mwfdxhv]){1,3}|all genders?|gn)\s*[)\]]"
    r"|\s+[mwfdxhv](?:/[mwfdxhv]){1,3}(?=\s|$)",
    re.I,
)
_REFERENCE = re.compile(
    r"\s*[-–(\[#]?\s*\b(?:req(?:uisition)?|job|ref(?:erence)?)\.?\s*(?:id|no|nr"
    r"|number)?\s*[:#.]?\s*[A-Z]{0,4}-?\d{3,}\s*[)\]]?",
    re.I,
)
_PREFIX = re.compile(
    r"^(?:job title|title|position|role|hiring|we(?:'| a)re hiring|now hiring|urgent(?:ly)? hiring|wanted)\s*[:!-]+\s*",
    re.I,
)
_SMALL = frozenset("of and for the in a an to at on with or".split())
_ACRONYMS = frozenset(
    "IT HR QA UI UX AI ML BI API AWS SQL CEO CTO CFO COO VP NLP ETL SRE CRM ERP SAP PHP RN LPN OA DC US USA UK"
    " EU II III IV PR PM DBA".split()
)


def title_name(source: str) -> str:
    """The title to show. A title all in capitals is written in title case; `(m/f/d)` and job numbers go."""
    title = clean_line(source, 250)
    title = _PREFIX.sub("", title)
    title = _GENDER.sub("", title)
    title = _REFERENCE.sub("", title)
    title = re.sub(r"\s+", " ", title).strip(" |,;-–—:•*")
    letters = [c for c in title if c.isalpha()]
    if len(letters) > 6 and len(title.split()) > 1 and all(c.isupper() for c in letters):
        title = " ".join(_cased(word, i) for i, word in enumerate(title.split()))
    return title


def _cased(word: str, index: int) -> str:
    bare = re.sub(r"\W", "", word)
    if bare in _ACRONYMS or any(c.isdigit() for c in bare):
        return word
    if index and word.lower() in _SMALL:
        return word.lower()
    return re.sub(r"[A-Z]+", lambda m: m[0].capitalize(), word)

"""The employer: its name as shown, the key that folds its spellings, and its size."""

from __future__ import annotations

import re

from verivita.core.text import fold
from verivita.features.postings.markup import clean_line
from verivita.features.postings.model import CompanySize

_LEGAL = (
    r"inc|incorporated|llc|l l c|llp|lp|ltd|limited|corp|corporation|co|company|plc|gmbh|mbh|ag|se|kg|kgaa|ug"
    r"|e v|ev|sa|s a|sas|sarl"
    r"|srl|s r l|spa|s p a|bv|b v|nv|n v|ab|oy|oyj|aps|as|a s|asa|pty|pte|pvt|private|sdn bhd|kk|k k|sl|s l|slu"
    r"|lda|ltda|doo|d o o"
    r"|sp z o o|spolka|s r o|sro|kft|zrt|ooo|oao|eood|ood|holdings?|group|gmbh co kg"
)
_LEGAL_TAIL = re.compile(rf"(?:\s+(?:{_LEGAL}|&|and))+$")
_BRACKETS = re.compile(r"\s*[(\[][^()\[\]]{0,120}[)\]]\s*")
_RATING = re.compile(r"\s+\d(?:\.\d)$")
_RANGE = re.compile(
    r"(\d[\d,. ]*\d|\d)\s*(?:-|–|—|to|and)\s*(\d[\d,. ]*\d|\d)\s*(?:employees|people|persons|staff)?", re.I
)
_SINGLE = re.compile(r"(\d[\d,.]*)\s*(k)?\s*(\+)?", re.I)
_WORDS = (
    (re.compile(r"\b(?:startup|start-up|seed|early[- ]stage|self-employed|micro)\b", re.I), CompanySize.STARTUP),
    (re.compile(r"\bsmall\b", re.I), CompanySize.SMALL),
    (re.compile(r"\b(?:medium|mid-?size[d]?)\b", re.I), CompanySize.MEDIUM),
    (re.compile(r"\b(?:enterprise|very large|huge)\b", re.I), CompanySize.ENTERPRISE),
    (re.compile(r"\blarge\b", re.I), CompanySize.LARGE),
)
_STEPS = (
    (50, CompanySize.STARTUP),
    (200, CompanySize.SMALL),
    (1000, CompanySize.MEDIUM),
    (10_000, CompanySize.LARGE),
)
_IN_TEXT = (
    re.compile(
        r"\b(?:team|company|startup|group|staff|workforce|firm) of (?:about |around |over |~|some |more than |nearly )?"
        r"(\d{1,3}(?:,\d{3})+|\d{1,6})\+?(?: (?:people|employees|engineers|persons))?(?![\w%]|[.,]\d)",
        re.I,
    ),
    re.compile(
        r"(?<![\w.,$€£])(?:about |around |over |~|more than |nearly |have |with )?"
        r"(\d{1,3}(?:,\d{3})+|\d{1,6})\+?[- ](?:employees?|people|person|team members)\b"
        r"(?=[^.\n]{0,30}(?:company|startup|team|strong|world|global|office|and grow|\.|,|\n|$))",
        re.I,
    ),
)

_NOT_STAFF = re.compile(
    r"\b(?:serv\w+|help\w*|reach\w*|users?|customers?|used by|for|every|touch\w*|impact\w*|team of \d+ )\W*$|\bserve",
    re.I,
)


def company_name(source: str) -> str:
    """The name to show: one line, no markup, no rating glued on by a listing page."""
    name = clean_line(source.split("\n")[0] if "\n" in source.strip() else source, 200)
    return _RATING.sub("", name).strip(" |,;-–—:")


def company_key(name: str) -> str:
    """Key under which the spellings of one employer meet: folded words without legal forms, brackets and `the`.

    `Acme, Inc.` and `ACME Ltd` share a key; a name that is nothing but a legal form keeps its words.
    """
    text = fold(name).replace("&", " and ").replace("'", "").replace("’", "")
    bare = _BRACKETS.sub(" ", text).strip() or text
    words = re.sub(r"[^\w+#]+", " ", re.sub(r"(?<=\b\w)\.(?=\w\b)", "", bare)).strip()
    words = re.sub(r"^the (?=\w)", "", words)
    short = _LEGAL_TAIL.sub("", words).strip()
    short = re.sub(r"\s(?:com|io|ai)$", r"", short) if re.search(r"\.(?:com|io|ai)\b", bare) else short
    return re.sub(r"\s+", "-", short or words)


def company_size(field: str, text: str = "") -> CompanySize | None:
    """Size from the source's own field ("51 to 200 employees", "startup"), else from a headcount in the text."""
    found = _size_of_field(field.strip())
    if found or not text:
        return found
    head = text[:6000]
    if not any(
        word in head for word in ("employee", "people", "person", "team", "company of", "startup of", "staff of")
    ):
        return None
    for pattern in _IN_TEXT:
        match = pattern.search(head)
        if match and not _NOT_STAFF.search(head[max(0, match.start() - 30) : match.start() + 12]):
            count = int(match[1].replace(",", ""))
            return size_of(count) if count > 1 else None
    return None


def size_of(people: int) -> CompanySize:
    """The class of an employer with `people` employees."""
    return next((size for limit, size in _STEPS if people <= limit), CompanySize.ENTERPRISE)


def _size_of_field(field: str) -> CompanySize | None:
    if not field or field in ("-1", "Unknown"):
        return None
    if match := _RANGE.search(field):
        return size_of(_number(match[2]))
    if match := _SINGLE.search(field):
        count = _number(match[1]) * (1000 if match[2] else 1)
        return size_of(count + (1 if match[3] else 0)) if count > 0 else None
    return next((size for pattern, size in _WORDS if pattern.search(field)), None)


def _number(text: str) -> int:
    return int(re.sub(r"\D", "", text)[:9] or 0)

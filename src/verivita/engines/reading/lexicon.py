"""Words that tell a job title, an employer, a school and a degree apart."""

from __future__ import annotations

import re
from importlib import resources


def _words(name: str) -> frozenset[str]:
    rows = resources.files("verivita.engines.reading").joinpath(f"data/{name}").read_text("utf-8").splitlines()
    return frozenset(row for row in rows if row and not row.startswith("#"))


_TITLE_WORDS = _words("title_words.txt")
_TITLE_PHRASES = re.compile(
    r"\b(?:team lead(?:er)?|tech(?:nical)? lead|full[- ]?stack|back[- ]?end|front[- ]?end|vice president"
    r"|site reliability"
    r"|internship|work study|self[- ]employed|human resources?|customer service|quality assurance|data entry"
    r"|help ?desk"
    r"|research and development|in charge|crew member|business development|co-op|praktikum|prácticas|stage en)\b",
    re.IGNORECASE,
)
_ORG = re.compile(
    r"\b(?:inc|llc|l\.l\.c|ltd|limited|corp|corporation|gmbh|ag|kg|se|plc|pvt|llp|co|company|companies|group"
    r"|holdings?"
    r"|technologies|technology|solutions|systems|services|bank|hospital|clinic|agency|associates|partners|consulting"
    r"|consultancy|consultants|industries|enterprises?|ventures|labs?|laborator(?:y|ies)|studios?|media|networks?"
    r"|international|global|foundation|institute|university|college|school|department|ministry|council|center|centre"
    r"|restaurant|hotel|resorts?|airlines?|insurance|financial|capital|health ?care|pharma(?:ceuticals)?|energy"
    r"|motors?|airport|stores?|army|navy|air force|infotech|club|society|association|church|museum"
    r"|government|county|city of|state of|district|s\.?a\.?|s\.?r\.?l|s\.?l|sarl|sas|b\.?v|n\.?v|oy|ab|e\.?v|mbh"
    r"|universität|universidad|université|hochschule|verein|stiftung|electronics)\b\.?",
    re.IGNORECASE,
)
_LEGAL = re.compile(
    r"\b(?:inc|llc|ltd|limited|corp|corporation|gmbh|ag|plc|pvt|llp|sarl|s\.r\.l|mbh)\b\.?", re.IGNORECASE
)
_SCHOOL = re.compile(
    r"\b(?:universit(?:y|ies|ät|é|à|e|at|a)|universidad|univ|college|institutes?|institution|instituto|institut"
    r"|school"
    r"|academy|akademie|academia|polytechnic|politecnico|politécnica|hochschule|fachhochschule|gymnasium|realschule"
    r"|berufsschule|escuela|colegio|école|ecole|lycée|lycee|faculté|vidyalaya|vidyapeeth|vidhyalaya"
    r"|mahavidyalaya|iit|nit|iim|iiit|mit"
    r"|ucla|usc|nyu|suny|cuny|caltech|eth|epfl|tum|rwth|bootcamp|coursera|udacity|general assembly|seminary"
    r"|conservatory|board|cbse|icse|faculty)\b",
    re.IGNORECASE,
)
_DEGREE = re.compile(
    r"(?<![\w.])(?:"
    r"ph\.?\s?d\.?|doctor(?:ate|al)?(?: of [A-Z]\w+)?(?: degree)?|d\.?phil\.?|ed\.?d\.?|m\.?d\.?(?= |$|,)"
    r"|j\.?d\.?(?= |$|,)"
    r"|post[- ]?graduat\w+(?: (?:diploma|program|degree|certificate))?(?: of \w+)?"
    r"|masters?(?:['’]s?)?(?: (?:of|in) (?:science|arts|business administration|engineering|technology"
    r"|computer applications?"
    r"|commerce|education|laws?|philosophy|public health|social work|fine arts|public administration|architecture"
    r"|management))?(?: degree)?"
    r"|m\.?\s?sc\.?|m\.?b\.?a\.?|m\.?a\.?(?=[ ,.\t(]|$)|m\.?s\.?(?=[ ,.\t(]|$)|m\.?\s?tech\.?|m\.?eng\.?"
    r"|m\.?phil\.?|m\.?ed\.?"
    r"|m\.?c\.?a\.?|m\.?com\.?|m\.?f\.?a\.?|m\.?p\.?h\.?|m\.?p\.?a\.?|ll\.?m\.?|pgdm?b?a?m?|m\.?e\.?(?=[ ,.\t(]"
    r"|$)|m\.?arch"
    r"|bachelors?(?:['’]s?)?(?: (?:of|in) (?:science|arts|business administration|engineering|technology|computer"
    r" applications?|commerce|education|laws?|fine arts|architecture|business|applied science|medicine"
    r"|nursing))?(?: degree)?"
    r"|b\.?\s?sc\.?|b\.?a\.?(?=[ ,.\t(/]|$)|b\.?s\.?(?=[ ,.\t(/]|$)|b\.?\s?tech\.?|b\.?\s?e\.?(?=[ ,.\t(-]|$)"
    r"|b\.?eng\.?|b\.?\s?com\.?"
    r"|b\.?b\.?a\.?|b\.?c\.?a\.?|b\.?ed\.?|b\.?f\.?a\.?|b\.?arch\.?|b\.?s\.?n\.?|b\.?b\.?m\.?|b\.?pharm\w*"
    r"|ll\.?b\.?|m\.?b\.?b\.?s\.?|bds"
    r"|associates?(?:['’]s?)?(?: degree)?(?: (?:of|in) (?:applied )?(?:science|arts|business))"
    r"|a\.?a\.?s?\.?(?=[ ,:]|$)"
    r"|associates?(?:['’]s?)? (?:degree|in)"
    r"|(?:advanced |graduate |national |higher )?diploma|certificat(?:e|ion)(?= (?:in|of|course|program))"
    r"|high school(?: diploma)?|h\.?s\.?c\.?(?= |$|,|\()|s\.?s\.?l?\.?c\.?(?= |$|,|\()|g\.?e\.?d\.?(?=[ ,:]|$)"
    r"|intermediate|matriculation"
    r"|higher secondary(?: certificate| education| school)?|senior secondary|(?:10|12)th(?: standard| std"
    r"| grade)?|x(?:th|ii)\b"
    r"|a-?levels?|gcses?|graduat(?:ion|e)(?= (?:in|of))|undergraduate(?: degree)?|graduation|graduate"
    r"|diplom(?:-\w+)?|magister|staatsexamen|abitur|promotion|mittlere reife|fachabitur|hochschulreife"
    r"|licenciatura|licenciad[oa]|grado(?= en)|máster|maestría|doctorado|bachillerato|ingeniería|técnico superior"
    r"|licence|baccalauréat|bac(?:\s?\+\s?\d)?(?= |$)|bts|dut|doctorat|diplôme(?: d['’]ingénieur)?|cap(?= |$)"
    r")(?![\w])",
    re.IGNORECASE,
)
_NAMED_SCHOOL = re.compile(
    r"^(?:high school|higher secondary(?: school)?|matriculation|senior secondary)$", re.IGNORECASE
)
"""Words that name a degree, but after a name a school: "Yorktown High School"."""
_SHORT_WORDS = re.compile(
    r"^(?:ma|ms|me|be|ba|bs|as|aa|md|jd|bac|cap|mit|co|ag|se|ab|intermediate|graduate)$", re.IGNORECASE
)
_WORDS = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)?")


_TRADE = re.compile(r".{2,}(?:ologist|ographer|ician|therapist|worker|keeper|maker|sitter|teacher|master|wright)")


def trade_word(word: str) -> bool:
    """Whether a word in lower case names a trade or a rank."""
    return word in _TITLE_WORDS or _TRADE.fullmatch(word) is not None


def title_score(text: str) -> float:
    """How much a short text looks like a job title: 0 for not at all, 1 for clearly, more when a title ends it."""
    words = [word.lower() for word in _WORDS.findall(text)]
    if not words or len(words) > 14:
        return 0.0
    plural = {word.removesuffix("s") for word in words}
    hits = sum(1 for word in words if trade_word(word))
    if words[0] not in _TITLE_WORDS and words[0].endswith(("ed", "ing")) and len(words) > 3 and not _ranked(text):
        return 0.0
    if len(words) > 5 and sum(word[:1].islower() for word in text.split()) > 0.6 * len(words):
        return 0.0
    score = 1.0 if hits else 0.6 if plural & _TITLE_WORDS else 0.0
    if trade_word(words[-1]):
        score += 0.5
    if _TITLE_PHRASES.search(text):
        score += 0.7
    return score - (0.7 if _LEGAL.search(text) else 0.0) - 0.08 * max(0, len(words) - 7)


def _ranked(text: str) -> bool:
    """`Staffing Business Development Manager`, unlike `Managing the daily work of nurses`: capitals up to a trade."""
    words = text.split()
    return trade_word(words[-1].lower()) and all(word[0].isupper() for word in words if len(word) > 3)


def employer_score(text: str) -> float:
    """How much a short text looks like an organisation's name."""
    if not any(c.isalpha() for c in text):
        return 0.0
    legal = 1.2 if _LEGAL.search(text) else 0.0
    org = 0.8 if _ORG.search(text) else 0.0
    return max(legal, org) + (0.2 if text[:1].isupper() else 0.0)


def school_score(text: str) -> float:
    """How much a short text looks like a school's name."""
    return 1.0 if _SCHOOL.search(text) else 0.0


def degree_span(text: str) -> tuple[int, int] | None:
    """The span of the first degree in `text`; short forms like "BE" count only in capitals, a named school is none."""
    for match in _DEGREE.finditer(text):
        bare = match.group().replace(".", "").strip()
        if _SHORT_WORDS.match(bare) and not bare.isupper() and bare.lower() not in ("intermediate", "graduate"):
            continue
        if _NAMED_SCHOOL.match(bare) and re.search(r"[A-Z]\w+[.']? $", text[: match.start()]):
            continue
        if bare.lower() == "graduation" and re.match(r"\s*(?:date|:)", text[match.end() :], re.IGNORECASE):
            continue
        return match.start(), match.start() + len(match.group().rstrip())
    return None

"""The degree that a sentence asks for."""

from __future__ import annotations

import re

from verivita.features.postings.model import Education

_LEVELS: tuple[tuple[Education, re.Pattern[str]], ...] = (
    (Education.SECONDARY, re.compile(r"\bhigh[- ]school\b|\bG\.?E\.?D\.?\b|\bsecondary (?:school|education)\b")),
    (
        Education.ASSOCIATE,
        re.compile(
            r"\b[Aa]ssociate['’]?s?['’]? [Dd]egree|\bA\.?A\.?S\.?\b(?= degree| in )|\bassociate['’]s\b"
            r"|\bAssociates [Dd]egree"
        ),
    ),
    (
        Education.BACHELOR,
        re.compile(
            r"\b[Bb]achelors?\b|\b[Bb]achelor['’´]s|\bBACHELOR|\bB\.?S\.?c?\.?(?=[ ,/)]|$)(?! [a-z]+ing\b)"
            r"|\bB\.?A\.?(?=[ ,/)])(?= (?:in|or|degree)|/|,|\))|\bB\.?Tech\b|\bB\.?E\.?(?= (?:in|or|/))"
            r"|\b[Uu]ndergraduate degree|\b(?:[Cc]ollege|[Uu]niversity|4[- ]year|[Ff]our[- ]year) (?:degree"
            r"|graduate|education)"
        ),
    ),
    (
        Education.MASTER,
        re.compile(
            r"\b[Mm]aster['’´]?s?\b(?=['’]?s? (?:degree|in|or|level|of|preferred)|[/,]|['’]| \(|$)"
            r"|\bM\.?S\.?c?\.?(?= (?:in|or|degree|with|and)|[/,)])(?! (?:Office|SQL|Word|Excel))"
            r"|\bMBA\b|\b(?:[Aa]dvanced|[Gg]raduate|[Pp]ost-?graduate) degree|\bM\.?Eng\b|\bM\.S\."
        ),
    ),
    (
        Education.DOCTORATE,
        re.compile(
            r"\bPh\.?\s?D\.?s?\b|\bPHD\b|\b[Dd]octora(?:te|l)\b|\bphd\b|\bM\.?D\.?(?= (?:degree|or|/))|\bPostdoc"
        ),
    ),
)
_PLAIN = re.compile(
    r"\b(?:degree in|degree (?:required|preferred)|(?:CS|STEM|technical|computer science|engineering|science"
    r"|relevant|related) degree|degree or equivalent)\b",
    re.I,
)
_DEGREE_CONTEXT = re.compile(
    r"degree|diploma|educat|graduat|in [A-Z]|required|preferred|equivalent|\bor\b|qualif|school|ph\.?d|student"
    r"|plus|field|disciplin|^\W*\w+\W*$",
    re.I,
)
_NO_DEGREE = re.compile(
    r"\b(?:no|not|don['’]?t|doesn['’]?t|without|never)\b[^.\n]{0,30}\b(?:degree|diploma|ph\.?d|college"
    r"|bachelor)|degree (?:is )?not (?:required|necessary|needed)"
    r"|regardless of (?:degree|education)",
    re.I,
)
_OR_EXPERIENCE = re.compile(
    r"\bor (?:an? )?(?:the )?equivalent\b|\bequivalent (?:\w+ ){0,3}(?:experience|background|combination)"
    r"|\bor (?:relevant |related |comparable |commensurate )?(?:\w+ )?experience"
    r"|in lieu of|or similar experience|or relevant work",
    re.I,
)


def schooling(sentence: str) -> Education | None:
    """The lowest degree that would do, or None where the sentence asks for none."""
    if _NO_DEGREE.search(sentence):
        return None
    for level, pattern in _LEVELS:
        match = pattern.search(sentence)
        if match and _DEGREE_CONTEXT.search(sentence):
            return level
    return Education.BACHELOR if _PLAIN.search(sentence) else None


def experience_will_do(sentence: str) -> bool:
    """True where experience is taken instead of the degree: "or equivalent experience"."""
    return bool(_OR_EXPERIENCE.search(sentence))

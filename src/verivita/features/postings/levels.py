"""Seniority and kind of contract: title words first, then the source's field, then the years asked."""

from __future__ import annotations

import re

from verivita.features.postings.model import Employment, Level

_TITLE: tuple[tuple[Level, re.Pattern[str]], ...] = tuple(
    (level, re.compile(pattern, re.I))
    for level, pattern in (
        (
            Level.INTERN,
            r"\b(?:intern(?:ship)?s?|co-?op|praktik\w*|stagiaire|working student|werkstudent\w*|trainee"
            r"|apprentice\w*)\b",
        ),
        (
            Level.EXECUTIVE,
            r"\b(?:c[teifmopsr]o|cpto|cdo|ciso|chief (?!of staff)\w+(?: \w+)? officer|chief (?:technology"
            r"|architect|scientist)"
            r"|e?vp|vice president|svp|president|founder|co-?founder|general partner)\b",
        ),
        (Level.DIRECTOR, r"\b(?:director|head of|managing director|head,)\b|\bhead\b(?=[^a-z]*$)"),
        (
            Level.MANAGER,
            r"\b(?:engineering|development|software|technical|data|analytics|science|research|operations"
            r"|general|people|team"
            r"|design|support|it|qa|security|infrastructure|platform|finance|hr|regional|senior|group|delivery|devops"
            r"|recruiting|marketing|sales|office|store|branch)\s+managers?\b|\bmanager,|\bmanager of\b"
            r"|\bsupervis(?:or|ory)\b"
            r"|^(?:senior |sr\.? )?manager\b",
        ),
        (Level.STAFF, r"\b(?:staff|principal|distinguished|fellow)\b(?! (?:accountant|assistant|nurse))"),
        (Level.LEAD, r"\b(?:lead|team ?lead|tech ?lead|chief of staff|leader)\b(?! gen)"),
        (Level.SENIOR, r"\b(?:senior|sr\.?|snr|expert|experienced|seasoned|architect|iii|iv|level [345])(?!\w)"),
        (
            Level.ENTRY,
            r"\b(?:junior|jr\.?|entry[- ]level|entry|graduate|new[- ]?grads?|associate|early[- ]career|fresher"
            r"|beginner)(?!\w)",
        ),
        (Level.MID, r"\b(?:mid[- ]?level|mid|intermediate|medior|mid-senior|ii|level 2)\b"),
    )
)
_FIELD: tuple[tuple[Level, re.Pattern[str]], ...] = tuple(
    (level, re.compile(pattern, re.I))
    for level, pattern in (
        (Level.INTERN, r"\bintern"),
        (Level.EXECUTIVE, r"\b(?:executive|c-level|vp|vice president)\b"),
        (Level.DIRECTOR, r"\b(?:director|head)\b"),
        (Level.MANAGER, r"\bmanager\b"),
        (Level.STAFF, r"\b(?:staff|principal)\b"),
        (Level.LEAD, r"\blead\b"),
        (Level.MID, r"\bmid-?senior\b"),
        (Level.SENIOR, r"\b(?:senior|sr|expert|experienced)\b"),
        (Level.ENTRY, r"\b(?:entry|junior|jr|graduate|associate|student)\b"),
        (Level.MID, r"\b(?:mid|intermediate|medior|regular)\b"),
    )
)
_EMPLOYMENT: tuple[tuple[Employment, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern, re.I))
    for kind, pattern in (
        (Employment.INTERNSHIP, r"\bintern(?:ship)?s?\b|\bwerkstudent|\bstage\b|\btrainee(?:ship)?\b"),
        (
            Employment.FULL_TIME,
            r"\bfull[- _]?time\b|\bfulltime\b|\bpermanent\b|\bft\b|\bvollzeit\b|\btemps plein\b|\bregular\b",
        ),
        (Employment.PART_TIME, r"\bpart[- _]?time\b|\bparttime\b|\bteilzeit\b|\btemps partiel\b"),
        (
            Employment.CONTRACT,
            r"\bcontract(?:or|ing)?\b|\bfreelance\w*|\bc2c\b|\bcorp[- ]to[- ]corp\b|\b1099\b|\bfixed[- ]term\b",
        ),
        (Employment.TEMPORARY, r"\btemp(?:orary)?\b|\bseasonal\b|\bterm\b|\bper[_ ]diem\b"),
    )
)
_IN_TEXT: tuple[tuple[Employment, re.Pattern[str]], ...] = (
    (
        Employment.CONTRACT,
        re.compile(
            r"\b(?:contract (?:position|role|job|to hire|basis|work)|\d+[- ]months? contract"
            r"|contract[- ]to[- ]hire|contractors? only)\b",
            re.I,
        ),
    ),
    (Employment.PART_TIME, re.compile(r"\bpart[- ]time\b", re.I)),
    (Employment.FULL_TIME, re.compile(r"\bfull[- ]?time\b|\bpermanent (?:position|role|job)\b", re.I)),
)


def level_of(title: str, field: str = "", min_years: float | None = None) -> Level:
    """Seniority: of the title's own words the strongest in rank order; else of the field; else of the years asked."""
    text = re.sub(r"\b(?:lead(?:ing)? (?:generation|gen)|chief of staff to)\b", " ", title, flags=re.I)
    for level, pattern in _TITLE:
        if pattern.search(text):
            return level
    for level, pattern in _FIELD:
        if pattern.search(field):
            return level
    return _of_years(min_years)


def _of_years(years: float | None) -> Level:
    if years is None:
        return Level.UNKNOWN
    if years < 2:
        return Level.ENTRY
    return Level.MID if years < 5 else Level.SENIOR


def employment_of(field: str, title: str = "", text: str = "") -> Employment:
    """Kind of contract from the source's field, else from the title, else from plain words of the text."""
    for value in (field, title):
        for kind, pattern in _EMPLOYMENT:
            if value and pattern.search(value):
                return kind
    head = text[:3000]
    for kind, pattern in _IN_TEXT:
        if pattern.search(head):
            return kind
    return Employment.UNKNOWN

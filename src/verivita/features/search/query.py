"""A job query in plain words -> the text to search for, filters, and what became of each word; pure."""

from __future__ import annotations

import re

from verivita.features.search.model import PostingFilters, Reading, Understanding
from verivita.features.search.query_more import SkillNames, read_age, read_people, read_skills, read_sources
from verivita.features.search.query_pay import read_pay
from verivita.features.search.query_place import read_place
from verivita.features.search.query_words import SPELLING, drop_background, drop_negations, hide_compounds, read_words
from verivita.features.search.sheet import Sheet, Wish

LONGEST_QUERY = 500
"""Characters of a query that are read; the rest is searched as it stands."""

_FILLER = re.compile(
    r"\b(?:(?:i(?:'m| am)|we are)? ?(?:looking|searching|hunting|interested) (?:for|in)|i(?:'d| would) (?:like|love)"
    r"(?: to (?:find|work|be))?|(?:i |we )?(?:want|need)(?: to (?:work|find|be))?|wanted|seeking|"
    r"(?:can|could) you (?:please )?(?:find|show|get)(?: me)?|(?:please )?(?:find|show|get|give)(?: me)?(?: all)?|"
    r"search for|well[- ]paid|high[- ]paying|jobs?|roles?|positions?|openings?|vacanc(?:y|ies)|opportunit(?:y|ies)|"
    r"gigs?|listings?|hiring(?: now)?|please|any|anything|something|some|salary(?: of| range)?|pay(?:ing|s)?|paid|"
    r"posted|(?:that|which|who) (?:is|are|pays?)|compan(?:y|ies)|preferably|ideally|must be|(?:with|and|plus) equity|"
    r"total comp|term[- ]time|time ?zones?|schemes?|employment|only|currently|based|located|"
    r"urgent(?:ly)?|asap|thanks?|hi|hello|"
    r"hey|required|minimum|near me)(?![\w-])|@(?= )",
    re.IGNORECASE,
)
_ASIDE = re.compile(
    r"\b\d{1,2}(?:\s?-\s?\d{1,2})?\s?\+?\s?(?:years?|yrs?|yoe)\b(?: (?:of )?(?:\w+ )?experience| exp)?"
    r"|\b(?:less than |under |up to |about )?\d{1,2} (?:hours?|hrs|days?)(?: (?:a|per) |-)week\b|\bvisa sponsorship\b",
    re.IGNORECASE,
)
"""Years of experience, hours a week and visa: no filter of the search, and no words to search for."""
_EDGE = re.compile(
    r"^(?:[\s,;:.!?()\[\]|/&+*-]|\b(?:for|in|at|with|as|an?|the|and|or|from|to|on|of|near|but|than|that|"
    r"which|is|are|i|me|my|by|per|within)\b(?![-.+#]))+"
    r"|(?:[\s,;:!?()\[\]|/&*-]|(?<![\w+#])[.+]|\.(?=\s*$)|(?<![-.+#])\b(?:for|in|at|with|as|an?|the|and|or|"
    r"from|to|on|of|near|but|than|that|which|is|are|i|me|my|by|per|within)\b)+$",
    re.IGNORECASE,
)
_LISTS = ("location_type", "company_size", "sources", "level", "skills", "employment")


def understand_query(
    text: str, *, taxonomy: SkillNames | None = None, without: frozenset[str] = frozenset()
) -> Understanding:
    """Read filters out of a query.

    `without` names readings that the person switched off, by field ("salary_min") or by "field:said"; their words go
    back into the text to search for. Every reading's `said` is a substring of `text`. Any text is accepted.
    """
    sheet = Sheet(text[:LONGEST_QUERY], SPELLING)
    _read(sheet, taxonomy)
    kept, off = _sort_out(sheet, without)
    pieces = [*sheet.rest(), *((wish.start, wish.reading.said) for wish in off)]
    words, fillers = _searchable(sorted(pieces))
    unused = [*sheet.unused, *((at, Reading("", said, "", "says nothing to search for")) for at, said in fillers)]
    return Understanding(
        query=text,
        text=(words + " " + text[LONGEST_QUERY:]).strip(),
        filters=_filters(kept),
        readings=tuple(wish.reading for wish in sorted(kept, key=lambda wish: wish.start)),
        unused=tuple(reading for _, reading in sorted(unused, key=lambda item: item[0])),
    )


def _read(sheet: Sheet, taxonomy: SkillNames | None) -> None:
    """The order matters: compounds and negations hide words from what follows, pay goes before ages."""
    drop_background(sheet)
    hide_compounds(sheet)
    drop_negations(sheet)
    read_people(sheet)
    read_age(sheet)
    read_sources(sheet)
    read_pay(sheet)
    read_words(sheet)
    read_skills(sheet, taxonomy)
    read_place(sheet)
    for found in _ASIDE.finditer(sheet.flat):
        sheet.drop("aside", "the search has no filter for this; a match shows it", *found.span())


def _sort_out(sheet: Sheet, without: frozenset[str]) -> tuple[list[Wish], list[Wish]]:
    kept: list[Wish] = []
    off: list[Wish] = []
    for wish in sheet.wishes:
        names = {wish.reading.field, f"{wish.reading.field}:{wish.reading.said}"}
        (off if names & without else kept).append(wish)
    return kept, off


def _searchable(pieces: list[tuple[int, str]]) -> tuple[str, list[tuple[int, str]]]:
    """The pieces without words that only ask ("looking for", "jobs"), and those words."""
    out: list[str] = []
    fillers: list[tuple[int, str]] = []
    for start, piece in pieces:
        for found in _FILLER.finditer(piece):
            fillers.append((start + found.start(), found.group().strip()))
        for part in _FILLER.sub("\n", piece).split("\n"):
            trimmed = _EDGE.sub("", _EDGE.sub("", part))
            if trimmed:
                out.append(trimmed)
    text = " ".join(re.sub(r"\s*[,;()\[\]|]\s*|\s+", " ", part) for part in out)
    return " ".join(text.split()), fillers


def _filters(wishes: list[Wish]) -> PostingFilters:
    """The last word for a single-valued field is the first one read; lists are united in the order of the query."""
    lists: dict[str, list[str]] = {name: [] for name in _LISTS}
    single: dict[str, str | int] = {}
    for wish in sorted(wishes, key=lambda wish: wish.start):
        field = wish.reading.field
        if field in lists:
            lists[field] += [value for value in str(wish.value).split() if value not in lists[field]]
        else:
            single.setdefault(field, wish.value)
    pay, days, place = single.get("salary_min"), single.get("posted_after_days"), single.get("location")
    return PostingFilters(
        location_type=tuple(lists["location_type"]),
        location=str(place) if place is not None else None,
        salary_min=int(pay) if pay is not None else None,
        company_size=tuple(lists["company_size"]),
        sources=tuple(lists["sources"]),
        posted_after_days=int(days) if days is not None else None,
        level=tuple(lists["level"]),
        skills=tuple(lists["skills"]),
        employment=tuple(lists["employment"]),
    )

"""Skills, sources and age of the posting in a job query."""

from __future__ import annotations

import re
from typing import Protocol

from verivita.engines.skills import Skill, SkillKind
from verivita.features.search.sheet import Sheet
from verivita.features.search.vocabulary import SKILLS, SOURCES


class SkillNames(Protocol):
    """What the reader needs of a skill taxonomy; the skills engine's `Taxonomy` is one."""

    def find(self, name: str) -> Skill | None:
        """The skill with this name or alias, or None."""
        ...


_UNIT_DAYS = {"hour": 0, "hr": 0, "day": 1, "week": 7, "fortnight": 14, "month": 30}
_COUNT = {
    "a": 1,
    "an": 1,
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "ten": 10,
    "few": 3,
    "couple of": 2,
    "couple": 2,
}
_POSTED = (
    r"(?:(?:that (?:were|was|are) |which (?:were|was|are) |recently )?(?:newly )?(?:posted|published|listed|"
    r"added|advertised|opened|uploaded|new|fresh|jobs?|opened up)\s+)?"
)
_AGE = re.compile(
    rf"\b{_POSTED}(?:(?:in|within|during|from|over|since|not older than|no older than|less than|under|max|"
    rf"up to)\s+)?(?:the\s+)?"
    r"(?:(?:last|past|previous|recent|latest)\s+)?(?P<count>\d{1,3}|an?|one|two|three|four|five|six|seven|"
    r"ten|(?:a )?few|(?:a )?couple(?: of)?)?[\s-]?"
    r"(?P<unit>hours?|hrs?|h|days?|d|weeks?|fortnight|months?)(?P<late>\s+(?:ago|old|or newer|or less))?\b"
)
_NAMED = re.compile(
    rf"\b{_POSTED}(?:since |from |of )?(?P<when>today|yesterday|this week|last week|past week|this month|"
    rf"last month|past month|(?:the )?past 24h|last night)\b"
)
_NAMED_DAYS = {
    "today": 1,
    "yesterday": 1,
    "last night": 1,
    "this week": 7,
    "last week": 7,
    "past week": 7,
    "this month": 30,
    "last month": 30,
    "past month": 30,
    "past 24h": 1,
    "the past 24h": 1,
}


def read_age(sheet: Sheet) -> None:
    """Read "last week", "past 3 days", "posted today" as days since posting."""
    for found in _NAMED.finditer(sheet.flat):
        _say_age(sheet, _NAMED_DAYS[found["when"]], *found.span())
        return
    for found in _AGE.finditer(sheet.flat):
        days = _age(found)
        if days:
            _say_age(sheet, days, *found.span())
            return


def _age(found: re.Match[str]) -> int | None:
    said = found.group()
    recent = re.search(
        r"last|past|previous|posted|published|listed|added|advertised|older|newer|within|ago|old|since|fresh|\bnew\b",
        said,
    )
    if not recent:
        return None
    count_text = re.sub(r"^a (?=few|couple)", "", found["count"] or "one")
    count = int(count_text) if count_text.isdigit() else _COUNT.get(count_text, 1)
    unit = found["unit"].rstrip("s")
    if unit in ("hour", "hr", "h"):
        return max(1, -(-count // 24))
    return count * _UNIT_DAYS.get(unit, 1) or None


def _say_age(sheet: Sheet, days: int, start: int, end: int) -> None:
    sheet.read(
        "posted_after_days", days, "posted within a day" if days == 1 else f"posted in the last {days} days", start, end
    )


_NAME = "|".join(re.escape(name) for name in sorted(SOURCES, key=len, reverse=True))
_SOURCE = re.compile(
    rf"\b(?P<prep>(?:only )?(?:on|from|via|through|at|listed on|posted on|source:?|sources:?)(?: the)? )?"
    rf"(?P<name>{_NAME})(?P<more>(?: ?(?:,|and|or|&|/|\+) ?(?:{_NAME}))*)"
    rf"(?P<tail>(?:'s)? (?:only|jobs?|listings?|postings?|thread|board|posts?))?(?![\w-])"
)
_CLEAR = {"hacker news", "hackernews", "hn", "who is hiring", "who's hiring", "ycombinator", "y combinator", "yc"} | {
    "wellfound", "weworkremotely", "remoteok", "remotive", "usajobs", "ziprecruiter", "themuse", "arbeitnow", "builtin",
    "workatastartup",
}  # fmt: skip


_PEOPLE = re.compile(
    r"\b(?:(?:at|in|for|with) )?(?:an? )?(?:compan(?:y|ies)|firms?|employers?|teams?|start-?ups?|"
    r"organi[sz]ations?|business(?:es)?)?\s?"
    r"(?:(?:with|of|having|that has|that have|at|is|are) )?(?P<how>under|less than|fewer than|below|"
    r"smaller than|up to|at most|max(?:imum)?(?: of)?|no more than|<|over|more than|"
    r"at least|above|larger than|bigger than|>|around|about|roughly|between|from)?\s?"
    r"(?P<low>\d[\d,.]*)\s?(?P<lowk>k)?\s?(?P<plus>\+)?(?:\s?(?:-|to|"
    r"and)\s?(?P<high>\d[\d,.]*)\s?(?P<highk>k)?)?\s?(?:\+\s?)?-?"
    r"(?:people|employees?|persons?|staff|headcount|fte|engineers)\b(?: (?:company|companies|startups?|"
    r"firms?|team|teams))?"
)
_SIZES = (
    ("startup", 1, 50),
    ("small", 51, 200),
    ("medium", 201, 1000),
    ("large", 1001, 10_000),
    ("enterprise", 10_001, 10**9),
)
_LED = re.compile(
    r"\b(?:manager|head|director|manag(?:e|es|ing)|lead(?:ing|s)?|supervis\w+|responsible for)(?: of)?(?: "
    r"\w+)?(?: of)? ?$"
)
_LESS = re.compile(r"under|less|fewer|below|smaller|up to|at most|max|no more|<")
_MORE = re.compile(r"over|more|at least|above|larger|bigger|>")


def read_people(sheet: Sheet) -> None:
    """Read "under 50 people", "1000+ employees", "50-200 employees" as sizes of company."""
    for found in _PEOPLE.finditer(sheet.flat):
        if _LED.search(sheet.flat, 0, found.start("low")):
            continue
        low = _people(found["low"], found["lowk"] or (found["highk"] if found["high"] else None))
        high = _people(found["high"], found["highk"]) if found["high"] else None
        how = found["how"] or ""
        if high is None and _LESS.match(how):
            low, high = 0, low
        elif high is None and (_MORE.match(how) or found["plus"]):
            high = 10**9
        elif high is None:
            high, low = low, low - 1
        sizes = [name for name, least, most in _SIZES if least < high and most > low] or ["startup"]
        sheet.read("company_size", " ".join(sizes), "a company of this size", *_trim(sheet.flat, *found.span()))


def _people(text: str, kilo: str | None) -> int:
    digits = re.sub(r"[,.](?=\d{3})", "", text).rstrip(".,").replace(",", ".")
    return int(float(digits) * (1000 if kilo else 1)) if digits.replace(".", "", 1).isdigit() else 0


def _trim(flat: str, start: int, end: int) -> tuple[int, int]:
    while start < end and flat[start] == " ":
        start += 1
    return start, end


def read_sources(sheet: Sheet) -> None:
    """Read job boards: a name that is also a word counts only after "on", "from", "via" or "at", or before "jobs"."""
    for found in _SOURCE.finditer(sheet.flat):
        if not (
            found["prep"]
            or found["name"] in _CLEAR
            or (found["tail"] and found["name"] not in ("lever", "greenhouse", "monster", "indeed"))
        ):
            continue
        names = [SOURCES[n] for n in re.findall(_NAME, found["name"] + found["more"])]
        sheet.read(
            "sources", " ".join(dict.fromkeys(names)), "found on " + ", ".join(dict.fromkeys(names)), *found.span()
        )


_ASKS = re.compile(
    r"\b(?:with(?! a\b)|w/|using|must (?:know|have|use)|know(?:s|ing)|(?:experience|experienced|expertise|"
    r"skilled|skills?|proficien\w+|fluent|knowledge|background|expert)"
    r" (?:in|with|of|on)|requir(?:es|ing)|skills?:|stack:|tech:)(?: (?:in|strong|good|solid|some|"
    r"experience|knowledge|of|with|the|either|both))*\s*|(?<=\d)\s?(?:\+ )?(?:years?|yrs) (?:of "
    r")?(?=[a-z+#.]+\b)"
)
_TERM = re.compile(r"\.?[^\W_]+(?:[.+#/-]*[^\W_]+)*[+#]*")
_JOIN = re.compile(r"\s*(?:,|/|&|\band\b|\bor\b|\+)?\s*(?:(?:and|or|some|also)\s+)?")


_NEEDED = re.compile(
    r"\s*(?:(?:is|are) )?(?:(?:strictly |absolutely )?(?:required|mandatory|essential|needed|a must|necessary|must)|"
    r"experience|skills?|knowledge|expertise)\b(?: (?:required|needed|a must|essential))?"
)


def read_skills(sheet: Sheet, taxonomy: SkillNames | None) -> None:
    """Read skills that the person clearly asks for: "with Kubernetes", "must know Go, AWS", "R and Python required"."""
    for asks in list(_ASKS.finditer(sheet.flat)):
        names, end = _skill_list(sheet.flat, asks.end(), taxonomy)
        needed = _NEEDED.match(sheet.flat, end)
        if names:
            _say_skills(sheet, names, asks.start(), needed.end() if needed else end)
    for term in list(_TERM.finditer(sheet.flat)):
        names, end = _skill_list(sheet.flat, term.start(), taxonomy)
        needed = _NEEDED.match(sheet.flat, end)
        if names and needed:
            _say_skills(sheet, names, term.start(), needed.end())


def _say_skills(sheet: Sheet, names: list[str], start: int, end: int) -> None:
    unique = list(dict.fromkeys(names))
    sheet.read("skills", " ".join(unique), "asks for " + ", ".join(unique), start, end)


def _skill_list(flat: str, position: int, taxonomy: SkillNames | None) -> tuple[list[str], int]:
    """The skills named one after another from here, and where the last one ends."""
    names: list[str] = []
    ends = position
    while found := _skill_at(flat, position, taxonomy):
        skill, ends = found
        names.append(skill)
        joined = _JOIN.match(flat, ends)
        position = joined.end() if joined else ends
        if position == ends or flat[ends:position].isspace():
            break
    return names, ends


def _skill_at(flat: str, position: int, taxonomy: SkillNames | None) -> tuple[str, int] | None:
    terms = []
    at = position
    for _ in range(3):
        term = _TERM.match(flat, at)
        if term is None:
            break
        terms.append(term)
        at = term.end() + 1 if flat[term.end() : term.end() + 1] == " " else len(flat) + 1
    for term in reversed(terms):
        name = flat[position : term.end()]
        skill = _skill_id(name, taxonomy)
        if skill:
            return skill, term.end()
    return None


def _skill_id(name: str, taxonomy: SkillNames | None) -> str | None:
    """Only the taxonomy's own ids, so that a filter never asks for a skill that no posting can carry."""
    if taxonomy is None:
        return SKILLS.get(name)
    found = taxonomy.find(name)
    return found.id if found is not None and found.kind is not SkillKind.SOFT else None

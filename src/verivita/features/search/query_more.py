"""Places, skills, sources and age of the posting in a job query."""

from __future__ import annotations

import re
from typing import Protocol

from verivita.features.search.places import (
    ALIASES,
    AREAS,
    DOUBTFUL,
    LONGEST,
    ONLY_CAPITAL,
    PLACES,
    PROVINCES,
    STATE_CODES,
)
from verivita.features.search.sheet import Sheet
from verivita.features.search.vocabulary import NOT_PLACES, SKILLS


class SkillNames(Protocol):
    """What the reader needs of a skill taxonomy."""

    def find(self, name: str) -> str | None:
        """The id of the skill with this name or alias, or None."""
        ...


# --- age of the posting -------------------------------------------------------------------------------------------------

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
_POSTED = r"(?:(?:that (?:were|was|are) |which (?:were|was|are) |recently )?(?:newly )?(?:posted|published|listed|added|advertised|opened|uploaded|new|fresh|jobs?|opened up)\s+)?"
_AGE = re.compile(
    rf"\b{_POSTED}(?:(?:in|within|during|from|over|since|not older than|no older than|less than|under|max|up to)\s+)?(?:the\s+)?"
    r"(?:(?:last|past|previous|recent|latest)\s+)?(?P<count>\d{1,3}|an?|one|two|three|four|five|six|seven|ten|(?:a )?few|(?:a )?couple(?: of)?)?[\s-]?"
    r"(?P<unit>hours?|hrs?|h|days?|d|weeks?|fortnight|months?)(?P<late>\s+(?:ago|old|or newer|or less))?\b"
)
_NAMED = re.compile(
    rf"\b{_POSTED}(?:since |from |of )?(?P<when>today|yesterday|this week|last week|past week|this month|last month|past month|(?:the )?past 24h|last night)\b"
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


# --- sources ------------------------------------------------------------------------------------------------------------

_SOURCE_NAMES = {
    "linkedin": "linkedin", "indeed": "indeed", "dice": "dice", "dice.com": "dice", "wellfound": "wellfound", "angellist": "wellfound",
    "built in": "builtin", "builtin": "builtin", "glassdoor": "glassdoor", "greenhouse": "greenhouse", "lever": "lever", "ashby": "ashby",
    "workable": "workable", "recruitee": "recruitee", "personio": "personio", "teamtailor": "teamtailor", "smartrecruiters": "smartrecruiters",
    "remotive": "remotive", "remoteok": "remoteok", "remote ok": "remoteok", "arbeitnow": "arbeitnow", "himalayas": "himalayas",
    "weworkremotely": "weworkremotely", "we work remotely": "weworkremotely", "wwr": "weworkremotely", "the muse": "themuse", "themuse": "themuse",
    "adzuna": "adzuna", "usajobs": "usajobs", "usa jobs": "usajobs", "hacker news": "hn", "hackernews": "hn", "hn": "hn", "who is hiring": "hn",
    "who's hiring": "hn", "ycombinator": "ycombinator", "y combinator": "ycombinator", "yc": "ycombinator", "work at a startup": "ycombinator",
    "workatastartup": "ycombinator", "monster": "monster", "ziprecruiter": "ziprecruiter", "stepstone": "stepstone", "xing": "xing",
}  # fmt: skip
_NAME = "|".join(re.escape(name) for name in sorted(_SOURCE_NAMES, key=len, reverse=True))
_SOURCE = re.compile(
    rf"\b(?P<prep>(?:only )?(?:on|from|via|through|at|listed on|posted on|source:?|sources:?)(?: the)? )?(?P<name>{_NAME})(?P<tail>(?:'s)? (?:only|jobs?|listings?|postings?|thread|board|posts?))?"
    rf"(?P<more>(?: ?(?:,|and|or|&|/|\+) ?(?:{_NAME}))*)(?![\w-])"
)
_CLEAR = frozenset(
    {
        "hacker news",
        "hackernews",
        "hn",
        "who is hiring",
        "who's hiring",
        "ycombinator",
        "y combinator",
        "yc",
        "wellfound",
        "weworkremotely",
        "remoteok",
        "remotive",
        "usajobs",
        "ziprecruiter",
        "themuse",
        "workatastartup",
        "arbeitnow",
        "builtin",
    }
)


def read_sources(sheet: Sheet) -> None:
    """Read job boards: a name that is also a word counts only after "on", "from", "via" or "at", or before "jobs"."""
    for found in _SOURCE.finditer(sheet.flat):
        if not (
            found["prep"]
            or found["name"] in _CLEAR
            or (found["tail"] and found["name"] not in ("lever", "greenhouse", "monster", "indeed"))
        ):
            continue
        names = [_SOURCE_NAMES[n] for n in re.findall(_NAME, found["name"] + found["more"])]
        sheet.read(
            "sources", " ".join(dict.fromkeys(names)), "found on " + ", ".join(dict.fromkeys(names)), *found.span()
        )


# --- skills -------------------------------------------------------------------------------------------------------------

_ASKS = re.compile(
    r"\b(?:with(?! a\b)|w/|using|must (?:know|have|use)|know(?:s|ing)|(?:experience|experienced|expertise|skilled|skills?|proficien\w+|fluent|knowledge|background|expert)"
    r" (?:in|with|of|on)|requir(?:es|ing)|skills?:|stack:|tech:)(?: (?:in|strong|good|solid|some|experience|knowledge|of|with|the|either|both))*\s*|(?<=\d)\s?(?:\+ )?(?:years?|yrs) (?:of )?(?=[a-z+#.]+\b)"
)
_TERM = re.compile(r"\.?[^\W_]+(?:[.+#/-]*[^\W_]+)*[+#]*")
_JOIN = re.compile(r"\s*(?:,|/|&|\band\b|\bor\b|\+)?\s*(?:(?:and|or|some|also)\s+)?")


def read_skills(sheet: Sheet, taxonomy: SkillNames | None) -> None:
    """Read skills that the person clearly asks for ("with Kubernetes", "must know Go, AWS")."""
    for asks in list(_ASKS.finditer(sheet.flat)):
        position, first, names, ends = asks.end(), asks.start(), [], asks.end()
        while found := _skill_at(sheet.flat, position, taxonomy):
            skill, end = found
            names.append(skill)
            ends = end
            joined = _JOIN.match(sheet.flat, end)
            position = joined.end() if joined else end
            if position == end or sheet.flat[end:position].isspace():
                break
        if names:
            unique = list(dict.fromkeys(names))
            sheet.read("skills", " ".join(unique), "asks for " + ", ".join(unique), first, ends)


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
        skill = SKILLS.get(name) or (taxonomy.find(name) if taxonomy is not None else None)
        if skill:
            return skill, term.end()
    return None


# --- places -------------------------------------------------------------------------------------------------------------

_TOKEN = re.compile(r"[^\W\d_]+(?:[.'-][^\W\d_]+)*\.?")
_PREP = re.compile(
    r"(?:\b(?:in|near|around|based in|located in|within|across|to|at|from|close to|outside|commut\w+ (?:to|distance (?:of|from))|"
    r"\d+ ?(?:miles?|km|kilometers?|kilometres?) (?:of|from|around))(?: the)?(?: (?:greater|central|downtown|north|south|east|west))?\s+)$"
)
_STRONG_PREP = re.compile(
    r"\b(?:in|near|around|within|outside|based in|located in|relocat\w+ to|move to|miles? (?:of|from)|km (?:of|from))(?: the)?\s+$"
)
_REMOTE_BEFORE = re.compile(r"[\x00][\s,(/-]*$")
_RELOCATE = re.compile(
    r"(?:\b(?:willing to |open to |can |happy to |want to |wanting to )?(?:relocat\w+|mov(?:e|ing)) (?:to )?|\b(?:i live |living |based |located |situated )?)$"
)


def read_place(sheet: Sheet) -> None:
    """Read the first place of the query: a known name, or an unknown capitalised one after "in" or "near"."""
    tokens = list(_TOKEN.finditer(sheet.flat))
    best = None
    for index in range(len(tokens)):
        found = _known_at(sheet, tokens, index)
        if found is None:
            continue
        value, start, end, sure = found
        if sure:
            best = (value, start, end)
            break
    best = best or _unknown(sheet, tokens)
    if best is None:
        return
    value, start, end = best
    before = _PREP.search(sheet.flat, 0, start)
    begin = before.start() if before else start
    sheet.read("location", value, f"in or near {value}", begin, end)


def _known_at(sheet: Sheet, tokens: list[re.Match[str]], index: int) -> tuple[str, int, int, bool] | None:
    start = tokens[index].start()
    for count in range(min(LONGEST, len(tokens) - index), 0, -1):
        end = tokens[index + count - 1].end()
        name = sheet.flat[start:end]
        if name not in PLACES and name.endswith("."):
            name, end = name[:-1], end - 1
        if name not in PLACES or "\x00" in name:
            continue
        said = sheet.words(start, end)
        after = _area_after(sheet, end)
        value = _shown(name, said)
        if after:
            return f"{value}, {after[0]}", start, after[1], True
        return value, start, end, _sure(sheet, name, said, start, end, index)
    return _city_and_code(sheet, tokens, index)


def _shown(name: str, said: str) -> str:
    if name in ALIASES:
        return ALIASES[name]
    return said if said[:1].isupper() else PLACES[name]


def _sure(sheet: Sheet, name: str, said: str, start: int, end: int, index: int) -> bool:
    preceded = bool(_PREP.search(sheet.flat, 0, start))
    if name in ONLY_CAPITAL:
        return (
            said.isupper()
            or bool(_STRONG_PREP.search(sheet.flat, 0, start) and name != "us")
            or _after_remote(sheet, start)
        )
    if name in DOUBTFUL:
        if preceded:
            return bool(_STRONG_PREP.search(sheet.flat, 0, start)) or said[:1].isupper()
        last = not sheet.flat[end:].strip(" .,;!?)\x00")
        return (last and said[:1].isupper() and index > 0) or (index > 0 and sheet.flat[:start].rstrip().endswith(",")) or (
            _after_remote(sheet, end, forward=True) and name in AREAS
        ) or (last and index > 0 and name in AREAS)  # fmt: skip
    return True


def _after_remote(sheet: Sheet, at: int, *, forward: bool = False) -> bool:
    """Whether words that were already read lie next to this point."""
    if forward:
        return sheet.flat[at:].lstrip(" ,(")[:1] == "\x00"
    return bool(_REMOTE_BEFORE.search(sheet.flat, 0, at))


def _area_after(sheet: Sheet, end: int) -> tuple[str, int] | None:
    """A state, province or country right behind a city's name, as the person wrote it."""
    gap = re.compile(r",? (?:\()?").match(sheet.flat, end)
    if gap is None:
        return None
    word = re.compile(r"[^\W\d_]+(?: [^\W\d_]+)?(?: [^\W\d_]+)?").match(sheet.flat, gap.end())
    if word is None:
        return None
    parts = word.group().split(" ")
    for count in range(len(parts), 0, -1):
        name = " ".join(parts[:count])
        stop = gap.end() + len(name)
        said = sheet.words(gap.end(), stop)
        coded = said.upper() in STATE_CODES | PROVINCES and (said.isupper() or "," in gap.group())
        if coded or (
            count == 1
            and len(name) == 2
            and said.upper() in STATE_CODES
            and name not in ("in", "or", "me", "hi", "ok", "la", "de", "id", "co", "ma", "pa", "al")
        ):
            return said.upper(), stop
        if name in AREAS:
            return _shown(name, said) if name in PLACES else said.upper(), stop
    return None


def _city_and_code(sheet: Sheet, tokens: list[re.Match[str]], index: int) -> tuple[str, int, int, bool] | None:
    """An unknown capitalised name followed by a state's code: "Waukesha, WI"."""
    start, end = tokens[index].span()
    said = sheet.words(start, end)
    code = re.compile(r", ?([a-z]{2})\b").match(sheet.flat, end)
    if not said[:1].isupper() or code is None or sheet.words(*code.span(1)) not in STATE_CODES:
        return None
    return f"{said}, {sheet.words(*code.span(1))}", start, code.end(), True


def _unknown(sheet: Sheet, tokens: list[re.Match[str]]) -> tuple[str, int, int] | None:
    """A capitalised name that no list knows, right after "in", "near" or "around"."""
    for index, token in enumerate(tokens):
        start, end = token.span()
        said = sheet.words(start, end)
        if not _STRONG_PREP.search(sheet.flat, 0, start) or not said[:1].isupper() or said.isupper():
            continue
        name = sheet.flat[start:end]
        if name in NOT_PLACES or name in SKILLS:
            continue
        for follower in tokens[index + 1 : index + 3]:
            if sheet.flat[end : follower.start()] not in (" ", ", ") or not sheet.words(*follower.span())[:1].isupper():
                break
            end = follower.end()
        return sheet.words(start, end), start, end
    return None

"""Decide whether an ambiguous word ("Go", "R", "Excel", "Spring", "German") stands for a skill in its place; pure."""

from __future__ import annotations

import re

BETWEEN = re.compile(r"[\s,/|;•·●▪&+()\[\]:\-–—*]*(?:(?:and|or|und|oder|et|ou|e|o|y|as well as|including)\s+)?")
_EDGE_LEFT = re.compile(r"(?:^|[\n:•·●▪*|(])[\s\-–—]*$")
_EDGE_RIGHT = re.compile(r"^\s*(?:$|[\n).|])")
_CUE_BEFORE = re.compile(
    r"\b(?:in|with|using|uses?|like|know|learn|via|microsoft|ms|google|programming|languages?:?|technologies:?|"
    r"tools?:?|skills?:?|know-how|of|writing|advanced|basic|intermediate|proficien\w+|expert|strong|modern)\s+[(\"']?$",
    re.IGNORECASE,
)
_CUE_AFTER = re.compile(
    r"^[\s\-–]*(?:\(|(?:developers?|development|programmers?|programming|languages?|engineers?|engineering|frameworks?|"
    r"applications?|apps?|scripts?|scripting|code|coding|codebase|librar(?:y|ies)|components?|databases?|db|backend|"
    r"frontend|services|microservices|experience|skills|ecosystem|stack|jobs|clusters?|modules?|hooks|sql|server|"
    r"spreadsheets?|macros|formulas?|functions|expert|consultant|admin\w*|certified|certification|native|js|api|apis|"
    r"pipelines?|tables?|schemas?|queries|packages?|projects?)\b)",
    re.IGNORECASE,
)
_LABEL = re.compile(
    r"\b(?:skills?|languages?|technolog(?:y|ies)|tools?|stack|software|programming|frameworks?|databases?|environment|"
    r"systems|technical|tech|platforms?|packages)\b[^:\n]{0,24}:[^\n]{0,300}$",
    re.IGNORECASE,
)
_VERB_AFTER = re.compile(
    r"^\s+(?:to|the|a|an|our|your|their|his|her|its|my|at|about|beyond|above|when|while|if|that|you|we|quickly|"
    r"effectively|yourself|of)\b",
    re.IGNORECASE,
)
_COMPANY_BEFORE = re.compile(
    r"\b(?:at|for|by|from|join|vitamin|series|class|type|grade|hepatitis|round|appendix|plan)\s+$", re.IGNORECASE
)
_DENY_AFTER: dict[str, re.Pattern[str]] = {
    "go": re.compile(
        r"^[\s-]*(?:live|ahead|through|for|getter|into|out|on|over|back|green|and\s+(?:above|beyond|get))\b",
        re.IGNORECASE,
    ),
    "r": re.compile(r"^\s*(?:&|and\s+D\b|\.[A-Z])"),
    "c": re.compile(r"^(?:[\s-]*(?:level|suite|corp|class)\b|\.\s?[A-Z]|')", re.IGNORECASE),
    "spring": re.compile(
        r"^\s*(?:/?\s*(?:19|20)\d\d|semester|term|break|quarter|/?\s*(?:summer|fall|autumn))\b", re.IGNORECASE
    ),
    "oracle": re.compile(r"^\s*(?:corporation|corp|inc|america|india|is|has)\b", re.IGNORECASE),
    "access": re.compile(r"^\s*(?:control|points?|rights?|management|and\s+(?:use|control))\b", re.IGNORECASE),
    "word": re.compile(r"^\s*(?:of|by)\b", re.IGNORECASE),
    "security": re.compile(r"^\s*(?:officer|guard|clearance|council|number|inc|forces?)\b", re.IGNORECASE),
    "windows": re.compile(r"^\s*(?:of|into)\b", re.IGNORECASE),
    "shell": re.compile(r"^\s*(?:oil|plc|company|gas)\b", re.IGNORECASE),
    "vault": re.compile(r"^\s*(?:door|teller)\b", re.IGNORECASE),
}
_NO_FREE_CUE = frozenset(
    {"cloud", "security", "testing", "lean", "windows", "word", "access", "outlook", "nexus", "front end", "git"}
)
_SPEAK_BEFORE = re.compile(
    r"(?:\b(?:fluent(?:ly)?|fluency|proficien\w+|native|speaks?|speaking|spoken|written|bilingual|trilingual|"
    r"multilingual|languages?|conversational|mother tongue|knowledge|command|level|business|professional|working|good|"
    r"excellent|basic|intermediate|advanced|strong|understand|read|write|c[12]|b[12]|a[12])\b[^.\n]{0,40}[\s:(,/]|"
    r"\blanguages?\b[^\n]{0,10}[:\n][^.]{0,80}|^\s*[-•*]?\s*)$",
    re.IGNORECASE,
)
_SPEAK_AFTER = re.compile(
    r"^\s*(?:[-–—:(,]\s*)?(?:\w+[\s-]){0,2}?(?:speak\w*|language\w*|native|fluent\w*|fluency|proficien\w*|"
    r"mother tongue|bilingual|conversational|intermediate|beginner|elementary|advanced|basic|professional working|"
    r"limited working|"
    r"full professional|b[12]\b|c[12]\b|a[12]\b|skills|required|is a plus|is required|\d\s*/\s*5)\b",
    re.IGNORECASE,
)
_NOT_SPEECH = re.compile(
    r"^\s+(?:teachers?|literature|citizens?|nationals?|passport|government|market|company|office|team)\b", re.IGNORECASE
)
_MEANT_BEFORE = re.compile(
    r"(?:\b(?:experience(?:d)?|knowledge|background|expertise|degree|skills?|skilled|proficien\w+|understanding|familiar\w*|"
    r"train(?:ed|ing)|speciali[sz]\w+|certifi\w+|passion|interest|competen\w+|abilit(?:y|ies)|capability|grasp|command|"
    r"major|minor|diploma|bachelor\w*|master\w*|b\.?sc?\.?|m\.?sc?\.?|phd|coursework|talent|aptitude)"
    r"(?:\s+(?:in|with|of|for|on|to|is|are|including|be|stay|working))?\s+(?:(?:strong|advanced|basic|excellent|solid|deep|"
    r"\w+ly|your|the|be|being)\s+)?|"
    r"\b(?:strong|excellent|proven|exceptional|great|outstanding|demonstrated|good|superior|effective|solid|highly|very|"
    r"extremely|is|are|be|being|personal|an?|am|stay|remain)\s+)$",
    re.IGNORECASE,
)
_SOFT_FILL = re.compile(r"\b(?:an?|is|are|very|be|being|am|stay|remain|good|great|to)\s+$", re.IGNORECASE)
_MEANT_AFTER = re.compile(
    r"^\s+(?:(?:and|or|&)\s+\w+\s+)?(?:skills?|abilit(?:y|ies)|experience|knowledge|expertise|background|aptitude|"
    r"techniques|principles|certification|competenc\w+|mindset|thinker|attitude|individual|person|professional|degree)\b",
    re.IGNORECASE,
)
_BOILERPLATE = re.compile(
    r"regardless of|without regard|equal[ -]opportunity|national origin|sexual orientation|protected veteran|"
    r"affirmative action|all backgrounds|reasonable accommodation|gender identity|paid time off|health insurance|"
    r"dental|parental leave|benefits package|401\(?k",
    re.IGNORECASE,
)
_WINDOW = 90


def listed(gap: str) -> bool:
    """Whether only list signs stand between two mentions."""
    return len(gap) <= 16 and BETWEEN.fullmatch(gap) is not None


def edges(text: str, start: int, end: int) -> tuple[bool, bool]:
    """Whether the words begin and end their line or list."""
    left = text[max(0, start - _WINDOW) : start]
    return (start == 0 or _EDGE_LEFT.search(left) is not None), _EDGE_RIGHT.match(text[end : end + 8]) is not None


def denied(text: str, start: int, end: int, word: str, in_list: bool) -> bool:
    """Whether what follows or goes before shows the everyday word or a company, not the skill."""
    after = text[end : end + 30]
    deny = _DENY_AFTER.get(word)
    if deny is not None and deny.match(after):
        return True
    if in_list:
        return False
    return _VERB_AFTER.match(after) is not None or _COMPANY_BEFORE.search(text[max(0, start - 16) : start]) is not None


def cued(text: str, start: int, end: int, word: str) -> bool:
    """Whether the words beside it speak of a technology ("in Go", "Excel macros", "Languages: C, ...")."""
    before = text[max(0, start - 24) : start]
    line = text[max(text.rfind("\n", 0, start) + 1, start - 340) : start]
    if _LABEL.search(line):
        return True
    if _CUE_AFTER.match(text[end : end + 24]):
        return True
    return word not in _NO_FREE_CUE and _CUE_BEFORE.search(before) is not None


def spoken(text: str, start: int, end: int) -> bool:
    """Whether the name of a human language stands where the text speaks of languages known or wanted."""
    after = text[end : end + 40]
    if _NOT_SPEECH.match(after):
        return False
    if _SPEAK_AFTER.match(after):
        return True
    before = text[max(0, start - _WINDOW) : start]
    found = _SPEAK_BEFORE.search(before)
    if found is None:
        return False
    return bool(found[0].strip(" \t-•*\n")) or edges(text, start, end)[1]


def boilerplate(text: str, start: int, end: int) -> bool:
    """Whether the words stand in the employer's statement on equal opportunity or benefits."""
    return _BOILERPLATE.search(text[max(0, start - 250) : end + 250]) is not None


def meant(text: str, start: int, end: int) -> bool:
    """Whether an everyday word ("creative", "law", "training") is named as a skill: a list item, a label, a clue."""
    after = text[end : end + 48]
    before = text[max(0, start - _WINDOW) : start]
    left, right = edges(text, start, end)
    line = text[max(text.rfind("\n", 0, start) + 1, start - 340) : start]
    if left and right and (start == 0 or "\n" in before[-4:] or before.rstrip(" ")[-1:] in "•●▪*|"):
        return True
    found = _MEANT_BEFORE.search(before)
    clue = _MEANT_AFTER.match(after) is not None or _LABEL.search(line) is not None
    clue = clue or (found is not None and _SOFT_FILL.search(found[0]) is None)
    return clue and not boilerplate(text, start, end)

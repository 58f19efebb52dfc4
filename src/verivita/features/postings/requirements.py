"""What a posting asks for, required apart from preferred, each with the words that ask."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from verivita.engines.skills.model import SkillKind, SkillMention
from verivita.features.postings.model import Education, Quote, Requirements, SkillWish
from verivita.features.postings.schooling import experience_will_do, schooling
from verivita.features.postings.sections import Ask, Clause, clauses
from verivita.features.postings.years import Years, years_in

_MAX_LINES = 60
_MAX_DUTIES = 40
_LONGEST_QUOTE = 500
_DEGREE_IN = re.compile(
    r"(?:\b(?:degrees?|bachelor\w*|master['’´]?s?|ph\.?d\.?|doctorate|diploma|b\.?sc?\.?|m\.?sc?\.?|b\.?a\.?"
    r"|graduate|educat\w+|studies)(?=\W)"
    r"[^;\n]{0,60}?\b(?:in|of)\b|\bquantitative (?:field|discipline)|\b(?:field"
    r"|discipline)s?\b[^;\n]{0,20}(?:like|such as|e\.g))(?![^;\n]*(?:experience|\byears\b|knowledge|using"
    r"|skills|proficien))"
    r"[^;\n]*$",
    re.I,
)
_APPLY = re.compile(
    r"\s*(?:please )?(?:send|e-?mail|submit|attach|apply)\b[^.;\n]*"
    r"\b(?:r[ée]sum[ée]|cv|cover letter|portfolio|profile)\b",
    re.I,
)
_ELSEWHERE = re.compile(
    r"(?:\b(?:[Ss]hipped|[Ww]orked)\b[^.;\n]{0,12}\bat|\b(?:[Aa]lumni|[Vv]eterans) (?:of|from)"
    r"|\b(?:at|from) (?:places like|companies like|the likes of)) (?=[A-Z])[^.;\n]*$"
)
"""Before the names of firms where colleagues have worked: "people who shipped at Stripe and Databricks"."""
_ROLE = re.compile(r"(?:full|front|back)[- ]?(?:stack|end)s?$", re.I)
_ROLE_WORK = re.compile(r"\s?(?:dev\w*ment|experience|skills|work|tech\w*|framework\w*|knowledge)", re.I)
_VISA = re.compile(
    r"\bvisas?\b|\bsponsor\w*|\bwork (?:permit|authori[sz]ation)|\bH-?1-?B\b|\bauthori[sz]ed to work"
    r"|\bright to work|\bUS citizens?\b",
    re.I,
)
_VISA_WORDS = ("visa", "sponsor", "permit", "authori", "right to work", "citizen", "h1", "h-1")
_VISA_TOPIC = re.compile(
    r"\bvisas?\b|work permit|authori[sz]|right to work|\bH-?1-?B\b|citizen|sponsorship|sponsor (?:you|your|work"
    r"|candidates|the right|applicants)",
    re.I,
)
_VISA_NO = re.compile(
    r"\b(?:no|not|cannot|can['’]?t|unable|won['’]?t|don['’]?t|doesn['’]?t|without|sorry"
    r"|neither)\b[^.\n|]{0,60}(?:visas?|sponsor\w*|permits?|H-?1-?B|authori[sz]ation)"
    r"|(?:visas?|sponsorship)[^.\n|]{0,25}\b(?:not|unavailable|cannot|no)\b|must (?:be|have"
    r"|already)[^.\n|]{0,40}(?:authori[sz]\w+|right to work|work permit|eligible|citizen)"
    r"|(?:legally )?authori[sz]ed to work|citizens? (?:only|or)|citizenship (?:is )?required|valid work permit",
    re.I,
)
_VISA_YES = re.compile(
    r"\b(?:visas?|H-?1-?Bs?)\b[^.\n|]{0,25}\b(?:ok|okay|welcome|sponsor\w*|available|provided|support\w*"
    r"|possible|transfers?|assistance|help|friendly)"
    r"|sponsor(?:s|ship|ing)?\b[^.\n|]{0,40}(?:visas?|available|offered|provided|H-?1-?B|possible)|\b(?:we|can"
    r"|will|do|happy to)\b[^.\n|]{0,30}(?:sponsor|arrange|supply|help|support|provide)"
    r"[^.\n|]{0,25}(?:visas?|permits?|H-?1-?B)|(?:^|[|,(/] ?)(?:VISA|Visa|H-?1B)(?= ?(?:$|[|,)/\n]))",
    re.M,
)
_TRAVEL = re.compile(
    r"\btravel\w*\b[^.\n%]{0,60}?(?P<a>\d{1,3})\s?%|(?P<b>\d{1,3})\s?%[^.\n]{0,40}\btravel\w*|\b(?:willing\w*"
    r"|able|ability|required?|available) to travel\b|\btravel (?:is )?required"
    r"|\boccasional(?:ly)? travel|\btravel requirements?\b|\bsome travel\b|\bfrequent travel",
    re.I,
)
_LINK = re.compile(r"^[\s(]*(?:,|/|\bor\b|\band/or\b|,\s*or\b|\bor even\b|\beither\b|;)?[\s(]*$", re.I)
_LINK_OR = re.compile(r"^[^.;\n]{0,24}\b(?:or|and/or)\b[^.;\n]{0,16}$", re.I)
_OR = re.compile(r"\bor\b|/", re.I)
_SUCH_AS = re.compile(
    r"(?:such as|e\.g\.?,?|for example|(?:languages?|frameworks?|tools?|databases?|clouds?|stack) like|one of"
    r"|any of|either|at least one)[\s:(]*$",
    re.I,
)
_OR_SIMILAR = re.compile(
    r"^[\s,]*(?:\)|or (?:similar|equivalent|comparable|other|another|any)|etc\b|\.\.\.|and (?:similar|the like))", re.I
)
_TWINS = frozenset(
    {
        ("html", "css"),
        ("ui", "ux"),
        ("ci", "cd"),
        ("tcp", "ip"),
        ("html5", "css3"),
        ("ux", "ui"),
        ("javascript", "css"),
        ("ai", "ml"),
    }
)


@dataclass(slots=True)
class _Found:
    skills: dict[str, SkillWish] = field(default_factory=dict)
    years: list[tuple[float, Quote]] = field(default_factory=list)
    preferred_years: list[tuple[float, Quote]] = field(default_factory=list)
    schooling: list[tuple[Education, bool, bool, Quote]] = field(default_factory=list)
    duties: list[Quote] = field(default_factory=list)
    lines: list[Quote] = field(default_factory=list)
    groups: int = 0


def read_requirements(text: str, extract: Callable[[str], Sequence[SkillMention]]) -> Requirements:
    """Read a cleaned description. Every quote is verbatim: `quote.text == text[quote.start:quote.end]`.

    A skill that is asked for both ways counts as required. `min_years` is the largest number that a required sentence
    asks for (of alternatives in one sentence the smallest).
    """
    found = _Found()
    mentions = list(extract(text)) if text else []
    position = 0
    sentence = (-1, -1)
    for clause in clauses(text):
        while position < len(mentions) and mentions[position].start < clause.start:
            position += 1
        inside = []
        while position < len(mentions) and mentions[position].start < clause.end:
            inside.append(mentions[position])
            position += 1
        first = (clause.outer_start, clause.outer_end) != sentence
        sentence = (clause.outer_start, clause.outer_end)
        _take(found, text, clause, inside, first)
    return _gather(found, text)


def _take(found: _Found, text: str, clause: Clause, mentions: list[SkillMention], first: bool) -> None:
    quote = _quote(text, clause.outer_start, clause.outer_end)
    if first:
        _take_sentence(found, text, clause, quote)
    if clause.ask not in (Ask.REQUIRED, Ask.PREFERRED) or not mentions:
        return
    mentions = [m for m in mentions if not _is_named_only(text, clause, m)]
    required = clause.ask is Ask.REQUIRED
    years = years_in(text[clause.start : clause.end])
    numbers = _alternatives(text, mentions, clause, found)
    for mention, number in zip(mentions, numbers, strict=True):
        wish = SkillWish(mention.skill_id, mention.name, required, quote, _years_of(mention, clause, years), number)
        known = found.skills.get(mention.skill_id)
        if known is None or (required and not known.required):
            found.skills[mention.skill_id] = wish
        elif known.years is None and wish.years is not None and known.required == required:
            found.skills[mention.skill_id] = replace(known, years=wish.years)


def _is_named_only(text: str, clause: Clause, mention: SkillMention) -> bool:
    """True where a skill is named and not asked for.

    As a field of study ("degree in statistics"), as a role ("a front-end engineer"), as a part of the application
    ("send your resume and GitHub profile"), or as the firm where colleagues have worked.
    """
    # "a degree in a quantitative field (e.g. statistics)": what stands in brackets belongs to the words before them.
    begin = clause.outer_start if text[clause.start : clause.start + 1] == "(" else clause.start
    if mention.kind in (SkillKind.KNOWLEDGE, SkillKind.TECHNICAL) and _DEGREE_IN.search(text[begin : mention.start]):
        return True
    if _APPLY.match(text[clause.start : clause.end]) or _ELSEWHERE.search(text[clause.start : mention.start + 1]):
        return True
    return bool(
        _ROLE.match(text[mention.start : mention.end]) and not _ROLE_WORK.match(text[mention.end : mention.end + 16])
    )


def _take_sentence(found: _Found, text: str, clause: Clause, quote: Quote) -> None:
    sentence = text[clause.outer_start : clause.outer_end]
    if clause.ask is Ask.DUTY or (clause.ask is Ask.OTHER and re.match(r"(?:you will|you['’]ll) ", sentence, re.I)):
        if len(sentence.split()) >= 3 and len(found.duties) < _MAX_DUTIES:
            found.duties.append(quote)
        return
    if clause.ask is Ask.OTHER:
        return
    if len(found.lines) < _MAX_LINES:
        found.lines.append(quote)
    _take_years(found, clause, sentence, quote)
    level = schooling(sentence)
    if level is not None:
        wished = clause.ask is Ask.PREFERRED or bool(re.search(rf"{level.value}[^.;]{{0,60}}\bprefer", sentence, re.I))
        found.schooling.append((level, not wished, experience_will_do(sentence), quote))


def _take_years(found: _Found, clause: Clause, sentence: str, quote: Quote) -> None:
    asked = years_in(sentence)
    if not asked or re.match(r"or\b", sentence.strip(), re.I):
        return
    values = [a.years for a in asked]
    either = re.search(r"\bor\b", sentence, re.I) and re.search(r"degree|ph\.?d|master|bachelor|\bOR\b", sentence)
    value = min(values) if either else max(values)
    (found.preferred_years if clause.ask is Ask.PREFERRED else found.years).append((value, quote))


def _years_of(mention: SkillMention, clause: Clause, years: Iterable[Years]) -> float | None:
    """The number that stands before a skill in the same clause, close enough to be about it."""
    at = mention.start - clause.start
    near = [y for y in years if 0 <= at - y.end <= 90]
    return near[-1].years if near else None


def _alternatives(text: str, mentions: list[SkillMention], clause: Clause, found: _Found) -> list[int | None]:
    """For each mention the number of its group of alternatives ("Java, Go or Python"), or None."""
    numbers: list[int | None] = [None] * len(mentions)
    start = 0
    while start < len(mentions):
        end = start + 1
        while end < len(mentions) and _linked(text[mentions[end - 1].end : mentions[end].start]):
            end += 1
        run = mentions[start:end]
        if len({m.skill_id for m in run}) > 1 and _is_choice(text, run, clause):
            found.groups += 1
            numbers[start:end] = [found.groups] * len(run)
        start = end
    return numbers


def _linked(between: str) -> bool:
    return len(between) <= 40 and bool(_LINK.match(between) or _LINK_OR.match(between))


def _is_choice(text: str, run: list[SkillMention], clause: Clause) -> bool:
    joints = [text[a.end : b.start] for a, b in pairwise(run)]
    if any(re.search(r"\band\b(?!/)", joint) for joint in joints):
        return False
    if any(_OR.search(joint) for joint in joints):
        pair = (text[run[0].start : run[0].end].lower(), text[run[1].start : run[1].end].lower())
        return not (len(run) == 2 and pair in _TWINS)
    before = text[max(clause.start, run[0].start - 40) : run[0].start]
    after = text[run[-1].end : min(clause.end, run[-1].end + 30)]
    return bool(_SUCH_AS.search(before) and len(run) > 1) or bool(
        re.match(r"[\s,]*(?:or |etc)", after) and _OR_SIMILAR.match(after)
    )


def _gather(found: _Found, text: str) -> Requirements:
    years = max(found.years, key=lambda pair: pair[0], default=None)
    required = [s for s in found.schooling if s[1]]
    best = next(iter(required or found.schooling), None)
    lowered = text.lower()
    visa = _first(_VISA, text, _VISA_TOPIC) if any(word in lowered for word in _VISA_WORDS) else None
    travel = _TRAVEL.search(text) if "travel" in lowered else None
    share = next((float(travel[k]) / 100 for k in ("a", "b") if travel and travel[k]), None)
    return Requirements(
        skills=_settled(found.skills.values()),
        min_years=years[0] if years else None,
        min_years_quote=years[1] if years else None,
        education=best[0] if best else Education.NONE,
        education_required=bool(best and best[1]),
        education_or_experience=bool(best and best[2]),
        education_quote=best[3] if best else None,
        duties=tuple(found.duties),
        lines=tuple(found.lines),
        visa_quote=visa,
        visa_sponsored=_sponsored(visa.text) if visa else None,
        travel_quote=_around(text, travel.start(), travel.end()) if travel else None,
        travel_share=share if share is not None and share <= 1 else None,
    )


def _settled(wishes: Iterable[SkillWish]) -> tuple[SkillWish, ...]:
    """Wishes whose group of alternatives lost its other members stand alone."""
    kept = list(wishes)
    sizes: dict[int | None, int] = {}
    for wish in kept:
        sizes[wish.any_of] = sizes.get(wish.any_of, 0) + 1
    return tuple(replace(w, any_of=None) if w.any_of is not None and sizes[w.any_of] < 2 else w for w in kept)


def _sponsored(sentence: str) -> bool | None:
    if _VISA_NO.search(sentence):
        return False
    return True if _VISA_YES.search(sentence) else None


def _first(pattern: re.Pattern[str], text: str, topic: re.Pattern[str]) -> Quote | None:
    for match in pattern.finditer(text):
        quote = _around(text, match.start(), match.end())
        if topic.search(quote.text):
            return quote
    return None


def _around(text: str, start: int, end: int) -> Quote:
    """The sentence around a match."""
    low = max(text.rfind("\n", 0, start) + 1, text.rfind(". ", 0, start) + 2 if text.rfind(". ", 0, start) >= 0 else 0)
    stops = [at for at in (text.find("\n", end), text.find(". ", end) + 1) if at > 0]
    return _quote(text, low, min(stops, default=len(text)))


def _quote(text: str, start: int, end: int) -> Quote:
    piece = text[start:end]
    start += len(piece) - len(piece.lstrip())
    piece = piece.strip()[:_LONGEST_QUOTE].rstrip()
    return Quote(piece, start, start + len(piece))

"""A hiring post of a forum thread: `Company | Role | Place | REMOTE | Salary | URL` and its many cousins."""

# ruff: noqa: SIM905 - lists of words read better as one string
from __future__ import annotations

import re
from dataclasses import dataclass

from verivita.core.text import squeeze
from verivita.features.postings.amounts import amounts
from verivita.features.postings.countries import CITIES, COUNTRIES, US_STATES
from verivita.features.postings.markup import clean_text
from verivita.features.postings.place import read_places
from verivita.features.postings.worktype import location_type_of

_ROLE_WORD = (
    r"engineers?|developers?|devs?|programmers?|designers?|scientists?|analysts?|managers?|architects?"
    r"|administrators?|admins?|sysadmins?|leads?|cto|ceo|vp"
    r"|director|head of|recruiters?|marketers?|writers?|consultants?|specialists?|interns?|internships?"
    r"|researchers?|technicians?|hackers?|devops|sres?"
    r"|evangelists?|advocates?|associates?|representatives?|executives?|instructors?|teachers?|fellows?"
    r"|postdocs?|author|editor|producer|artists?|coach"
    r"|roles|positions|openings|dba|cryptographers?|technologists?|wrangler|officer|assistant|accountants?"
    r"|operators?|buyers?|strategists?|generalists?"
    r"|data persons?|product owners?|scrum master|co-?founders?|person|stack|everything|engineering|software"
    r"|all levels|qa|frontend|backend"
)
_ROLE = re.compile(rf"\b(?:{_ROLE_WORD})\b", re.I)
_NOUN = re.compile(
    r"\b(?:engineers?|developers?|devs?|programmers?|designers?|scientists?|analysts?|managers?|architects?"
    r"|administrators?|sysadmins?|leads?|cto|director"
    r"|recruiters?|marketers?|writers?|consultants?|specialists?|researchers?|technicians?|evangelists?"
    r"|advocates?|representatives?|executives?"
    r"|instructors?|postdocs?|fellows?|interns?|artists?|wrangler|assistant|technologists?|devops|dba|sres?"
    r"|cryptographers?|accountants?)\b",
    re.I,
)
_URL = re.compile(
    r"(?:https?://|www\.)[^\s|<>()\[\]]+|\b[a-z0-9][\w-]*(?:\.[\w-]+)*\.(?:com|io|co|org|net|ai|de|eu|app|jobs"
    r"|me|uk|fr|nl|ly|xyz|us|ca|tv|dev)(?:/[^\s|)]*)?\b",
    re.I,
)
_MAIL = re.compile(r"\S+@\S+|\b\w+ (?:at|\[at\]|\(at\)) \w+ (?:dot|\[dot\]) \w+\b", re.I)
_TERMS = re.compile(
    r"^(?:[\s,/&+()\-–:]|and|or|full(?= and)|fte|full[- ]?times?|part[- ]?times?|fulltime|parttime|ft|pt|fte"
    r"|contract\w*|freelance\w*|perm(?:anent)?|temporary|interns?(?:hips?)?|h-?1-?b1?s?|visas?|welcome"
    r"|sponsor\w*|ok(?:ay)?|available|transfers?|considered|possible|on-?\s?site|remote|hybrid|only|preferred"
    r"|relocat\w+|assistance|friendly|in[- ]?office|wfh"
    r"|equity|salary|competitive|doe|benefits|stock|options|bonus|yc\s?[swf]\d{2}|senior|junior|all levels|mid"
    r"|local|anywhere|worldwide|global|flexible"
    r"|immediate|start|hours?|office|either|both|we support|support|can help|help with|will|we|us|eu|timezones?"
    r"|\d{1,2}[-+]?\s?years?|no recruiters|no agencies|location)+$",
    re.I,
)
_YC = re.compile(
    r"\s*[(\[]\s*(?:yc|y combinator|techstars|500)[^)\]]*[)\]]|\s*[(\[]\s*(?:https?:|www\.)[^)\]]*[)\]]"
    r"|\s*[(\[]\s*[\w.-]+\.\w{2,4}(?:/\S*)?\s*[)\]]",
    re.I,
)
_DASH = re.compile(r"\s+[-–—•·»]+\s+|\s*[•·]\s*|\s--\s|\s//\s|\s/\s|\s\\\s|\s::?\s")
_HIRING = re.compile(
    r"\b(?:hir(?:e|es|ing)|looking for|seeking|recruit\w*|join (?:us|our)|apply|positions?|openings?|openings"
    r"|roles?|careers?|jobs?@|resume|cv\b|full[- ]?time|part[- ]?time"
    r"|internships?|we need|wanted|come work|work with us|job description|salary|onsite|on-site|we'?re a|/jobs"
    r"|/careers|get in touch|email me)\b",
    re.I,
)
_META = re.compile(
    r"\b(?:upvot\w+|this thread|these threads|who is hiring|whoishiring|chrome extension|bookmarklet|my script"
    r"|userscript|regex|filter (?:the|these|by)|job ?boards?|search(?:able)? (?:posts|jobs|interface)"
    r"|i (?:made|wrote|built|created|took the liberty)|shameless|hn jobs|hnjobs|meta\b|reminder|thanks for"
    r"|anyone (?:else|have|had)|does anyone|could someone|can someone|suggestion|top[- ]level comment"
    r"|parent post|previous (?:post|thread)|comment (?:page|thread)|ctrl-?f|freelancer\? |success stor|i think"
    r"|in my (?:opinion|experience)|why (?:do|don't|is|are))\b",
    re.I,
)
_IS_HIRING = re.compile(
    r"^\W*(?:the )?([A-Z][\w.&'’-]*(?:\s+[A-Z][\w.&'’-]*){0,3})\s+(?:team )?(?:\([^)]{0,80}\)\s*)?(?:is|are|has"
    r"|have)\s+(?:currently |also |now |still )?(?:hiring|looking|seeking|recruiting|growing|an? |the )"
)
_WE_ARE = re.compile(
    r"\b(?:[Jj]oin|[Aa]t|[Ww]e(?:'|’| a)re|[Ww]e are|founder of|work (?:at|for)|team at|engineer at|about|About"
    r"|name is)\s+([A-Z][\w.&'’-]*(?:\s+[A-Z][\w.&'’-]*){0,2})(?=[\s,.(!:–—-])"
)
_SUBJECT = re.compile(
    r"(?:^|\n|\. )([A-Z][\w.&'’-]*(?:\s+[A-Z][\w.&'’-]*){0,2})\s+(?:\([^)]{0,80}\)\s*)?(?:is|makes|builds"
    r"|provides|helps|turns|brings)\s+(?:a|an|the|one|building|on|hiring|making|re\w+|\w+ing)?\b"
)
_STOP_NAMES = frozenset(
    "we our you i it this that the there here what they if in at as a an us hiring looking senior junior full"
    " software web our my location who about job company remote san new"
    " please all these those everyone each title position responsibilities requirements email contact apply".split()
)
_SEEKING = re.compile(
    r"\b(?:look(?:ing)? for|hiring|seeking|need|searching for|hire|recruiting)\s+(?:for\s+)?(?:an?|our|some|the"
    r"|more|another|several|multiple|two|three|\d+|talented|great|experienced|good|strong|stellar|smart"
    r"|full[- ]time|additional)?[\s:]*"
    rf"((?:(?!(?:to|who|with|for|that|in|and|join)\s)[\w.+#/&()-]+\s+){{0,5}}(?:{_NOUN.pattern.strip()[2:-2]}))\b",
    re.I,
)
_AFTER_IN = re.compile(r"\b(?:in|at|based in|-|–|,)\s+([A-Z][\w. ]+(?:,\s?[A-Z][\w. ]+)?)")
_BEFORE_ADDRESS = re.compile(r"\s*([A-Z0-9][\w.&'’ -]{1,40}?)\s*[(\[]?\s*(?:@|https?://|www\.|\()")
_SHARED_HOSTS = frozenset(
    "google github linkedin lever greenhouse angel docs boards bit goo techcrunch stackoverflow twitter".split()
)
_MAX_HEAD = 400


@dataclass(frozen=True, slots=True)
class HiringPost:
    """What a hiring post says in its head; unknown parts are empty. `remote` holds "remote" and "onsite" as offered."""

    is_job: bool
    company: str = ""
    titles: tuple[str, ...] = ()
    locations: tuple[str, ...] = ()
    remote: tuple[str, ...] = ()
    salary: str = ""
    url: str = ""
    text: str = ""


def read_post(source: str) -> HiringPost:
    """Read one post, HTML or plain. A comment that offers no job has `is_job` False and nothing else but its text."""
    text = clean_text(source)
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    if not lines:
        return HiringPost(False, text=text)
    parts, used = _head(lines)
    kinds = [(part, _kind(part)) for part in parts]
    if not _is_job(text, kinds):
        return HiringPost(False, text=text)
    head = " | ".join(parts)
    places = _places(kinds)
    company = _company(kinds, text)
    titles = _titles(kinds, lines[used:], company)
    salary = next((part for part, kind in kinds if kind == "salary"), "")
    url = next((m[0] for m in _URL.finditer(text) if m[0].lower().startswith(("http", "www"))), "")
    return HiringPost(True, company, titles, places, _remote(head, text, lines[used:]), salary, url, text)


def _head(lines: list[str]) -> tuple[list[str], int]:
    """The parts of the head and how many lines it takes: one line of parts, or up to four short lines."""
    first = lines[0][:_MAX_HEAD]
    if first.count("|") >= 1:
        parts = [p for p in re.split(r"\s*\|+\s*", first)]
        return [p for p in parts if p], 1
    parts = [p for p in _DASH.split(first) if p and p.strip()]
    if len(parts) == 1 and first.count("/") >= 2 and "http" not in first and len(first) < 90:
        parts = [p for p in first.split("/") if p.strip()]
    used = 1
    if len(first) < 70 and len(parts) <= 3:
        for line in lines[1:4]:
            if len(line) > 60 or line.endswith((".", ":")) or line.startswith("- "):
                break
            parts.extend(p for p in re.split(r"\s*\|\s*", line) if p)
            used += 1
    if len(parts) == 1 and len(first) < 160:
        parts = [p.strip() for p in re.split(r"(?<=[^A-Z])\.\s+|;\s+", first) if p.strip()]
    return parts, used


def _kind(part: str) -> str:
    """url, terms, salary, place, role or name."""
    bare = _MAIL.sub(" ", _URL.sub(" ", part)).strip(" ()[]-–:,.|@")
    if not bare:
        return "url"
    if _TERMS.match(bare):
        return "terms"
    if any(m.currency or m.thousands for m in amounts(bare)) and len(bare) < 90:
        return "salary"
    if _is_place(bare):
        return "place"
    if _ROLE.search(bare):
        return "role"
    return "name"


def _is_place(text: str) -> bool:
    plain = squeeze(
        re.sub(
            r"\b(?:we (?:support|offer|sponsor) visas?|on-?\s?site|remote|full[- ]?time|fulltime|visas?|only|ok"
            r"|or|in|preferred|interns?|hybrid|h1b|area|local|possibly)\b|[()]",
            " ",
            text,
            flags=re.I,
        )
    ).strip(" ,/-–:")
    if not plain or len(plain) > 110 or re.search(r"\b(?:we|are|is|our|hiring|join|for|at)\b", plain, re.I):
        return False
    tokens = [t.strip().lower().strip(".") for t in re.split(r",|/|;|\bor\b|\band\b|&|\||-|–", plain) if t.strip()]
    known = [
        t
        for t in tokens
        if t in CITIES
        or t in COUNTRIES
        or t in US_STATES
        or t in ("europe", "emea", "worldwide", "global", "soho", "latam")
    ]
    if known and len(known) * 2 >= len(tokens):
        return True
    if re.fullmatch(
        r"[A-Z][\w.' -]{2,28},\s?(?:[A-Z]{2}|[A-Z][a-z]+(?: [A-Z][a-z]+)?)\.?(?:,\s?[A-Z][\w. ]+)?(?:\s\d{5})?", plain
    ):
        return not _NOUN.search(plain) and not re.search(r"\b(?:inc|llc|ltd|gmbh|corp)\b", plain, re.I)
    return bool(len(plain.split()) <= 4 and any(p.country for p in read_places(plain)) and not _NOUN.search(plain))


def _places(kinds: list[tuple[str, str]]) -> tuple[str, ...]:
    found: list[str] = []
    for part, kind in kinds:
        pieces = (
            [part] if kind == "place" else re.findall(r"[(\[]([^)\]]{3,60})[)\]]", part) if kind != "salary" else []
        )
        if kind in ("terms", "role", "name"):
            pieces += [*_AFTER_IN.findall(part), part]
        for piece in pieces:
            found += [p for p in _cities(piece, kind == "place") if p not in found]
        if kind == "place" and found:
            continue
    return tuple(found)


def _cities(piece: str, sure: bool) -> list[str]:
    names = []
    for place in read_places(
        re.sub(r"\b(?:visas?|full[- ]?time|interns?|only|preferred|ok)\b", " ", piece, flags=re.I)
    ):
        known = place.city.lower() in CITIES or (place.country and place.city)
        if place.city and (sure or known) and len(place.city) < 40:
            names.append(f"{place.city}, {place.region}" if place.region else place.city)
        elif place.country and (place.region or sure):
            names.append(place.region or piece.strip(" ()"))
    return names


def _company(kinds: list[tuple[str, str]], text: str) -> str:
    return _company_of_head(kinds) or _company_of_prose(text[:1500]) or _company_of_address(text)


def _company_of_head(kinds: list[tuple[str, str]]) -> str:
    sentence = _IS_HIRING.match(kinds[0][0]) if kinds and len(kinds[0][0].split()) > 4 else None
    if sentence and re.search(r"\b(?:hiring|looking|seeking|recruiting)\b", sentence[0]):
        return sentence[1]
    named = next((name for part, kind in kinds if kind == "name" and (name := _name(part))), "")
    if named:
        return named
    for part, kind in kinds:
        match = _BEFORE_ADDRESS.match(part) if kind in ("role", "url", "place") else None
        if match and (name := _name(match[1])):
            return name
    first, kind = kinds[0] if kinds else ("", "")
    if kind == "url" and not first.startswith(("http", "www")):
        return _name(first)
    if kind == "role" and len(kinds) > 1 and not _NOUN.search(first):
        return _name(first)
    return ""


def _company_of_prose(text: str) -> str:
    for pattern in (_IS_HIRING, _WE_ARE, _SUBJECT):
        for match in pattern.finditer(text):
            name = match[1].strip(" .,'’")
            first = name.split()[0].lower() if name else ""
            if first and first not in _STOP_NAMES and not _NOUN.search(name) and name.lower() not in CITIES:
                return name
    return ""


def _company_of_address(text: str) -> str:
    domain = next((m[0] for m in _URL.finditer(text)), "")
    match = re.search(r"(?:https?://)?(?:www\.|jobs\.|careers\.)?([a-z0-9-]+)\.", domain.lower())
    return match[1].capitalize() if match and match[1] not in _SHARED_HOSTS else ""


def _name(part: str) -> str:
    name = _YC.sub("", part)
    name = _MAIL.sub("", re.sub(r"(?:https?://|www\.)\S+", "", name))
    name = re.split(
        r"\s+(?:is (?:hiring|looking|a|an|seeking|building)|are hiring|has |we |seeks?|seeking|hiring)\b"
        r"|,\s+(?=[A-Z][\w ]+$)|\s[@]\s|\.\s",
        name.strip(),
        maxsplit=1,
    )[0]
    name = re.sub(r"\s*[(\[].{0,80}[)\]]?\s*$", "", name) if "(" in name or "[" in name else name
    name = re.sub(r"^(?:hiring|job|jobs|company)\s*[:@]\s*", "", name, flags=re.I).strip(" :,-–—|.!*\"'")
    return name if name and len(name) <= 60 and len(name.split()) <= 8 and name.lower() not in _STOP_NAMES else ""


def _titles(kinds: list[tuple[str, str]], body: list[str], company: str) -> tuple[str, ...]:
    found: list[str] = []
    for part, kind in kinds:
        if kind == "role" and part.strip() != company:
            found += _split_roles(part, company)
    if not found:
        found = _listed(body)
    if not found:
        found = [squeeze(m[1]) for m in _SEEKING.finditer("\n".join([*(p for p, _ in kinds), *body])[:2500])][:3]
    return tuple(dict.fromkeys(t for t in found if t))[:12]


def _split_roles(part: str, company: str) -> list[str]:
    text = _MAIL.sub("", _URL.sub("", part))
    text = re.sub(
        r"^.{0,60}?\b(?:is|are|we're|we are)? ?(?:currently )?(?:hiring|seeking|looking for):?\s+(?:an?\s)?",
        "",
        text,
        flags=re.I,
    )
    if company and text.lower().startswith(company.lower()):
        text = text[len(company) :]
    text = re.sub(r"\b(?:onsite|on-site|remote|full[- ]?time|fulltime|visa|urgent)\b[:,]?", " ", text, flags=re.I)
    text = re.split(r"\s+in\s+(?=[A-Z])", squeeze(text))[0].strip(" ,-–:()[]|.")
    pieces = (
        re.split(r"\s*;\s*|\s*,\s*(?![^()]*\))|\s+&\s+|\s+and\s+", text) if len(_NOUN.findall(text)) >= 2 else [text]
    )
    if len(pieces) == 1 and text.count(",") >= 2 and len(text) < 120:
        pieces = text.split(",")
    pieces = [p.strip(" ,-–:") for p in pieces if p.strip(" ,-–:")]
    if len(pieces) > 1 and not all(_ROLE.search(p) for p in pieces):
        pieces = [p for p in re.split(r"\s*;\s*|\s*,\s*(?![^()]*\))", text) if p]
    return [p for p in pieces if 2 < len(p) < 90]


def _listed(body: list[str]) -> list[str]:
    """Roles named in lines of their own: bullets, short lines, `Role: ...`."""
    found = []
    for line in body[:40]:
        bare = _MAIL.sub("", _URL.sub("", re.sub(r"^(?:-|\d{1,2}[.)]|\*|#+)\s*", "", line))).strip(" :-–—|()[].")
        bare = re.split(r"\s+[-–—|]\s+|:\s|\s[(\[]|, (?:to|who|with)\b| to (?:help|build|work|lead)\b| with \b", bare)[
            0
        ].strip(" :")
        if (
            2 < len(bare) <= 60
            and len(bare.split()) <= 7
            and _NOUN.search(bare)
            and not re.search(r"\b(?:we|our|you|your|is|are|the|team of|i'm|as an?)\b", bare, re.I)
        ):
            found.append(re.sub(r"^(?:an?|position|title|role)\s*:?\s+", "", bare, flags=re.I))
    return found[:8]


def _remote(head: str, text: str, body: list[str]) -> tuple[str, ...]:
    offered = []
    kind = str(location_type_of("", "", "", f"{head}\n" + "\n".join(body)))
    if kind in ("remote", "hybrid") and re.search(r"remot|anywhere|distributed|from home|telecommut|wfh", text, re.I):
        offered.append("remote" if kind == "remote" else "hybrid")
    if kind == "onsite" or re.search(r"\bon-?\s?site\b", head, re.I):
        offered.insert(0, "onsite")
    return tuple(dict.fromkeys(offered))


def _is_job(text: str, kinds: list[tuple[str, str]]) -> bool:
    typed = sum(kind in ("place", "role", "terms", "salary") for _, kind in kinds if len(_) < 110)
    score = min(typed, 3) + min(len(_HIRING.findall(text)), 4) + (1 if _NOUN.search(text) else 0)
    score -= 3 * min(len(_META.findall(text[:1200])), 2)
    return score >= 3

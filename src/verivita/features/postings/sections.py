"""A posting's text as clauses that each ask for, wish for or describe something, with their positions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise


class Ask(StrEnum):
    """What a piece of a posting does."""

    REQUIRED = "required"
    PREFERRED = "preferred"
    DUTY = "duty"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Clause:
    """A piece of one sentence: `text[start:end]`, and the sentence around it: `text[outer_start:outer_end]`."""

    start: int
    end: int
    outer_start: int
    outer_end: int
    ask: Ask
    section: Ask | None
    """What the heading above says; None before any heading."""


_HEADINGS: tuple[tuple[Ask, re.Pattern[str]], ...] = tuple(
    (ask, re.compile(pattern, re.I))
    for ask, pattern in (
        (
            Ask.PREFERRED,
            r"^(?!.*\bneed\b)(?:.*\b(?:nice[- ]to[- ]haves?|bonus(?: points| skills| qualifications)?|preferred"
            r"|preferences?|desir(?:ed|able)|good to have"
            r"|extra (?:credit|points)|plus(?:es)?|pluses|optional|advantageous?|would be (?:great|nice|a plus)"
            r"|even better|icing|ideally|sets you apart"
            r"|stand out|not required|additional (?:skills|qualifications)|brownie points"
            r"|von vorteil|wünschenswert|idealerweise|se valorará|deseables?|souhaité\w*|atouts?)\b)",
        ),
        (
            Ask.REQUIRED,
            r"\b(?:requirements?|required|qualifications?|must[- ]haves?|what you(?:['’]ll| will)? (?:need"
            r"|bring|have)|you (?:have|bring|need|are|should|must)"
            r"|you['’](?:ll|re|ve)(?: need| have| bring| a| an| got)?|who you are|about you|skills?"
            r"|competenc(?:y|ies)|abilities|minimum|essentials?"
            r"|your (?:profile|background|experience|skills)|what we(?:['’]re| are)? (?:looking|seeking|want"
            r"|expect|need)\w*|looking for|we['’]re looking"
            r"|the experience you|will need|ideal candidate|successful candidate|the candidate|education"
            r"|experience|knowledge|expertise|we expect"
            r"|who (?:we|are we|should|we are) (?:['’]?re )?(?:looking|want|apply)\w*"
            r"|a little (?:bit )?about you|prerequisites?|credentials|certifications?"
            r"|you would be|good fit|great fit|thrive here|seeking|your superpowers|technologies you"
            r"|required knowledge of|basic|anforderung(?:en|sprofil)|(?:dein|ihr|unser) profil|voraussetzung(?:en)?"
            r"|qualifikation(?:en)?|(?:du|sie) bring(?:st|en)|was du mitbringst|das bringst du mit|requisitos"
            r"|profil recherché|compétences requises|votre profil|vos compétences|tu perfil)\b",
        ),
        (
            Ask.DUTY,
            r"\b(?:responsib\w+|what you(?:['’]ll| will)? (?:do|be doing|work on|build|own)|you (?:will|['’]ll)"
            r"|you['’]ll|dut(?:y|ies)|the (?:role|job|position|work)\b"
            r"|your (?:tasks|mission|role|job|impact|day)|day[- ]to[- ]day|job (?:description|summary|purpose)"
            r"|will do|accountabilit\w+|tasks|about the (?:role|job)"
            r"|position (?:overview|summary)|role overview|key activities|in this role|essential functions"
            r"|scope|what you['’]ll|deliverables)\b",
        ),
        (
            Ask.OTHER,
            r"\b(?:benefits?|perks?|we offer|offer(?:s|ing)?|why (?:us|join|work|you)|about (?:us"
            r"|the (?:company|team)|\w+)|who we are|our (?:stack|team|company"
            r"|mission|values|story|culture|tech\w*|benefits|interview|process|offer)|company (?:overview"
            r"|description)|compensation|salary|pay|how to apply|apply"
            r"|equal|eeo|contact|(?:tech(?:nology|nical)?|current) stack|stack|technolog(?:y|ies)"
            r"|interview(?:ing)?|process|location|what we (?:do|offer|use|provide)"
            r"|more information|additional information|disclaimer|diversity|the (?:team|company|product)"
            r"|department|what['’]s in it|you['’]?ll get|schedule"
            r"|physical|working (?:conditions|environment)|overview|application)\b",
        ),
    )
)
_ORDER_FIX = re.compile(
    r"\b(?:benefits?|perks|we offer|offer you|equal opportunity|how to apply|what['’]s in it|you['’]ll get|you get)\b",
    re.I,
)
_PREFERRED = re.compile(
    r"\b(?:(?:is|are|as|be|considered|definitely|big|huge|major|strong|a|an?)\s(?:(?:a|an|also|great|nice|big"
    r"|huge|major|definite|strong|significant|added)\s)*"
    r"(?:plus|bonus|advantage|asset|benefit)(?:es)?|bonus(?: points)?(?: for| if|:)?|bonus (?:knowledge"
    r"|experience)|pluses|plus\s?[:!.]|nice[- ]to[- ]haves?"
    r"|prefer(?:red|ably|ence|s|able)?|ideal(?:ly)?(?! candidate)|desir(?:ed|able)|advantageous|beneficial"
    r"|helpful|welcome(?! to)|good to have"
    r"|extra (?:credit|points)|would be (?:great|nice|helpful|awesome|ideal|useful|good)|(?:not|isn['’]t"
    r"|aren['’]t) (?:strictly |a |absolutely )?"
    r"(?:required|necessary|mandatory|essential|requirement|must)|even better|optional(?:ly)?|great if"
    r"|love it if|points for|brownie points|of interest"
    r"|doesn['’]t hurt|a \+|interest in|of particular interest|would (?:also )?be a plus|plus if"
    r"|plus)\b(?!\s?[+&]|\s(?:equity|benefits|super|\d))",
    re.I,
)
_PREFERRED_TAIL = re.compile(
    r"\b(?:is|are|be|,)?\s?a (?:big |huge |major |definite |strong )?(?:plus|\+)(?=\W|$)|\+\+(?=\s*$)", re.I
)
_REQUIRED = re.compile(
    r"\b(?:required?|requires|requirements?|must(?:-have)?|mandatory|essential(?! functions)|is needed"
    r"|necessary|prerequisite|at least|minimum)\b",
    re.I,
)
_WANTS = re.compile(
    r"\b(?:experience[ds]?(?: with| in| of| using| working| building)?|look(?:ing|s)? for|seeking|need(?:s|ed)?"
    r"|want(?:s|ed)?|proficien\w+|familiar\w*|knowledge"
    r"|understanding|strong|solid|expert(?:ise|s)?|skill(?:s|ed)?|fluen\w+|background|know(?:s|ledgeable)?"
    r"|comfortable|ability to|able to|capable|competen\w+"
    r"|years?|you(?:['’]re| are| have|['’]ve| should| know| love| bring| can)|degree|bachelor\w*|master['’]?s"
    r"|ph\.?d|passion\w*|who (?:has|have|can|is|are|knows?)"
    r"|exposure|command of|mastery|track record|versed|exposure|qualif\w+|candidates?|hiring|developers? with"
    r"|engineers? with|chops|well[- ]versed|graduate"
    r"|credentials?|certifi\w+|keywords|B\.?S\.?|B\.?A\.?|M\.?S\.?|(?:developers?"
    r"|engineers?)(?: \([mfwdx/]+\))? (?:with|for|who))(?!\w)",
    re.I,
)
_OUR_OWN = re.compile(
    r"\b(?:our (?:stack|tech\w*|team|platform|product|backend|frontend|current|systems?|company|app\w*|code\w*"
    r"|infrastructure|customers?|clients?|mission"
    r"|services?|data science|culture)|we (?:use|are using|work with|built|build|have|run|rely|make|love|deploy"
    r"|develop|host|practice|do|are (?:a|an|building|not))"
    r"|we['’](?:re|ve) (?:a|an|built|building|using|worked|got|not|on|at|growing|backed|well)|stack:"
    r"|built (?:with|on|in|using)|powered by|technologies:"
    r"|the company|tech(?:nology)? stack|using (?:a )?(?:modern|latest)|currently use)\b",
    re.I,
)
_STRONG_WANT = re.compile(
    r"\b(?:look(?:ing)? for|seeking|experience (?:with|in|of|using)|required?|must|proficien\w+|familiar\w*"
    r"|knowledge of|you(?:['’]re| are| have| should| know)"
    r"|(?:\d|two|three|five)\+? years|skills?|we need|expert|need (?:a|an|someone)|hiring)\b",
    re.I,
)
_PREFERRED_STEMS = (
    "plus", "bonus", "prefer", "ideal", "desir", "advantag", "asset", "benef", "helpful",
    "welcome", "nice to", "good to", "extra ", "would ", "not ", "n't", "n’t", "even better",
    "optional", "great if", "love it", "points", "a +", "++", "interest",
)  # fmt: skip
_SENTENCE_END = re.compile(
    r"(?<=[.!?])[\"')\]]?\s+(?=[A-Z0-9\"'(\-•*])|\s(?:•|·|»)\s|\s-\s(?=[A-Z])|(?<=[a-z][.!?)])(?=[A-Z][a-z])"
)
_ABBREVIATION = re.compile(
    r"\b(?:e\.g|i\.e|etc|vs|inc|ltd|co|sr|jr|st|u\.s|no|dr|mr|ms|b\.s|m\.s|ph\.d|approx|incl|min|max)\.$", re.I
)
_CUT = re.compile(
    r";\s|\s[–—]\s|(?=\((?!\s*(?:strongly |highly )?(?:preferred|a plus|optional|required|desired|desirable"
    r"|bonus|nice to have)\s*\)|[^()\n]*\)\s?(?:is |are )?"
    r"(?:strongly |highly )?(?:preferred|a plus|desired|desirable|a bonus)))|(?<=\))(?!\s?(?:is "
    r"|are )?(?:strongly |highly )?(?:preferred|a plus|desired|desirable"
    r"|a bonus))|,?\s(?:but|while|although)\s|,?\s(?:and )?(?=(?:preferably|ideally|bonus points?"
    r"|nice to have)\b)|\.\s(?=Bonus)",
    re.I,
)
_MAY_CUT = re.compile(r"[;(–—]|but |while |although |[Pp]refer|[Ii]deally|[Bb]onus|[Nn]ice to")
_TO_DO = re.compile(
    r"\s(?=to (?:work|help|join|lead|build|develop|design|own|drive|create|expand|grow|support|improve|take"
    r"|manage|architect|maintain|scale|transform)\b)",
    re.I,
)
_OFFER = re.compile(r"\b(?:look(?:ing)? for|seeking|hiring|searching for|we need)\b", re.I)
_BULLET = re.compile(r"^(?:-|\d{1,2}[.)]|\(\w\))\s+")


def clauses(text: str) -> Iterator[Clause]:
    """The clauses of a cleaned description in order; headings themselves are not among them."""
    section: Ask | None = None
    at = 0
    for line in text.split("\n"):
        start, at = at, at + len(line) + 1
        if not line.strip():
            continue
        inline = _inline_heading(line)
        if inline is not None:
            kind, skip = inline
            section = section if _BULLET.match(line) else kind
            yield from _line_clauses(text, start + skip, start + len(line), kind)
            continue
        head = _heading(line)
        if head is not None:
            section = head
            continue
        bullet = _BULLET.match(line)
        yield from _line_clauses(text, start + (bullet.end() if bullet else 0), start + len(line), section)


def _heading(line: str) -> Ask | None:
    """What a heading line announces; None for a line that is no heading."""
    text = line.strip().strip("*_#:-– ").strip()
    if not text or len(text) > 90 or _BULLET.match(line):
        return None
    ends_open = line.rstrip().endswith((":", "…", "...", "?", "!"))
    words = text.split()
    if not ends_open and (len(words) > 8 or text[-1] in ".,;" or "|" in text or "," in text):
        return None
    if len(words) > 14 or re.search(r"https?:|@|\d{3}", text):
        return None
    kind = _kind_of(text)
    if kind is None:
        return None
    titled = text[:1].isupper() or text[:1] in "[(\"'¿"
    if ends_open or text.isupper():
        return kind
    return kind if not _is_wish(text) and (titled or len(words) <= 3) else None


def _is_wish(text: str) -> bool:
    """True for a line that itself names what is wanted: `Experience with Java`, `Strong SQL skills`."""
    return bool(
        re.search(
            r"\b(?:experience (?:with|in|of|using|working|developing|building|as|on)|knowledge of"
            r"|understanding of|ability to|familiar\w*|proficien\w+ (?:in|with)|degree|strong|excellent"
            r"|good|solid|\d\+?|years|advanced|basic (?:knowledge|understanding|\w+ skills)|fluent|previous"
            r"|proven|communication|problem|analytical|must|skills? (?:in|with|using)|coding|programming in)\b",
            text,
            re.I,
        )
    ) and not re.match(r"(?:basic|minimum|preferred|required|essential|desired) (?:qual|req|skill|exp)", text, re.I)


def _kind_of(text: str) -> Ask | None:
    if _ORDER_FIX.search(text):
        return Ask.OTHER
    return next((ask for ask, pattern in _HEADINGS if pattern.search(text)), None)


def _inline_heading(line: str) -> tuple[Ask, int] | None:
    """Section and length of a heading at the start of its own line: `Requirements: Python, SQL`."""
    match = re.match(r"\s*(?:-\s)?([A-Za-z][\w '’/&-]{2,40}?)\s?:\s+(?=\S)", line)
    if not match or len(match[1].split()) > 5:
        return None
    if re.fullmatch(
        r"(?:skills?|experience|education|technologies|stack|bonus|knowledge|plus|.*\b(?:requirements?"
        r"|qualifications?|nice to haves?|preferred|must[- ]haves?"
        r"|bonus(?: points)?|responsibilities|benefits|perks|plus(?:es)?|tech stack|our stack|required|you have"
        r"|skills|about you|desired|looking for))",
        match[1].strip(),
        re.I,
    ):
        kind = _kind_of(match[1])
        return (kind, match.end()) if kind else None
    return None


def _line_clauses(text: str, start: int, end: int, section: Ask | None) -> Iterator[Clause]:
    for low, high in _sentences(text, start, end):
        sentence = text[low:high]
        base = _of_sentence(sentence, section)
        if base is Ask.OTHER or base is Ask.DUTY or not (_MAY_CUT.search(sentence) or section is None):
            yield Clause(low, high, low, high, _of_clause(sentence, base), section)
            continue
        cuts = {m.end() for m in _CUT.finditer(sentence)} if _MAY_CUT.search(sentence) else set()
        purpose = len(sentence)
        if section is None and (offer := _OFFER.search(sentence)) and (task := _TO_DO.search(sentence, offer.end())):
            purpose = task.end()
        edges = sorted({0, *cuts, purpose, len(sentence)})
        for a, b in pairwise(edges):
            piece = sentence[a:b]
            if piece.strip():
                ask = Ask.DUTY if a >= purpose and base is Ask.REQUIRED else _of_clause(piece, base)
                yield Clause(low + a, low + b, low, high, ask, section)


def _sentences(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    low = start
    for match in _SENTENCE_END.finditer(text, start, end):
        if _ABBREVIATION.search(text, max(low, match.start() - 8), match.start()):
            continue
        if text[low : match.start()].strip():
            yield low, match.start()
        low = match.end()
    if text[low:end].strip():
        yield low, end


def _of_sentence(sentence: str, section: Ask | None) -> Ask:
    if section in (Ask.REQUIRED, Ask.PREFERRED):
        return section
    if section is Ask.OTHER and not _STRONG_WANT.search(sentence):
        return Ask.OTHER
    if section is Ask.DUTY and not re.search(
        r"\bmust have\b|\brequired\b|\byears\b|experience (?:with|in)\b|proficien|degree\b|familiar", sentence, re.I
    ):
        return Ask.DUTY
    if _OUR_OWN.search(sentence) and not _STRONG_WANT.search(sentence):
        return Ask.OTHER
    if _WANTS.search(sentence) or _REQUIRED.search(sentence) or _is_preferred(sentence):
        return Ask.REQUIRED
    return Ask.OTHER


def _is_preferred(piece: str) -> bool:
    lowered = piece.lower()
    if not any(stem in lowered for stem in _PREFERRED_STEMS):
        return False
    return bool(_PREFERRED.search(piece) or _PREFERRED_TAIL.search(piece))


def _of_clause(piece: str, base: Ask) -> Ask:
    if base in (Ask.OTHER, Ask.DUTY):
        return base
    if _is_preferred(piece):
        return Ask.PREFERRED
    if base is Ask.PREFERRED and re.search(r"\b(?:is|are) (?:required|mandatory|a must)\b|\bmust have\b", piece, re.I):
        return Ask.REQUIRED
    return base

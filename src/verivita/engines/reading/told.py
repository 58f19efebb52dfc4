"""Titles, employers and degrees that a paper tells in running text ("five years as a nurse at Mercy Hospital")."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from verivita.engines.reading.lexicon import degree_span, title_score, trade_word
from verivita.engines.reading.outline import Section, Value
from verivita.engines.reading.paragraphs import value_of
from verivita.engines.reading.ports import ReadText

_LABEL = re.compile(r"\b(?:(?:key |my |job )?role|designation|position(?: held)?|job title)[ \t]*[:–][ \t]*", re.I)
_FIRM = re.compile(
    r"^[ \t]*(?:(?:present|past|previous|current) )?(?:company|organi[sz]ation|employer)(?: name)?[ \t]*[:–][ \t]*",
    re.IGNORECASE | re.MULTILINE,
)
_AS = re.compile(
    r"\b(?:work\w*|serv(?:ed|es|ing)|join(?:ed|ing)|employ(?:ed|ment)|experiences?|function(?:ed|ing)|act(?:ed|ing)"
    r"|associated|position|roles?|career|job|hired|engaged|appointed|promoted|years|background|expertise|currently)\b"
    r"(?:[ \t]*\n?[ \t]*[^\s.;:•]+){0,6}?\s+as\s+(?:(?:an?|the)\s+)?",
    re.IGNORECASE,
)
_WANTED = re.compile(
    r"\b(?:position|role|job|post|employment|career|opportunity)\s+(?:of|for|as)\s+(?:(?:an?|the)\s+)?"
    r"|\bto\s+(?:be|become)\s+(?:an?|the)\s+(?:part\s+of\s+a\s+team\s+of\s+)?"
    r"|\b(?:seeking|looking\s+for|obtain|secure)\s+(?:(?:an?|the)\s+)?(?:new\s+|challenging\s+|full[- ]time\s+)?"
    r"|\bpromoted\s+(?:from|to)\s+(?:(?:an?|the)\s+)?|\bfrom\s+[\w /]{3,40}\s+to\s+(?=[A-Z])",
    re.IGNORECASE,
)
_OPENING = re.compile(
    r"(?:(?:an?|the|i\s+am|i’m|i'm)\s+)*(?:(?:highly|very|\w+ly|\w+(?:ed|al|ic|ive|ing|ile|ous|ant|ent))[,]?\s+(?:and\s+)?)*",
    re.IGNORECASE,
)
_GOES_ON = re.compile(
    r"\s*,?\s*(?:with|who|specializ\w+|specialis\w+|having|offering|experienced|seeking|possess\w+)\b", re.I
)
_WORD = re.compile(r"(?:[^\W\d_][\w.+#&’'-]*|&|1st|2nd|3rd|II|III)")
_JOINT = re.compile(r"[ \t]*/[ \t]*|[ \t]+|[ \t]*\n[ \t]*")
_AND = re.compile(r"\s*(?:,\s*(?:and\s+|or\s+)?|\s+(?:and|or)\s+(?:(?:an?|the)\s+)?)")
_STOP = frozenset(
    {
        *("with", "in", "at", "for", "from", "to", "on", "since", "who", "where", "that", "which", "and", "or", "by"),
        *("as", "is", "was", "were", "when", "while", "during", "under", "using", "until", "between", "having"),
        *("including", "i", "he", "she", "we", "my", "his", "her", "an", "a", "the"),
    }
)
_NO_TRADE = re.compile(
    r"(?:active |team |valued |effective |strong |natural )*(?:members?|leaders?|liaison|player|chair)", re.I
)
_OF_FIELD = re.compile(r"[ \t]+of[ \t]+[A-Z][\w&-]+(?:[ \t]+(?:and[ \t]+|&[ \t]+)?[A-Z][\w&-]+){0,2}")
_LONGEST = 7
_AT = re.compile(r"\s*,?\s+(?:at|with|for|in|by)\s+(?:the\s+)?(?=[A-Z])")
_NAME = re.compile(r"[A-Z][\w&.’'-]*(?:[ \t]+(?:[A-Z][\w&.’'()-]*|of|and|&|for)){0,7}")
_FROM = re.compile(r"^(?:['’]s)?(?:\s+degree)?(?:\s*\([^)\n]{2,30}\))?\s+(?:in|of|from)\s+[A-Z]")
_AFTER_NAME = re.compile(r"^\s*,\s*")
_PERSON = frozenset({"summary", "contact", "other", "skills"})
_SILENT = frozenset({"references", "publications", "awards", "interests", "languages", "volunteering"})


@dataclass(frozen=True, slots=True)
class Told:
    """What running text says of the person's work and degrees, in the order of the text."""

    titles: tuple[Value, ...] = ()
    employers: tuple[Value, ...] = ()
    degrees: tuple[Value, ...] = ()


def told_of(read: ReadText, sections: Sequence[Section], name: Value | None) -> Told:
    """Find them by the words that lead to them; a title must end in a word of trades or ranks."""
    titles: dict[tuple[int, int], None] = {}
    employers: dict[tuple[int, int], None] = {}
    degrees: dict[tuple[int, int], None] = {}
    for section in sections:
        if section.kind in _SILENT:
            continue
        for span in _titles(read.text, section):
            titles[span] = None
            place = _place_of_work(read.text, span[1], section.end)
            if place is not None:
                employers[place] = None
        if section.kind != "education":
            for match in _FIRM.finditer(read.text, section.start, section.end):
                if (firm := _firm(read.text, match.end(), section.end)) is not None:
                    employers[firm] = None
        if section.kind in _PERSON:
            degrees.update(dict.fromkeys(_degrees(read.text, section, name)))
    return Told(_values(read, titles), _values(read, employers), _values(read, degrees))


def _values(read: ReadText, spans: dict[tuple[int, int], None]) -> tuple[Value, ...]:
    page = {line.start: line.page for line in read.lines}
    starts = sorted(page)
    out: list[Value] = []
    for start, end in sorted(spans):
        line = max((at for at in starts if at <= start), default=0)
        out.append(value_of(read, start, end, page.get(line, 1)))
    return tuple(out)


def _titles(text: str, section: Section) -> Iterator[tuple[int, int]]:
    patterns = [_LABEL] if section.kind == "education" else [_LABEL, _AS]
    if section.kind in _PERSON:
        patterns.append(_WANTED)
    for pattern in patterns:
        for match in pattern.finditer(text, section.start, section.end):
            yield from _row(text, match.end(), section.end)
    if section.kind == "summary":
        for value in section.texts[:1]:
            opening = _OPENING.match(value.text)
            start = value.start + (opening.end() if opening is not None else 0)
            for low, high in _row(text, start, section.end):
                if _GOES_ON.match(text, high):
                    yield low, high


def _row(text: str, start: int, limit: int) -> Iterator[tuple[int, int]]:
    """The title that begins at `start`, and those joined to it by a comma or "and"."""
    while True:
        end = _title_end(text, start, limit)
        if end is None:
            return
        yield start, end
        joint = _AND.match(text, end, limit)
        if joint is None:
            return
        start = joint.end()


def _title_end(text: str, start: int, limit: int) -> int | None:
    """Where the title that begins at `start` ends: after its last word of trades or ranks, before a stop word."""
    at, end = start, None
    for _ in range(_LONGEST):
        word = _WORD.match(text, at, limit)
        if word is None or word.group().lower() in _STOP:
            break
        at = word.end()
        if trade_word(word.group().lower().rstrip(".").rsplit("/", 1)[-1]):
            end = at - (word.group().endswith(".") and 1)
        if word.group().endswith(".") and len(word.group()) > 4:
            break
        joint = _JOINT.match(text, at, limit)
        if joint is None or not joint.group():
            break
        at = joint.end()
    if end is not None and (field := _OF_FIELD.match(text, end, limit)) is not None:
        end = field.end()
    if end is None or _NO_TRADE.fullmatch(text[start:end]) is not None:
        return None
    return end if title_score(text[start:end]) >= 1 else None


def _place_of_work(text: str, at: int, limit: int) -> tuple[int, int] | None:
    """The capitalised name after "at", "with", "for" or "in" that follows a title at once."""
    lead = _AT.match(text, at, limit)
    return _firm(text, lead.end(), limit) if lead is not None else None


def _firm(text: str, at: int, limit: int) -> tuple[int, int] | None:
    """The capitalised name that begins at `at`."""
    name = _NAME.match(text, at, limit)
    if name is None:
        return None
    words = re.sub(r"(?:\s+(?:of|and|&|for))+$", "", name.group()).rstrip(".,")
    return name.start(), name.start() + len(words)


def _degrees(text: str, section: Section, name: Value | None) -> Iterator[tuple[int, int]]:
    at = section.start
    while at < section.end:
        end = text.find("\n", at, section.end)
        end = section.end if end < 0 else end
        line = text[at:end]
        found = degree_span(line)
        if found is not None and any(c.isupper() for c in line[found[0] : found[1]]):
            low, high = found
            whole = " of " in line[low:high] or " in " in line[low:high] or _FROM.match(line[high:])
            beside = name is not None and at <= name.end <= at + low and not text[name.end : at + low].strip(" ,\t")
            if whole or beside:
                yield at + low, at + high
        at = end + 1

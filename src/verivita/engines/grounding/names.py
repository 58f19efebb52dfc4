"""Names, titles, degrees and skills that a claim gives, and whether the sources give them too."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

from verivita.engines.grounding.tokens import Token, bag, stem, tokens
from verivita.engines.skills import SkillKind, extract, load_taxonomy

_UNNAMED = bag(
    "i january february march april may june july august september october november december monday tuesday "
    "wednesday thursday friday saturday sunday jan feb mar apr jun jul aug sep sept oct nov dec mr mrs ms dr prof "
    "usd eur gbp sek pln spring summer autumn fall winter"
)
_EMPLOYED = re.compile(r"(?:\b(?:at|for|with|by|from|joined|of)|@)\s+(?:the\s+)?$", re.IGNORECASE)
_DEGREES = (
    ("associate", r"associate(?:['’]?s)?\s+(?:degree|of|in)|\bA\.?A\.?S\.?\b"),
    (
        "bachelor",
        r"(?i:bachelor\w*|baccalaureate|undergraduate degree|licenciatura)"
        r"|\bB\.?\s?(?:Sc|S|A|Eng|Tech|Com|BA|Ed|E)\b\.?|\bBBA\b|\bLLB\b",
    ),
    (
        "master",
        r"(?i:master['’]?s(?: degree)?|master of|\bmaster in|magister|postgraduate degree)"
        r"|\bM\.?\s?(?:Sc|S|A|Eng|Tech|Com|Ed|Phil)\b\.?|\bLLM\b",
    ),
    ("mba", r"\bMBA\b|(?i:master of business administration)"),
    ("doctor", r"(?i:\bph\.?\s?d\b|doctorate|doctoral|doctor of)|\bMD\b|\bDPhil\b"),
    ("diploma", r"(?i:\bdiploma\b)"),
    ("first class", r"(?i:\bfirst[- ]class\b|\bsumma cum laude\b|\bwith distinction\b)"),
    ("honours", r"(?i:\bhonou?rs\b|\bhons\b|\bcum laude\b)"),
)
_DEGREE = [(level, re.compile(pattern)) for level, pattern in _DEGREES]
_ROLE = re.compile(
    r"(?:\bas|\bbeing|\bbecame|\bwas|\bam|\bis|\brole of|\bposition of|\bpromoted to|\btitle of|\bjob of)\s+"
    r"(?:an?|the|their|its)?\s*$",
    re.IGNORECASE,
)
_NO_TITLE = bag("member author user owner volunteer student candidate speaker inventor graduate operative native")
ROOT = 6
"""Words with so many equal first letters may be one name in a short and a long form: Postgres, PostgreSQL."""
_QUALIFIED = bag("registered certified licensed licenced qualified chartered experienced accounting managing")
_AFTER = re.compile(
    r"\s*(?:$|[,.;(|–—-]|\d|(?:at|of|with|for|from|in|on|and|since|who|to|by|until|during)\b)", re.IGNORECASE
)
_SAME = {"sr": "senior", "jr": "junior", "sr.": "senior", "dev": "developer", "mgr": "manager", "rep": "representative"}


@lru_cache(maxsize=1)
def _title_words() -> frozenset[str]:
    text = resources.files("verivita.engines.reading").joinpath("data/title_words.txt").read_text(encoding="utf-8")
    return frozenset(line for line in text.split("\n") if line and not line.startswith("#"))


@dataclass(frozen=True, slots=True)
class Name:
    """A proper name of one or more words; `employer` where the words before it say "at" or "for"."""

    words: tuple[Token, ...]
    employer: bool

    def __str__(self) -> str:
        return " ".join(word.text for word in self.words)


@lru_cache(maxsize=8192)
def names(text: str) -> tuple[Name, ...]:
    """The proper names of a text: capitals inside a sentence, capitals and digits inside a word."""
    words = tokens(text)
    out: list[Name] = []
    run: list[Token] = []
    for at, token in enumerate(words):
        if _named(text, words, at):
            if run and text[run[-1].end : token.start].strip(" &'’-/"):
                out.append(_name(text, run))
                run = []
            run.append(token)
        elif run and not (
            token.low in ("of", "and", "the", "de") and at + 1 < len(words) and _named(text, words, at + 1)
        ):
            out.append(_name(text, run))
            run = []
    if run:
        out.append(_name(text, run))
    return tuple(out)


def _name(text: str, run: list[Token]) -> Name:
    return Name(tuple(run), bool(_EMPLOYED.search(text[: run[0].start])))


def _named(text: str, words: Sequence[Token], at: int) -> bool:
    token = words[at]
    if token.low in _UNNAMED or not token.content or not token.text[0].isalnum():
        return False
    word = token.text
    if word[0].isdigit():
        return False
    if sum(c.isupper() for c in word) > 1 or any(map(str.isdigit, word)):
        return True
    return word[0].isupper() and not _opens(text, token)


def _opens(text: str, token: Token) -> bool:
    """Whether a word is the first of its sentence."""
    before = text[: token.start].rstrip(" \"'“‘(`[*-•")
    return not before or before[-1] in ".!?:;\n"


def unknown(name: Name, known: frozenset[str], text: str) -> list[Token]:
    """The words of a name that no word of the sources fits; `known` holds folded words and stems, `text` all of it."""
    return [word for word in name.words if not fits(word, known, text)]


def fits(word: Token, known: frozenset[str], text: str) -> bool:
    """Whether a word stands in the sources: itself, its stem, a long common beginning, or as an abbreviation."""
    if word.low in known or word.stem in known or _SAME.get(word.low) in known:
        return True
    if len(word.low) >= ROOT:
        for other in _by_root(known).get(word.low[:ROOT], ()):
            if other.startswith(word.low) or word.low.startswith(other):
                return True
    return word.text.isupper() and 2 <= len(word.text) <= 5 and word.low in initials(text)


@lru_cache(maxsize=512)
def _by_root(known: frozenset[str]) -> dict[str, list[str]]:
    """Long words by their first letters."""
    out: dict[str, list[str]] = {}
    for word in sorted(known):
        if len(word) >= ROOT:
            out.setdefault(word[:ROOT], []).append(word)
    return out


@lru_cache(maxsize=512)
def initials(text: str) -> frozenset[str]:
    """The first letters of neighbouring content words, two to five at a time: "human resources" gives "hr"."""
    letters = [token.low[0] if token.content else "" for token in tokens(text)]
    out = set()
    for at in range(len(letters)):
        word = ""
        for letter in letters[at : at + 8]:
            word += letter
            if 2 <= len(word) <= 5:
                out.add(word)
    return frozenset(out)


@lru_cache(maxsize=8192)
def degrees(text: str) -> frozenset[str]:
    """Levels of degrees that a text names."""
    return frozenset(level for level, pattern in _DEGREE if pattern.search(text))


@lru_cache(maxsize=8192)
def skills(text: str) -> tuple[tuple[str, str, bool], ...]:
    """(id, words, named) of the skills that a text shows, soft ones and languages left out.

    `named` is False for common words such as "spreadsheets", which another wording may have meant.
    """
    mentions = extract(text, load_taxonomy())
    plain = (SkillKind.SOFT, SkillKind.LANGUAGE)
    shown = ((m, text[m.start : m.end]) for m in mentions if m.kind not in plain)
    return tuple((m.skill_id, words, words.lower() != words) for m, words in shown)


@lru_cache(maxsize=512)
def implied(texts: tuple[str, ...]) -> frozenset[str]:
    """The ids of the skills that the texts show, and of what these imply."""
    return load_taxonomy().implied(id for text in texts for id, _, _ in skills(text))


def unshown(claim: str, texts: tuple[str, ...], known: frozenset[str]) -> list[tuple[str, bool]]:
    """The skills (words, named) that a claim shows and the sources show under no name; a child proves its parents."""
    said = skills(claim)
    if not said:
        return []
    shown = implied(texts)
    return [
        (words, named)
        for id, words, named in said
        if id not in shown and not all(t.stem in known for t in tokens(words) if t.content)
    ]


@lru_cache(maxsize=8192)
def titles(text: str) -> tuple[tuple[str, ...], ...]:
    """The job titles that a text claims, each as its words: at its begin, or behind "as", "promoted to" and such."""
    words = tokens(text)
    out = []
    for at, token in enumerate(words):
        if token.low not in _title_words() or token.low in _NO_TITLE:
            continue
        begin = at
        while begin and _belongs(text, words, begin):
            begin -= 1
        phrase = words[begin : at + 1]
        if _claimed(text, phrase) and not _longer(text, words, at):
            out.append(tuple(stem(_SAME.get(t.low, t.low)) for t in phrase))
    return tuple(out)


def _claimed(text: str, phrase: Sequence[Token]) -> bool:
    """Whether the text says that the person is this: behind "as" and such, or as its first words."""
    before, after = text[: phrase[0].start], text[phrase[-1].end :]
    if len(phrase) > 5 or any(token.low[0].isdigit() for token in phrase):
        return False
    if _ROLE.search(before):
        return True
    if before.strip(" -•*\"'"):
        return False
    first = phrase[0].low
    verb = first.endswith(("ed", "ing")) and first not in _QUALIFIED and len(phrase) > 1 and phrase[1].text.islower()
    return not verb and _AFTER.match(after) is not None


def _belongs(text: str, words: Sequence[Token], begin: int) -> bool:
    """Whether the word before still belongs to the title."""
    before = words[begin - 1]
    joined = not text[before.end : words[begin].start].strip(" -/&")
    return joined and (before.content or before.low in ("and",)) and before.low not in _UNNAMED


def _longer(text: str, words: Sequence[Token], at: int) -> bool:
    """Whether another title word follows at once: "Manager Assistant" is read at its last word."""
    if at + 1 >= len(words) or text[words[at].end : words[at + 1].start].strip(" -"):
        return False
    return words[at + 1].low in _title_words()


def untitled(claim: str, heads: Sequence[str]) -> Iterator[str]:
    """The titles of a claim whose words no single line of the sources holds."""
    for title in titles(claim):
        wanted = {word for word in title if word not in ("and", "of")}
        if not any(wanted <= _line(line) for text in heads for line in text.split("\n")):
            yield " ".join(title)


@lru_cache(maxsize=8192)
def _line(line: str) -> frozenset[str]:
    return frozenset(stem(_SAME.get(token.low, token.low)) for token in tokens(line))

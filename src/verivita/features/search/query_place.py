"""The place that a job query names: a known name, a city with its state, or an unknown name after "in"."""

from __future__ import annotations

import re

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

_TOKEN = re.compile(r"[^\W\d_]+(?:[.'-][^\W\d_]+)*\.?")
_PREP = re.compile(
    r"(?:\b(?:in|near|around|based in|located in|within|across|to|at|from|close to|outside|commut\w+ (?:to|"
    r"distance (?:of|from))|"
    r"\d+ ?(?:miles?|km|kilometers?|kilometres?) (?:of|from|around))(?: the)?(?: (?:greater|central|"
    r"downtown|north|south|east|west))?\s+)$"
)
_STRONG_PREP = re.compile(
    r"\b(?:in|near|around|within|outside|based in|located in|relocat\w+ to|move to|miles? (?:of|from)|km "
    r"(?:of|from))(?: the)?\s+$"
)
_REMOTE_BEFORE = re.compile(r"[\x00][\s,(/-]*$")
_RELOCATE = re.compile(
    r"(?:\b(?:willing to |open to |can |happy to |want to |wanting to )?(?:relocat\w+|mov(?:e|ing)) (?:to "
    r")?|\b(?:i live |living |based |located |situated )?)$"
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
        return _doubtful(sheet, name, said, start, end, index)
    return True


def _doubtful(sheet: Sheet, name: str, said: str, start: int, end: int, index: int) -> bool:
    """A name that is also a word, without a preposition: only after a comma, beside "remote", or last."""
    if index == 0 and not (name in AREAS and _after_remote(sheet, end, forward=True)):
        return False
    last = not sheet.flat[end:].strip(" .,;!?)\x00")
    after_comma = sheet.flat[:start].rstrip().endswith(",")
    beside = name in AREAS and _after_remote(sheet, end, forward=True)
    return after_comma or beside or (last and (said[:1].isupper() or name in AREAS))


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

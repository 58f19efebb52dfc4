"""Text -> the skills that it shows, each with the span that shows it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from verivita.engines.skills import context
from verivita.engines.skills.model import SkillKind, SkillMention
from verivita.engines.skills.taxonomy import Guard, Surface, Taxonomy
from verivita.engines.skills.words import Token, joint, lower, tokens

_ADDRESS = re.compile(r"(?:https?://|www\.)\S+|\S+@\S+\.\w+", re.IGNORECASE)
_CONFIDENCE = {Guard.PLAIN: 0.95, Guard.CASE: 0.9, Guard.CONTEXT: 0.8, Guard.LOOSE: 0.7, Guard.LANGUAGE: 0.9}


@dataclass(frozen=True, slots=True)
class _Candidate:
    start: int
    end: int
    surface: Surface


def extract(text: str, taxonomy: Taxonomy) -> tuple[SkillMention, ...]:
    """All skills shown by the text, in order, without overlaps; the longest name wins.

    Ambiguous names count only in their own case and in a fitting place (see `context`). Positions are characters of
    `text`. Linear in the length of the text.
    """
    found = _candidates(text, taxonomy)
    kept = [c for c, ok in zip(found, _judge(text, found), strict=True) if ok]
    return tuple(
        SkillMention(
            c.surface.skill.id, c.surface.skill.name, c.surface.skill.kind, c.start, c.end, _CONFIDENCE[c.surface.guard]
        )
        for c in kept
    )


def by_kind(mentions: Iterable[SkillMention]) -> dict[SkillKind, tuple[str, ...]]:
    """Names of the mentioned skills for each kind, each once, in the order of the text; every kind is a key."""
    names: dict[SkillKind, dict[str, None]] = {kind: {} for kind in SkillKind}
    for mention in mentions:
        names[mention.kind][mention.name] = None
    return {kind: tuple(found) for kind, found in names.items()}


def _candidates(text: str, taxonomy: Taxonomy) -> list[_Candidate]:
    lowered = lower(text)
    words = tokens(lowered)
    blocked = [m.span() for m in _ADDRESS.finditer(text)] if "@" in text or "://" in text or "www." in lowered else []
    found: list[_Candidate] = []
    longest, i, last = taxonomy.longest, 0, len(words)
    while i < last:
        length = longest.get(words[i][0])
        hit = _longest(lowered, words, i, length, taxonomy) if length else None
        if hit is None:
            i += 1
            continue
        surface, count = hit
        start, end = words[i][1], words[i + count - 1][2]
        i += count
        if not any(a < end and start < b for a, b in blocked):
            found.append(_Candidate(start, end, surface))
    return found


def _longest(lowered: str, words: list[Token], i: int, length: int, taxonomy: Taxonomy) -> tuple[Surface, int] | None:
    """The longest known name that starts at word i, and its number of words."""
    surfaces = taxonomy.surfaces
    run = words[i][0]
    best: tuple[Surface, int] | None = None
    surface = surfaces.get(run)
    if surface is not None:
        best = surface, 1
    for n in range(1, min(length, len(words) - i)):
        word, start, _ = words[i + n]
        sign = joint(lowered[words[i + n - 1][2] : start])
        if sign is None:
            break
        run = f"{run}{sign}{word}"
        surface = surfaces.get(run)
        if surface is not None:
            best = surface, n + 1
    return best


def _judge(text: str, found: list[_Candidate]) -> list[bool]:
    """Which candidates count. Plain ones always; the others by case, place and accepted neighbours, in two passes."""
    verdict = [c.surface.guard is Guard.PLAIN or _sure(text, c) for c in found]
    for order in (range(len(found)), range(len(found) - 1, -1, -1)):
        for i in order:
            if not verdict[i]:
                verdict[i] = _beside(text, found, verdict, i)
    return verdict


def _sure(text: str, c: _Candidate) -> bool:
    """Whether an ambiguous candidate proves itself without its neighbours."""
    form = text[c.start : c.end]
    if c.surface.guard is Guard.LANGUAGE:
        return form[0].isupper() and context.spoken(text, c.start, c.end)
    if c.surface.guard is Guard.LOOSE:
        return context.meant(text, c.start, c.end)
    guard = c.surface.forms.get(form)
    if guard is None or context.denied(text, c.start, c.end, form.lower(), in_list=False):
        return False
    return guard is Guard.CASE or context.cued(text, c.start, c.end, form.lower())


def _beside(text: str, found: list[_Candidate], verdict: list[bool], i: int) -> bool:
    """Whether accepted neighbours in the same list carry an ambiguous candidate along."""
    c = found[i]
    near_left = i > 0 and context.listed(text[found[i - 1].end : c.start])
    near_right = i + 1 < len(found) and context.listed(text[c.end : found[i + 1].start])
    left = near_left and verdict[i - 1] and _carries(found[i - 1], c)
    right = near_right and verdict[i + 1] and _carries(found[i + 1], c)
    form = text[c.start : c.end]
    if not (left or right) or context.denied(text, c.start, c.end, form.lower(), in_list=right):
        return False
    if c.surface.guard is Guard.LANGUAGE:
        return form[0].isupper()
    if c.surface.guard is Guard.LOOSE:
        return not context.boilerplate(text, c.start, c.end)
    if form in c.surface.forms:
        return True
    first, final = context.edges(text, c.start, c.end)
    return (left and (near_right or final)) or (right and (near_left or first))


def _carries(neighbour: _Candidate, c: _Candidate) -> bool:
    """Languages carry languages, soft skills soft skills; technical names and tools carry all the others."""
    kind = neighbour.surface.skill.kind
    if c.surface.guard is Guard.LANGUAGE or SkillKind.SOFT in (kind, c.surface.skill.kind):
        return kind is c.surface.skill.kind
    if c.surface.guard is Guard.LOOSE:
        return kind is not SkillKind.LANGUAGE
    return kind in (SkillKind.TECHNICAL, SkillKind.TOOL)

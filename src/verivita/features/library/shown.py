"""Which skills a paper shows of its person: named ones, used ones, and names in skill lists that no table knows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from verivita.core.text import fold
from verivita.engines.reading.evidence import of_person
from verivita.engines.reading.outline import Outline, Value
from verivita.engines.reading.paragraphs import value_of
from verivita.engines.reading.ports import ReadText
from verivita.engines.skills import SkillKind, SkillMention
from verivita.engines.skills.context import listed

_NAMING = frozenset({"skills", "summary", "contact", "languages"})
"""Sections in which people say what they can."""
_ASIDE = frozenset({"awards", "education", "interests", "volunteering"})
_EVERYDAY = 0.75
"""Mentions surer than this are no everyday words."""
_PLAIN_NAME = re.compile(r"[A-ZÀ-Þ][^\W\d_]*(?:[ \-/.&+][^\W\d_]+){0,2}[+#]*")
_CUT = re.compile(r"[ \t]*[,;•·●▪|][ \t]*(?:and[ \t]+)?|[ \t]+(?:and|&)[ \t]+")
_CROWD, _WINDOW, _ROW = 4, 150, 70


def shown_skills(
    read: ReadText, outline: Outline, mentions: Sequence[SkillMention], *, named_only: bool = False
) -> tuple[SkillMention, ...]:
    """The mentions that show a skill of the person, in the order of the text.

    What is told of one's work proves a skill as well as a list does. With `named_only` those are left that a reader
    would mark as the name of a skill: a tool wherever it is told, a technique with a name of its own where work is
    told; knowledge, soft skills and common nouns ("testing") where people name what they can: in skill lists, in the
    summary, beside other skills.
    """
    theirs = of_person(read, outline)
    own = [m for m in mentions if theirs(m.start, m.end)]
    return tuple(m for i, m in enumerate(own) if not named_only or _named(read, outline, own, i))


def _named(read: ReadText, outline: Outline, own: Sequence[SkillMention], i: int) -> bool:
    mention = own[i]
    if mention.kind is SkillKind.TOOL:
        return True
    section = next((s.kind for s in outline.sections if s.start <= mention.start < s.end), "other")
    if section in _NAMING:
        return True
    left = i > 0 and listed(read.text[own[i - 1].end : mention.start])
    if left or (i + 1 < len(own) and listed(read.text[mention.end : own[i + 1].start])):
        return True
    if section in _ASIDE or mention.confidence < _EVERYDAY:
        return False
    has_name = any(c.isupper() or c.isdigit() for c in read.text[mention.start : mention.end])
    return has_name and mention.kind in (SkillKind.TECHNICAL, SkillKind.LANGUAGE)


def unlisted_skills(
    read: ReadText, outline: Outline, mentions: Sequence[SkillMention]
) -> tuple[tuple[str, Value], ...]:
    """Short names among known skills that no table knows, each with an id of its own ("own:spufi").

    They stand in a skill list, or between two known skills of one row. Only among skills that are known: a list of
    towns or referees under the wrong heading shows none.
    """
    theirs = of_person(read, outline)
    own = [m for m in mentions if theirs(m.start, m.end)]
    found = {(v.start, v.end): v for v in (*_listed(outline, mentions), *_between(read, own))}
    return tuple((_id(value.text), found[place]) for place, value in sorted(found.items()))


def _id(name: str) -> str:
    return f"own:{re.sub(r'[^a-z0-9+#]+', '-', fold(name)).strip('-')}"


def _listed(outline: Outline, mentions: Sequence[SkillMention]) -> Iterator[Value]:
    for section in outline.sections:
        for item in section.items if section.kind == "skills" else ():
            if any(m.start < item.end and item.start < m.end for m in mentions):
                continue
            around = sum(abs(m.start - item.start) < _WINDOW for m in mentions)
            if around >= _CROWD and _PLAIN_NAME.fullmatch(" ".join(item.text.split())):
                yield item


def _between(read: ReadText, own: Sequence[SkillMention]) -> Iterator[Value]:
    for before, after in pairwise(own):
        gap = read.text[before.end : after.start]
        if len(gap) > _ROW:
            continue
        cuts = [match.span() for match in _CUT.finditer(gap)]
        if len(cuts) < 2 or cuts[0][0] != 0 or cuts[-1][1] != len(gap):
            continue
        for (_, start), (end, _) in pairwise(cuts):
            if _PLAIN_NAME.fullmatch(gap[start:end]):
                page = next((line.page for line in read.lines if line.end > before.end + start), 1)
                yield value_of(read, before.end + start, before.end + end, page)

"""Which skills a paper shows of its person: those that a table knows, and names in skill lists that none knows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from verivita.core.ids import FactId
from verivita.core.text import fold
from verivita.engines.reading.evidence import of_person
from verivita.engines.reading.outline import Outline, Value
from verivita.engines.reading.paragraphs import value_of
from verivita.engines.reading.ports import ReadText
from verivita.engines.skills import SkillMention
from verivita.features.library.model import Fact, FactKind

_PLAIN_NAME = re.compile(r"[A-ZÀ-Þ][^\W\d_]*(?:[ \-/.&+][^\W\d_]+){0,2}[+#]*")
_CUT = re.compile(r"[ \t]*[,;•·●▪|][ \t]*(?:and[ \t]+)?|[ \t]+(?:and|&)[ \t]+")
_CROWD, _WINDOW, _ROW = 4, 150, 70
_IN_ROW, _APART = 3, 40


def shown_skills(read: ReadText, outline: Outline, mentions: Sequence[SkillMention]) -> tuple[SkillMention, ...]:
    """The mentions that show a skill of the person, in the order of the text; not those in names of firms and schools.

    What is told of one's work proves a skill as well as a list does.
    """
    theirs = of_person(read, outline)
    return tuple(m for m in mentions if theirs(m.start, m.end))


def named(places: Sequence[tuple[int, int, str]]) -> list[bool]:
    """Which of a paper's skills, as (start, end, kind of section), it names as such; the rest it tells of in passing.

    It names those in a skill list and in rows of at least `_IN_ROW`, each at most `_APART` characters from the next: a
    word in the midst of a sentence ("taught evening classes") says more of the work than of a skill.
    """
    order = sorted(range(len(places)), key=lambda i: places[i])
    rows: list[list[int]] = []
    end = -_APART - 1
    for i in order:
        if places[i][0] - end > _APART:
            rows.append([])
        rows[-1].append(i)
        end = max(end, places[i][1])
    found = [kind == "skills" for _, _, kind in places]
    for row in rows:
        if len(row) >= _IN_ROW:
            for i in row:
                found[i] = True
    return found


def named_skills(facts: Sequence[Fact]) -> frozenset[FactId]:
    """The SKILL facts of one paper that it names as skills; see `named`."""
    skills = [fact for fact in facts if fact.kind is FactKind.SKILL]
    are = named([(fact.span.start, fact.span.end, fact.section) for fact in skills])
    return frozenset(fact.id for fact, is_named in zip(skills, are, strict=True) if is_named)


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

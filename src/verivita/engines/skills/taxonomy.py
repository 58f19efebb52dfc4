"""Skill names, aliases, kinds and what each skill implies, loaded once from the shipped table."""

from __future__ import annotations

import csv
import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from importlib import resources

from verivita.engines.skills.model import Skill, SkillKind
from verivita.engines.skills.words import WORD, key


class Guard(IntEnum):
    """How much a surface form must prove before it counts as the skill."""

    PLAIN = 0
    CASE = 1
    CONTEXT = 2
    LOOSE = 3
    LANGUAGE = 4


@dataclass(frozen=True, slots=True)
class Surface:
    """One look-up key of a skill. `forms` gives the guard of each written form that counts; empty: any form counts."""

    skill: Skill
    forms: Mapping[str, Guard]

    @property
    def guard(self) -> Guard:
        """The mildest guard of its forms."""
        return min(self.forms.values(), default=Guard.PLAIN)


class Taxonomy:
    """All skills with their surface forms; nothing that it says changes after it is made.

    `surfaces` maps a look-up key (see `words.key`) to its surface; `longest` maps the first word of every key to the
    number of words of the longest key that starts so.
    """

    __slots__ = ("_one", "by_id", "longest", "skills", "surfaces")

    def __init__(self, skills: Iterable[Skill]) -> None:
        self.skills: tuple[Skill, ...] = tuple(skills)
        self.by_id: Mapping[str, Skill] = {s.id: s for s in self.skills}
        self.surfaces: dict[str, Surface] = {}
        self.longest: dict[str, int] = {}
        self._one: dict[str, frozenset[str]] = {}
        for skill in self.skills:
            self._add(skill, skill.name)
        for skill in self.skills:
            for alias in skill.aliases:
                self._add(skill, alias)

    def _add(self, skill: Skill, form: str) -> None:
        guard, exact = _guard(skill.kind, form)
        found = key(exact)
        known = self.surfaces.get(found)
        if not found or (known is not None and known.skill is not skill):
            return
        forms = {} if guard is Guard.PLAIN else {**(known.forms if known else {}), exact: guard}
        self.surfaces[found] = Surface(skill, forms)
        words = WORD.findall(found)
        if self.longest.get(words[0], 0) < len(words):
            self.longest[words[0]] = len(words)

    def find(self, name: str) -> Skill | None:
        """The skill of this name or alias, in any case; None when it is not known."""
        surface = self.surfaces.get(key(name))
        return surface.skill if surface else None

    def implied(self, skill_ids: Iterable[str]) -> frozenset[str]:
        """These ids and all that they imply, one way only: Django gives Python, Python gives nothing more."""
        found = [i for i in skill_ids if i in self.by_id]
        if len(found) != 1:
            return self._reached(found)
        (one,) = found
        if one not in self._one:
            self._one[one] = self._reached(found)
        return self._one[one]

    def _reached(self, todo: list[str]) -> frozenset[str]:
        seen = set[str]()
        while todo:
            one = todo.pop()
            if one not in seen:
                seen.add(one)
                todo.extend(p for p in self.by_id[one].parents if p in self.by_id)
        return frozenset(seen)


def _guard(kind: SkillKind, surface: str) -> tuple[Guard, str]:
    if kind is SkillKind.LANGUAGE and " " not in surface:
        return Guard.LANGUAGE, surface
    if surface[:1] == "=":
        return Guard.CASE, surface[1:]
    if surface[:1] == "~":
        return Guard.CONTEXT, surface[1:]
    if surface[:1] == "?":
        return Guard.LOOSE, surface[1:]
    return Guard.PLAIN, surface


def parse(lines: Iterable[str]) -> list[Skill]:
    """Skills from the shipped table (tab separated: id, name, kind, aliases, parents, uri; lists divided by "; ")."""
    rows = csv.DictReader((line for line in lines if not line.startswith("#")), delimiter="\t", quoting=csv.QUOTE_NONE)
    return [
        Skill(
            id=row["id"],
            name=row["name"],
            kind=SkillKind(row["kind"]),
            aliases=tuple(row["aliases"].split("; ")) if row["aliases"] else (),
            parents=tuple(row["parents"].split("; ")) if row["parents"] else (),
            uri=row["uri"] or None,
        )
        for row in rows
    ]


@functools.cache
def load_taxonomy() -> Taxonomy:
    """The shipped table, read once for each process."""
    text = resources.files("verivita.engines.skills").joinpath("data/skills.tsv").read_text(encoding="utf-8")
    return Taxonomy(parse(text.splitlines()))

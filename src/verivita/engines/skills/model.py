"""Skill and SkillMention: what the taxonomy knows and what a text shows."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class SkillKind(StrEnum):
    """Coarse kind of a skill."""

    TECHNICAL = "technical"
    TOOL = "tool"
    SOFT = "soft"
    LANGUAGE = "language"
    KNOWLEDGE = "knowledge"


@dataclass(frozen=True, slots=True)
class Skill:
    """One skill: a stable id (slug), the name to show, its kind, and skills that it implies (parents, one way only)."""

    id: str
    name: str
    kind: SkillKind
    aliases: tuple[str, ...] = ()
    parents: tuple[str, ...] = ()
    uri: str | None = None


@dataclass(frozen=True, slots=True)
class SkillMention:
    """A skill shown by `text[start:end]`."""

    skill_id: str
    name: str
    kind: SkillKind
    start: int
    end: int
    confidence: float = 1.0

"""Stored, TakenBack: what is kept of a person, and what an archive brought back."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Stored:
    """How much is kept. `bytes` counts the original files; `alone` says that nobody else is in the tenant."""

    papers: int
    bytes: int
    talks: int
    keys: int
    postings: int
    alone: bool


@dataclass(frozen=True, slots=True)
class TakenBack:
    """What came back from an archive, and what was here already."""

    papers: int
    papers_known: int
    talks: int
    postings: int
    postings_known: int

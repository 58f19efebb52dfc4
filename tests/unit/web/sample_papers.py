"""A hand-built paper of an invented person."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import verivita.features.library as library
from verivita.core.ids import DocumentId, FactId
from verivita.entrypoints.web import paper_views as pv
from verivita.entrypoints.web import show_papers
from verivita.features.library import Coverage, Document, DocumentKind, DocumentStatus, Fact, FactKind, LineNote, Span

NOW = datetime(2026, 11, 21, 10, 12, tzinfo=UTC)
PAPERS = Path(library.__file__).parent / "data" / "demo"


def resume_text() -> str:
    """The example resume as a reader would give it: no Markdown marks."""
    lines = [line.lstrip("#- ").rstrip() for line in (PAPERS / "mina-tarrow-resume.md").read_text("utf-8").splitlines()]
    return "\n".join(line for line in lines if line)


def notes_of(text: str, unknown: tuple[str, ...] = ("Epée",), per_page: int = 40) -> tuple[LineNote, ...]:
    heads = {"Summary", "Experience", "Education", "Projects", "Skills", "Certificates", "Languages", "Other"}
    notes, at = [], 0
    for i, line in enumerate(text.split("\n")):
        role = "name" if i == 0 else "heading" if line in heads else "bullet" if len(line) > 60 else "entry"
        known = not any(mark in line for mark in unknown)
        notes.append(LineNote(i, at, at + len(line), 1 + i // per_page, known, role if known else "unknown"))
        at += len(line) + 1
    return tuple(notes)


def facts_of(text: str, per_page: int = 40) -> tuple[Fact, ...]:
    wanted: list[tuple[FactKind, str, str, int | None, str]] = [
        (FactKind.NAME, "Mina Tarrow", "", None, "header"),
        (FactKind.PLACE, "Duluth, Minnesota", "", None, "header"),
        (FactKind.EMAIL, "mina.tarrow@example.org", "", None, "header"),
        (FactKind.PHONE, "+1 555 0142", "", None, "header"),
        (FactKind.TITLE, "Machine Learning Engineer, Oat", "Machine Learning Engineer", 1, "experience"),
        (FactKind.EMPLOYER, "Oatmere Logistics", "", 1, "experience"),
        (FactKind.DATES, "Mar 2022 - present", "2022-03/", 1, "experience"),
        (
            FactKind.DUTY,
            "Built the arrival-time model in Python and PyTorch; mean error fell from 41 to 23 minutes over "
            "190,000 trips.",
            "",
            1,
            "experience",
        ),
        (FactKind.SKILL, "PyTorch; mean", "PyTorch", None, "experience"),
        (
            FactKind.DUTY,
            "Moved training from one workstation to Airflow and Docker; a full retrain went from two days to "
            "three hours.",
            "",
            1,
            "experience",
        ),
        (FactKind.TITLE, "Data Analyst", "", 2, "experience"),
        (FactKind.EMPLOYER, "Quillstead Library Network", "", 2, "experience"),
        (FactKind.DATES, "Jul 2019 - Feb 2022", "2019-07/2022-02", 2, "experience"),
        (FactKind.DEGREE, "BSc Statistics", "", 3, "education"),
        (FactKind.SCHOOL, "Lakehead Falls University\nSep 2015", "Lakehead Falls University", 3, "education"),
        *[
            (FactKind.SKILL, name, "", None, "skills")
            for name in ("scikit-learn, XGBoost", "XGBoost", "PostgreSQL, dbt")
        ],
        (FactKind.LANGUAGE, "Finnish", "", None, "languages"),
        (FactKind.LANGUAGE, "German (B1)", "", None, "languages"),
    ]
    found = []
    for i, (kind, words, value, entry, section) in enumerate(wanted):
        start = text.index(words)
        length = (
            len(value)
            if value and text.startswith(value, start)
            else len(words.split(";")[0])
            if kind is FactKind.SKILL
            else len(words)
        )
        page = 1 + text.count("\n", 0, start) // per_page
        label = text[start : start + length]
        found.append(
            Fact(
                FactId(UUID(int=i + 1)),
                DOC,
                kind,
                value or label,
                label,
                Span(start, start + length, page),
                section,
                entry,
            )
        )
    return tuple(found)


DOC = DocumentId(UUID(int=7))


def document(**changes: object) -> Document:
    fields: dict[str, object] = {
        "id": DOC,
        "kind": DocumentKind.RESUME,
        "title": "Resume",
        "filename": "mina-tarrow-resume.pdf",
        "media_type": "application/pdf",
        "size": 42106,
        "content_hash": "9c1e",
        "status": DocumentStatus.READY,
        "is_active": True,
        "is_example": False,
        "pages": 1,
        "understood_lines": 61,
        "total_lines": 62,
        "warnings": (),
        "error_code": None,
        "error": None,
        "version": 1,
        "created_at": NOW - timedelta(hours=2),
        "updated_at": NOW,
    }
    return Document(**{**fields, **changes})  # type: ignore[arg-type]


def paper(**changes: object) -> pv.PaperView:
    text = resume_text()
    notes = notes_of(text)
    coverage = Coverage(sum(note.understood for note in notes), len(notes), notes)
    options = {"answer_url": "/papers/7/lines", **changes}
    doc = options.pop("document", document())
    return show_papers.paper_view(doc, text, coverage, facts_of(text), **options)  # type: ignore[arg-type]

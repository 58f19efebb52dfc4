"""/admin: for owners and admins: use, errors by kind, log lines to look through, and who did what."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response

from verivita.core.page import PageRequest
from verivita.entrypoints.web import render
from verivita.entrypoints.web.refusals import PageRoute
from verivita.entrypoints.web.visit import Visitor, services
from verivita.features.models import Spent
from verivita.kit.audit import AuditEntry
from verivita.kit.faults import ErrorGroup
from verivita.kit.journal import LEVELS, LogLine, WantedLines

router = APIRouter(route_class=PageRoute)

ROLES = ("", "api", "worker", "ml", "identity")
_LINES, _ROWS, _DAYS = 50, 20, 14
_Word = Annotated[str, Query(max_length=128)]


@dataclass(frozen=True, slots=True)
class AdminView:
    """Everything of the page; `older` and `newer` lead to other log lines."""

    now: datetime
    counts: tuple[tuple[str, int], ...]
    days: tuple[tuple[date, Spent], ...]
    errors: tuple[ErrorGroup, ...]
    error_kinds: int
    lines: tuple[LogLine, ...]
    line_total: int
    wanted: WantedLines
    done: tuple[AuditEntry, ...]
    newer: str | None = None
    older: str | None = None


@router.get("/admin")
async def admin(
    request: Request,
    visit: Visitor,
    level: _Word = "info",
    role: _Word = "",
    person: _Word = "",
    request_id: _Word = "",
    words: _Word = "",
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
) -> Response:
    """The page; 403 for anybody else."""
    caller, container = visit.principal, services(request)
    caller.require_admin()
    wanted = WantedLines(
        level if level in LEVELS else "info",
        role if role in ROLES else "",
        person.strip(),
        request_id.strip(),
        words=words.strip(),
    )
    people = await container.sign_in.members.page(caller, PageRequest(1, 1))
    postings = await container.postings.counts(caller)
    faults = await container.faults.page(caller, PageRequest(1, _ROWS))
    lines = await container.lines.page(caller, wanted, PageRequest(page, _LINES))
    view = AdminView(
        now=visit.now,
        counts=(("People", people.total), ("Open postings", postings.open), ("Closed postings", postings.closed)),
        days=tuple(await container.models.settings.days(caller, _DAYS)),
        errors=tuple(faults.items),
        error_kinds=faults.total,
        lines=tuple(lines.items),
        line_total=lines.total,
        wanted=wanted,
        done=tuple((await container.audit.page(caller, PageRequest(1, _ROWS))).items),
        newer=_at(wanted, page - 1) if page > 1 else None,
        older=_at(wanted, page + 1) if page < lines.pages else None,
    )
    return render.page(request, "admin.html", {"view": view, "levels": LEVELS, "roles": ROLES}, block="lines")


def _at(wanted: WantedLines, page: int) -> str:
    """The address of another page of the same lines."""
    given = {
        "level": wanted.level,
        "role": wanted.role,
        "person": wanted.person,
        "request_id": wanted.request_id,
        "words": wanted.words,
        "page": str(page),
    }
    return "/admin?" + urlencode({name: value for name, value in given.items() if value}) + "#lines"

"""/privacy: what is kept, download it, bring it back, erase it."""

from __future__ import annotations

import io
from functools import partial
from typing import Annotated

from fastapi import APIRouter, File, Form, Request, Response, UploadFile
from fastapi.responses import RedirectResponse

from verivita.core.errors import VerivitaError
from verivita.entrypoints.http.auth import Caller, drop_session
from verivita.entrypoints.http.downloads import download
from verivita.entrypoints.http.errors import status_of
from verivita.entrypoints.web import render
from verivita.entrypoints.web.refusals import PageRoute
from verivita.entrypoints.web.visit import Visit, Visitor, services
from verivita.features.privacy import TakenBack

router = APIRouter(prefix="/privacy", route_class=PageRoute)

_WORD = "erase"


@router.get("")
async def privacy(request: Request, visit: Visitor) -> Response:
    """What is kept of the person."""
    return await _page(request, visit)


@router.get("/export")
async def export(request: Request, caller: Caller) -> Response:
    """Everything of the person as one zip."""
    return await download(partial(services(request).privacy.export, caller), "verivita-export.zip", "application/zip")


@router.post("/import")
async def take_back(request: Request, visit: Visitor, file: Annotated[UploadFile, File()]) -> Response:
    """Bring an exported zip back."""
    try:
        taken = await services(request).privacy.take_back(visit.principal, io.BytesIO(await file.read()))
    except VerivitaError as error:
        return await _page(request, visit, problem=error)
    return await _page(request, visit, taken=taken)


@router.post("/erase")
async def erase(request: Request, visit: Visitor, word: Annotated[str, Form()] = "") -> Response:
    """Erase the person, who typed the word that says they mean it."""
    if word.strip().lower() != _WORD:
        return await _page(request, visit, wrong_word=True)
    try:
        await services(request).privacy.erase(visit.principal)
    except VerivitaError as error:
        return await _page(request, visit, problem=error)
    answer = RedirectResponse("/enter?erased=1", 303)
    drop_session(answer)
    return answer


async def _page(
    request: Request,
    visit: Visit,
    *,
    taken: TakenBack | None = None,
    problem: VerivitaError | None = None,
    wrong_word: bool = False,
) -> Response:
    stored = await services(request).privacy.stored(visit.principal)
    values = {"stored": stored, "taken": taken, "problem": problem, "wrong_word": wrong_word, "word": _WORD}
    status = status_of(problem) if problem else 422 if wrong_word else 200
    return render.page(request, "privacy.html", values, status=status)

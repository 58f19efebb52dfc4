"""The remaining route groups of other contracts, each laid over one canonical use case."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Request, Response
from pydantic import Field

from verivita.entrypoints.api import analysis, compat_chat, models
from verivita.entrypoints.api import postings as jobs
from verivita.entrypoints.api import postings_bodies as bodies
from verivita.entrypoints.api.schemas import PROBLEMS, Input, PageOf, Paging
from verivita.entrypoints.http.auth import Caller
from verivita.entrypoints.http.questions import question_allowed
from verivita.features.assistant import Mode

router = APIRouter(tags=["compatibility"], responses=PROBLEMS)
_QUESTION = [Depends(question_allowed)]


class WriteIn(Input):
    """What to write or rehearse, and for which posting."""

    message: str = Field(min_length=1, max_length=20_000)
    job_description: str | None = Field(None, max_length=200_000)
    use_verification: bool = True


@router.get("/api/jobs", response_model=PageOf[bodies.JobOut])
async def listing(request: Request, caller: Caller, paging: Paging) -> Response:
    """Open postings, newest first."""
    return await jobs.listing(request, caller, paging)


@router.get("/api/jobs/{job_id}", response_model=bodies.JobDetailOut)
async def one(request: Request, caller: Caller, job_id: UUID) -> Response:
    """One posting with its text."""
    return await jobs.one(request, caller, job_id)


@router.post("/api/analyze")
async def analyze(request: Request, caller: Caller, body: analysis.AnalyzeIn) -> analysis.AnalysisOut:
    """A paper and a posting taken apart, and the match of the two."""
    return await analysis.analyze(request, caller, body)


@router.post("/api/email", dependencies=_QUESTION)
async def email(request: Request, caller: Caller, body: WriteIn) -> compat_chat.ApiChatOut:
    """A mail about a posting, from what the caller's papers prove."""
    return await _written(request, caller, body, Mode.EMAIL)


@router.post("/api/interview", dependencies=_QUESTION)
async def interview(request: Request, caller: Caller, body: WriteIn) -> compat_chat.ApiChatOut:
    """Questions to expect for a posting, and what the caller's papers say to them."""
    return await _written(request, caller, body, Mode.INTERVIEW)


@router.get("/api/settings")
async def settings(request: Request, caller: Caller, response: Response) -> models.SettingsOut:
    """Model routes, limits, keys (whether they are there) and what was used today."""
    return await models.settings(request, caller, response)


@router.put("/api/settings")
async def change_settings(
    request: Request,
    caller: Caller,
    body: models.SettingsIn,
    response: Response,
    if_match: Annotated[str | None, Header()] = None,
) -> models.SettingsOut:
    """Change routes, limits or keys; only an owner or admin may."""
    return await models.change_settings(request, caller, body, response, if_match)


async def _written(request: Request, caller: Caller, body: WriteIn, mode: Mode) -> compat_chat.ApiChatOut:
    return await compat_chat.api_chat(request, caller, compat_chat.ApiChatIn(mode=mode, **body.model_dump()))

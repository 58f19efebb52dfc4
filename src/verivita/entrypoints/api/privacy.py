"""/api/v1/users/me as a whole: what is kept, take it along, bring it back, erase it."""

from __future__ import annotations

import io
from functools import partial

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse

from verivita.entrypoints.api.schemas import PROBLEMS, Output
from verivita.entrypoints.api.uploads import upload_body
from verivita.entrypoints.http.auth import Caller, drop_session
from verivita.entrypoints.http.downloads import download
from verivita.features.privacy import PrivacyService

router = APIRouter(prefix="/api/v1/users/me", tags=["privacy"], responses=PROBLEMS)

MAX_ARCHIVE_MB = 200
_ZIP = {"content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}}}
_UPLOAD = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {"file": {"type": "string", "format": "binary"}},
                }
            }
        },
    }
}


class StoredOut(Output):
    """How much is kept of the caller; postings are shared by their tenant."""

    papers: int
    bytes: int
    talks: int
    keys: int
    postings: int
    alone: bool


class TakenBackOut(Output):
    """What an archive brought, and what was here already."""

    papers: int
    papers_known: int
    talks: int
    postings: int
    postings_known: int


@router.get("/stored")
async def stored(request: Request, caller: Caller) -> StoredOut:
    """How much is kept of the caller."""
    return StoredOut.model_validate(await _privacy(request).stored(caller))


@router.get("/export", response_class=StreamingResponse, responses={200: _ZIP})
async def export(request: Request, caller: Caller) -> StreamingResponse:
    """Everything of the caller as one zip."""
    return await download(partial(_privacy(request).export, caller), "verivita-export.zip", "application/zip")


@router.post("/import", openapi_extra=_UPLOAD)
async def take_back(request: Request, caller: Caller) -> TakenBackOut:
    """Bring an exported zip back; what is here already stays."""
    upload = await upload_body(request, MAX_ARCHIVE_MB)
    return TakenBackOut.model_validate(await _privacy(request).take_back(caller, io.BytesIO(upload.data)))


@router.delete("", status_code=204)
async def erase(request: Request, caller: Caller, response: Response) -> None:
    """Erase the caller with everything that is theirs. It cannot be undone."""
    await _privacy(request).erase(caller)
    drop_session(response)


def _privacy(request: Request) -> PrivacyService:
    service: PrivacyService = request.app.state.container.privacy
    return service

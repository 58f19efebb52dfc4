"""The bytes of a file that a form brings."""

from __future__ import annotations

from fastapi import UploadFile

from verivita.core.errors import Invalid, TooLarge, VerivitaError
from verivita.entrypoints.web.views import NoteView


async def read_upload(file: UploadFile | None, limit_mb: int) -> tuple[str, bytes]:
    """Name and bytes. Raises `Invalid` for no file or an empty one, `TooLarge` beyond the limit."""
    if file is None or not file.filename:
        raise Invalid("no_file", "No file was chosen.", next="Choose one, or drop it onto the page.")
    data = await file.read(limit_mb * 2**20 + 1)
    if len(data) > limit_mb * 2**20:
        raise TooLarge(message=f"This file is larger than {limit_mb} MB.", next="Give a smaller one.")
    if not data:
        raise Invalid("empty", "This file is empty.", next="Check that you picked the right one.")
    return file.filename, data


def refused_file(error: VerivitaError) -> NoteView:
    """Why a file was not taken, to stand where it was given."""
    return NoteView("bad", error.message, error.next or "Nothing was kept of it.")

"""Bodies that come in two ways: JSON, or multipart with a file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeVar

from fastapi import Request
from pydantic import BaseModel, ValidationError
from starlette.datastructures import UploadFile

from verivita.core.errors import FieldError, Invalid, TooLarge, UnsupportedType
from verivita.entrypoints.http.errors import field_errors

B = TypeVar("B", bound=BaseModel)
_OURS = frozenset({"file", "csrf_token"})


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that was sent, and the plain fields beside it."""

    filename: str
    data: bytes
    fields: dict[str, str]


def media_type(request: Request) -> str:
    """`application/json` or `multipart/form-data`. Raises `UnsupportedType` for anything else."""
    said = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if said not in ("application/json", "multipart/form-data"):
        raise UnsupportedType(
            message=f"A body of the type {said[:80] or 'unknown'!r} is not understood here.",
            next="Send application/json, or multipart/form-data with a `file`.",
        )
    return said


async def json_body(request: Request, model: type[B]) -> B:
    """The JSON body. Raises `Invalid` with the name of every wrong field."""
    try:
        return model.model_validate_json(await request.body())
    except ValidationError as error:
        raise Invalid(message="The request is not valid.", errors=field_errors(error.errors())) from error


async def upload_body(request: Request, limit_mb: int, fields: frozenset[str] = frozenset()) -> Upload:
    """The multipart body: one `file` and the known fields. Raises `Invalid` or `TooLarge`."""
    async with request.form(max_files=1, max_fields=10) as form:
        unknown = [name for name in form if name not in fields | _OURS]
        if unknown:
            wrong = [FieldError(name[:100], "is not known here") for name in unknown]
            raise Invalid(message="The request is not valid.", errors=wrong)
        file = form.get("file")
        if not isinstance(file, UploadFile):
            raise Invalid(message="No file was sent.", errors=[FieldError("file", "is needed")])
        data = await file.read(limit_mb * 2**20 + 1)
        plain = {name: value for name, value in form.items() if isinstance(value, str) and name in fields}
    if len(data) > limit_mb * 2**20:
        raise TooLarge(message=f"The file is larger than {limit_mb} MB.", next="Save a smaller copy and try again.")
    if not data:
        raise Invalid("empty", "This file is empty.", next="Check that you picked the right file.")
    return Upload(file.filename or "file", data, plain)


def two_bodies(model: type[BaseModel], file: str, **fields: dict[str, Any]) -> dict[str, Any]:
    """The OpenAPI part of an operation that takes both."""
    schema = model.model_json_schema(ref_template="#/components/schemas/{model}")
    schema.pop("$defs", None)
    upload = {"file": {"type": "string", "format": "binary", "description": file}} | fields
    form = {"type": "object", "properties": upload, "required": ["file"], "additionalProperties": False}
    content = {"application/json": {"schema": schema}, "multipart/form-data": {"schema": form}}
    return {"requestBody": {"required": True, "content": content}}

"""Shared request and reply pieces: strict input, pages, and room models as reply bodies."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Generic, TypeVar

from fastapi import Depends, Query
from pydantic import BaseModel, ConfigDict, field_validator

from verivita.core.page import Page, PageRequest

T = TypeVar("T")
U = TypeVar("U")


class Input(BaseModel):
    """A request body: unknown fields are refused."""

    model_config = ConfigDict(extra="forbid")

    @field_validator("*", mode="before")
    @classmethod
    def _storable(cls, value: object) -> object:
        """Refuse what no database of ours can hold."""
        if any(isinstance(item, str) and "\0" in item for item in (value if isinstance(value, list) else [value])):
            raise ValueError("must not hold the character NUL")
        return value


class Output(BaseModel):
    """A reply body, made from a room's model by its attributes."""

    model_config = ConfigDict(from_attributes=True)


class PageOf(Output, Generic[T]):
    """One page of a list."""

    items: list[T]
    total: int
    page: int
    pages: int
    limit: int


class FieldProblem(Output):
    """What is wrong with one field."""

    field: str
    message: str


class Problem(Output):
    """An error (RFC 9457). `code` is stable; `next` says what to do."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    request_id: str
    errors: list[FieldProblem] | None = None
    next: str | None = None


class TaskQueued(Output):
    """Long work was taken; follow it at `status_url`."""

    task_id: str
    status_url: str


def paged(page: Page[T], make: Callable[[T], U]) -> PageOf[U]:
    """A page of reply bodies."""
    return PageOf(
        items=[make(item) for item in page.items], total=page.total, page=page.page, pages=page.pages, limit=page.limit
    )


def queued(task_id: object) -> TaskQueued:
    """Where a task can be followed."""
    return TaskQueued(task_id=str(task_id), status_url=f"/api/v1/tasks/{task_id}")


def _page(
    page: Annotated[int, Query(ge=1, le=1_000_000)] = 1, limit: Annotated[int, Query(ge=1, le=100)] = 20
) -> PageRequest:
    return PageRequest(page, limit)


Paging = Annotated[PageRequest, Depends(_page)]
"""`page` and `limit` of the query string."""

PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {
        "description": text,
        "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    for status, text in {
        400: "The request cannot be read",
        401: "Not signed in",
        403: "Not allowed",
        404: "Not found",
        409: "Conflict",
        412: "Changed since it was read",
        413: "Too large",
        415: "This kind cannot be read",
        422: "Not valid",
        429: "Too many requests; `Retry-After` says when to come again",
        500: "Something went wrong on our side",
        503: "Not available now; `Retry-After` says when to come again",
        507: "The disk is full",
    }.items()
}
"""The errors that any operation may answer."""

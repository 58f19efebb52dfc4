"""Pages of a list: what was asked for, and what comes back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from verivita.core.errors import FieldError, Invalid

T = TypeVar("T")
U = TypeVar("U")
MAX_LIMIT = 100


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Which part of a list is wanted: `page` from 1, `limit` 1 to 100."""

    page: int = 1
    limit: int = 20

    def __post_init__(self) -> None:
        if self.page < 1 or self.page > 1_000_000:
            raise Invalid(
                message="The page must be 1 or more.", errors=[FieldError("page", "must be from 1 to 1000000")]
            )
        if not 1 <= self.limit <= MAX_LIMIT:
            raise Invalid(
                message=f"The limit must be 1 to {MAX_LIMIT}.",
                errors=[FieldError("limit", f"must be from 1 to {MAX_LIMIT}")],
            )

    @property
    def offset(self) -> int:
        """How many items come before this page."""
        return (self.page - 1) * self.limit


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One part of a list, and how long the whole list is."""

    items: Sequence[T]
    total: int
    page: int
    limit: int

    @property
    def pages(self) -> int:
        """How many pages there are: 0 for an empty list."""
        return -(-self.total // self.limit)

    def map(self, make: Callable[[T], U]) -> Page[U]:
        """The same page of other items."""
        return Page([make(item) for item in self.items], self.total, self.page, self.limit)


def page_of(items: Sequence[T], request: PageRequest) -> Page[T]:
    """Cut the page out of a list that is wholly in memory."""
    cut = items[request.offset : request.offset + request.limit]
    return Page(cut, len(items), request.page, request.limit)

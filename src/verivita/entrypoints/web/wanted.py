"""From the address of a search to what is wanted, and back."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from starlette.datastructures import QueryParams

from verivita.core.page import PageRequest
from verivita.entrypoints.web.job_views import FilterMenu
from verivita.entrypoints.web.show_jobs import search_url, without
from verivita.entrypoints.web.show_search import DAYS, LEVELS, PLACES, SIZES
from verivita.features.search import PostingFilters, SearchRequest, SortBy, Understanding

DEEPEST_PAGE = 10_000


@dataclass(frozen=True, slots=True)
class Wanted:
    """One search as its address says it; `sort` None leaves the order to us."""

    query: str = ""
    filters: PostingFilters = field(default_factory=PostingFilters)
    sort: SortBy | None = None
    page: int = 1

    def order(self, has_paper: bool) -> SortBy:
        """The order of the list: by match while nothing is asked in words, then by how well the words fit."""
        if self.sort is not None:
            return self.sort
        if self.query:
            return SortBy.RELEVANCE
        return SortBy.MATCH if has_paper else SortBy.POSTED

    def request(self, has_paper: bool) -> SearchRequest:
        """The same as the search room knows it."""
        return SearchRequest(
            query=self.query, filters=self.filters, sort_by=self.order(has_paper), page=PageRequest(self.page, 20)
        )

    def fields(self) -> dict[str, object]:
        """The conditions beside the words, by their names in an address."""
        chosen = self.filters
        return {
            "location_type": chosen.location_type,
            "level": chosen.level,
            "company_size": chosen.company_size,
            "sources": chosen.sources,
            "posted": chosen.posted_after_days,
            "sort": self.sort,
        }

    @property
    def asks(self) -> bool:
        """True where anything is asked for at all."""
        return bool(self.query) or self.filters != PostingFilters()


def wanted(params: QueryParams) -> Wanted:
    """What an address asks for; values that nobody offers are left out."""
    posted, page, sort = params.get("posted", ""), params.get("page", "1"), params.get("sort", "")
    filters = PostingFilters(
        location_type=_known(params, "location_type", PLACES),
        level=_known(params, "level", LEVELS),
        company_size=_known(params, "company_size", SIZES),
        sources=tuple(dict.fromkeys(params.getlist("sources")))[:20],
        posted_after_days=int(posted) if posted and posted in DAYS else None,
    )
    number = int(page) if page.isdecimal() and len(page) < 8 else 1
    return Wanted(
        " ".join(params.get("q", "").split()),
        filters,
        SortBy(sort) if sort in tuple(SortBy) else None,
        min(max(1, number), DEEPEST_PAGE),
    )


def one_less(
    given: Wanted, understanding: Understanding, menus: tuple[FilterMenu, ...], most: int = 6
) -> list[tuple[str, Wanted]]:
    """The searches that remain when one condition is taken out, each with the condition's name."""
    words = [
        (reading.reading, replace(given, query=without(given.query, reading.said), page=1))
        for reading in understanding.readings
    ]
    chosen = [
        (menu.summary, replace(given, filters=_cleared(given.filters, menu.name), page=1)) for menu in menus if menu.on
    ]
    return [*words, *chosen][:most]


def address(search: Wanted) -> str:
    """The address of a search."""
    return search_url(search.query, **search.fields())


def _known(params: QueryParams, name: str, values: dict[str, str]) -> tuple[str, ...]:
    return tuple(value for value in dict.fromkeys(params.getlist(name)) if value in values)


def _cleared(filters: PostingFilters, name: str) -> PostingFilters:
    if name == "posted":
        return replace(filters, posted_after_days=None)
    cleared: dict[str, tuple[str, ...]] = {name: ()}
    return replace(filters, **cleared)  # type: ignore[arg-type]

"""From a search's conditions to its filter bar, its pages and what to do when nothing was found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

from verivita.core.page import Page
from verivita.entrypoints.web.job_views import FilterMenu
from verivita.entrypoints.web.show_jobs import search_url
from verivita.entrypoints.web.views import EmptyView, Link, Option, PageLinks
from verivita.entrypoints.web.words import number, plural
from verivita.features.search import PostingFilters, SortBy

T = TypeVar("T")
PLACES = {"remote": "Remote", "hybrid": "Hybrid", "onsite": "On site"}
LEVELS = {
    "intern": "Intern",
    "entry": "Entry",
    "mid": "Middle",
    "senior": "Senior",
    "staff": "Staff",
    "lead": "Lead",
    "manager": "Manager",
    "director": "Director",
}
SIZES = {
    "startup": "1–50",
    "small": "51–200",
    "medium": "201–1,000",
    "large": "1,001–10,000",
    "enterprise": "10,000+",
}
DAYS = {"7": "Last 7 days", "14": "Last 14 days", "30": "Last 30 days", "": "Any time"}
SORTS = {
    SortBy.MATCH: "Match",
    SortBy.RELEVANCE: "Relevance",
    SortBy.POSTED: "Posted",
    SortBy.SALARY: "Pay",
}


def filter_menus(filters: PostingFilters, sources: Sequence[str] = ()) -> tuple[FilterMenu, ...]:
    """The menus of the filter bar; their field names are those of `PostingFilters`, `posted` for the days."""
    posted = str(filters.posted_after_days or "")
    menus = [
        _boxes("location_type", "Place", PLACES, filters.location_type),
        _boxes("level", "Level", LEVELS, filters.level),
        _boxes("company_size", "Size", SIZES, filters.company_size),
        FilterMenu(
            "posted",
            f"Posted: {DAYS.get(posted, posted + ' days').lower()}" if posted else "Posted",
            bool(posted),
            tuple(Option(value, label, value == posted) for value, label in DAYS.items()),
            "radio",
        ),
    ]
    if sources:
        menus.append(_boxes("sources", "Job source", {name: name for name in sources}, filters.sources))
    return tuple(menus)


def sort_options(chosen: SortBy | None) -> tuple[Option, ...]:
    """The orders of the list; None is our choice, which follows what is asked."""
    ours = Option("", "What fits best", chosen is None)
    return (ours, *(Option(str(key), label, key is chosen) for key, label in SORTS.items()))


def page_links(page: Page[T], query: str, fields: Mapping[str, object]) -> PageLinks:
    """ "1–20 of 38" with the ways back and on; `fields` are the other conditions of the same search."""
    first = (page.page - 1) * page.limit + 1
    last = first + len(page.items) - 1
    more = {**fields}
    return PageLinks(
        f"{number(first)}–{number(last)} of {number(page.total)}" if page.items else f"0 of {number(page.total)}",
        search_url(query, **more, page=page.page - 1) if page.page > 1 else None,
        search_url(query, **more, page=page.page + 1) if page.page < page.pages else None,
        f"Next {min(page.limit, max(1, page.total - last))}",
    )


def nothing_found(
    best: tuple[str, int, str] | None, clear_url: str = "/jobs", others: Sequence[tuple[str, int, str]] = ()
) -> EmptyView:
    """No job meets the search. `best` is (the reading, how many there are without it, that search's address); `others`
    are further ways on of the same kind."""
    if best is None or best[1] == 0:
        return EmptyView("Nothing found", "No job meets this search.", Link("Show all jobs", clear_url))
    reading, count, url = best
    text = (
        f"No job meets all of this. Without “{reading}” there {'is' if count == 1 else 'are'} {plural(count, 'job')}."
    )
    more = tuple(Link(f"Without “{said}”: {number(found)}", to) for said, found, to in others if found)
    return EmptyView("Nothing found", text, Link("Search without it", url), (*more, Link("Show all jobs", clear_url)))


def no_jobs(example_url: str | None = None) -> EmptyView:
    """There is no posting at all yet."""
    links = (Link("Try with the example", example_url),) if example_url else ()
    return EmptyView(
        "No jobs yet",
        "Paste a posting, or give a file of many. Each is kept here with its text.",
        Link("Add a posting", "/jobs/add"),
        links,
    )


def _boxes(name: str, label: str, labels: Mapping[str, str], chosen: Sequence[str]) -> FilterMenu:
    said = ", ".join(labels.get(value, value).lower() for value in chosen)
    options = tuple(Option(value, text, value in chosen) for value, text in labels.items())
    return FilterMenu(name, f"{label}: {said}" if said else label, bool(said), options)

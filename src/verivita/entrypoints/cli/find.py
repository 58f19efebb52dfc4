"""Commands that find: search, match, jobs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from verivita.entrypoints.cli.output import is_narrow, note, say, show_json, table

if TYPE_CHECKING:
    from verivita.bootstrap.container import Container
    from verivita.core.principal import Principal
    from verivita.features.matching import Match
    from verivita.features.postings import Posting

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def search(
    query: Annotated[
        str, typer.Argument(metavar="QUERY", help='What to find, such as "remote ML engineer $150k+ startups".')
    ],
    limit: Annotated[int, typer.Option(min=1, max=100, help="How many to show.")] = 20,
    page: Annotated[int, typer.Option(min=1, help="Which page.")] = 1,
    sort: Annotated[str, typer.Option(help="relevance, match_score, posted_date or salary.")] = "relevance",
    without: Annotated[list[str] | None, typer.Option(help="A reading to ignore, such as salary_min.")] = None,
    json: Json = False,
) -> None:
    """Find postings by words and meaning; says what it understood of the query."""
    from verivita.core.errors import FieldError, Invalid
    from verivita.core.page import PageRequest
    from verivita.entrypoints.cli.session import run
    from verivita.features.search import SearchRequest, SortBy

    if sort not in set(SortBy):
        raise Invalid(message="Unknown order.", errors=[FieldError("--sort", f"must be of {', '.join(SortBy)}")])
    request = SearchRequest(
        query=query, sort_by=SortBy(sort), page=PageRequest(page, limit), without=frozenset(without or ())
    )
    found = run(lambda container, owner: container.matching.shortlist(owner, request, scores=True))
    if json:
        from verivita.entrypoints.api.postings_bodies import found_out

        show_json(found_out(found))
        return
    for reading in found.result.understanding.readings:
        note(f'  "{reading.said}" -> {reading.reading}')
    matches = {match.posting_id: match for match in found.matches}
    _list([_row(posting, matches.get(posting.id)) for posting in found.postings])
    result = found.result
    down = "".join(f"; {leg.name} did not answer" for leg in result.legs if not leg.ran)
    note(f"{result.found.total} found ({result.mode} search, {result.ms:.0f} ms{down})")


def match(
    job: Annotated[str | None, typer.Option(help="Id of one posting, explained in full.")] = None,
    top: Annotated[int, typer.Option(min=1, max=100, help="How many of the best to show.")] = 20,
    json: Json = False,
) -> None:
    """How you stand to the postings, best first, with the evidence from both texts."""
    from verivita.core.errors import NotFound
    from verivita.core.ids import parse_id
    from verivita.core.page import PageRequest
    from verivita.entrypoints.cli.session import run

    async def work(container: Container, owner: Principal) -> tuple[list[tuple[Posting, Match]], int]:
        if job is not None:
            job_id = parse_id(job)
            if job_id is None:
                raise NotFound("job")
            posting = await container.postings.get(owner, job_id)
            return [(posting, await container.matching.explain(owner, job_id))], 1
        await container.matching.score_all(owner, _silent)
        best = await container.matching.recommend(owner, PageRequest(1, top))
        return list(best.items), best.total

    items, total = run(work)
    if json:
        show_json({"items": [_body(posting, found) for posting, found in items], "total": total})
    elif job is not None:
        _explain(*items[0])
    else:
        _list([_row(posting, found) for posting, found in items])
        note(
            f"{total} postings scored. `verivita match --job ID` explains one."
            if total
            else "Nothing to score: give a resume with `verivita import resume`, postings with `verivita import jobs`."
        )


def jobs(
    limit: Annotated[int, typer.Option(min=1, max=100, help="How many to show.")] = 20,
    page: Annotated[int, typer.Option(min=1, help="Which page.")] = 1,
    json: Json = False,
) -> None:
    """List open postings, newest first."""
    from verivita.core.page import PageRequest
    from verivita.entrypoints.cli.session import run

    found = run(lambda container, owner: container.postings.page(owner, PageRequest(page, limit)))
    if json:
        from verivita.entrypoints.api.postings_bodies import job_out
        from verivita.entrypoints.api.schemas import paged

        show_json(paged(found, job_out))
        return
    _list([_row(posting, None)[1:] for posting in found.items], _HEAD[1:])
    note(f"{found.total} open postings, page {found.page} of {found.pages}")


_HEAD = ("match", "title", "company", "place", "pay", "id")


def _list(rows: list[tuple[str, ...]], head: tuple[str, ...] = _HEAD) -> None:
    """A table; on a narrow terminal two lines for each posting, so that nothing is cut."""
    if not is_narrow():
        table(rows, head)
        return
    for row in rows:
        *score, title, company, place, pay, id = row
        say(" ".join(f"{part:>11} " for part in score) + ", ".join(filter(None, (title, company))))
        say(" " * 13 * len(score) + "  ".join(part for part in (place, pay, id) if part != "-"))


def _row(posting: Posting, found: Match | None) -> tuple[str, ...]:
    item = posting.understood
    score = f"{found.band.value} {found.overall:.0f}" if found and found.overall is not None else "-"
    place = item.location or item.location_type.value
    return score, item.title, item.company, place, item.pay_text or "-", str(posting.id)


def _body(posting: Posting, found: Match) -> dict[str, Any]:
    from verivita.entrypoints.api.matching import match_out
    from verivita.entrypoints.api.postings_bodies import job_out

    body = job_out(posting).model_dump(mode="json", exclude={"match"})
    return {"job": body, "match": match_out(found).model_dump(mode="json")}


def _explain(posting: Posting, found: Match) -> None:
    item = posting.understood
    say(f"{item.title}, {item.company}")
    say(found.sentence or found.reason)
    for part in found.parts:
        if part.score is not None:
            say(f"  {part.name:<16} {part.score:5.1f}  (weight {part.weight:.0%})")
    for pair in found.pairs:
        say(f"\n[{pair.state.value.replace('_', ' ')}] {pair.label}{'' if pair.required else ' (nice to have)'}")
        if pair.asked:
            say(f"   asked: {' '.join(pair.asked.text.split())}")
        for shown in pair.shown[:2]:
            say(f"   shown: {' '.join(shown.text.split())} (page {shown.span.page})")
        if pair.closest and not pair.shown:
            say(f"   closest: {' '.join(pair.closest.text.split())}. {pair.note}")
    for stop in found.hard_stops:
        say(f"\n{'HARD STOP' if stop.hit else 'fine' if stop.state.value == 'met' else 'not said'}: {stop.text}")
    for lever in found.levers[:3]:
        say(f"\nwould change it: {lever.label}: {lever.from_score:.0f} -> {lever.to_score:.0f}, if it is true of you")


async def _silent(done: int, stage: str) -> None:
    """Progress that nobody watches."""

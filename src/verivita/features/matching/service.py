"""Use cases of matching: score one posting with evidence, score many, make a shortlist."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from verivita.core.clock import Clock
from verivita.core.ids import PostingId
from verivita.core.page import Page, PageRequest, page_of
from verivita.core.principal import Principal
from verivita.core.text import sha256
from verivita.engines.skills import Taxonomy
from verivita.features.identity import IdentityService
from verivita.features.library import CandidateProfile, LibraryService
from verivita.features.matching.explain import explain, listed
from verivita.features.matching.many import Scored, score_many
from verivita.features.matching.model import SCORE_VERSION, Analysis, Match, Shortlist, Wishes
from verivita.features.matching.nearness import WEIGHTS, Pairing, by_nearness, sides_of_person, sides_of_posting
from verivita.features.matching.packed import pack
from verivita.features.matching.prepared import PreparedProfile, prepare, prepare_posting, soft_skills
from verivita.features.matching.repository import MatchRepository
from verivita.features.matching.tasks import SCORE_ALL
from verivita.features.postings import Posting, PostingsService, culture_of
from verivita.features.search import Ranked, SearchRequest, SearchService, SortBy
from verivita.kit.db import Database
from verivita.kit.queue import Queue

BATCH = 1000
"""Postings scored between two words about progress."""
AT_ONCE = 300
"""How many scores a request computes itself; beyond, a task does, and the rest counts as not scored yet."""

Progress = Callable[[int, str], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class _Side:
    """The person's side of every match: papers, wishes, and the hash that names both and the month."""

    profile: CandidateProfile
    person: PreparedProfile
    wishes: Wishes
    as_of: date
    key: str


class MatchingService:
    """How a person stands to the postings."""

    def __init__(
        self,
        db: Database,
        queue: Queue,
        identity: IdentityService,
        library: LibraryService,
        postings: PostingsService,
        search: SearchService,
        taxonomy: Callable[[], Taxonomy],
        clock: Clock,
    ) -> None:
        self.db, self.repo, self.queue = db, MatchRepository(), queue
        self._identity, self._library, self._postings, self._search = identity, library, postings, search
        self._taxonomy, self._clock = taxonomy, clock

    async def explain(self, principal: Principal, posting_id: UUID) -> Match:
        """The whole match with one posting: parts, evidence from both texts, hard stops, levers. Raises `NotFound`."""
        posting = await self._postings.get(principal, posting_id)
        return (await self._explained(principal, [posting]))[0]

    async def weigh(self, principal: Principal, posting: Posting) -> Match:
        """The whole match with a posting that need not be stored."""
        return (await self._explained(principal, [posting]))[0]

    async def analyse(self, principal: Principal, paper: UUID | str | None, posting: UUID | str) -> Analysis:
        """A paper (None: all that count) and a posting, each by id or as pasted text, and the match of the two.

        Nothing of it is stored. Raises `NotFound`, and `Conflict` (code `not_read`) for a paper that is not read yet.
        """
        if isinstance(posting, UUID):
            found, stored = await self._postings.get(principal, posting), True
        else:
            found, stored = await self._postings.glance(principal, posting), False
        profile, text = await self._proof(principal, paper)
        match = (await self._explained(principal, [found], profile))[0]
        return Analysis(profile, text, found, stored, culture_of(found.understood.description), match)

    async def shortlist(self, principal: Principal, request: SearchRequest, *, scores: bool) -> Shortlist:
        """A search, with the person's scores where wanted; sorted by match it holds the best of all that was found."""
        if request.sort_by is SortBy.MATCH:
            return await self._by_match(principal, request)
        result = await self._search.postings(principal, request)
        postings = await self._postings.shown(principal, [hit.id for hit in result.found.items])
        matches = await self._short(principal, postings, await self._side(principal)) if scores else []
        return Shortlist(result, tuple(postings), tuple(matches))

    async def recommend(self, principal: Principal, page: PageRequest) -> Page[tuple[Posting, Match]]:
        """The best open postings with evidence, best first; those that cannot be scored are left out."""
        known = await self._known(principal, None, await self._side(principal))
        best = sorted(
            ((value, id) for id, value in known.items() if value is not None), key=lambda pair: (-pair[0], pair[1])
        )
        cut = page_of(best, page)
        postings = await self._postings.many(principal, [id for _, id in cut.items])
        matches = await self._explained(principal, postings)
        return Page(list(zip(postings, matches, strict=True)), cut.total, cut.page, cut.limit)

    async def nearest(
        self,
        principal: Principal,
        ids: Sequence[UUID],
        goals: str = "",
        weights: Mapping[Pairing, float] = WEIGHTS,
    ) -> list[tuple[PostingId, float]]:
        """These postings by nearness in meaning to the person's papers and goals, nearest first; beside the score.

        Raises `Unavailable` without an encoder.
        """
        postings = await self._postings.many(principal, ids)
        person = sides_of_person(await self._library.profile(principal), goals)

        async def embed(texts: Sequence[str]) -> Sequence[Sequence[float]]:
            return (await self._search.embed(principal, texts))[0]

        order = await by_nearness(person, [sides_of_posting(p.understood) for p in postings], embed, weights)
        return [(postings[place].id, value) for place, value in order]

    async def score_all(self, principal: Principal, progress: Progress) -> int:
        """Score every open posting that has no score of the present papers; how many were scored."""
        side = await self._side(principal)
        async with self.db.begin(principal) as tx:
            known = await self.repo.overall(tx, principal, side.key, None)
        versions = await self._postings.versions(principal, None)
        todo = [id for id, version in versions.items() if known.get(id, (0, None))[0] != version]
        # While one batch is written the next one is computed: the database and this process share the work.
        writing: asyncio.Task[None] | None = None
        try:
            for start in range(0, len(todo), BATCH):
                batch = todo[start : start + BATCH]
                scored, held = await self._scored(principal, side, {id: versions[id] for id in batch})
                if writing is not None:
                    await writing
                    await progress(start, "scoring")
                writing = asyncio.create_task(self._store(principal, side, scored, held))
        finally:
            if writing is not None:
                await writing
        await progress(len(todo), "scoring")
        return len(todo)

    async def _by_match(self, principal: Principal, request: SearchRequest) -> Shortlist:
        wide = replace(request, sort_by=SortBy.RELEVANCE, page=PageRequest(1, 100))
        result = await self._search.postings(principal, wide)
        ids = [hit.id for hit in result.found.items]
        while result.mode != "database" and len(ids) < result.found.total:
            wide = replace(wide, page=PageRequest(wide.page.page + 1, 100))
            more = (await self._search.postings(principal, wide)).found.items
            if not more:
                break
            ids += [hit.id for hit in more]
        if result.mode == "database":
            ids = await self._search.all_filtered(principal, request)
        side = await self._side(principal)
        known = await self._known(principal, ids, side)
        # Not scored comes last in either direction; equal scores keep the order of the search.
        values = {id: known.get(PostingId(id)) for id in ids}
        sign = -1 if request.descending else 1
        order = sorted(ids, key=lambda id: (values[id] is None, sign * (values[id] or 0.0)))
        cut = page_of([Ranked(id, values[id] or 0.0) for id in order], request.page)
        postings = await self._postings.shown(principal, [hit.id for hit in cut.items])
        matches = await self._short(principal, postings, side)
        return Shortlist(replace(result, found=cut), tuple(postings), tuple(matches))

    async def _known(
        self, principal: Principal, ids: Sequence[UUID] | None, side: _Side
    ) -> dict[PostingId, float | None]:
        """Scores of these postings (None: all open ones); a few missing ones are computed now, many by a task."""
        async with self.db.begin(principal) as tx:
            stored = await self.repo.overall(tx, principal, side.key, ids)
        versions = await self._postings.versions(principal, ids)
        fresh = {id: value for id, (version, value) in stored.items() if versions.get(id) == version}
        missing = [id for id in versions if id not in fresh]
        if missing:
            scored = await self._score(principal, side, {id: versions[id] for id in missing[:AT_ONCE]})
            fresh |= {id: found.overall for id, found in scored.items()}
        if len(missing) > AT_ONCE:
            async with self.db.begin(principal) as tx:
                await self.queue.enqueue(tx, principal, SCORE_ALL)
        return fresh

    async def _score(
        self, principal: Principal, side: _Side, versions: Mapping[PostingId, int]
    ) -> dict[PostingId, Scored]:
        scored, held = await self._scored(principal, side, versions)
        await self._store(principal, side, scored, held)
        return scored

    async def _scored(
        self, principal: Principal, side: _Side, versions: Mapping[PostingId, int]
    ) -> tuple[dict[PostingId, Scored], dict[PostingId, int]]:
        forms, held = await self._forms(principal, versions)
        return await asyncio.to_thread(self._compute, side, forms), held

    async def _store(
        self, principal: Principal, side: _Side, scored: Mapping[PostingId, Scored], versions: Mapping[PostingId, int]
    ) -> None:
        async with self.db.begin(principal) as tx:
            await self.repo.store(tx, principal, side.key, scored, versions)

    async def _short(self, principal: Principal, postings: Sequence[Posting], side: _Side) -> list[Match]:
        forms, _ = await self._forms(principal, {posting.id: posting.version for posting in postings}, postings)
        scored = await asyncio.to_thread(self._compute, side, forms)
        key = side.profile.profile_hash
        return [listed(scored[p.id], p.id, p.understood, side.wishes, key) for p in postings if p.id in scored]

    async def _forms(
        self, principal: Principal, versions: Mapping[PostingId, int], at_hand: Sequence[Posting] = ()
    ) -> tuple[dict[PostingId, bytes], dict[PostingId, int]]:
        """The forms of postings and the versions that they are of; one that has no form yet gets it now.

        What was removed meanwhile is left out.
        """
        async with self.db.begin(principal) as tx:
            forms = await self.repo.forms(tx, principal, versions)
        held = {id: version for id, version in versions.items() if id in forms}
        missing = {id for id in versions if id not in forms}
        if missing:
            wanted = [posting for posting in at_hand if posting.id in missing]
            wanted += await self._postings.many(principal, sorted(missing - {posting.id for posting in wanted}))
            made = await asyncio.to_thread(self._packed, wanted)
            fresh = {posting.id: posting.version for posting in wanted}
            async with self.db.begin(principal) as tx:
                await self.repo.keep_forms(tx, principal, made, fresh)
            forms, held = forms | made, held | fresh
        return forms, held

    def _packed(self, postings: Sequence[Posting]) -> dict[PostingId, bytes]:
        soft = soft_skills(self._taxonomy())
        return {p.id: pack(prepare_posting(p.understood, soft), p.understood) for p in postings}

    async def _proof(self, principal: Principal, paper: UUID | str | None) -> tuple[CandidateProfile, str | None]:
        if isinstance(paper, str):
            return await self._library.glance(principal, paper)
        if paper is None:
            return await self._library.profile(principal), None
        return await self._library.proof(principal, paper), None

    async def _explained(
        self, principal: Principal, postings: Sequence[Posting], profile: CandidateProfile | None = None
    ) -> list[Match]:
        side, now = await self._side(principal, profile), self._clock.now()

        def run() -> list[Match]:
            return [replace(self._explain(side, posting), calculated_at=now) for posting in postings]

        return await asyncio.to_thread(run)

    def _explain(self, side: _Side, posting: Posting) -> Match:
        names = self._taxonomy()
        soft = soft_skills(names)
        return explain(
            side.profile, posting.id, posting.understood, side.wishes, names.implied, as_of=side.as_of, soft=soft
        )

    @staticmethod
    def _compute(side: _Side, forms: Mapping[PostingId, bytes]) -> dict[PostingId, Scored]:
        return dict(zip(forms, score_many(side.person, list(forms.values())), strict=True))

    async def _side(self, principal: Principal, profile: CandidateProfile | None = None) -> _Side:
        """The person with all papers that count, or with what `profile` proves alone."""
        profile = profile or await self._library.profile(principal)
        wants = (await self._identity.me(principal)).preferences
        wishes = Wishes(
            location_types=wants.location_types,
            countries=wants.countries,
            minimum_pay=wants.minimum_pay,
            currency=wants.currency,
            needs_visa=wants.needs_visa,
            max_travel_share=wants.max_travel_share,
        )
        # A job that goes on grows with time; counting it to the first of the month keeps a score for the month.
        as_of = self._clock.now().date().replace(day=1)
        person = await asyncio.to_thread(prepare, profile, self._taxonomy().implied, as_of=as_of)
        return _Side(profile, person, wishes, as_of, sha256(f"{profile.profile_hash}|{as_of}|{SCORE_VERSION}"))

"""Use cases of privacy: what is kept, take it along, bring it back, erase it."""

from __future__ import annotations

import asyncio
import dataclasses
import json
from collections.abc import AsyncIterator
from contextlib import closing
from hashlib import sha256
from typing import IO, Any
from uuid import UUID

from pydantic import TypeAdapter

from verivita.core.clock import Clock
from verivita.core.errors import Invalid, NotFound
from verivita.core.ids import parse_id
from verivita.core.page import PageRequest
from verivita.core.principal import Principal
from verivita.features.assistant import AssistantService, Talk
from verivita.features.identity import IdentityService, LeavingService, Preferences
from verivita.features.library import Document, DocumentKind, LibraryService
from verivita.features.postings import Posting, PostingsService
from verivita.features.privacy.archive import POSTINGS, TALKS, ArchivedPaper, ArchiveReader, ArchiveWriter
from verivita.features.privacy.model import Stored, TakenBack

_BATCH = 200
_TALK = TypeAdapter(Talk)


class PrivacyService:
    """A person's own data as a whole."""

    def __init__(
        self,
        identity: IdentityService,
        leaving: LeavingService,
        library: LibraryService,
        postings: PostingsService,
        assistant: AssistantService,
        clock: Clock,
    ) -> None:
        self._identity, self._leaving, self._library, self._postings = identity, leaving, library, postings
        self._assistant, self._clock = assistant, clock

    async def stored(self, principal: Principal) -> Stored:
        """How much is kept of the caller. Postings are shared by the tenant."""
        papers = await self._library.all(principal)
        talks = await self._assistant.talks(principal, PageRequest(1, 1))
        counts = await self._postings.counts(principal)
        return Stored(
            papers=len(papers),
            bytes=sum(paper.size for paper in papers),
            talks=talks.total,
            keys=len(await self._identity.keys(principal)),
            postings=counts.open + counts.closed,
            alone=not await self._leaving.others(principal),
        )

    async def export(self, principal: Principal, out: IO[bytes]) -> None:
        """Write everything of the caller into one zip that `take_back` reads; see `archive` for its layout.

        Secrets are not in it. The postings of the tenant are, for whoever looks after the tenant.
        """
        with closing(ArchiveWriter(out)) as archive:
            archive.head(await self._head(principal))
            for paper in reversed(await self._library.all(principal)):
                if not paper.is_example:
                    kept = await self._paper(principal, paper)
                    await asyncio.to_thread(archive.paper, kept)
            archive.lines(TALKS, reversed([talk async for talk in self._talks(principal)]))
            if principal.is_admin:
                archive.lines(POSTINGS, iter([_line(posting) async for posting in self._all_postings(principal)]))

    async def take_back(self, principal: Principal, source: IO[bytes]) -> TakenBack:
        """Bring an archive back; what is here already stays as it is, so it may run twice. Raises `Invalid`."""
        archive = await asyncio.to_thread(ArchiveReader, source)
        ids, known = {}, 0
        for paper in archive.papers():
            kind = DocumentKind(str(paper.about.get("kind", DocumentKind.NOTES)))
            title = str(paper.about.get("title") or "")[:200]
            added = await self._library.add(principal, paper.filename, paper.data, kind, title)
            ids[str(paper.about.get("id"))] = str(added.document.id)
            known += added.duplicate_of is not None
        await self._prefer(principal, archive)
        talks = 0
        for talk in archive.lines(TALKS):
            if not await self._has(principal, talk):
                talks += await self._assistant.restore(principal, _talk(talk, principal, ids))
        new, seen = 0, 0
        if content := archive.text(POSTINGS):
            run = await self._postings.import_file(principal, POSTINGS, content, _quietly)
            new, seen = run.new, run.unchanged + run.duplicates + run.changed
        return TakenBack(len(ids) - known, known, talks, new, seen)

    async def erase(self, principal: Principal) -> None:
        """Remove the caller with everything that is theirs; the whole tenant when nobody else is in it.

        The order is such that a kill in between leaves a person who can ask again. Backups keep what they hold until
        they are rotated. Raises `Conflict` (code `last_owner`) when others would be left without an owner.
        """
        await self._leaving.check(principal)
        for paper in await self._library.all(principal):
            await self._library.remove(principal, paper.id)
        await self._assistant.forget(principal)
        if not await self._leaving.others(principal):
            await self._postings.remove_source(principal, None)
        await self._leaving.leave(principal)

    async def _head(self, principal: Principal) -> dict[str, Any]:
        person = await self._identity.me(principal)
        keys = await self._identity.keys(principal)
        return {
            "written_at": self._clock.now(),
            "person": {"name": person.name, "role": person.role, "state": person.state, "since": person.created_at},
            "preferences": dataclasses.asdict(person.preferences),
            "keys": [{"name": key.name, "scopes": key.scopes} for key in keys],
        }

    async def _paper(self, principal: Principal, paper: Document) -> ArchivedPaper:
        facts = await self._library.facts(principal, paper.id)
        about: dict[str, Any] = {
            "id": paper.id,
            "kind": paper.kind,
            "title": paper.title,
            "counts": paper.is_active,
            "added_at": paper.created_at,
            "facts": [
                {"kind": f.kind, "value": f.value, "page": f.span.page, "start": f.span.start, "end": f.span.end}
                for f in facts
            ],
        }
        return ArchivedPaper(paper.filename, about, await self._library.original(principal, paper.id))

    async def _talks(self, principal: Principal) -> AsyncIterator[dict[str, Any]]:
        number = 1
        while (page := await self._assistant.talks(principal, PageRequest(number, 100))).items:
            for talk in page.items:
                yield _TALK.dump_python(await self._assistant.talk(principal, talk.id), mode="json")
            number += 1

    async def _has(self, principal: Principal, talk: dict[str, Any]) -> bool:
        """Whether this very talk is the caller's still, under the id that it was written with."""
        id = parse_id(str(talk.get("id")))
        try:
            return id is not None and bool(await self._assistant.talk(principal, id))
        except NotFound:
            return False

    async def _all_postings(self, principal: Principal) -> AsyncIterator[Posting]:
        last: UUID | None = None
        while some := await self._postings.after(principal, last, _BATCH):
            for posting in some:
                yield posting
            last = some[-1].id

    async def _prefer(self, principal: Principal, archive: ArchiveReader) -> None:
        kept = archive.about.get("preferences")
        mine = (await self._identity.me(principal)).preferences
        if not isinstance(kept, dict) or mine != Preferences():
            return
        names = {field.name for field in dataclasses.fields(Preferences)}
        plain = {name: value for name, value in kept.items() if name in names}
        values: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in plain.items()}
        await self._identity.prefer(principal, Preferences(**values))


def _line(posting: Posting) -> dict[str, Any]:
    known = posting.understood
    return {
        "title": known.title,
        "company": known.company,
        "url": known.url or known.canonical_url,
        "location": known.location,
        "salary": known.pay_text,
        "posted": known.posted_on.isoformat() if known.posted_on else "",
        "closes": known.closes_on.isoformat() if known.closes_on else "",
        "employment": str(known.employment),
        "level": str(known.level),
        "remote": str(known.location_type),
        "source": known.source,
        "id": known.source_id,
        "description": known.description,
    }


def _talk(kept: dict[str, Any], principal: Principal, papers: dict[str, str]) -> Talk:
    """The talk under ids of its own for this person, pointing at their papers; the same each time. Raises `Invalid`."""
    text = json.dumps(kept)
    try:
        for old, new in (papers | {old: _own(principal, old) for old in _ids(kept)}).items():
            text = text.replace(old, new)
        return _TALK.validate_json(text)
    except ValueError as error:
        raise Invalid("no_archive", "A talk in this archive is damaged.") from error


def _own(principal: Principal, id: str) -> str:
    """Another id for another person, in the order of time that ids have."""
    old = UUID(id)
    mixed = bytearray(sha256(principal.person_id.bytes + old.bytes).digest()[:10])
    # Version 7 and the usual variant (RFC 9562); `UUID` of this Python cannot set version 7 itself.
    mixed[0], mixed[2] = mixed[0] & 0x0F | 0x70, mixed[2] & 0x3F | 0x80
    return str(UUID(bytes=old.bytes[:6] + bytes(mixed)))


def _ids(talk: dict[str, Any]) -> list[str]:
    turns = talk.get("turns") or []
    found = [talk.get("id"), *(turn.get("question_id") for turn in turns)]
    found += [(turn.get("reply") or {}).get("id") for turn in turns]
    return [id for id in found if isinstance(id, str)]


async def _quietly(_done: int, _stage: str) -> None:
    return

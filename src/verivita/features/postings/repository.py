"""The only SQL of this room; every method takes who asks."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Select, Text, any_, case, func, insert, literal, or_, select, text, update
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.dialects.postgresql import insert as upsert

from verivita.core.ids import PostingId, RunId, new_id
from verivita.core.page import Page, PageRequest
from verivita.core.principal import Principal
from verivita.features.postings.dedupe import bands
from verivita.features.postings.model import ImportRun, Posting, Refused, Snapshot, Understood
from verivita.features.postings.plan import Item
from verivita.features.postings.records import columns_of, posting_of, run_of
from verivita.features.postings.tables import companies, import_runs, job_bands, job_sightings, jobs
from verivita.kit.db import Repository, Tx, of

_uuids = pg.ARRAY(pg.UUID(as_uuid=True))
_texts = pg.ARRAY(Text)

_COMPARED = frozenset({"signature", "places", "skills", "embedding_id", "salary_min", "salary_max", "salary_currency"})
_READ = [column for column in jobs.c if column.name not in _COMPARED]
"""What a posting is read from; the other columns are there to be compared with, and long."""
KEPT_REFUSALS = 1000
"""How many refused records of a run are kept with their reasons; all are counted."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """One record of a source and the posting that it was taken for."""

    source: str
    source_key: str
    job_id: PostingId
    raw_hash: str


class PostingsRepository:
    """Postings, companies and imports of a tenant."""

    def __init__(self) -> None:
        self._jobs = Repository(jobs)
        self._bands = Repository(job_bands)
        self._companies = Repository(companies)
        self._sightings = Repository(job_sightings)
        self._runs = Repository(import_runs)

    def select(self, principal: Principal, *extra: Any) -> Select[Any]:
        """A query over the tenant's postings with their companies."""
        return (
            select(
                *_READ,
                companies.c.name.label("company_name"),
                companies.c.normalized_name.label("company_key"),
                companies.c.size.label("company_size"),
                companies.c.industry.label("company_industry"),
                *extra,
            )
            .select_from(jobs.outerjoin(companies, companies.c.id == jobs.c.company_id))
            .where(of(jobs, principal))
        )

    async def lock(self, tx: Tx, principal: Principal) -> None:
        """Let one import of a tenant store at a time, so that two cannot both miss the other's twin."""
        await tx.run(
            text("SELECT pg_advisory_xact_lock(hashtextextended('postings|' || :tenant, 0))"),
            {"tenant": str(principal.tenant_id)},
        )

    async def get(self, tx: Tx, principal: Principal, id: UUID) -> Posting | None:
        """The tenant's posting with this id."""
        row = (await tx.run(self.select(principal).where(jobs.c.id == id))).one_or_none()
        return posting_of(row) if row else None

    async def many(self, tx: Tx, principal: Principal, ids: Sequence[UUID]) -> dict[PostingId, Posting]:
        """The tenant's postings with these ids."""
        rows = await tx.run(self.select(principal).where(jobs.c.id == any_(literal(list(ids), _uuids))))
        return {PostingId(row.id): posting_of(row) for row in rows}

    async def page(self, tx: Tx, principal: Principal, request: PageRequest) -> Page[Posting]:
        """The tenant's open postings, newest first."""
        query = self.select(principal).where(jobs.c.is_active)
        query = query.order_by(jobs.c.posted_date.desc().nulls_last(), jobs.c.id.desc())
        rows, total = await self._jobs.page(tx, query, request)
        return Page([posting_of(row) for row in rows], total, request.page, request.limit)

    async def versions(self, tx: Tx, principal: Principal, ids: Sequence[UUID] | None) -> dict[PostingId, int]:
        """The present versions of these postings, or of all open ones."""
        query = self._jobs.select(principal, jobs.c.id, jobs.c.version)
        query = query.where(jobs.c.is_active if ids is None else jobs.c.id == any_(literal(list(ids), _uuids)))
        return {PostingId(row.id): row.version for row in await tx.run(query.order_by(jobs.c.id))}

    async def after(self, tx: Tx, principal: Principal, last: UUID | None, limit: int) -> list[Posting]:
        """Open postings in the order of their ids, from after `last`: to walk over all of them."""
        query = self.select(principal).where(jobs.c.is_active).order_by(jobs.c.id).limit(limit)
        rows = await tx.run(query.where(jobs.c.id > last) if last else query)
        return [posting_of(row) for row in rows]

    async def of_source(self, tx: Tx, principal: Principal, source: str | None) -> list[PostingId]:
        """Every posting of the tenant from one source, or from any."""
        query = self._jobs.select(principal, jobs.c.id)
        rows = await tx.run(query if source is None else query.where(jobs.c.source == source))
        return [PostingId(row.id) for row in rows]

    async def remove(self, tx: Tx, principal: Principal, ids: Sequence[PostingId]) -> None:
        """Remove postings of the tenant with what belongs to them."""
        await self._jobs.remove(tx, principal, ids)

    async def counts(self, tx: Tx, principal: Principal) -> tuple[int, int, int]:
        """How many postings are open, closed, and not indexed yet."""
        waiting = func.count(case((jobs.c.indexed_version < jobs.c.version, 1)))
        open_ = func.count(case((jobs.c.is_active, 1)))
        row = (await tx.run(self._jobs.select(principal, open_, func.count() - open_, waiting))).one()
        return tuple(row)

    async def sightings(self, tx: Tx, principal: Principal, keys: Iterable[tuple[str, str]]) -> list[Sighting]:
        """Which of these (source, source key) were seen before."""
        by_source: dict[str, list[str]] = {}
        for source, key in keys:
            by_source.setdefault(source, []).append(key)
        found: list[Sighting] = []
        for source, wanted in by_source.items():
            query = self._sightings.select(principal).where(
                job_sightings.c.source == source, job_sightings.c.source_key == any_(literal(wanted, _texts))
            )
            rows = await tx.run(query)
            found += [Sighting(r.source, r.source_key, PostingId(r.job_id), r.raw_hash) for r in rows]
        return found

    async def twins(self, tx: Tx, principal: Principal, items: Sequence[Item]) -> list[Posting]:
        """Postings that may be the same job as one of these: same content, same address, or a shared band."""
        if not items:
            return []
        keys = [key for item in items for key in bands(item.understood.signature)]
        near = self._bands.select(principal, job_bands.c.job_id).where(job_bands.c.band == any_(literal(keys, _texts)))
        ids = list((await tx.run(near.distinct())).scalars())
        same = or_(
            jobs.c.content_hash == any_(literal([item.understood.content_hash for item in items], _texts)),
            jobs.c.url == any_(literal([item.address for item in items], _texts)),
            jobs.c.id == any_(literal(ids, _uuids)),
        )
        query = self.select(principal, jobs.c.signature).where(same).order_by(jobs.c.id)
        return [posting_of(row, tuple(row.signature)) for row in await tx.run(query)]

    async def company_ids(self, tx: Tx, principal: Principal, items: Sequence[Understood]) -> dict[str, UUID]:
        """Ids of these postings' companies by key, made where missing; a known size fills an unknown one."""
        rows: dict[str, dict[str, Any]] = {}
        for item in items:
            if item.company_key:
                row = rows.setdefault(
                    item.company_key[:255],
                    {
                        "id": new_id(),
                        "tenant_id": principal.tenant_id,
                        "name": item.company[:255],
                        "size": None,
                        "industry": None,
                        "normalized_name": item.company_key[:255],
                    },
                )
                row["size"] = row["size"] or (item.company_size and item.company_size.value)
                row["industry"] = row["industry"] or item.industry[:100] or None
        if not rows:
            return {}
        new = upsert(companies).values([rows[key] for key in sorted(rows)])
        statement = new.on_conflict_do_update(
            index_elements=["tenant_id", "normalized_name"],
            set_={
                "size": func.coalesce(companies.c.size, new.excluded.size),
                "industry": func.coalesce(companies.c.industry, new.excluded.industry),
            },
        ).returning(companies.c.normalized_name, companies.c.id)
        return {row.normalized_name: row.id for row in await tx.run(statement)}

    async def add(
        self,
        tx: Tx,
        principal: Principal,
        items: Sequence[tuple[PostingId, Understood, Sequence[str]]],
        company_ids: Mapping[str, UUID],
    ) -> None:
        """Store new postings with their bands."""
        of_company = [company_ids.get(item.company_key[:255]) for _, item, _ in items]
        rows = [
            columns_of(item) | {"id": id, "company_id": company}
            for (id, item, _), company in zip(items, of_company, strict=True)
        ]
        await self._jobs.insert(tx, principal, *rows)
        await self._bands.insert(tx, principal, *_bands_of(items))

    async def replace(
        self,
        tx: Tx,
        principal: Principal,
        items: Sequence[tuple[PostingId, Understood, Sequence[str]]],
        company_ids: Mapping[str, UUID],
    ) -> None:
        """Store changed postings over the old ones; they count as open again and keep their address."""
        for id, item, _ in items:
            values = columns_of(item) | {
                "company_id": company_ids.get(item.company_key[:255]),
                "is_active": True,
                "updated_at": func.now(),
            }
            del values["url"], values["source"]
            await self._jobs.change(tx, principal, id, values)
            await tx.run(self._bands.delete(principal).where(job_bands.c.job_id == id))
        await self._bands.insert(tx, principal, *_bands_of(items))

    async def see(self, tx: Tx, principal: Principal, rows: Sequence[tuple[Sighting, str, str]]) -> None:
        """Keep the sources' own records (sighting, url, raw text); a record seen again is brought up to date."""
        if not rows:
            return
        values = [
            {
                "tenant_id": principal.tenant_id,
                "id": new_id(),
                "job_id": sighting.job_id,
                "source": sighting.source,
                "source_key": sighting.source_key,
                "url": url,
                "raw_hash": sighting.raw_hash,
                "raw": zlib.compress(raw.encode(), 6),
            }
            for sighting, url, raw in rows
        ]
        statement = upsert(job_sightings)
        statement = statement.on_conflict_do_update(
            index_elements=["tenant_id", "source", "source_key"],
            set_={
                "raw_hash": statement.excluded.raw_hash,
                "raw": statement.excluded.raw,
                "url": statement.excluded.url,
                "job_id": statement.excluded.job_id,
                "last_seen": func.now(),
            },
        )
        await tx.run(statement, values)

    async def snapshot(self, tx: Tx, principal: Principal, id: UUID) -> list[Snapshot]:
        """The sources' own records of a posting, oldest first."""
        query = self._sightings.select(principal).where(job_sightings.c.job_id == id).order_by(job_sightings.c.id)
        return [Snapshot(row.source, row.url, zlib.decompress(row.raw).decode()) for row in await tx.run(query)]

    async def to_index(self, tx: Tx, principal: Principal, limit: int) -> list[Posting]:
        """Postings that the search indexes do not hold in their present version."""
        query = self.select(principal).where(jobs.c.indexed_version < jobs.c.version).order_by(jobs.c.id).limit(limit)
        return [posting_of(row) for row in await tx.run(query)]

    async def indexed(self, tx: Tx, principal: Principal, versions: Mapping[PostingId, int]) -> None:
        """Note which version of each posting the indexes hold now."""
        for version in sorted(set(versions.values())):
            ids = [id for id, held in versions.items() if held == version]
            await tx.run(
                update(jobs)
                .where(of(jobs, principal), jobs.c.id == any_(literal(ids, _uuids)))
                .values(indexed_version=version)
            )

    async def indexed_count(self, tx: Tx, principal: Principal) -> int:
        """How many open postings the indexes should hold."""
        query = self._jobs.select(principal, jobs.c.id).where(
            jobs.c.is_active, jobs.c.indexed_version == jobs.c.version
        )
        return await self._jobs.count(tx, query)

    async def forget_index(self, tx: Tx, principal: Principal) -> None:
        """Mark every posting as not indexed."""
        await tx.run(self._jobs.update(principal).values(indexed_version=0))

    async def set_active(self, tx: Tx, principal: Principal, id: UUID, active: bool) -> bool:
        """Open or close a posting."""
        return await self._jobs.change(tx, principal, id, {"is_active": active, "updated_at": func.now()})

    async def filtered_ids(
        self,
        tx: Tx,
        principal: Principal,
        conditions: Mapping[str, Any],
        sort: str,
        descending: bool,
        request: PageRequest,
    ) -> tuple[list[PostingId], int]:
        """One page of open postings that meet conditions, in an order: for lists without words to search."""
        key = func.coalesce(jobs.c.salary_max, jobs.c.salary_min) if sort == "salary" else jobs.c.posted_date
        order = key.desc().nulls_last() if descending else key.asc().nulls_last()
        query = self._filtered(principal, conditions).order_by(order, jobs.c.id.desc())
        rows, total = await self._jobs.page(tx, query, request)
        return [PostingId(row.id) for row in rows], total

    async def filtered_all(self, tx: Tx, principal: Principal, conditions: Mapping[str, Any]) -> list[PostingId]:
        """Every open posting that meets conditions, newest first."""
        query = self._filtered(principal, conditions)
        rows = await tx.run(query.order_by(jobs.c.posted_date.desc().nulls_last(), jobs.c.id.desc()))
        return [PostingId(row.id) for row in rows]

    async def start_run(
        self, tx: Tx, principal: Principal, source: str, input_hash: str, blob_key: str | None
    ) -> tuple[RunId, int]:
        """A run over this input and how many of its records are done already: an unfinished one goes on."""
        query = self._runs.select(principal).where(
            import_runs.c.input_hash == input_hash, import_runs.c.source == source, import_runs.c.status == "running"
        )
        row = (await tx.run(query.order_by(import_runs.c.id.desc()).limit(1))).one_or_none()
        if row is not None:
            return RunId(row.id), row.position
        run_id = RunId(new_id())
        await tx.run(
            insert(import_runs).values(
                id=run_id,
                tenant_id=principal.tenant_id,
                person_id=principal.person_id,
                source=source,
                input_hash=input_hash,
                blob_key=blob_key,
            )
        )
        return run_id, 0

    async def position(self, tx: Tx, principal: Principal, id: RunId) -> int:
        """How many records of a run were dealt with and committed."""
        query = self._runs.select(principal, import_runs.c.position).where(import_runs.c.id == id)
        return int((await tx.run(query)).scalar_one())

    async def advance_run(
        self, tx: Tx, principal: Principal, id: RunId, counts: Mapping[str, int], refused: Sequence[Refused]
    ) -> None:
        """Add a batch's counts to a run, in the batch's own transaction."""
        values: dict[str, Any] = {name: import_runs.c[name] + more for name, more in counts.items()}
        if refused:
            kept = [[item.place, item.reason, item.title] for item in refused]
            values["refused_count"] = import_runs.c.refused_count + len(kept)
            values["refused"] = case(
                (import_runs.c.refused_count < KEPT_REFUSALS, import_runs.c.refused.concat(kept)),
                else_=import_runs.c.refused,
            )
        await tx.run(self._runs.update(principal).where(import_runs.c.id == id).values(values))

    async def finish_run(self, tx: Tx, principal: Principal, id: RunId, error: str | None) -> None:
        """Close a run."""
        values = {"status": "failed" if error else "succeeded", "error": error, "finished_at": func.now()}
        await tx.run(self._runs.update(principal).where(import_runs.c.id == id).values(values))

    async def run(self, tx: Tx, principal: Principal, id: UUID) -> ImportRun | None:
        """An import of the tenant."""
        row = await self._runs.get(tx, principal, id)
        return run_of(row) if row else None

    async def runs(self, tx: Tx, principal: Principal, limit: int) -> list[ImportRun]:
        """The tenant's newest imports."""
        rows = await tx.run(self._runs.select(principal).order_by(import_runs.c.id.desc()).limit(limit))
        return [run_of(row) for row in rows]

    async def facets(self, tx: Tx, principal: Principal) -> dict[str, dict[str, int]]:
        """How many open postings have each source, place type and level."""
        found: dict[str, dict[str, int]] = {}
        for name in ("source", "location_type", "level"):
            column = jobs.c[name]
            query = self._jobs.select(principal, column, func.count()).where(jobs.c.is_active).group_by(column)
            rows = (await tx.run(query.order_by(func.count().desc(), column).limit(30))).all()
            found[name] = {str(row[0]): int(row[1]) for row in rows}  # type: ignore[misc]
        return found

    def _filtered(self, principal: Principal, conditions: Mapping[str, Any]) -> Select[Any]:
        query = self._jobs.select(principal, jobs.c.id).where(jobs.c.is_active)
        query = query.outerjoin(companies, companies.c.id == jobs.c.company_id)
        return query.where(*_clauses(conditions))


def _clauses(conditions: Mapping[str, Any]) -> list[Any]:
    """SQL of the conditions that search knows: lists of allowed values, a least pay, a newest age, words of a place."""
    clauses: list[Any] = []
    for name in ("location_type", "level", "source", "employment"):
        if conditions.get(name):
            clauses.append(jobs.c[name].in_(conditions[name]))
    if conditions.get("company_size"):
        clauses.append(companies.c.size.in_(conditions["company_size"]))
    if conditions.get("skills"):
        clauses.append(jobs.c.skills.contains(list(conditions["skills"])))
    if conditions.get("salary_min") is not None:
        clauses.append(func.coalesce(jobs.c.salary_max, jobs.c.salary_min) >= conditions["salary_min"])
    if conditions.get("posted_after") is not None:
        clauses.append(jobs.c.posted_date >= conditions["posted_after"])
    if conditions.get("places"):
        clauses.append(jobs.c.places.overlap(list(conditions["places"])))
    return clauses


def _bands_of(items: Sequence[tuple[PostingId, Understood, Sequence[str]]]) -> list[dict[str, Any]]:
    return [{"band": band, "job_id": id} for id, _, bands in items for band in bands]

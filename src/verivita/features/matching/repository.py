"""The only SQL of this room: scores that were computed, and the forms of postings that they are computed from."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Integer, LargeBinary, Numeric, Text, any_, cast, func, literal, select
from sqlalchemy import column as named
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.types import TypeEngine

from verivita.core.ids import PostingId, new_id
from verivita.core.principal import Principal
from verivita.features.matching.many import Scored
from verivita.features.matching.model import SCORE_VERSION
from verivita.features.matching.packed import PREPARED_VERSION
from verivita.features.matching.score import PARTS
from verivita.features.matching.tables import job_match_scores as scores
from verivita.features.matching.tables import posting_forms as forms
from verivita.kit.db import Repository, Tx, of

_uuid = pg.UUID(as_uuid=True)
_SCORE_TYPES: Mapping[str, TypeEngine[Any]] = {
    "id": _uuid,
    "job_id": _uuid,
    "job_version": Integer(),
    "overall_score": Numeric(4, 1, asdecimal=False),
    "skills_score": Numeric(4, 1, asdecimal=False),
    "experience_score": Numeric(4, 1, asdecimal=False),
    "education_score": Numeric(4, 1, asdecimal=False),
    "matched_skills": Text(),
    "missing_skills": Text(),
    "reason": Text(),
}
_FORM_TYPES: Mapping[str, TypeEngine[Any]] = {"job_id": _uuid, "job_version": Integer(), "form": LargeBinary()}


class MatchRepository:
    """Scores of one person, and forms of a tenant's postings."""

    def __init__(self) -> None:
        self._rows, self._forms = Repository(scores), Repository(forms)

    async def overall(
        self, tx: Tx, principal: Principal, resume_hash: str, ids: Sequence[UUID] | None
    ) -> dict[PostingId, tuple[int, float | None]]:
        """Scores that were made of these papers: posting -> (version of the posting, overall or None)."""
        query = self._rows.select(principal, scores.c.job_id, scores.c.job_version, scores.c.overall_score).where(
            scores.c.resume_hash == resume_hash, scores.c.score_version == SCORE_VERSION
        )
        if ids is not None:
            query = query.where(scores.c.job_id == any_(literal(list(ids), pg.ARRAY(_uuid))))
        return {
            PostingId(row.job_id): (row.job_version, None if row.overall_score is None else float(row.overall_score))
            for row in await tx.run(query)
        }

    async def store(
        self,
        tx: Tx,
        principal: Principal,
        resume_hash: str,
        found: Mapping[PostingId, Scored],
        versions: Mapping[PostingId, int],
    ) -> None:
        """Keep scores; one of other papers or of an older posting is replaced. One statement, however many."""
        if not found:
            return
        part = {f"{name}_score": PARTS.index(name) for name in ("skills", "experience", "education")}
        columns: dict[str, list[Any]] = {
            "id": [new_id() for _ in found],
            "job_id": list(found),
            "job_version": [versions[id] for id in found],
            "overall_score": [one.overall for one in found.values()],
            **{name: [one.parts[place] for one in found.values()] for name, place in part.items()},
            "matched_skills": [_names(one.matched) for one in found.values()],
            "missing_skills": [_names(one.missing) for one in found.values()],
            "reason": [one.reason for one in found.values()],
        }
        fixed: dict[str, Any] = {
            "tenant_id": literal(principal.tenant_id, _uuid),
            "person_id": literal(principal.person_id, _uuid),
            "resume_hash": literal(resume_hash),
            "score_version": literal(SCORE_VERSION),
        }
        given = _unnested(columns, _SCORE_TYPES)
        values = {name: given.c[name] for name in columns}
        for name in ("matched_skills", "missing_skills"):
            values[name] = cast(given.c[name], pg.JSONB)
        new = upsert(scores).from_select(
            [*fixed, *values], select(*fixed.values(), *values.values()).select_from(given)
        )
        kept = ("id", "tenant_id", "person_id", "job_id")
        changed = {name: new.excluded[name] for name in (*fixed, *values) if name not in kept}
        await tx.run(
            new.on_conflict_do_update(
                index_elements=["tenant_id", "person_id", "job_id"], set_=changed | {"calculated_at": func.now()}
            )
        )

    async def forms(self, tx: Tx, principal: Principal, versions: Mapping[PostingId, int]) -> dict[PostingId, bytes]:
        """The forms of these postings, of those that are kept in this version of posting and preparing."""
        query = self._forms.select(principal, forms.c.job_id, forms.c.job_version, forms.c.form).where(
            forms.c.job_id == any_(literal(list(versions), pg.ARRAY(_uuid))),
            forms.c.form_version == PREPARED_VERSION,
        )
        rows = await tx.run(query)
        return {PostingId(row.job_id): row.form for row in rows if versions[PostingId(row.job_id)] == row.job_version}

    async def keep_forms(
        self, tx: Tx, principal: Principal, made: Mapping[PostingId, bytes], versions: Mapping[PostingId, int]
    ) -> None:
        """Keep forms; one of an older posting or way of preparing is replaced."""
        if not made:
            return
        columns: dict[str, list[Any]] = {
            "job_id": list(made),
            "job_version": [versions[id] for id in made],
            "form": list(made.values()),
        }
        given = _unnested(columns, _FORM_TYPES)
        fixed: dict[str, Any] = {
            "tenant_id": literal(principal.tenant_id, _uuid),
            "form_version": literal(PREPARED_VERSION),
        }
        names = [*fixed, *columns]
        new = upsert(forms).from_select(names, select(*fixed.values(), *given.c).select_from(given))
        changed = {name: new.excluded[name] for name in ("job_version", "form_version", "form")}
        mine = of(forms, principal)
        await tx.run(new.on_conflict_do_update(index_elements=["job_id"], set_=changed, where=mine))


def _unnested(columns: Mapping[str, Sequence[Any]], types: Mapping[str, TypeEngine[Any]]) -> Any:
    """Equally long lists as the columns of a table."""
    lists = [literal(list(values), pg.ARRAY(types[name])) for name, values in columns.items()]
    return (
        func.unnest(*lists).table_valued(*(named(name, types[name]) for name in columns), name="given").render_derived()
    )


def _names(names: Sequence[str]) -> str:
    return json.dumps(names, ensure_ascii=False)

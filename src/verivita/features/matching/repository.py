"""The only SQL of this room: scores that were computed, so that a list need not compute them again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import any_, func, literal
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.dialects.postgresql import insert as upsert

from verivita.core.ids import PostingId, new_id
from verivita.core.principal import Principal
from verivita.features.matching.model import SCORE_VERSION, Match
from verivita.features.matching.tables import job_match_scores as scores
from verivita.kit.db import Repository, Tx

_uuids = pg.ARRAY(pg.UUID(as_uuid=True))


class MatchRepository:
    """Scores of one person."""

    def __init__(self) -> None:
        self._rows = Repository(scores)

    async def overall(
        self, tx: Tx, principal: Principal, resume_hash: str, ids: Sequence[UUID] | None
    ) -> dict[PostingId, tuple[int, float | None]]:
        """Scores that were made of these papers: posting -> (version of the posting, overall or None)."""
        query = self._rows.select(principal, scores.c.job_id, scores.c.job_version, scores.c.overall_score).where(
            scores.c.resume_hash == resume_hash, scores.c.score_version == SCORE_VERSION
        )
        if ids is not None:
            query = query.where(scores.c.job_id == any_(literal(list(ids), _uuids)))
        return {
            PostingId(row.job_id): (row.job_version, None if row.overall_score is None else float(row.overall_score))
            for row in await tx.run(query)
        }

    async def store(
        self,
        tx: Tx,
        principal: Principal,
        resume_hash: str,
        matches: Sequence[Match],
        versions: Mapping[PostingId, int],
    ) -> None:
        """Keep scores; one of other papers or of an older posting is replaced."""
        if not matches:
            return
        rows = []
        for match in matches:
            parts = {part.name: part.score for part in match.parts}
            rows.append(
                {
                    "id": new_id(),
                    "tenant_id": principal.tenant_id,
                    "person_id": principal.person_id,
                    "job_id": match.posting_id,
                    "job_version": versions[match.posting_id],
                    "resume_hash": resume_hash,
                    "score_version": SCORE_VERSION,
                    "overall_score": match.overall,
                    "skills_score": parts.get("skills"),
                    "experience_score": parts.get("experience"),
                    "education_score": parts.get("education"),
                    "matched_skills": list(match.matched_skills),
                    "missing_skills": list(match.missing_skills),
                    "reason": match.reason,
                }
            )
        new = upsert(scores)
        kept = ("id", "tenant_id", "person_id", "job_id")
        values = {name: new.excluded[name] for name in rows[0] if name not in kept} | {"calculated_at": func.now()}
        await tx.run(new.on_conflict_do_update(index_elements=["tenant_id", "person_id", "job_id"], set_=values), rows)

"""PostgreSQL full-text search: the fallback for shared postings that needs nothing beside the database.

It knows words as the other index does (`engines.retrieval.terms`), so what it stores is terms, not text. It has no
BM25: rows that hold every term come first, then rows that hold any, each by `ts_rank`, over a bounded number of
candidates. Row security keeps PostgreSQL from using a word index here (the match operator may leak), so the
partition is scanned: tens of milliseconds where tantivy takes one. That is the price of the fallback.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Column, Computed, PrimaryKeyConstraint, Text, bindparam, delete, func, select, text
from sqlalchemy.dialects import postgresql as pg

from verivita.core.ids import PersonId, TenantId
from verivita.core.principal import Principal
from verivita.engines.retrieval.payload import MAX_NUMBER, numbers, tags, tags_for
from verivita.engines.retrieval.ports import AnyOf, Between, Filter, Hit, Partition, TextEntry
from verivita.engines.retrieval.terms import english
from verivita.kit.db import Database, tenant_table

MAX_TERMS = 20_000
MAX_QUERY_TERMS = 64
BATCH = 500

entries = tenant_table(
    "lexical_entries",
    Column("id", pg.UUID(as_uuid=True), nullable=False),
    Column("title_terms", Text, nullable=False),
    Column("terms", Text, nullable=False),
    Column("tags", pg.ARRAY(Text), nullable=False),
    Column("numbers", pg.JSONB, nullable=False),
    Column(
        "tsv",
        pg.TSVECTOR,
        Computed(
            "setweight(to_tsvector('simple', title_terms), 'A') || setweight(to_tsvector('simple', terms), 'D')",
            persisted=True,
        ),
    ),
    PrimaryKeyConstraint("tenant_id", "id"),
)

_QUERY = (
    "SELECT id, ts_rank(tsv, CAST(:some AS tsquery), 1) + CAST(tsv @@ CAST(:every AS tsquery) AS int) AS score "
    "FROM lexical_entries WHERE tenant_id = :tenant AND tsv @@ CAST(:some AS tsquery){where} "
    "ORDER BY score DESC, id LIMIT :k"
)


class PostgresLexicalIndex:
    """A LexicalIndex over the table `lexical_entries`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def upsert(self, partition: Partition, entries_: Sequence[TextEntry]) -> None:
        """Store or replace; visible to `query` when this returns."""
        rows = list({entry.id: _row(partition, entry) for entry in entries_}.values())
        if not rows:
            return
        async with self._database.begin(_scope(partition)) as tx:
            for start in range(0, len(rows), BATCH):
                statement = pg.insert(entries).values(rows[start : start + BATCH])
                new = {name: statement.excluded[name] for name in ("title_terms", "terms", "tags", "numbers")}
                await tx.run(statement.on_conflict_do_update(index_elements=["tenant_id", "id"], set_=new))

    async def query(self, partition: Partition, text_: str, k: int, where: Filter = ()) -> list[Hit]:
        """The k best that pass the filter, best first; a text without words finds nothing."""
        terms = [f"'{term}'" for term in dict.fromkeys(english(text_))][:MAX_QUERY_TERMS]
        if not terms or k < 1:
            return []
        condition, values = _conditions(where)
        values |= {"tenant": UUID(partition), "some": " | ".join(terms), "every": " & ".join(terms), "k": k}
        listed = [bindparam(name, type_=pg.ARRAY(Text)) for name in values if name.startswith("tags_")]
        async with self._database.begin(_scope(partition)) as tx:
            found = await tx.run(text(_QUERY.format(where=condition)).bindparams(*listed), values)
            return [Hit(row.id, float(row.score)) for row in found]

    async def delete(self, partition: Partition, ids: Sequence[UUID] | None) -> None:
        """Remove these ids; None removes the whole partition."""
        statement = delete(entries).where(entries.c.tenant_id == UUID(partition))
        if ids is not None:
            statement = statement.where(entries.c.id.in_(list(ids)))
        async with self._database.begin(_scope(partition)) as tx:
            await tx.run(statement)

    async def count(self, partition: Partition) -> int:
        """How many texts the partition holds."""
        statement = select(func.count()).where(entries.c.tenant_id == UUID(partition))
        async with self._database.begin(_scope(partition)) as tx:
            return int((await tx.run(statement)).scalar_one())


def _scope(partition: Partition) -> Principal:
    return Principal(TenantId(UUID(partition)), PersonId(UUID(int=0)))


def _row(partition: Partition, entry: TextEntry) -> dict[str, Any]:
    return {
        "tenant_id": UUID(partition),
        "id": entry.id,
        "title_terms": " ".join(english(entry.title)[:MAX_TERMS]),
        "terms": " ".join(english(entry.body)[:MAX_TERMS]),
        "tags": tags(entry.payload),
        "numbers": numbers(entry.payload),
    }


def _conditions(where: Filter) -> tuple[str, dict[str, Any]]:
    """The filter as SQL with bound values only; field names are values too."""
    parts: list[str] = []
    values: dict[str, Any] = {}
    for i, condition in enumerate(where):
        if isinstance(condition, Between):
            low, high = condition.minimum, condition.maximum
            parts.append(f" AND CAST(numbers ->> :field_{i} AS float8) BETWEEN :low_{i} AND :high_{i}")
            values[f"field_{i}"] = condition.field.replace("\x00", "")
            values[f"low_{i}"] = -MAX_NUMBER if low is None else low
            values[f"high_{i}"] = MAX_NUMBER if high is None else high
        else:
            parts.append(f" AND {'' if isinstance(condition, AnyOf) else 'NOT '}tags && :tags_{i}")
            values[f"tags_{i}"] = tags_for(condition.field, condition.values)
    return "".join(parts), values

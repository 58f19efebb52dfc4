"""BM25 on tantivy indexes beside the data, one folder a partition; rebuilt from the database at will.

Several processes share the folders: one writes at a time (the index's own file lock, which dies with its process),
all read. A reader looks at the index's small meta file before each query and reloads when it changed. Text is cut in
terms by `engines.retrieval.terms` on both sides, so a query is a bag of terms and no character of it is an operator.
A folder that is missing or damaged is made anew and empty, with a warning: `count` then answers 0 and the owner of
the data fills it again.
"""

from __future__ import annotations

import asyncio
import logging
import re
import shutil
import threading
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

import numpy as np

from verivita.core.errors import StorageFull, Unavailable
from verivita.engines.retrieval.payload import MAX_NUMBER, key, numbers, tags, tags_for
from verivita.engines.retrieval.ports import AnyOf, Between, Condition, Filter, Hit, IdPairs, Partition, TextEntry
from verivita.engines.retrieval.terms import english

log = logging.getLogger(__name__)
T = TypeVar("T")
HEAP_BYTES = 50_000_000
TITLE_BOOST = 0.2
"""The title is also read as part of the body; as a short field it has a high BM25 of its own, so a little is enough."""
MAX_QUERY_TERMS = 256
MAX_OPEN = 64
_LOW = 2**64 - 1
_DAMAGE = re.compile(r"corrupt|FileDoesNotExist|Footer|deserial|No such file", re.IGNORECASE)


@dataclass
class _Open:
    """An open index, and the state of its meta file when it was last loaded."""

    index: Any
    path: Path
    seen: tuple[int, int] = (0, 0)
    lock: threading.Lock = field(default_factory=threading.Lock)


class TantivyIndex:
    """One tantivy index for each partition below `folder`; a writer waits at most `patience` seconds for its turn."""

    def __init__(self, folder: Path, *, patience: float = 30.0) -> None:
        self._folder, self._patience = folder, patience
        self._open: OrderedDict[str, _Open] = OrderedDict()
        self._lock = threading.Lock()

    async def upsert(self, partition: Partition, entries: Sequence[TextEntry]) -> None:
        """Store or replace; visible to `query` when this returns. Raises `Unavailable` when another writer stays."""
        if entries:
            latest = {entry.id: entry for entry in entries}
            await asyncio.to_thread(self._write, partition, list(latest), list(latest.values()))

    async def delete(self, partition: Partition, ids: Sequence[UUID] | None) -> None:
        """Remove these ids; None removes the whole partition."""
        if ids is None or ids:
            await asyncio.to_thread(self._write, partition, ids, [])

    async def query(self, partition: Partition, text: str, k: int, where: Filter = ()) -> list[Hit]:
        """The k best that pass the filter, best first, ties by id; a text without words finds nothing."""
        terms = list(Counter(english(text)).items())[:MAX_QUERY_TERMS]
        if not terms or k < 1:
            return []
        return await asyncio.to_thread(self._guarded, partition, lambda held: _search(held.index, terms, k, where))

    async def passing(self, partition: Partition, where: Filter, most: int) -> IdPairs | None:
        """The ids that meet every condition, in no order; None for more than `most`, or when nothing is indexed."""
        return await asyncio.to_thread(self._guarded, partition, lambda held: _passing(held.index, where, most))

    async def count(self, partition: Partition) -> int:
        """How many texts the partition holds; 0 for one that is new, or that was damaged and made anew."""
        return await asyncio.to_thread(self._guarded, partition, lambda held: int(held.index.searcher().num_docs))

    def _guarded(self, partition: Partition, work: Callable[[_Open], T]) -> T:
        """Run `work` on the newest state of the index; a damaged one is made anew and tried once more."""
        for last in (False, True):
            held = self._held(partition)
            try:
                with _panics_are_errors():
                    _refresh(held)
                    return work(held)
            except (ValueError, OSError) as error:
                if "No space left" in str(error):
                    raise StorageFull(message="The disk that holds the word index is full.") from error
                if last or not _DAMAGE.search(str(error)):
                    raise Unavailable("index_unavailable", f"The word index does not answer: {error}.") from error
                self._renew(partition, held, error)
        raise AssertionError("unreachable")

    def _write(self, partition: Partition, ids: Sequence[UUID] | None, entries: Sequence[TextEntry]) -> None:
        def work(held: _Open) -> None:
            with held.lock:
                writer = _writer(held.index, self._patience)
                try:
                    if ids is None:
                        writer.delete_all_documents()
                    for id in ids or ():
                        writer.delete_documents_by_term("id", str(id))
                    for entry in entries:
                        writer.add_document(_document(entry))
                    writer.commit()
                finally:
                    writer.wait_merging_threads()
            _refresh(held, always=True)

        self._guarded(partition, work)

    def _held(self, partition: Partition) -> _Open:
        with self._lock:
            held = self._open.get(partition)
            if held is None:
                path = self._folder / sha256(partition.encode()).hexdigest()[:32]
                held = self._open[partition] = _Open(_opened(path), path)
                while len(self._open) > MAX_OPEN:
                    self._open.popitem(last=False)
            self._open.move_to_end(partition)
            return held

    def _renew(self, partition: Partition, held: _Open, error: Exception) -> None:
        """Drop a damaged index from memory and disk, unless somebody else already did."""
        with self._lock:
            if self._open.get(partition) is held:
                del self._open[partition]
                _discard(held.path, error)


def _opened(path: Path) -> Any:
    from tantivy import Index, TextAnalyzerBuilder, Tokenizer

    try:
        path.mkdir(parents=True, exist_ok=True)
        try:
            with _panics_are_errors():
                index = Index(_schema(), path=str(path))
        except (ValueError, OSError) as error:
            _discard(path, error)
            path.mkdir(parents=True, exist_ok=True)
            index = Index(_schema(), path=str(path))
    except (ValueError, OSError) as error:
        raise Unavailable("index_unavailable", f"The word index cannot be opened: {error}.") from error
    index.register_tokenizer("terms", TextAnalyzerBuilder(Tokenizer.whitespace()).build())
    return index


@contextmanager
def _panics_are_errors() -> Iterator[None]:
    """The library panics on some damaged files, and a panic is no `Exception`."""
    try:
        yield
    except BaseException as error:
        if type(error).__name__ == "PanicException":
            raise ValueError(f"corrupt index: {error}") from error
        raise


def _schema() -> Any:
    from tantivy import SchemaBuilder

    builder = SchemaBuilder()
    builder.add_text_field("id", tokenizer_name="raw", index_option="basic")
    # The id once more as two columns: reading it from the documents' store would cost more than the search.
    builder.add_unsigned_field("id_high", fast=True)
    builder.add_unsigned_field("id_low", fast=True)
    builder.add_text_field("title", tokenizer_name="terms", index_option="freq")
    builder.add_text_field("body", tokenizer_name="terms", index_option="freq")
    builder.add_text_field("tags", tokenizer_name="raw", index_option="basic")
    builder.add_json_field("numbers", fast=True, tokenizer_name="raw", index_option="basic")
    return builder.build()


def _discard(path: Path, error: Exception) -> None:
    log.warning("the word index %s is damaged and is made anew, empty: %s", path.name, error)
    shutil.rmtree(path, ignore_errors=True)


def _refresh(held: _Open, always: bool = False) -> None:
    """Load what was committed since, by whichever process; a missing meta file means that the folder is gone."""
    state = (held.path / "meta.json").stat()
    seen = (state.st_mtime_ns, state.st_ino)
    if always or seen != held.seen:
        held.index.reload()
        held.seen = seen


def _writer(index: Any, patience: float) -> Any:
    """The only writer of the index, waiting for its turn; the lock of a killed process is free at once."""
    until = time.monotonic() + patience
    while True:
        try:
            return index.writer(HEAP_BYTES, 1)
        except ValueError as error:
            if "LockBusy" not in str(error):
                raise
            if time.monotonic() > until:
                raise Unavailable(
                    "index_busy", "Another process keeps the word index locked.", retry_after=5
                ) from error
            time.sleep(0.02)


def _document(entry: TextEntry) -> Any:
    from tantivy import Document

    document = Document()
    document.add_text("id", str(entry.id))
    document.add_unsigned("id_high", entry.id.int >> 64)
    document.add_unsigned("id_low", entry.id.int & _LOW)
    document.add_text("title", " ".join(english(entry.title)))
    document.add_text("body", " ".join(english(f"{entry.title}\n{entry.body}")))
    for tag in tags(entry.payload):
        document.add_text("tags", tag)
    values = {key(name): number for name, number in numbers(entry.payload).items()}
    if values:
        document.add_json("numbers", values)
    return document


def _search(index: Any, terms: Sequence[tuple[str, int]], k: int, where: Filter) -> list[Hit]:
    from tantivy import Occur, Query

    schema, searcher = index.schema, index.searcher()
    wanted = []
    for term, times in terms:
        for name, boost in (("title", TITLE_BOOST), ("body", 1.0)):
            query = Query.term_query(schema, name, term, "freq")
            weight = boost * times
            wanted.append((Occur.Should, query if weight == 1 else Query.boost_query(query, weight)))
    query = Query.boolean_query(wanted)
    if where:
        query = Query.boolean_query([*(_condition(index, one) for one in where), (Occur.Must, query)])
    found = searcher.search(query, k, count=False).hits
    highs, lows = _columns(searcher, [address for _, address in found])
    hits = [
        Hit(UUID(int=high << 64 | low), float(score)) for (score, _), high, low in zip(found, highs, lows, strict=True)
    ]
    return sorted(hits, key=lambda hit: (-hit.score, hit.id))


def _passing(index: Any, where: Filter, most: int) -> IdPairs | None:
    from tantivy import Occur, Query

    searcher = index.searcher()
    if not searcher.num_docs or most < 1:
        return None
    parts = [(Occur.Must, Query.const_score_query(Query.all_query(), 1.0)), *(_condition(index, one) for one in where)]
    query = Query.boolean_query(parts)
    if searcher.search(query, 1, count=True).count > most:
        return None
    found = searcher.search(query, most, count=False).hits
    return np.array(_columns(searcher, [address for _, address in found]), np.uint64).reshape(2, -1).T


def _columns(searcher: Any, addresses: list[Any]) -> tuple[list[int], list[int]]:
    """Both halves of these documents' ids."""
    return searcher.fast_field_values("id_high", addresses), searcher.fast_field_values("id_low", addresses)


def _condition(index: Any, condition: Condition) -> tuple[Any, Any]:
    """A condition as a part of the query that adds nothing to the score."""
    from tantivy import Occur, Query

    if isinstance(condition, Between):
        low = _bound(condition.minimum, -MAX_NUMBER)
        high = _bound(condition.maximum, MAX_NUMBER)
        query = index.parse_query(f"numbers.{key(condition.field)}:[{low} TO {high}]", [])
        return Occur.Must, Query.const_score_query(query, 0.0)
    wanted = tags_for(condition.field, condition.values)
    query = Query.term_set_query(index.schema, "tags", wanted) if wanted else Query.empty_query()
    return (Occur.Must if isinstance(condition, AnyOf) else Occur.MustNot), Query.const_score_query(query, 0.0)


def _bound(value: float | None, otherwise: float) -> str:
    """A bound as the query language reads it: plain decimals, never beyond what its integers hold."""
    return f"{min(MAX_NUMBER, max(-MAX_NUMBER, otherwise if value is None else value)):.6f}"

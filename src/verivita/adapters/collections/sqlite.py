"""Collections of texts, metadata and vectors in one SQLite file, or in memory, searched in memory."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from verivita.engines.retrieval.collections import Collection, Stored
from verivita.engines.retrieval.ports import Vector

MAX_OPEN = 32
_TABLE = """
CREATE TABLE IF NOT EXISTS documents (
  tenant TEXT NOT NULL, collection TEXT NOT NULL, id TEXT NOT NULL, content TEXT NOT NULL, metadata TEXT NOT NULL,
  model TEXT NOT NULL, vector BLOB NOT NULL, PRIMARY KEY (tenant, collection, id)
)
"""


class SqliteCollections:
    """Collections of every tenant; a file that lasts, or memory when no folder is given. Safe to call from threads."""

    def __init__(self, folder: Path | None, model: str, dimensions: int) -> None:
        if folder:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._model, self._dimensions = model, dimensions
        self._lock = threading.Lock()
        self._open: OrderedDict[tuple[str, str], Collection] = OrderedDict()
        self._sql = sqlite3.connect(folder / "collections.sqlite" if folder else ":memory:", check_same_thread=False)
        self._sql.execute("PRAGMA journal_mode=WAL")
        self._sql.execute(_TABLE)
        self._sql.commit()

    def put(self, tenant: str, collection: str, documents: Sequence[Stored], vectors: Vector) -> None:
        """Add or replace documents in one transaction."""
        rows = [
            (
                tenant,
                collection,
                d.id,
                d.content,
                json.dumps(dict(d.metadata), sort_keys=True),
                self._model,
                v.tobytes(),
            )
            for d, v in zip(documents, vectors, strict=True)
        ]
        with self._lock:
            with self._sql:
                self._sql.executemany("INSERT OR REPLACE INTO documents VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
            self._open.pop((tenant, collection), None)

    def clear(self, tenant: str, collection: str) -> None:
        """Remove a collection; no error where there is none."""
        with self._lock:
            with self._sql:
                self._sql.execute("DELETE FROM documents WHERE tenant = ? AND collection = ?", (tenant, collection))
            self._open.pop((tenant, collection), None)

    def stale(self, tenant: str, collection: str) -> list[Stored]:
        """Documents whose vectors another model made; they have to be put again before `get` returns them."""
        with self._lock:
            return [
                Stored(row[0], row[1], json.loads(row[2]))
                for row in self._sql.execute(
                    "SELECT id, content, metadata FROM documents WHERE tenant = ? AND collection = ? AND model <> ?",
                    (tenant, collection, self._model),
                )
            ]

    def get(self, tenant: str, collection: str) -> Collection:
        """The collection as it is now, empty where there is none."""
        with self._lock:
            held = self._open.get((tenant, collection))
            if held is None:
                held = self._open[(tenant, collection)] = self._read(tenant, collection)
                while len(self._open) > MAX_OPEN:
                    self._open.popitem(last=False)
            self._open.move_to_end((tenant, collection))
            return held

    def close(self) -> None:
        """Close the file."""
        self._sql.close()

    def _read(self, tenant: str, collection: str) -> Collection:
        rows = self._sql.execute(
            "SELECT id, content, metadata, vector FROM documents "
            "WHERE tenant = ? AND collection = ? AND model = ? ORDER BY id",
            (tenant, collection, self._model),
        ).fetchall()
        vectors = np.array([np.frombuffer(row[3], np.float32) for row in rows], np.float32)
        documents = tuple(Stored(row[0], row[1], json.loads(row[2])) for row in rows)
        return Collection(documents, vectors.reshape(len(rows), self._dimensions))

"""Vectors in half precision and lists of ids as the database's wire takes them: few bytes, and nothing to parse."""

from __future__ import annotations

import struct
from typing import Any

import numpy as np
from psycopg.adapt import Dumper
from psycopg.pq import Format

from verivita.engines.retrieval.ports import IdPairs, Vector

_UUID, _UUIDS = 2950, 2951
"""PostgreSQL's numbers of a UUID and of an array of them."""


class Half:
    """A vector on its way to the database: dimensions, nothing, then the numbers, most significant byte first."""

    __slots__ = ("data",)

    def __init__(self, vector: Vector) -> None:
        self.data = struct.pack(">hh", vector.size, 0) + vector.astype(">f2").tobytes()


def half_dumper(type_oid: int) -> type[Dumper]:
    """How a driver sends a `Half`; every database has its own number for the type."""

    class HalfDumper(Dumper):
        """Sends the bytes as they are."""

        format = Format.BINARY
        oid = type_oid

        def dump(self, obj: Any) -> bytes:
            """The bytes."""
            return bytes(obj.data)

    return HalfDumper


class Ids:
    """Many ids on their way to the database, as an array: its head, then for each id its length and its bytes."""

    __slots__ = ("data",)

    def __init__(self, pairs: IdPairs) -> None:
        rows = np.empty((len(pairs), 20), np.uint8)
        rows[:, :4] = (0, 0, 0, 16)
        rows[:, 4:] = np.frombuffer(pairs.astype(">u8").tobytes(), np.uint8).reshape(-1, 16)
        dimensions = (1, 0, _UUID, len(pairs), 1) if len(pairs) else (0, 0, _UUID)
        self.data = struct.pack(f">{len(dimensions)}i", *dimensions) + rows.tobytes()


class IdsDumper(Dumper):
    """Sends the bytes as they are."""

    format = Format.BINARY
    oid = _UUIDS

    def dump(self, obj: Any) -> bytes:
        """The bytes."""
        return bytes(obj.data)

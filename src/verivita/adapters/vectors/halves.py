"""Vectors in half precision as the database's wire takes them: a tenth of the text's bytes, and nothing to parse."""

from __future__ import annotations

import struct
from typing import Any

from psycopg.adapt import Dumper
from psycopg.pq import Format

from verivita.engines.retrieval.ports import Vector


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

"""Vectors in half precision and lists of ids, as the database's wire takes them and as its statements spell them."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import numpy as np
from psycopg.adapt import Dumper
from psycopg.pq import Format

from verivita.engines.retrieval.ports import IdPairs, Vector


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


def spelled(vector: Vector) -> str:
    """A vector as a statement spells it, in half precision."""
    return str(vector.astype(np.float16).tolist())


def listed(pairs: IdPairs) -> str:
    """Ids as a statement spells an array of them."""
    digits = pairs.astype(">u8").tobytes().hex()
    return "{" + ",".join([digits[i : i + 32] for i in range(0, len(digits), 32)]) + "}"


def listed_ids(ids: Sequence[UUID]) -> str:
    """The same of ids one by one."""
    return "{" + ",".join([id.hex for id in ids]) + "}"

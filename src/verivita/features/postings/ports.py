"""What postings need from outside: readers of files that a person gives."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from verivita.features.postings.hiring_post import HiringPost, read_post
from verivita.features.postings.model import RawPosting, Refused

__all__ = ["HiringPost", "PostingReader", "RawPosting", "Refused", "read_post"]


class PostingReader(Protocol):
    """Reads one file of postings as a stream of records."""

    def read(self, data: bytes, name: str) -> Iterator[RawPosting | Refused]:
        """Records in order, bad ones as `Refused` with their place. Raises `Invalid` when the whole cannot be read."""
        ...

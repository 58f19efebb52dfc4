"""Versions of things that may be changed: `ETag` out, `If-Match` or `version` in."""

from __future__ import annotations

import re

from verivita.core.errors import VersionMismatch

_TAG = re.compile(r'"(\d{1,9})"')


def etag(version: int) -> str:
    """The `ETag` of a version."""
    return f'"{version}"'


def wanted_version(given: int | None, if_match: str | None) -> int | None:
    """The version that must still stand; None for any. Raises `VersionMismatch` for a tag that is none of ours."""
    if given is not None or if_match is None or if_match.strip() == "*":
        return given
    found = _TAG.fullmatch(if_match.strip())
    if found is None:
        raise VersionMismatch(message="The If-Match header names no version of this.", next="Read it again and repeat.")
    return int(found.group(1))

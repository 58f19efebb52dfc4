"""The shipped part of ESCO: names of skills, names and descriptions of occupations (see data/README.md)."""

from __future__ import annotations

import csv
import functools
import gzip
import io
from importlib import resources

from verivita.engines.skills.linking import Label
from verivita.engines.skills.titles import Occupation


def _rows(name: str) -> list[dict[str, str]]:
    packed = resources.files("verivita.engines.skills").joinpath(f"data/{name}").read_bytes()
    lines = io.StringIO(gzip.decompress(packed).decode("utf-8"))
    return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


@functools.cache
def load_esco_labels() -> tuple[Label, ...]:
    """Preferred and other names of the ESCO skills, about 14,000."""
    return tuple(Label(r["name"], tuple(a for a in r["aliases"].split("; ") if a)) for r in _rows("esco_skills.tsv.gz"))


@functools.cache
def load_occupations() -> tuple[Occupation, ...]:
    """The ESCO occupations, about 3,000; all names of one stand in one string, as in the source."""
    return tuple(Occupation((r["names"],), r["about"], r["uri"]) for r in _rows("esco_occupations.tsv.gz"))

"""Tables of postings: CSV and its cousins, with the columns named in any of the usual ways."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from verivita.adapters.sources.fields import meanings, posting_of
from verivita.adapters.sources.streams import lines
from verivita.core.errors import Invalid
from verivita.features.postings.ports import RawPosting, Refused

_DELIMITERS = (",", ";", "\t", "|")
_MAX_CELL = 5_000_000
_MAX_COLUMNS = 500


def delimiter_of(header: str) -> str | None:
    """The delimiter under which the header line names most parts of a posting; None when none names a title."""
    best = max(_DELIMITERS, key=lambda d: (len(meanings(_cells(header, d))), header.count(d)))
    found = meanings(_cells(header, best))
    return best if found & {"title", "description"} and len(found) >= 2 else None


def read_table(data: bytes | Path, source: str) -> Iterator[RawPosting | Refused]:
    """The rows of a table as postings; bad rows as `Refused` with "line N".

    Raises `Invalid` when no column is the title or the text of a job.
    """
    csv.field_size_limit(_MAX_CELL)
    numbered = lines(data)
    header = next((text for _, text in numbered if text and text.strip()), "")
    delimiter = delimiter_of(header)
    if delimiter is None:
        raise Invalid(
            "no_title_column",
            "No column of this table is the title of a job.",
            next="Name the columns title, company, location, description, url.",
        )
    too_long: list[int] = []
    reader = csv.reader(_text(numbered, too_long), delimiter=delimiter)
    columns = _cells(header, delimiter)[:_MAX_COLUMNS]
    while True:
        place = f"line {reader.line_num + 2}"
        try:
            row = next(reader)
        except StopIteration:
            break
        except csv.Error as error:
            yield Refused(place, f"the row cannot be read: {error}")
            continue
        while too_long:
            yield Refused(f"line {too_long.pop(0)}", "the line is too long")
        if any(cell.strip() for cell in row):
            yield posting_of(dict(zip(columns, row, strict=False)), place, source)
    while too_long:
        yield Refused(f"line {too_long.pop(0)}", "the line is too long")


def _text(numbered: Iterator[tuple[int, str | None]], too_long: list[int]) -> Iterator[str]:
    for number, text in numbered:
        if text is None:
            too_long.append(number)
        else:
            yield text.replace("\x00", "")


def _cells(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line.replace("\x00", "")], delimiter=delimiter), [])
    except csv.Error:
        return []

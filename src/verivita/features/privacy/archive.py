"""The archive of a person: a zip with original files, JSON beside them, and lines of talks and postings; pure.

Layout, format 1:

- `verivita.json`: format, when it was written, the person and their preferences;
- `papers/NUMBER/about.json`, and the original file beside it under its own name;
- `talks.jsonl`: one conversation a line, with questions, answers and citations;
- `postings.jsonl`: one posting a line, as every importer of postings reads it.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO, Any

from verivita.core.errors import Invalid

FORMAT = 1
HEAD, TALKS, POSTINGS = "verivita.json", "talks.jsonl", "postings.jsonl"
LARGEST = 2 * 2**30
"""Bytes that an archive may unpack to."""
_MOST_ENTRIES = 20_000


@dataclass(frozen=True, slots=True)
class ArchivedPaper:
    """An original file and what was known of it (kind, title, whether it counts)."""

    filename: str
    about: dict[str, Any]
    data: bytes = field(repr=False)


class ArchiveWriter:
    """Writes an archive part by part, so that no more than one file is in memory."""

    def __init__(self, out: IO[bytes]) -> None:
        self._zip = zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=6)
        self._papers = 0

    def head(self, about: dict[str, Any]) -> None:
        """The first part: who this is."""
        self._zip.writestr(HEAD, _json({"format": FORMAT, **about}))

    def paper(self, paper: ArchivedPaper) -> None:
        """One original file with what is known of it."""
        self._papers += 1
        folder = f"papers/{self._papers:04d}"
        self._zip.writestr(f"{folder}/about.json", _json({**paper.about, "filename": paper.filename}))
        self._zip.writestr(f"{folder}/original/{_safe(paper.filename)}", paper.data)

    def lines(self, name: str, records: Iterator[dict[str, Any]]) -> None:
        """A file of JSON lines."""
        with self._zip.open(name, "w", force_zip64=True) as out:
            for record in records:
                out.write(json.dumps(record, ensure_ascii=False).encode() + b"\n")

    def close(self) -> None:
        """Finish the archive."""
        self._zip.close()


class ArchiveReader:
    """Reads an archive. Raises `Invalid` with a code and a sentence for anything that is none."""

    def __init__(self, source: IO[bytes]) -> None:
        try:
            self._zip = zipfile.ZipFile(source)
            entries = self._zip.infolist()
            if len(entries) > _MOST_ENTRIES or sum(entry.file_size for entry in entries) > LARGEST:
                raise Invalid("too_large", "This archive unpacks to far more than one person's papers.")
            self.about: dict[str, Any] = json.loads(self._zip.read(HEAD))
        except KeyError as error:
            raise _no_archive("it holds no verivita.json") from error
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, RuntimeError) as error:
            raise _no_archive("it is no zip file, or a damaged one") from error
        if not isinstance(self.about, dict) or self.about.get("format") != FORMAT:
            raise _no_archive(f"its format is not {FORMAT}")

    def papers(self) -> Iterator[ArchivedPaper]:
        """The original files, in the order in which they were written."""
        names = self._zip.namelist()
        for name in sorted(name for name in names if name.startswith("papers/") and name.endswith("/about.json")):
            folder = name.removesuffix("about.json")
            original = next((other for other in names if other.startswith(f"{folder}original/")), None)
            about = self._json(name)
            if original is None or not isinstance(about, dict):
                raise _no_archive(f"{folder} holds no paper")
            yield ArchivedPaper(str(about.get("filename") or "paper"), about, self._bytes(original))

    def lines(self, name: str) -> Iterator[dict[str, Any]]:
        """The records of a file of JSON lines; nothing where the archive has no such file."""
        for line in self.text(name).splitlines():
            record = _loaded(line, name)
            if isinstance(record, dict):
                yield record

    def text(self, name: str) -> bytes:
        """A whole file of the archive; empty where there is none."""
        return self._bytes(name) if name in self._zip.namelist() else b""

    def _json(self, name: str) -> Any:
        return _loaded(self._bytes(name), name)

    def _bytes(self, name: str) -> bytes:
        try:
            return self._zip.read(name)
        except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, EOFError) as error:
            raise _no_archive(f"{name} is damaged") from error


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1, default=str)


def _loaded(data: bytes, name: str) -> Any:
    try:
        return json.loads(data)
    except (ValueError, RecursionError) as error:
        raise _no_archive(f"{name} is damaged") from error


def _safe(filename: str) -> str:
    return filename.replace("/", "_").replace("\\", "_").lstrip(".") or "paper"


def _no_archive(why: str) -> Invalid:
    return Invalid(
        "no_archive", f"This is no archive of Verivita: {why}.", next="Give a zip that `verivita users export` wrote."
    )

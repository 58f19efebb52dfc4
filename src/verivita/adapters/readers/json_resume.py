"""JSON Resume (jsonresume.org, schema 1.0.0) to readable lines, with the parsed file kept as `structured`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from verivita.core.errors import Invalid, UnsupportedType
from verivita.engines.reading.assemble import LooseLine, assemble
from verivita.engines.reading.ports import ReadText
from verivita.engines.reading.sniff import JSON

_SECTIONS = {
    "work": ("Experience", ("position", "name", "company", "location")),
    "volunteer": ("Volunteering", ("position", "organization", "location")),
    "education": ("Education", ("studyType", "area", "institution")),
    "projects": ("Projects", ("name", "entity", "type")),
    "skills": ("Skills", ("name", "level")),
    "certificates": ("Certifications", ("name", "issuer")),
    "awards": ("Awards", ("title", "awarder")),
    "publications": ("Publications", ("name", "publisher")),
    "languages": ("Languages", ("language", "fluency")),
    "interests": ("Interests", ("name",)),
    "references": ("References", ("name",)),
}
_MAX_DEPTH = 40


class JsonResumeReader:
    """Reads JSON Resume files."""

    media_types = frozenset({JSON})

    def read(self, data: bytes) -> ReadText:
        """Bytes to text; raises `Invalid` (damaged, empty, wrong_type)."""
        try:
            parsed = json.loads(data.decode("utf-8-sig"))
        except (UnicodeDecodeError, ValueError, RecursionError):
            raise Invalid("damaged", "This JSON file cannot be read.", next="Check it with a JSON validator.") from None
        if not isinstance(parsed, dict) or not any(key in parsed for key in ("basics", *_SECTIONS)):
            raise UnsupportedType(
                "wrong_type", "This JSON file is no JSON Resume.", next="Upload a file of the jsonresume.org schema."
            )
        if _depth(parsed) > _MAX_DEPTH:
            raise Invalid("damaged", "This JSON file is nested too deeply.", next="Upload a plain JSON Resume.")
        return assemble(list(_lines(parsed)), 1, JSON, structured=parsed)


def _depth(value: Any) -> int:
    level, layer = 0, [value]
    while layer and level <= _MAX_DEPTH:
        level += 1
        layer = [c for v in layer for c in (v.values() if isinstance(v, dict) else v if isinstance(v, list) else ())]
    return level


def _lines(resume: dict[str, Any]) -> Iterator[LooseLine]:
    basics = resume.get("basics")
    if isinstance(basics, dict):
        yield from _basics(basics)
    for key, (title, head) in _SECTIONS.items():
        entries = [entry for entry in _list(resume.get(key)) if isinstance(entry, dict)]
        if entries:
            yield LooseLine(title, bold=True, heading=1, gap=True)
        for entry in entries:
            yield from _skill(entry) if key in ("skills", "interests") else _entry(entry, head)


def _basics(basics: dict[str, Any]) -> Iterator[LooseLine]:
    for key in ("name", "label"):
        if _text(basics.get(key)):
            yield LooseLine(_text(basics.get(key)), bold=key == "name", size=20.0 if key == "name" else 12.0)
    place = basics.get("location")
    where = (
        [_text(place.get(k)) for k in ("address", "city", "region", "postalCode", "countryCode")]
        if isinstance(place, dict)
        else []
    )
    for line in (basics.get("email"), basics.get("phone"), basics.get("url"), ", ".join(w for w in where if w)):
        if _text(line):
            yield LooseLine(_text(line))
    for profile in _list(basics.get("profiles")):
        if isinstance(profile, dict):
            words = [_text(profile.get(k)) for k in ("network", "username", "url")]
            yield LooseLine("\t".join(w for w in words if w))
    if _text(basics.get("summary")):
        yield LooseLine("Summary", bold=True, heading=1, gap=True)
        yield LooseLine(_text(basics["summary"]))


def _entry(entry: dict[str, Any], head: tuple[str, ...]) -> Iterator[LooseLine]:
    words = list(dict.fromkeys(w for w in (_text(entry.get(k)) for k in head) if w))
    dates = _dates(entry)
    yield LooseLine("\t".join([*words, *([dates] if dates else [])]), bold=True, gap=True)
    for key in ("description", "url", "summary", "score", "reference"):
        if _text(entry.get(key)):
            label = "GPA: " if key == "score" else ""
            yield LooseLine(label + _text(entry.get(key)))
    for key in ("highlights", "courses", "keywords", "roles"):
        for item in _list(entry.get(key)):
            if _text(item):
                yield LooseLine(f"• {_text(item)}")


def _skill(entry: dict[str, Any]) -> Iterator[LooseLine]:
    words = ", ".join(w for w in map(_text, _list(entry.get("keywords"))) if w)
    name = _text(entry.get("name"))
    level = _text(entry.get("level"))
    yield LooseLine(f"{name}: {words}" if name and words else name or words)
    if level:
        yield LooseLine(level)


def _dates(entry: dict[str, Any]) -> str:
    start, end = _text(entry.get("startDate")), _text(entry.get("endDate"))
    if start:
        return f"{start} – {end or 'present'}"
    return end or next((_text(entry[k]) for k in ("date", "releaseDate") if _text(entry.get(k))), "")


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: Any) -> str:
    return " ".join(str(value).split()) if isinstance(value, str | int | float) and not isinstance(value, bool) else ""

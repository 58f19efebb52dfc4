"""Pasted text: one job as somebody copied it from a page, a mail or a thread."""

from __future__ import annotations

import re

from verivita.features.postings.ports import RawPosting, Refused, read_post

MAX_PASTE = 1_000_000
_LABEL = re.compile(
    r"^\s*(?:[-*]\s*)?(?P<label>job title|title|position|role|company|employer|organi[sz]ation|location|place"
    r"|salary|pay|compensation|posted|date posted"
    r"|employment type|job type|type|url|link|remote|workplace|level|seniority|closing date|deadline"
    r"|industry)\s*[:=]\s*(?P<value>\S.{0,300})$",
    re.I,
)
_FIELD = {
    "job title": "title", "title": "title", "position": "title", "role": "title", "company": "company",
    "employer": "company",
    "organization": "company", "organisation": "company", "location": "location", "place": "location",
    "salary": "salary", "pay": "salary",
    "compensation": "salary", "posted": "posted", "date posted": "posted", "employment type": "employment",
    "job type": "employment",
    "type": "employment", "url": "url", "link": "url", "remote": "remote", "workplace": "remote", "level": "level",
    "seniority": "level",
    "closing date": "closes", "deadline": "closes", "industry": "industry",
}  # fmt: skip
_AT = re.compile(r"^(?P<title>.{3,90}?)\s+(?:at|@|[-–—|])\s+(?P<company>[A-Z][^|,\n]{1,60})$")


def read_paste(text: str, source: str, place: str = "text") -> RawPosting | Refused:
    """The pasted text as one posting: labelled lines first (`Title: ...`), then a post's head, then the first line."""
    text = text[:MAX_PASTE].replace("\x00", "").strip()
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if not lines or len(text) < 15:
        return Refused(place, "there is too little text", text[:80])
    fields = _labelled(lines[:25])
    if "title" not in fields:
        fields = {**_from_head(text, lines), **fields}
    if not fields.get("title"):
        return Refused(place, "no job title was found; put it on the first line", lines[0][:80])
    return RawPosting(source=source, description=text, raw=text, place=place, **{**fields, "title": fields["title"]})


def _labelled(lines: list[str]) -> dict[str, str]:
    fields: dict[str, str] = {}
    for line in lines:
        if match := _LABEL.match(line):
            fields.setdefault(_FIELD[match["label"].lower()], match["value"].strip())
    return fields


def _from_head(text: str, lines: list[str]) -> dict[str, str]:
    post = read_post(text)
    if post.is_job and (lines[0].count("|") or len(post.titles) == 1) and (post.titles or post.company):
        remote = "remote" if "remote" in post.remote else "".join(post.remote[:1])
        title = "; ".join(post.titles[:4]) or f"Roles at {post.company}"
        found = {
            "title": title,
            "company": post.company,
            "location": " | ".join(post.locations),
            "salary": post.salary,
            "url": post.url,
        }
        return {**found, "remote": remote}
    first = lines[0].lstrip("#* ").strip("* ")
    if len(first) > 120:
        return {}
    if match := _AT.match(first):
        return {"title": match["title"], "company": match["company"]}
    company = (
        lines[1].strip("* ") if len(lines) > 1 and len(lines[1]) < 60 and not lines[1].endswith((".", ":")) else ""
    )
    return {"title": first, "company": company}

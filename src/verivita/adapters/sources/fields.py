"""A record of any shape (row of a table, JSON object) as a raw posting: which key means what."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from verivita.features.postings.ports import RawPosting, Refused, read_post

_KEYS: dict[str, tuple[str, ...]] = {
    "title": ("title", "jobtitle", "positiontitle", "position", "jobname", "role", "jobrole", "designation",
    "vacancy", "jobpositiontitle", "name"),
    "company": (
        "company", "companyname", "employer", "employername", "organization", "organisation", "organizationname",
        "hiringorganization",
        "department", "agency", "client", "firm", "business",
    ),
    "location": (
        "location", "locationname", "joblocation", "candidaterequiredlocation", "locations", "place", "city",
        "jobgeo", "workplace", "region",
        "locationrestrictions", "address", "office", "country",
    ),
    "description": (
        "description", "jobdescription", "descriptionhtml", "descriptionplain", "fulldescription", "content",
        "contents", "body", "details",
        "text", "html", "jobdesc", "summary", "snippet", "jobexcerpt", "excerpt", "requirements",
    ),
    "url": ("url", "link", "joburl", "href", "applyurl", "applicationlink", "absoluteurl",
        "hostedurl", "redirecturl", "joblink",
        "pageurl", "applylink"),
    "salary": ("salary", "pay", "compensation", "salaryestimate", "salaryrange", "payrange", "wage", "basesalary",
    "remuneration", "salarytext", "ctc"),
    "posted": (
        "posted", "postedon", "posteddate", "dateposted", "postdate", "publicationdate", "publishedat", "pubdate",
        "createdat", "created", "date",
        "listedat", "open", "opendate", "firstpublished", "releaseddate", "time", "epoch", "updatedat",
    ),
    "closes": ("closes", "closeson", "closingdate", "close", "closedate", "validthrough", "deadline", "expires",
    "expirydate", "applyby"),
    "employment": ("employment", "employmenttype", "jobtype", "contracttype", "type", "commitment", "jobtypes",
    "schedule", "appointment", "contracttime"),
    "level": ("seniority", "senioritylevel", "experiencelevel", "joblevel", "careerlevel", "experience", "level"),
    "company_size": ("companysize", "size", "employees", "headcount", "numberofemployees"),
    "company_url": ("companyurl", "website", "companywebsite", "homepage"),
    "industry": ("industry", "industries", "sector", "category", "jobindustry", "jobcategory"),
    "remote": ("remote", "isremote", "workplacetype", "locationtype", "joblocationtype", "remotestatus",
    "remotetype", "workmode", "worktype", "telecommuting"),
    "source": ("source", "site", "via", "board"),
    "source_id": ("id", "jobid", "sourceid", "externalid", "postingid", "uuid", "guid", "reqid", "requisitionid",
    "reference", "shortcode", "slug"),
}  # fmt: skip
_MEANING = {key: meaning for meaning, keys in _KEYS.items() for key in keys}
_LEAST = ("title", "description", "company", "url", "location")
_MIN = ("salarymin", "minsalary", "annualsalarymin", "minimumsalary", "salaryfrom", "paymin")
_MAX = ("salarymax", "maxsalary", "annualsalarymax", "maximumsalary", "salaryto", "paymax")
_CURRENCY = ("salarycurrency", "currency", "currencycode")
_PERIOD = ("salaryperiod", "payperiod", "salaryinterval", "interval", "salaryunit")
_NOTHING = frozenset({"", "none", "null", "nan", "n/a", "na", "-", "-1", "undefined"})
_MAX_FIELD = 400_000
_MAX_SNAPSHOT = 200_000


def key_of(header: str) -> str:
    """A header folded for comparing: `Job Title ` -> `jobtitle`."""
    return re.sub(r"[^a-z0-9]", "", header.lower())


def meanings(headers: list[str]) -> set[str]:
    """Which parts of a posting the headers name."""
    return {_MEANING[key] for header in headers if (key := key_of(header)) in _MEANING}


def looks_like_posting(record: Mapping[str, object]) -> bool:
    """True for an object that has at least two of the parts that every posting has."""
    found = meanings([str(key) for key in record])
    return len(found & set(_LEAST)) >= 2 or {"html", "time"} <= set(record)


def posting_of(record: Mapping[str, object], place: str, source: str) -> RawPosting | Refused:
    """The record as a raw posting; refused, with the reason, when it holds no job."""
    folded: dict[str, object] = {}
    for header, value in record.items():
        folded.setdefault(key_of(str(header)), value)
    got = {meaning: _first(folded, keys) for meaning, keys in _KEYS.items()}
    if not got["title"] or (got["title"] and "title" not in folded and not got["description"]):
        return _from_text(got, place, source, record)
    salary = got["salary"] or _pay(folded)
    warning = "" if got["description"] else "no description"
    return RawPosting(
        **{**got, "salary": salary, "source": got["source"] or source, "raw": _snapshot(record)},
        place=place,
        warning=warning,
    )


def _from_text(got: Mapping[str, str], place: str, source: str, record: Mapping[str, object]) -> RawPosting | Refused:
    """A record without a title: the text itself may be a whole hiring post."""
    text = got["description"]
    if not text:
        return Refused(place, "it has no title and no description", got["title"])
    post = read_post(text)
    if not post.is_job:
        return Refused(place, "it offers no job", post.text[:80])
    is_thread = "html" in record and "time" in record and bool(got["source_id"])
    title = "; ".join(post.titles[:4]) or (
        f"Roles at {post.company}" if post.company else post.text.split("\n")[0][:120]
    )
    url = (
        f"https://news.ycombinator.com/item?id={got['source_id']}"
        if is_thread and not got["url"]
        else got["url"] or post.url
    )
    return RawPosting(
        source=got["source"] or ("hackernews" if is_thread else source),
        title=title,
        description=text,
        company=got["company"] or post.company,
        url=url,
        source_id=got["source_id"],
        location=got["location"] or " | ".join(post.locations),
        salary=got["salary"] or post.salary,
        posted=got["posted"],
        remote=got["remote"] or ("remote" if "remote" in post.remote else "".join(post.remote[:1])),
        raw=_snapshot(record),
        place=place,
    )


def _first(folded: Mapping[str, object], keys: tuple[str, ...]) -> str:
    return next((text for key in keys if key in folded and (text := plain(folded[key]))), "")


def plain(value: object, depth: int = 0) -> str:
    """A JSON value as text: lists joined by ` | `, objects by their name or their address parts."""
    if value is None or depth > 4:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        text = value[:_MAX_FIELD].strip()
        return "" if text.lower() in _NOTHING else text
    if isinstance(value, int | float):
        return str(int(value)) if float(value).is_integer() else str(value)
    if isinstance(value, Mapping):
        return _object(value, depth)
    if isinstance(value, list | tuple):
        return " | ".join(text for item in value[:50] if (text := plain(item, depth + 1)))
    return ""


def _object(value: Mapping[str, object], depth: int) -> str:
    for key in ("display_name", "name", "label", "fullLocation", "text", "title", "@value"):
        if isinstance(value.get(key), str) and value[key]:
            return plain(value[key])
    if "address" in value:
        return plain(value["address"], depth + 1)
    parts = ("addressLocality", "city", "addressRegion", "region", "state", "addressCountry", "country")
    return ", ".join(text for key in parts if (text := plain(value.get(key), depth + 1)))


def _pay(folded: Mapping[str, object]) -> str:
    low, high = _first(folded, _MIN), _first(folded, _MAX)
    if low in ("", "0") and high in ("", "0"):
        return ""
    period = _first(folded, _PERIOD).lower()
    unit = next((u for u in ("hour", "day", "week", "month", "year") if u[:3] in period), "")
    sums = " - ".join(s for s in (low, high) if s not in ("", "0"))
    return f"{_first(folded, _CURRENCY)} {sums}{f' per {unit}' if unit else ''}".strip()


def _snapshot(record: Mapping[str, object]) -> str:
    text = json.dumps(record, ensure_ascii=False, default=str)
    return text if len(text) <= _MAX_SNAPSHOT else ""

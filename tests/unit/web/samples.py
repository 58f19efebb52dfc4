"""Hand-built postings and matches of invented companies, and the shell around the pages."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID

import verivita.features.postings as postings
from tests.unit.web.sample_papers import DOC, NOW, resume_text
from verivita.core.ids import PostingId
from verivita.core.money import Pay, PayPeriod
from verivita.entrypoints.web import job_views as jv
from verivita.entrypoints.web import show_job, show_jobs
from verivita.entrypoints.web import views as v
from verivita.features.library import (
    Evidence,
    Span,
)
from verivita.features.matching import Band, HardStop, Lever, Match, Pair, Part, WishState
from verivita.features.postings import (
    CompanySize,
    Education,
    Employment,
    Level,
    LocationType,
    Posting,
    Quote,
    Requirements,
    Understood,
)
from verivita.features.search import LegRun, PostingFilters, Reading, Understanding

POSTINGS = Path(postings.__file__).parent / "data" / "demo" / "postings.jsonl"
HOSTILE = "<script>alert(1)</script> \"quoted\" 'single' & \u202eRTL\u202c שלום <img src=x onerror=alert(2)>"
LONG = 2 * (
    "Chosen, with a title so long that it takes a second line in every list, since nothing is cut before "
    "two lines are full "
)

SHELL = v.Shell(
    nav=(
        v.NavItem("papers", "Papers", "/", "i-papers", 2),
        v.NavItem("jobs", "Jobs", "/jobs", "i-jobs", 1204),
        v.NavItem("settings", "Settings", "/settings", "i-settings"),
    ),
    current="papers",
    person="Mina Tarrow",
    role="owner",
    csrf='token"<>',
    sign_out_url="/owner/leave",
)


def raw_postings() -> list[dict[str, object]]:
    return [json.loads(line) for line in POSTINGS.read_text("utf-8").splitlines()]


def posting(n: int = 0, **changes: object) -> Posting:
    raw = raw_postings()[n]
    text = str(raw["description"])
    pay = (
        Pay(165000, 195000, "USD", PayPeriod.YEAR)
        if n == 0
        else Pay(158000 + n * 1000, None, "USD", None)
        if raw["salary"]
        else None
    )
    understood = {
        "source": str(raw["source"]),
        "source_id": str(raw["id"]),
        "url": str(raw["url"]),
        "canonical_url": str(raw["url"]),
        "title": str(raw["title"]),
        "company": str(raw["company"]),
        "company_key": "key",
        "description": text,
        "location": str(raw["location"]),
        "country": "US",
        "location_type": LocationType.REMOTE,
        "level": Level.MID,
        "employment": Employment.FULL_TIME,
        "company_size": CompanySize.STARTUP,
        "industry": "",
        "pay": pay,
        "pay_text": str(raw["salary"]),
        "posted_on": date(2026, 11, 19) - timedelta(days=int(str(raw["posted_days_ago"]))),
        "closes_on": None,
        "requirements": Requirements(min_years=4, education=Education.BACHELOR),
        "content_hash": "h",
    }
    understood.update({key: value for key, value in changes.items() if key in understood})
    rest = {key: value for key, value in changes.items() if key not in understood}
    stored: dict[str, object] = {
        "id": PostingId(UUID(int=100 + n)),
        "understood": Understood(**understood),
        "company_id": None,
        "is_active": True,  # type: ignore[arg-type]
        "version": 2,
        "first_seen": NOW - timedelta(days=2),
        "updated_at": NOW - timedelta(hours=2),
    }
    return Posting(**{**stored, **rest})  # type: ignore[arg-type]


def quote(text: str, words: str) -> Quote:
    start = text.index(words)
    return Quote(words, start, start + len(words))


def shown(words: str) -> Evidence:
    text = resume_text()
    start = text.index(words)
    end = text.find("\n", start)
    return Evidence(DOC, None, text[start:end], Span(start, end, 1))


def match(text: str, **changes: object) -> Match:
    built = shown("Built the arrival-time model")
    pairs = (
        Pair("skill", "Python", True, WishState.MET, quote(text, "Python"), (built,)),
        Pair("skill", "PyTorch", True, WishState.MET, quote(text, "PyTorch"), (built,)),
        Pair(
            "skill",
            "Kubernetes",
            True,
            WishState.NOT_MET,
            quote(text, "Kubernetes"),
            (),
            shown("Moved training"),
            "Docker is not Kubernetes, so it does not count.",
        ),
        Pair(
            "skill",
            "Time series forecasting",
            True,
            WishState.MET,
            quote(text, "time series forecasting"),
            (shown("Wrote the SQL and dbt"),),
        ),
        Pair(
            "skill",
            "SQL",
            True,
            WishState.MET,
            quote(text, "You write SQL that others can read."),
            (shown("Wrote the SQL and dbt"),),
        ),
        Pair(
            "years",
            "Four years or more",
            True,
            WishState.MET,
            quote(text, "Four years or more"),
            (shown("Mar 2022"), shown("Jul 2019")),
        ),
        Pair(
            "education",
            "A degree",
            True,
            WishState.MET,
            quote(text, "A degree in statistics"),
            (shown("BSc Statistics"),),
        ),
        Pair(
            "duty",
            "Led or mentored",
            False,
            WishState.PARTLY,
            quote(text, "led a small group or mentored colleagues"),
            (shown("Mentored two"),),
        ),
        Pair("skill", "Airflow", False, WishState.MET, quote(text, "Airflow"), (shown("Moved training"),)),
        Pair("skill", "Energy market", False, WishState.NOT_SAID, None, ()),
    )
    fields: dict[str, object] = {
        "posting_id": PostingId(UUID(int=100)),
        "overall": 82.4,
        "band": Band.STRONG,
        "parts": (
            Part("skills", 86.0, 0.42),
            Part("experience", 84.5, 0.26),
            Part("responsibilities", 78.0, 0.21),
            Part("education", 80.0, 0.11),
            Part("title", None, 0.0),
        ),
        "matched_skills": ("Python",),
        "missing_skills": ("Kubernetes",),
        "hard_stops": (
            HardStop("pay", WishState.MET, False, "from $165,000; you ask $150,000"),
            HardStop("place", WishState.MET, False, "remote in the US; you are in the US"),
            HardStop("travel", WishState.NOT_MET, True, "two weeks a year; you allow none"),
            HardStop("visa", WishState.NOT_SAID, False, "not said; you do not need it"),
        ),
        "pairs": pairs,
        "levers": (
            Lever("skill", "A paper that shows Kubernetes", 82.4, 89.1, Band.STRONG),
            Lever("years", "Two more years of experience", 82.4, 83.0, Band.STRONG),
        ),
        "sentence": "You meet six of seven must-haves, and each has a line of your papers behind it. "
        "The one without proof is Kubernetes.",
        "calculated_at": NOW - timedelta(minutes=5),
    }
    return Match(**{**fields, **changes})  # type: ignore[arg-type]


def understanding() -> Understanding:
    query = "remote ML engineer $150k+ startups rockstar"
    return Understanding(
        query,
        "ML engineer",
        PostingFilters(location_type=("remote",)),
        (
            Reading("location_type", "remote", "remote", "remote only"),
            Reading("text", "ML engineer", "ML engineer", "machine learning engineer"),
            Reading("salary_min", "$150k+", "150000", "pay from $150,000"),
            Reading("company_size", "startups", "startup", "up to 50 people"),
        ),
        (Reading("", "rockstar", "", "no meaning for a search"),),
    )


def jobs_view(**changes: object) -> jv.JobsView:
    bands = [
        (82.4, Band.STRONG),
        (79.0, Band.STRONG),
        (77.9, Band.STRONG),
        (71.0, Band.GOOD),
        (69.2, Band.GOOD),
        (66.0, Band.GOOD),
        (63.0, Band.GOOD),
        (58.0, Band.STRETCH),
        (54.0, Band.STRETCH),
        (49.0, Band.STRETCH),
        (36.0, Band.FAR),
    ]
    first = posting()
    base = match(first.understood.description)
    rows = []
    for n, (overall, band) in enumerate(bands):
        rows.append(
            show_jobs.job_row(
                posting(n),
                match(
                    first.understood.description,
                    overall=overall,
                    band=band,
                    hard_stops=base.hard_stops if n in (2, 8) else (),
                ),
                NOW,
                current=n == 0,
                fresh=n in (0, 2),
            )
        )
    rows.append(
        show_jobs.job_row(
            posting(28),
            Match(
                PostingId(UUID(int=1)), None, Band.NONE, (), (), (), reason="the text is 2 lines, too short to score"
            ),
            NOW,
        )
    )
    rows.append(show_jobs.job_row(posting(11, is_active=False), base, NOW))
    rows.append(
        show_jobs.job_row(
            posting(
                12,
                title=LONG,
                company="Saltvane Grocers Cooperative of the Upper Lakes and All Their Friends",
                pay=None,
                pay_text="",
            ),
            base,
            NOW,
        )
    )
    legs = show_jobs.legs_text((LegRun("lexical", True, 4.2, 80), LegRun("dense", True, 9.6, 90)))
    fields: dict[str, object] = {
        "query": understanding().query,
        "understood": show_jobs.understood_views(understanding()),
        "menus": (
            jv.FilterMenu(
                "source", "Source", False, (v.Option("a", "company board", True, 20), v.Option("b", "fairline", True))
            ),
            jv.FilterMenu(
                "level",
                "Level: middle, senior",
                True,
                (v.Option("mid", "Middle", True), v.Option("senior", "Senior", True), v.Option("staff", "Staff")),
            ),
            jv.FilterMenu(
                "posted",
                "Posted: 14 days",
                True,
                (v.Option("7", "Last 7 days"), v.Option("14", "Last 14 days", True)),
                "radio",
            ),
        ),
        "toggles": (v.Option("hide", "Hide hard stops", True),),
        "sorts": (v.Option("match_score", "Match", True), v.Option("relevance", "Relevance")),
        "total": 38,
        "of_all": 1204,
        "legs": legs[0],
        "rows": tuple(rows),
        "page_links": v.PageLinks("1–14 of 38", None, "/jobs?page=2", "Next 20"),
        "preview": show_jobs.preview_view(
            first, base, jv.ActionsView(save_url="/jobs/1/save", hide_url="/jobs/1/hide")
        ),
    }
    return jv.JobsView(**{**fields, **changes})  # type: ignore[arg-type]


def job(**changes: object) -> jv.JobView:
    first = posting(**{key: changes.pop(key) for key in ("is_active", "title", "company", "url") if key in changes})
    given = changes.pop("match", match(first.understood.description))
    return show_job.job_view(first, given, NOW, **changes)  # type: ignore[arg-type]


def settings(**changes: object) -> v.SettingsView:
    fields: dict[str, object] = {
        "theme": (v.Option("", "As this computer", True), v.Option("light", "Light"), v.Option("dark", "Dark")),
        "single_keys": True,
        "wishes": (
            v.FormField(
                "location_types",
                "Where you would work",
                kind="checks",
                options=(
                    v.Option("remote", "Remote", True),
                    v.Option("hybrid", "Hybrid"),
                    v.Option("onsite", "On site"),
                ),
            ),
            v.FormField(
                "minimum_pay",
                "Lowest pay that you accept",
                "150000",
                "number",
                "A year. A job below it is marked, never hidden from you in silence.",
            ),
            v.FormField(
                "currency",
                "Currency",
                "USD",
                "select",
                options=(v.Option("USD", "US dollar", True), v.Option("EUR", "Euro")),
            ),
            v.FormField("max_travel", "Most travel, in per cent of the time", "10", "number"),
        ),
        "privacy": (
            ("Papers", "encrypted at rest, on this machine"),
            ("Network", "nothing is sent anywhere that you did not switch on"),
            ("Telemetry", "none"),
            ("Vectors", "not encrypted; they are numbers made from your papers"),
        ),
    }
    return v.SettingsView(**{**fields, **changes})  # type: ignore[arg-type]

"""Every page in every state, from the samples."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from tests.unit.web.sample_papers import DOC, NOW, document, paper
from tests.unit.web.samples import HOSTILE, LONG, SHELL, job, jobs_view, posting, settings
from verivita.core.ids import FactId, PostingId
from verivita.entrypoints.web import job_views as jv
from verivita.entrypoints.web import paper_views as pv
from verivita.entrypoints.web import show_jobs, show_papers
from verivita.entrypoints.web import views as v
from verivita.features.library import Coverage, DocumentKind, DocumentStatus, Fact, FactKind, LineNote, Span
from verivita.features.matching import Band, Match


def states() -> dict[str, tuple[str, dict[str, object]]]:
    """Every page in every state: name -> (template, context)."""
    reading = v.ProgressView(
        "Reading notes.docx",
        412,
        1910,
        "lines",
        events_url="/t/1/events",
        status_url="/t/1",
        next_url="/papers/7",
        stop_url="/t/1/stop",
    )
    failed = document(status=DocumentStatus.FAILED, error_code="password", total_lines=0)
    empty = Coverage(0, 0, ())
    hostile_fact = Fact(FactId(UUID(int=1)), DOC, FactKind.NAME, HOSTILE, HOSTILE, Span(0, len(HOSTILE), 1), "header")
    hostile_paper = show_papers.paper_view(
        document(title=HOSTILE, filename=HOSTILE, kind=DocumentKind.NOTES),
        HOSTILE,
        Coverage(0, 1, (LineNote(0, 0, len(HOSTILE), 1, False, "unknown"),)),
        (hostile_fact,),
        answer_url="/x",
    )
    nothing = v.EmptyView(
        "Nothing found",
        "No job meets all of this. Without “up to 50 people” there are 61.",
        v.Link("Search without it", "/jobs?q=x"),
    )
    pages: dict[str, tuple[str, object]] = {
        "start-empty": ("start.html", pv.StartView()),
        "start-refused": (
            "start.html",
            pv.StartView(
                v.DropView(error=v.NoteView("bad", "This file is 31 MB.", "The limit is 20 MB. Nothing was kept."))
            ),
        ),
        "start-read": ("start.html", pv.StartView(paper=paper())),
        "start-pages": (
            "start.html",
            pv.StartView(paper=paper(document=document(pages=2), page=2, lit=show_papers.Lit(2600, 2700))),
        ),
        "start-loading": ("start.html", pv.StartView(paper=paper(progress=reading))),
        "start-waiting": (
            "start.html",
            pv.StartView(
                paper=show_papers.paper_view(
                    document(status=DocumentStatus.QUEUED),
                    "",
                    empty,
                    (),
                    progress=v.ProgressView("Waiting", stage="a few seconds"),
                )
            ),
        ),
        "start-failed": (
            "start.html",
            pv.StartView(
                paper=show_papers.paper_view(
                    failed,
                    "",
                    empty,
                    (),
                    progress=v.ProgressView("Stopped at line 88", 46, 100, failed=True, retry_url="/r"),
                )
            ),
        ),
        "start-hostile": ("start.html", pv.StartView(paper=hostile_paper)),
        "library": (
            "library.html",
            pv.LibraryView(
                tuple(
                    show_papers.paper_row(d, NOW)
                    for d in (
                        document(),
                        document(
                            title="Forecasting notes",
                            kind=DocumentKind.NOTES,
                            understood_lines=62,
                            filename="notes-from-the-forecasting-course-autumn-term-2025-with-exercises-and-answers-final-2.docx",
                        ),
                        document(title="Old portfolio", status=DocumentStatus.FAILED, error_code="password"),
                    )
                )
            ),
        ),
        "library-empty": (
            "library.html",
            pv.LibraryView((), empty=v.EmptyView("No papers yet", "Your resume comes first.")),
        ),
        "jobs": ("jobs.html", jobs_view()),
        "jobs-degraded": (
            "jobs.html",
            jobs_view(missing="Search by meaning is down: the service does not answer.", preview=None),
        ),
        "jobs-nothing": ("jobs.html", jobs_view(rows=(), total=0, empty=nothing, preview=None)),
        "jobs-none": (
            "jobs.html",
            jv.JobsView(
                "",
                empty=v.EmptyView(
                    "No jobs yet",
                    "Paste a posting, or drop a file of many.",
                    v.Link("Add a posting", "/jobs/add"),
                    (v.Link("Try with the example", "/example"),),
                ),
            ),
        ),
        "jobs-no-paper": (
            "jobs.html",
            jobs_view(
                no_paper=True,
                rows=tuple(show_jobs.job_row(posting(n), None, NOW) for n in range(3)),
                preview=show_jobs.preview_view(posting(), None),
            ),
        ),
        "job": (
            "job.html",
            job(actions=jv.ActionsView(save_url="/s", hide_url="/h", open_url="https://example.com/x")),
        ),
        "job-posting": ("job.html", job(tab="posting")),
        "job-closed": ("job.html", job(is_active=False)),
        "job-no-paper": ("job.html", job(match=None)),
        "job-not-scored": (
            "job.html",
            job(
                match=Match(
                    PostingId(UUID(int=1)),
                    None,
                    Band.NONE,
                    (),
                    (),
                    (),
                    reason="The posting is two lines of text, too short to score.",
                )
            ),
        ),
        "job-hostile": ("job.html", job(title=HOSTILE, company=HOSTILE, url="javascript:alert(1)")),
        "job-long": ("job.html", job(title=LONG, company=LONG)),
        "add": ("add.html", v.AddView()),
        "add-errors": (
            "add.html",
            v.AddView(
                text=v.FormField(
                    "text",
                    "The posting, as it stands on the page",
                    HOSTILE,
                    "area",
                    error="This is 12 words. A posting needs at least 30.",
                ),
                error_count=1,
                url_reason="",
                url_error="This address has no host. Add it.",
            ),
        ),
        "add-run": (
            "add.html",
            v.AddView(
                run=v.RunView(
                    "jobs.jsonl is read",
                    (("read", 60), ("new", 57), ("the same", 1), ("refused", 2)),
                    (("line 12", HOSTILE, "it has no title"), ("line 40", "", "this is not JSON")),
                    link=v.Link("See them", "/jobs"),
                )
            ),
        ),
        "settings": ("settings.html", settings()),
        "settings-errors": (
            "settings.html",
            settings(
                wishes=(
                    v.FormField(
                        "minimum_pay",
                        "Lowest pay that you accept",
                        HOSTILE,
                        "number",
                        "A year.",
                        "This is not a number. Write digits only.",
                    ),
                ),
                error_count=1,
                new_key_url="/k",
                new_secret="vv_1234",
                api_keys=(
                    v.ApiKeyView("laptop", "read", v.Moment("2 d ago", "2026-11-19", "19 November"), "never", "/k/1"),
                ),
            ),
        ),
        "error": (
            "error.html",
            v.ErrorView(
                404,
                "There is no such job",
                "It was never here, or it is not yours to see.",
                v.Link("Back to jobs", "/jobs"),
                "req-0f3a",
                "not_found",
            ),
        ),
        "signin": ("signin.html", v.SignInView("needed")),
        "signin-confirm": ("signin.html", v.SignInView("confirm", HOSTILE)),
        "signin-spent": ("signin.html", v.SignInView("spent")),
    }
    current = {
        "library": "papers",
        "start": "papers",
        "jobs": "jobs",
        "job": "jobs",
        "add": "jobs",
        "settings": "settings",
    }
    shells = {
        name: v.Shell() if name.startswith("signin") else _shell(current.get(name.split("-")[0], "")) for name in pages
    }
    return {name: (template, {"view": view, "shell": shells[name]}) for name, (template, view) in pages.items()}


def _shell(current: str) -> v.Shell:
    return replace(SHELL, current=current, toasts=(v.Toast("Saved.", "/undo"),) if current == "settings" else ())

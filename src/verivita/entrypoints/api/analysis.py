"""/api/v1/analyze: a paper and a posting taken apart, and the match of the two."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import Field, model_validator

from verivita.entrypoints.api.matching import MatchOut, ShownOut, match_out, shown_out
from verivita.entrypoints.api.postings_bodies import JobDetailOut, QuoteOut, detail_out
from verivita.entrypoints.api.schemas import PROBLEMS, Input, Output
from verivita.entrypoints.http.auth import Caller
from verivita.features.matching import Analysis

router = APIRouter(prefix="/api/v1", tags=["jobs"], responses=PROBLEMS)

_Text = Field(None, min_length=1, max_length=200_000)


class AnalyzeIn(Input):
    """Which paper against which posting; without a paper all that count are taken together."""

    resume_id: UUID | None = None
    resume_text: str | None = _Text
    job_id: UUID | None = None
    job_text: str | None = _Text

    @model_validator(mode="after")
    def _one_of_each(self) -> AnalyzeIn:
        if (self.job_id is None) == (self.job_text is None):
            raise ValueError("give either `job_id` or `job_text`")
        if self.resume_id is not None and self.resume_text is not None:
            raise ValueError("give at most one of `resume_id` and `resume_text`")
        return self


class SkillShownOut(Output):
    """A skill that the paper shows; `used` in a job or a project, or only listed."""

    skill_id: str
    name: str
    used: bool
    evidence: list[ShownOut]


class RoleOut(Output):
    """A job that the paper shows; without `end` it goes on."""

    title: str
    employer: str
    start: date | None
    end: date | None
    evidence: ShownOut
    duties: list[ShownOut]


class DegreeOut(Output):
    """A degree that the paper shows."""

    level: str
    text: str
    evidence: ShownOut


class PaperOut(Output):
    """What the paper proves, as the match knows it: no name, no school.

    `text` is a pasted paper as it was read; the places of the evidence count in it.
    """

    text: str | None
    skills: list[SkillShownOut]
    roles: list[RoleOut]
    degrees: list[DegreeOut]


class CultureSignOut(Output):
    """A value that the posting claims, and the sentence that claims it."""

    value: str
    quote: QuoteOut


class AnalyzedJobOut(Output):
    """The posting taken apart; `stored` is false for a pasted one, whose id names nothing."""

    stored: bool
    job: JobDetailOut
    culture: list[CultureSignOut]


class AnalysisOut(Output):
    """Both sides, and how the one stands to the other."""

    resume: PaperOut
    posting: AnalyzedJobOut
    match: MatchOut


@router.post("/analyze")
async def analyze(request: Request, caller: Caller, body: AnalyzeIn) -> AnalysisOut:
    """Take a paper and a posting apart and match them; nothing of it is stored."""
    paper = body.resume_id if body.resume_text is None else body.resume_text
    posting = body.job_id if body.job_id is not None else body.job_text or ""
    return analysis_out(await request.app.state.container.matching.analyse(caller, paper, posting))


def analysis_out(found: Analysis) -> AnalysisOut:
    """The reply body of an analysis."""
    paper = found.paper
    return AnalysisOut(
        resume=PaperOut(
            text=found.paper_text,
            skills=[
                SkillShownOut(
                    skill_id=skill.skill_id,
                    name=skill.name,
                    used=skill.used,
                    evidence=[shown_out(item) for item in skill.evidence],
                )
                for skill in paper.skills
            ],
            roles=[
                RoleOut(
                    title=role.title,
                    employer=role.employer,
                    start=role.start,
                    end=role.end,
                    evidence=shown_out(role.evidence),
                    duties=[shown_out(item) for item in role.duties],
                )
                for role in paper.roles
            ],
            degrees=[DegreeOut(level=d.level, text=d.text, evidence=shown_out(d.evidence)) for d in paper.degrees],
        ),
        posting=AnalyzedJobOut(
            stored=found.is_stored,
            job=detail_out(found.posting),
            culture=[
                CultureSignOut(value=sign.value.value, quote=QuoteOut.model_validate(sign.quote))
                for sign in found.culture
            ],
        ),
        match=match_out(found.match),
    )

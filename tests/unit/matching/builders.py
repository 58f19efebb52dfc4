"""Profiles and postings made by hand and by hypothesis: small vocabularies, so that pairs really meet."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from hypothesis import strategies as st

from verivita.core.ids import DocumentId, PostingId
from verivita.features.library.model import CandidateProfile, Evidence, ShownDegree, ShownRole, ShownSkill, Span
from verivita.features.postings.model import (
    Education,
    Employment,
    Level,
    LocationType,
    Quote,
    Requirements,
    SkillWish,
    Understood,
)

DOCUMENT = DocumentId(UUID(int=1))
POSTING = PostingId(UUID(int=2))
TODAY = date(2026, 6, 15)
SKILLS = ("python", "django", "kubernetes", "docker", "sql", "welding", "payroll", "german")
PARENTS = {"django": ("python",), "kubernetes": ("docker",)}
WORDS = [
    "deploy",
    "services",
    "cluster",
    "monitor",
    "invoices",
    "patients",
    "payroll",
    "pipelines",
    "train",
    "models",
    "review",
    "contracts",
    "lead",
    "audits",
    "weld",
    "frames",
    "migrate",
    "databases",
    "teach",
    "pupils",
    "schedule",
    "shifts",
    "design",
    "interfaces",
    "negotiate",
    "suppliers",
]
TITLES = ("Backend Engineer", "Senior Data Engineer", "Nurse", "Payroll Clerk", "Software Developer", "Welder")


def implied(ids: Iterable[str]) -> frozenset[str]:
    """A tiny closure: Django gives Python, Kubernetes gives Docker."""
    found = set(ids)
    for skill in list(found):
        found.update(PARENTS.get(skill, ()))
    return frozenset(found)


def line(text: str, start: int = 0) -> Evidence:
    return Evidence(DOCUMENT, None, text, Span(start, start + len(text), 1))


def skill(skill_id: str, *, used: bool = False, text: str = "") -> ShownSkill:
    return ShownSkill(skill_id, skill_id.title(), (line(text or f"Worked with {skill_id}"),), used)


def role(title: str, start: date | None, end: date | None, *duties: str) -> ShownRole:
    return ShownRole(title, "Acme", start, end, line(title), tuple(line(duty) for duty in duties))


def degree(level: Education) -> ShownDegree:
    return ShownDegree(level.value, level.value, line(f"Degree {level.value}"))


def posting(
    title: str = "Backend Engineer",
    *,
    required: Iterable[str] = (),
    preferred: Iterable[str] = (),
    any_of: Iterable[str] = (),
    years: float | None = None,
    education: Education = Education.NONE,
    education_required: bool = False,
    duties: Iterable[str] = (),
    **changes: object,
) -> Understood:
    """A posting whose description holds every quote verbatim."""
    text, wishes, quotes = "", [], []

    def add(sentence: str) -> Quote:
        nonlocal text
        start = len(text)
        text += sentence + "\n"
        return Quote(sentence, start, start + len(sentence))

    for must, names in ((True, required), (False, preferred)):
        wishes += [SkillWish(n, n.title(), must, add(f"{n} is {'required' if must else 'a plus'}.")) for n in names]
    group = add("One of: " + ", ".join(any_of)) if any_of else None
    wishes += [SkillWish(n, n.title(), True, group, None, 1) for n in any_of if group]
    quotes = [add(duty) for duty in duties]
    wants = Requirements(
        skills=tuple(wishes),
        min_years=years,
        min_years_quote=add(f"{years:g} years of experience") if years else None,
        education=education,
        education_required=education_required,
        duties=tuple(quotes),
        **{k: v for k, v in changes.items() if k in Requirements.__slots__},  # type: ignore[arg-type]
    )
    fields: dict[str, object] = dict.fromkeys(
        ("url", "canonical_url", "location", "industry", "pay_text", "content_hash"), ""
    )
    fields |= dict.fromkeys(("country", "company_size", "pay", "posted_on", "closes_on"))
    fields |= {"source": "test", "source_id": "1", "title": title, "company": "Acme", "company_key": "acme"}
    fields |= {"description": text, "location_type": LocationType.UNKNOWN, "level": Level.UNKNOWN}
    fields |= {"employment": Employment.UNKNOWN, "requirements": wants}
    fields.update({k: v for k, v in changes.items() if k in fields})
    return Understood(**fields)  # type: ignore[arg-type]


# What hypothesis makes.

sentences = st.lists(st.sampled_from(WORDS), min_size=3, max_size=8).map(" ".join)
months = st.dates(date(2005, 1, 1), date(2026, 6, 1))
shown_skills = st.builds(lambda s, u: skill(s, used=u), st.sampled_from(SKILLS), st.booleans())
degrees = st.sampled_from(list(Education)).map(degree)


@st.composite
def roles(draw: st.DrawFn) -> ShownRole:
    start = draw(st.none() | months)
    end = draw(st.none() | months)
    return role(draw(st.sampled_from(TITLES)), start, end, *draw(st.lists(sentences, max_size=3)))


@st.composite
def profiles(draw: st.DrawFn) -> CandidateProfile:
    return CandidateProfile(
        skills=tuple(draw(st.lists(shown_skills, max_size=5))),
        roles=tuple(draw(st.lists(roles(), max_size=4))),
        degrees=tuple(draw(st.lists(degrees, max_size=2))),
        lines=tuple(line(text) for text in draw(st.lists(sentences, max_size=5))),
    )


@st.composite
def postings(draw: st.DrawFn) -> Understood:
    names = st.lists(st.sampled_from(SKILLS), unique=True, max_size=4)
    return posting(
        draw(st.sampled_from(TITLES)),
        required=draw(names),
        preferred=draw(names),
        any_of=draw(st.just([]) | st.lists(st.sampled_from(SKILLS), unique=True, min_size=2, max_size=3)),
        years=draw(st.none() | st.integers(1, 12).map(float)),
        education=draw(st.sampled_from(list(Education))),
        education_required=draw(st.booleans()),
        duties=draw(st.lists(sentences, max_size=5)),
    )

"""From the text of a paper to sections, entries, facts, coverage and the profile."""

import itertools
from uuid import UUID

import pytest

from verivita.core.ids import DocumentId
from verivita.engines.reading.assemble import LooseLine, assemble
from verivita.engines.reading.sections import outline_of
from verivita.engines.skills import SkillKind, SkillMention
from verivita.features.library.coverage import coverage_of
from verivita.features.library.facts import facts_of
from verivita.features.library.model import DocumentKind, FactKind
from verivita.features.library.profile import ActivePaper, degree_level, profile_of

PAPER = """\
Jane Q. Doe
Data Engineer
Berlin, Germany | jane@doe.example.com | +49 30 1234567 | github.com/janedoe

SUMMARY
Engineer with a taste for tidy data. Saved $1.2M in two years.

EXPERIENCE
Senior Data Engineer, Acme GmbH
Jan 2020 – Present
• Cut costs by 30% with Python and led a team of 8
• Moved a warehouse to the cloud

Analyst
Bolt Inc. – Hamburg, Germany
2016–19
• Wrote reports in SQL

EDUCATION
MSc in Computer Science, University of Bremen, 2014 - 2016

PROJECTS
Treehouse 2018
• Published a tool in Python

SKILLS
Languages: Python, SQL
Kubernetes

LANGUAGES
German, English
"""
DOC = DocumentId(UUID(int=7))


def read_paper(text):
    lines, gap = [], False
    for line in text.split("\n"):
        if line.strip():
            lines.append(LooseLine(line, gap=gap))
        gap = not line.strip()
    return assemble(lines, 1, "text/plain")


def mentions(text, *words):
    out = []
    for word in words:
        at = text.find(word)
        while at >= 0:
            out.append(SkillMention(word.lower(), word, SkillKind.TECHNICAL, at, at + len(word)))
            at = text.find(word, at + 1)
    return tuple(out)


def facts(text):
    read = read_paper(text)
    counter = itertools.count(1)
    found = mentions(read.text, "Python", "SQL", "Kubernetes")
    return read, facts_of(DOC, read, outline_of(read), found, lambda: UUID(int=next(counter)))


def profile(text):
    read, found = facts(text)
    return profile_of([ActivePaper(read.text, found)])


def values(found, kind):
    return [fact.value for fact in found if fact.kind is kind]


@pytest.mark.acceptance("DOC-04")
def test_sections_and_entries():
    outline = outline_of(read_paper(PAPER))
    kinds = [section.kind for section in outline.sections]
    assert kinds == ["contact", "summary", "experience", "education", "projects", "skills", "languages"]
    acme, bolt = outline.sections[2].entries
    assert (acme.title.value, acme.employer.value, acme.dates.value) == (
        "Senior Data Engineer",
        "Acme GmbH",
        "2020-01/",
    )
    assert (bolt.title.value, bolt.employer.value, bolt.place.value) == ("Analyst", "Bolt Inc.", "Hamburg, Germany")
    assert bolt.dates.value == "2016-01/2019-12"
    (degree,) = outline.sections[3].entries
    assert (degree.degree.value, degree.field.value, degree.school.value) == (
        "MSc",
        "Computer Science",
        "University of Bremen",
    )
    assert outline.name.value == "Jane Q. Doe"
    assert outline.headline.value == "Data Engineer"
    assert [v.value for v in (*outline.emails, *outline.phones, *outline.links)] == [
        "jane@doe.example.com", "+49 30 1234567", "github.com/janedoe",
    ]  # fmt: skip


@pytest.mark.acceptance("DOC-03")
def test_every_fact_is_verbatim_at_its_span():
    read, found = facts(PAPER)
    assert found
    for fact in found:
        words = read.text[fact.span.start : fact.span.end]
        assert words.strip() == words
        assert words
        if fact.kind not in (FactKind.DATES, FactKind.SKILL):
            assert " ".join(words.split()) == fact.value


def test_facts_of_each_kind():
    _, found = facts(PAPER)
    assert values(found, FactKind.METRIC) == ["$1.2M", "30%", "team of 8"]
    assert values(found, FactKind.DEGREE) == ["MSc in Computer Science"]
    assert values(found, FactKind.LANGUAGE) == ["German", "English"]
    assert values(found, FactKind.PROJECT) == ["Treehouse"]
    assert values(found, FactKind.SUMMARY) == ["Engineer with a taste for tidy data.", "Saved $1.2M in two years."]
    assert len({fact.id for fact in found}) == len(found)
    cut = next(f for f in found if f.kind is FactKind.DUTY)
    assert (cut.section, cut.entry) == ("experience", next(f for f in found if f.kind is FactKind.EMPLOYER).entry)


def test_coverage_counts_every_line_with_a_word():
    read = read_paper(PAPER)
    coverage = coverage_of(read, outline_of(read), DocumentKind.RESUME)
    assert coverage.total == len(read.lines) == len(coverage.notes)
    assert coverage.understood == coverage.total
    assert {"heading", "name", "entry", "bullet", "skills"} <= {note.role for note in coverage.notes}


def test_the_place_of_a_person_is_understood():
    read = read_paper("Jane Doe\nOslo, Norway\n\nSKILLS\nPython")
    coverage = coverage_of(read, outline_of(read), DocumentKind.RESUME)
    assert (coverage.understood, coverage.notes[1].role) == (coverage.total, "contact")


def test_lines_of_no_known_kind_are_not_called_understood():
    read = read_paper("Jane Doe\nqwe rty\nasd fgh\n\nSKILLS\nPython")
    coverage = coverage_of(read, outline_of(read), DocumentKind.RESUME)
    assert coverage.understood < coverage.total


def test_lines_of_notes_are_text_whatever_they_say():
    read = read_paper("On tides\nqwe rty\n\nSKILLS\nPython")
    coverage = coverage_of(read, outline_of(read), DocumentKind.NOTES)
    assert coverage.understood == coverage.total == 4
    assert coverage.notes[1].role == "text"


def test_profile():
    shown = profile(PAPER)
    assert {s.skill_id: s.used for s in shown.skills} == {"kubernetes": False, "python": True, "sql": True}
    assert [(r.title, r.employer, r.end is None) for r in shown.roles] == [
        ("Senior Data Engineer", "Acme GmbH", True), ("Analyst", "Bolt Inc.", False),
    ]  # fmt: skip
    assert [(d.level, d.text) for d in shown.degrees] == [("master", "MSc in Computer Science")]


def test_the_profile_knows_no_name_and_no_school():
    words = repr(profile(PAPER))
    assert "Jane" not in words
    assert "Bremen" not in words
    assert "doe.example" not in words


def test_order_of_sections_and_repeated_lines_change_nothing():
    head, *sections = PAPER.split("\n\n")
    blocks = "\n\n".join(sections).split("\n\n")
    by_title = {"SUMMARY": [], "EXPERIENCE": [], "EDUCATION": [], "PROJECTS": [], "SKILLS": [], "LANGUAGES": []}
    current = []
    for block in blocks:
        current = by_title.get(block.split("\n")[0], current)
        current.append(block.rstrip())
    turned = "\n\n".join([head, *("\n\n".join(b) for _, b in sorted(by_title.items()))])
    doubled = PAPER.replace("• Wrote reports in SQL\n", "• Wrote reports in SQL\n• Wrote reports in SQL\n")
    assert turned != PAPER
    assert profile(turned).profile_hash == profile(PAPER).profile_hash == profile(doubled).profile_hash
    assert profile(PAPER.replace("team of 8", "team of 9")).profile_hash != profile(PAPER).profile_hash


def test_the_same_paper_twice_shows_each_role_once():
    read, found = facts(PAPER)
    paper = ActivePaper(read.text, found)
    assert profile_of([paper, paper]) == profile_of([paper])
    assert profile_of([]).profile_hash


@pytest.mark.parametrize(
    ("words", "level"),
    [
        ("PhD", "doctorate"),
        ("M.B.A.", "master"),
        ("B.Tech", "bachelor"),
        ("Abitur", "secondary"),
        ("Diploma", "associate"),
        ("something", "none"),
    ],
)
def test_degree_levels(words, level):
    assert degree_level(words) == level


def test_german_paper():
    read = read_paper(
        "Max Muster\n\nBERUFSERFAHRUNG\nSoftwareentwickler, Beispiel GmbH\nMärz 2019 – heute\n• Dienste gebaut\n\n"
        "AUSBILDUNG\nUniversität Bremen\nBachelor Informatik\n2015 - 2018\n\nKENNTNISSE\nJava, SQL"
    )
    outline = outline_of(read)
    assert [s.kind for s in outline.sections] == ["contact", "experience", "education", "skills"]
    (job,) = outline.sections[1].entries
    assert (job.title.value, job.employer.value, job.dates.value) == ("Softwareentwickler", "Beispiel GmbH", "2019-03/")
    (degree,) = outline.sections[2].entries
    assert (degree.school.value, degree.degree.value) == ("Universität Bremen", "Bachelor")


@pytest.mark.edge
@pytest.mark.parametrize(
    "text", ["x", "SKILLS", "•", "2019", "a\tb\tc", "EXPERIENCE\n• \n2019 -", "名前 山田太郎\n職歴"]
)
def test_odd_papers_do_not_break(text):
    if not any(c.isalnum() for c in text):
        return
    read = read_paper(text)
    outline = outline_of(read)
    assert len(outline.roles) == len(read.lines)
    facts_of(DOC, read, outline, (), lambda: UUID(int=1))

"""Where entries begin and how their heads come apart, in the forms in which people write them."""

import pytest

from tests.unit.reading.test_outline import read_paper
from verivita.engines.reading.sections import outline_of


def entries(text):
    return outline_of(read_paper(text)).sections[-1].entries


def shown(value):
    return value.value if value is not None else None


@pytest.mark.parametrize(
    ("head", "title", "employer"),
    [
        ("Nexus AI, Co-Founder & CTO, 2020 - 2021", "Co-Founder & CTO", "Nexus AI"),
        ("Data Engineer at Acme Holdings\t2020 - 2021", "Data Engineer", "Acme Holdings"),
        ("2020 - 2021: Nurse, Saint Mary Hospital", "Nurse", "Saint Mary Hospital"),
        ("Acme Inc. | Accountant | 2020 - 2021", "Accountant", "Acme Inc."),
        ("Company: Bolt\tTitle: Analyst\t2020 - 2021", "Analyst", "Bolt"),
        ("Treehouse Studio\tPlaymaking\t2020 - 2021", "Playmaking", "Treehouse Studio"),
    ],
)
def test_heads_of_jobs(head, title, employer):
    (job,) = entries(f"EXPERIENCE\n{head}\n• Did the work")
    assert (shown(job.title), shown(job.employer), shown(job.dates)) == (title, employer, "2020-01/2021-12")


def test_jobs_without_bullets_are_told_apart_by_their_dates():
    jobs = entries("EXPERIENCE\nCook\n2010 - 2012\nWaiter\n2013 - 2014\nBaker\n2015 - 2016")
    assert [(shown(j.title), shown(j.dates)) for j in jobs] == [
        ("Cook", "2010-01/2012-12"),
        ("Waiter", "2013-01/2014-12"),
        ("Baker", "2015-01/2016-12"),
    ]


def test_a_second_role_has_the_employer_above():
    jobs = entries("EXPERIENCE\nManager, Acme Inc., 2018 - 2020\n• Led\nClerk 2016 - 2018\n• Filed")
    assert [shown(j.employer) for j in jobs] == ["Acme Inc.", "Acme Inc."]


def test_schools_without_dates_and_with_them():
    schools = entries("EDUCATION\nBSc in Physics\nUniversity of Bremen\nMSc in Physics\nUniversity of Kiel")
    assert [shown(s.school) for s in schools] == ["University of Bremen", "University of Kiel"]
    (one,) = entries("EDUCATION\nGraduated as M.Sc. Digital Media - University of Bremen, 2015")
    assert (shown(one.degree), shown(one.field)) == ("M.Sc.", "Digital Media")


def test_a_field_and_a_school_that_nothing_parts():
    rest = "Seattle, Washington, with a minor in the learning and teaching of adults and much reading besides"
    (one,) = entries(f"EDUCATION\n2012\nMaster of Arts : English University of Washington - {rest}")
    found = (shown(one.degree), shown(one.field), shown(one.school), shown(one.dates))
    assert found == ("Master of Arts", "English", "University of Washington", "2012-01/2012-12")


def test_lists_have_one_entry_each():
    papers = entries("PUBLICATIONS\n1. On Things, 2019\n2. On Other Things, 2020\n")
    assert [shown(p.name) for p in papers] == ["On Things, 2019", "On Other Things, 2020"]
    awards = entries("AWARDS\n• Best Paper\n• Runner Up")
    assert [shown(a.name) for a in awards] == ["Best Paper", "Runner Up"]


def test_a_bullet_goes_on_over_lines_and_hyphens():
    (job,) = entries(
        "EXPERIENCE\nCook, Acme Inc., 2010 - 2012\n• Made soups and the bread that every-\nbody liked so much"
    )
    assert [b.value for b in job.bullets] == ["Made soups and the bread that everybody liked so much"]

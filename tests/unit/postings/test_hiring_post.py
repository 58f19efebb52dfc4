from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verivita.features.postings.hiring_post import read_post


def test_a_head_of_parts() -> None:
    post = read_post(
        "Acme (YC S15) | Senior Backend Engineer, Data Scientist | Berlin, Germany | ONSITE | €60k-80k | "
        '<a href="https:&#x2F;&#x2F;acme.example&#x2F;jobs">https:&#x2F;&#x2F;acme.example...</a><p>We build ships.'
    )
    assert post.is_job
    assert post.company == "Acme"
    assert post.titles == ("Senior Backend Engineer", "Data Scientist")
    assert post.locations == ("Berlin",)
    assert post.remote == ("onsite",)
    assert post.salary == "€60k-80k"
    assert post.url == "https://acme.example/jobs"


@pytest.mark.parametrize(
    ("text", "company", "titles", "places"),
    [
        (
            "Podio - Copenhagen, Denmark\n\nDevOps Engineer\n\nWe are hiring.",
            "Podio",
            ("DevOps Engineer",),
            ("Copenhagen",),
        ),
        (
            "San Francisco, CA\n\nTinyCo\n\nWe hire a product manager.",
            "TinyCo",
            ("product manager",),
            ("San Francisco, CA",),
        ),
        (
            "Acme | Berlin | Hiring\n\n- iOS Developer\n- Android Developer",
            "Acme",
            ("iOS Developer", "Android Developer"),
            ("Berlin",),
        ),
        (
            "Acme is hiring a data engineer in Oslo. Full time. Apply at jobs@acme.example",
            "Acme",
            ("data engineer",),
            (),
        ),
    ],
)
def test_other_shapes(text: str, company: str, titles: tuple[str, ...], places: tuple[str, ...]) -> None:
    post = read_post(text)
    assert post.is_job
    assert (post.company, post.titles) == (company, titles)
    assert post.locations == places or not places


@pytest.mark.parametrize(
    "text",
    [
        "Friendly reminder to upvote jobs that list salaries.",
        "I made a Chrome extension to filter these posts by regex.",
        "Could someone explain what is usually considered by H1B here?",
        "",
        "   ",
    ],
)
def test_what_offers_no_job(text: str) -> None:
    post = read_post(text)
    assert not post.is_job
    assert post.titles == ()


@given(st.text(max_size=300))
def test_odd_text_never_breaks_it(text: str) -> None:
    read_post(text)

"""The example person and postings: complete, varied, and plainly invented."""

from __future__ import annotations

import re
from collections import Counter

from tests.unit.web.sample_papers import PAPERS
from tests.unit.web.samples import raw_postings


def test_sixty_postings_with_every_field() -> None:
    raw = raw_postings()
    assert len(raw) == len({item["id"] for item in raw}) == 60
    for item in raw:
        assert {
            "id",
            "source",
            "title",
            "company",
            "location",
            "salary",
            "description",
            "url",
            "posted_days_ago",
            "company_size",
        } <= set(item)
        assert str(item["url"]).startswith("https://example.com/")
        assert item["title"]
        assert item["company"]


def test_texts_are_long_enough_but_for_the_one_that_cannot_be_scored() -> None:
    short = [item["company"] for item in raw_postings() if len(str(item["description"]).split()) < 115]
    assert short == ["Ilmarin"]


def test_they_vary_in_money_place_and_pay() -> None:
    raw = raw_postings()
    money = " ".join(str(item["salary"]) for item in raw)
    for sign in ("$", "€", "£", "₹", "DKK", "NOK", "CZK", "PLN", "A$", "NZ$", "¥"):
        assert sign in money
    places = Counter(bool(re.search("remote", str(item["location"]), re.I)) for item in raw)
    assert min(places.values()) >= 15
    assert any(not item["salary"] for item in raw)


def test_two_are_the_same_job_from_two_sources() -> None:
    words = [set(str(item["description"]).split()) for item in raw_postings()]
    twins = [(i, j) for i in range(60) for j in range(i) if len(words[i] & words[j]) / len(words[i] | words[j]) > 0.8]
    assert len(twins) == 1


def test_the_resume_lies_there_in_three_forms() -> None:
    assert (PAPERS / "mina-tarrow-resume.pdf").read_bytes().startswith(b"%PDF-")
    assert (PAPERS / "mina-tarrow-resume.docx").read_bytes().startswith(b"PK")
    assert "example.org" in (PAPERS / "mina-tarrow-resume.md").read_text("utf-8")

"""Queries as other people phrase them; each names every filter that must be read, and no other."""

from __future__ import annotations

from typing import Any

import pytest

from bench.query_understanding import wrong_fields

QUERIES: list[tuple[str, dict[str, Any]]] = [
    ("hybrid data analyst london 60k+", {"location_type": ["hybrid"], "location": "London", "salary_min": 60_000}),
    ("onsite nurse jobs in Manchester", {"location_type": ["onsite"], "location": "Manchester"}),
    ("entry level accountant near Toronto", {"level": ["entry"], "location": "Toronto"}),
    ("work from home customer support at least 40000", {"location_type": ["remote"], "salary_min": 40_000}),
    ("staff engineer rust remote europe", {"level": ["staff"], "location_type": ["remote"], "location": "Europe"}),
    ("golang backend posted last week", {"posted_after_days": 7}),
    ("internships in marketing Paris", {"level": ["intern"], "location": "Paris"}),
    (
        "lead designer over 120k usd series a startup",
        {"level": ["lead"], "salary_min": 120_000, "company_size": ["startup"]},
    ),
    ("new java jobs today in Munich", {"posted_after_days": 1, "location": "Munich"}),
    ("graduate mechanical engineer UK", {"level": ["entry"], "location": "UK"}),
    (
        "principal data scientist new york 200,000",
        {"level": ["staff"], "location": "New York", "salary_min": 200_000},
    ),
    ("engineer for an app with 500,000 users", {}),
    ("fully remote product manager within the US", {"location_type": ["remote"], "location": "US"}),
    ("warehouse operative night shift Leeds £13 an hour", {"location": "Leeds", "salary_min": 27_040}),
    (
        "devops kubernetes terraform amsterdam hybrid or remote",
        {"location": "Amsterdam", "location_type": ["hybrid", "remote"]},
    ),
    ("junior devs wanted, last 3 days", {"level": ["entry"], "posted_after_days": 3}),
    (
        "director of engineering remote 250k",
        {"level": ["director"], "location_type": ["remote"], "salary_min": 250_000},
    ),
]


@pytest.mark.parametrize(("text", "filters"), QUERIES)
def test_the_filters_are_read(text: str, filters: dict[str, Any]) -> None:
    skills = ["react", "rust", "golang", "java", "kubernetes", "terraform"]
    assert wrong_fields({"text": text, "filters": filters, "optional": {"skills": skills}}) == []

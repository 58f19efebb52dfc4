"""Floors for the understanding of postings, on hand-labelled sets and on real files."""

from __future__ import annotations

from datetime import date
from itertools import islice

import pytest

from bench import understand as bench
from tests.rigs.data import need
from verivita.adapters.sources.files import PostingFiles
from verivita.engines.skills import extract, load_taxonomy
from verivita.features.postings.model import RawPosting, Refused
from verivita.features.postings.normalise import understand

FLOORS = {
    ("gold:salary", "held_out/salary/exact"): 0.95,
    ("gold:location_type", "held_out/location_type/accuracy"): 0.93,
    ("gold:requirements", "held_out/requirements/skill_precision"): 0.75,
    ("gold:requirements", "held_out/requirements/skill_recall"): 0.75,
    ("gold:requirements", "held_out/requirements/class_accuracy"): 0.9,
    ("gold:requirements", "held_out/requirements/years_exact"): 0.9,
    ("gold:hn_posts", "default/posts/is_job"): 0.95,
    ("gold:hn_posts", "default/posts/company"): 0.8,
    ("gold:hn_posts", "default/posts/titles_f1"): 0.75,
    ("gold:dedupe", "default/dedupe/precision"): 0.98,
    ("gold:dedupe", "default/dedupe/recall"): 0.85,
}
TODAY = date(2026, 11, 21)


@pytest.fixture(scope="module")
def measured() -> dict[str, dict[str, float]]:
    root = bench.Path(bench.__file__).parent
    sets: dict[str, dict[str, float]] = {}
    for stem in ("salary", "location_type", "requirements", "hn_posts", "dedupe"):
        sets.update(bench.run(root, stem, None)["sets"])
    return sets


@pytest.mark.acceptance("MAT-04")
@pytest.mark.acceptance("JOB-14")
@pytest.mark.acceptance("JOB-15")
@pytest.mark.parametrize(
    ("key", "floor"), FLOORS.items(), ids=lambda value: value[1] if isinstance(value, tuple) else ""
)
def test_floors(measured: dict[str, dict[str, float]], key: tuple[str, str], floor: float) -> None:
    assert measured[key[0]][key[1]] >= floor


@pytest.mark.parametrize(
    ("path", "least_taken"),
    [
        ("jobs/hn_who_is_hiring/2017.jsonl.gz", 0.93),
        ("jobs/structured/postings.jsonl.gz", 1.0),
        ("jobs/usajobs_titles/listings.jsonl.gz", 1.0),
    ],
)
def test_real_files_are_read_and_understood(path: str, least_taken: float) -> None:
    file = need(path)
    taxonomy = load_taxonomy()
    records = list(islice(PostingFiles().read(file, file.name), 600))
    jobs = [r for r in records if isinstance(r, RawPosting)]
    assert len(jobs) >= least_taken * len(records)
    assert all(r.reason and r.place for r in records if isinstance(r, Refused))
    for job in jobs[::4]:
        understood = understand(job, lambda text: extract(text, taxonomy), TODAY)
        assert understood.title
        wishes = understood.requirements
        quotes = [*(w.quote for w in wishes.skills), *wishes.duties, *wishes.lines]
        assert all(understood.description[q.start : q.end] == q.text for q in quotes)


def test_pay_of_real_fields_is_read() -> None:
    file = need("jobs/structured/postings.jsonl.gz")
    fields = [r for r in PostingFiles().read(file, file.name) if isinstance(r, RawPosting) and r.salary]
    read = [understand(r, lambda _: (), TODAY).pay for r in fields[:200]]
    assert len(read) == 200
    assert all(pay is not None and pay.minimum and pay.currency == "USD" and pay.period for pay in read)

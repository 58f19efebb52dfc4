# ruff: noqa: E501, SIM905 - one written form a line
from __future__ import annotations

import gzip
import io
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verivita.adapters.sources import streams
from verivita.adapters.sources.files import PostingFiles
from verivita.adapters.sources.records import Shallow
from verivita.core.errors import Invalid, UnsupportedType
from verivita.features.postings.model import RawPosting, Refused

JOB = {
    "title": "Cook",
    "company": "Acme",
    "description": "Make soup.",
    "location": "Rome",
    "url": "https://a.example/1",
}


def read(data: bytes | Path | str, name: str = "jobs.csv") -> list[RawPosting | Refused]:
    return list(PostingFiles().read(data.encode() if isinstance(data, str) else data, name))


def taken(data: bytes | str, name: str = "jobs.csv") -> list[RawPosting]:
    records = read(data, name)
    assert all(isinstance(r, RawPosting) for r in records), records
    return [r for r in records if isinstance(r, RawPosting)]


class TestWhatIsRefusedWhole:
    @pytest.mark.parametrize("data", [b"", b"  \n ", b"\x00\x00"])
    def test_an_empty_file(self, data: bytes) -> None:
        with pytest.raises(Invalid, match="empty"):
            read(data)

    @pytest.mark.parametrize("data", [b"%PDF-1.7 ...", b"PK\x03\x04zip", b"\x89PNG...."])
    def test_another_kind_of_file(self, data: bytes) -> None:
        with pytest.raises(UnsupportedType):
            read(data)

    def test_a_table_without_a_title(self) -> None:
        with pytest.raises(Invalid) as refusal:
            read("a,b\n1,2\n")
        assert refusal.value.code == "no_title_column"

    def test_a_damaged_archive(self) -> None:
        with pytest.raises(Invalid):
            read(gzip.compress(json.dumps(JOB).encode() * 50)[:-40], "jobs.jsonl.gz")

    @pytest.mark.security
    def test_an_archive_that_unpacks_without_end(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(streams, "MAX_BYTES", 100_000)
        with pytest.raises(Invalid) as refusal:
            read(gzip.compress(b'{"title":"a","description":"b"}\n' * 100_000), "bomb.jsonl.gz")
        assert refusal.value.code == "too_large"


class TestTables:
    @pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
    def test_any_delimiter_and_any_usual_header(self, delimiter: str) -> None:
        head = delimiter.join(["Job Title", "Employer", "City", "Job Description", "Link", "Pay", "Date Posted"])
        row = delimiter.join(
            [
                "Cook",
                "Acme",
                "Rome",
                '"Make soup' + delimiter + ' twice.\nA day."',
                "https://a.example/1",
                "$20/hr",
                "2025-01-02",
            ]
        )
        [job] = taken(f"{head}\n{row}\n")
        assert (job.title, job.company, job.location, job.salary, job.posted) == (
            "Cook",
            "Acme",
            "Rome",
            "$20/hr",
            "2025-01-02",
        )
        assert job.description == f"Make soup{delimiter} twice.\nA day."
        assert job.place == "line 2"

    def test_a_bad_row_is_reported_and_the_rest_taken(self) -> None:
        records = read("title,company,description\nCook,Acme,Soup\n,,\n,Acme,\nBaker,Acme,Bread\n")
        assert [type(r).__name__ for r in records] == ["RawPosting", "Refused", "RawPosting"]
        assert records[1] == Refused("line 4", "it has no title and no description", "")

    def test_a_row_without_description_is_taken_with_a_warning(self) -> None:
        [job] = taken("title,department,url\nAuditor,Court,https://a.example/1\n")
        assert (job.company, job.description, job.warning) == ("Court", "", "no description")

    @pytest.mark.edge
    @pytest.mark.parametrize(
        "data",
        [
            b"\xef\xbb\xbftitle,company\nCook,Caf\xc3\xa9\n",
            "title,company\nCook,Café\n".encode("cp1252"),
            "title,company\nCook,Café\n".encode("utf-16"),
            b"ti\x00tle,company\nCo\x00ok,Caf\xc3\xa9\n",
        ],
    )
    def test_encodings(self, data: bytes) -> None:
        [job] = taken(data)
        assert (job.title, job.company) == ("Cook", "Café")

    @pytest.mark.edge
    def test_broken_bytes_cost_only_themselves(self) -> None:
        [job] = taken(b"title,company\nCook caf\xc3\xa9 \xc3\xa9\xc3\xa9,Ac\xffme\n")
        assert job.company == "Ac\ufffdme"

    @pytest.mark.edge
    def test_a_line_without_end_is_reported(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(streams, "MAX_LINE", 1_000)
        records = read("title,company\nCook,Acme\n" + "x" * 5_000 + "\nBaker,Acme\n")
        assert [getattr(r, "title", "") for r in records if isinstance(r, RawPosting)] == ["Cook", "Baker"]
        assert Refused("line 3", "the line is too long") in records


class TestJson:
    @pytest.mark.parametrize(
        "data",
        [
            json.dumps([JOB]),
            json.dumps({"jobs": [JOB], "meta": {"total": 1}}),
            json.dumps({"data": {"results": [JOB]}}),
            json.dumps(JOB),
            json.dumps(JOB, indent=2),
            json.dumps(JOB) + "\n",
        ],
    )
    def test_arrays_and_objects(self, data: str) -> None:
        [job] = taken(data, "jobs.json")
        assert (job.title, job.company, job.location) == ("Cook", "Acme", "Rome")

    def test_lines_packed_or_not(self) -> None:
        lines = "\n".join([json.dumps(JOB), "", json.dumps({**JOB, "title": "Baker"})]).encode()
        for data, name in ((lines, "jobs.jsonl"), (gzip.compress(lines), "jobs.jsonl.gz")):
            assert [job.title for job in taken(data, name)] == ["Cook", "Baker"]

    def test_bad_lines_are_reported(self) -> None:
        records = read(json.dumps(JOB) + '\n{"broken\n[1,2]\n"text"\n{"a": 1}\n' + json.dumps(JOB), "x.jsonl")
        assert [r.place for r in records if isinstance(r, Refused)] == ["line 2", "line 3", "line 4", "line 5"]
        assert len(records) == 6

    def test_a_file_that_breaks_off_keeps_what_came_before(self) -> None:
        records = read(json.dumps([JOB, JOB])[:-30], "x.json")
        assert isinstance(records[0], RawPosting)
        assert isinstance(records[-1], Refused)

    def test_nested_values(self) -> None:
        [job] = taken(
            json.dumps(
                {
                    "title": "Cook",
                    "company": {"display_name": "Acme"},
                    "location": {"city": "Rome", "country": "Italy"},
                    "description": "Soup",
                    "salary_min": 30_000,
                    "salary_max": 40_000,
                    "salary_currency": "EUR",
                    "remote": True,
                }
            ),
            "x.json",
        )
        assert (job.company, job.location, job.salary, job.remote) == (
            "Acme",
            "Rome, Italy",
            "EUR 30000 - 40000",
            "true",
        )

    @pytest.mark.edge
    def test_deep_nesting_is_refused(self) -> None:
        deep = '{"title":' * 5_000 + "1" + "}" * 5_000
        try:
            records = read(deep, "x.json")
        except Invalid:
            return
        assert all(isinstance(r, Refused) for r in records)

    def test_a_thread_of_hiring_posts(self) -> None:
        lines = [
            {
                "id": 1,
                "month": "2017-01",
                "time": 1483372800,
                "html": "Acme | Cook Developer | Rome | ONSITE<p>We are hiring.",
            },
            {
                "id": 2,
                "month": "2017-01",
                "time": 1483372801,
                "html": "Friendly reminder to upvote jobs that list salaries.",
            },
        ]
        job, refused = read("\n".join(map(json.dumps, lines)), "2017.jsonl")
        assert isinstance(job, RawPosting)
        assert (job.source, job.company, job.title, job.location) == ("hackernews", "Acme", "Cook Developer", "Rome")
        assert job.url == "https://news.ycombinator.com/item?id=1"
        assert refused == Refused("line 2", "it offers no job", "Friendly reminder to upvote jobs that list salaries.")


LINKED = {
    "@type": "JobPosting",
    "title": "Cook",
    "description": "<p>Make soup.</p>",
    "datePosted": "2025-01-02",
    "hiringOrganization": {"@type": "Organization", "name": "Acme", "sameAs": "https://a.example"},
    "jobLocation": {"address": {"addressLocality": "Rome", "addressCountry": "IT"}},
    "baseSalary": {"currency": "EUR", "value": {"minValue": 30_000, "maxValue": 40_000, "unitText": "YEAR"}},
    "jobLocationType": "TELECOMMUTE",
    "identifier": {"value": "77"},
}


class TestPages:
    @pytest.mark.parametrize(
        "kind", ["application/ld+json", "application/ld&#x2B;json", "application/ld+json; charset=utf-8"]
    )
    @pytest.mark.parametrize(
        "value",
        [LINKED, [LINKED], {"@graph": [{"@type": "WebPage"}, LINKED]}, {"@type": "WebPage", "mainEntity": LINKED}],
    )
    def test_linked_data(self, kind: str, value: object) -> None:
        [job] = taken(
            f'<!doctype html><html><head><script type="{kind}">{json.dumps(value)}</script></head><body>x</body></html>',
            "a.html",
        )
        assert (job.title, job.company, job.location, job.salary) == (
            "Cook",
            "Acme",
            "Rome, IT",
            "EUR 30000 - 40000 per year",
        )
        assert (job.remote, job.source_id, job.description) == ("remote", "77", "<p>Make soup.</p>")

    def test_broken_linked_data_falls_back_to_the_text(self) -> None:
        page = "<html><head><title>Cook - Acme</title><script type='application/ld+json'>{oops</script></head><body><nav>Menu</nav><main><h1>Cook</h1>"
        page += "<p>" + "We need a cook who makes soup every day. " * 10 + "</p></main></body></html>"
        [job] = taken(page, "a.html")
        assert job.title == "Cook"
        assert "Menu" not in job.description
        assert job.warning

    def test_a_page_without_a_job(self) -> None:
        [refused] = read("<html><body><p>Hi</p></body></html>", "a.html")
        assert isinstance(refused, Refused)


class TestPastes:
    @pytest.mark.parametrize(
        "text",
        [
            "Title: Cook\nCompany: Acme\nLocation: Rome\n\nMake soup for us every day.",
            "Cook at Acme\n\nMake soup for us every day in Rome.",
            "Cook\nAcme\nRome\n\nMake soup for us every day.",
        ],
    )
    def test_plain_text(self, text: str) -> None:
        [job] = taken(text, "paste.txt")
        assert (job.title, job.company) == ("Cook", "Acme")
        assert job.description == text

    def test_a_thread_post(self) -> None:
        [job] = taken("Acme | Data Engineer | Rome | REMOTE | $100k\n\nWe are hiring.", "paste.txt")
        assert (job.title, job.company, job.location, job.remote, job.salary) == (
            "Data Engineer",
            "Acme",
            "Rome",
            "remote",
            "$100k",
        )

    def test_too_little(self) -> None:
        [refused] = read("hello", "paste.txt")
        assert isinstance(refused, Refused)


@given(st.binary(max_size=400), st.sampled_from(["a.csv", "a.json", "a.jsonl", "a.html", "a.txt", "a"]))
def test_no_bytes_break_the_reader(data: bytes, name: str) -> None:
    try:
        records = read(data, name)
    except Invalid:
        return
    assert all(isinstance(r, RawPosting | Refused) for r in records)


def test_a_path_is_read_like_bytes(tmp_path: Path) -> None:
    path = tmp_path / "jobs.json"
    path.write_text(json.dumps([JOB]))
    assert read(path, path.name) == read(path.read_bytes(), path.name)


@pytest.mark.security
@given(st.lists(st.text(alphabet='a"\\[]{}', max_size=12), max_size=6), st.integers(1, 9))
def test_brackets_inside_strings_do_not_count_as_nesting(texts: list[str], size: int) -> None:
    raw = json.dumps([{text: texts} for text in texts] * 30).encode()
    stream, read = Shallow(io.BytesIO(raw)), b""
    while part := stream.read(size):
        read += part
    assert read == raw


@pytest.mark.security
@pytest.mark.parametrize("opening", [b"[", b'{"a":', b'[{"a":"[[["},'])
def test_deep_nesting_is_refused_before_it_is_parsed(opening: bytes) -> None:
    with pytest.raises(Invalid, match="nested too deeply"):
        list(PostingFiles().read(b"[" * 50 + opening * 100_000, "deep.json"))


@pytest.mark.security
@pytest.mark.parametrize("opening", [b'{"title":"', b'[{"title":"a"},{"description":"'])
def test_a_text_without_end_is_refused_before_the_parser_holds_it(opening: bytes) -> None:
    with pytest.raises(Invalid, match="longer than 4 MB") as caught:
        list(PostingFiles().read(opening + b"x" * 5_000_000, "long.json"))
    assert caught.value.code == "too_large"

"""The main job on the command line: import, search, match, keys; shapes, exit codes, sentences."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from tests.docs.markdown import ROOT
from tests.integration.cli.conftest import Program, Ran
from verivita.entrypoints.api.analysis import AnalysisOut
from verivita.entrypoints.api.library import DocumentOut
from verivita.entrypoints.api.matching import MatchOut
from verivita.entrypoints.api.people import KeyOut
from verivita.entrypoints.api.postings_bodies import JobOut, JobsFound, RunOut
from verivita.entrypoints.api.schemas import PageOf
from verivita.entrypoints.cli.output import EXIT

SAMPLE = ROOT / "docs" / "samples" / "resume.md"
JOBS = [
    {"title": "Backend Engineer", "company": "Larkspur", "location": "Remote", "salary": "$150,000 - $170,000 a year",
     "description": "Requirements:\n- Python and PostgreSQL\n- FastAPI\nNice to have: Kubernetes"},
    {"title": "Data Engineer", "company": "Quillmark", "location": "Berlin, Germany",
     "description": "Requirements:\n- Python\n- Airflow and SQL"},
    {"title": "Pastry Chef", "company": "Oven", "location": "Lyon, France", "description": "Bake cakes every morning."},
]  # fmt: skip


def refused(ran: Ran, code: str, *said: str) -> None:
    """One sentence on standard error, nothing on standard output."""
    assert ran.code == EXIT[code], ran
    assert ran.out == ""
    for part in said:
        assert part in ran.err, ran.err
    assert ran.err.startswith("verivita: ")
    assert len(ran.err.strip().splitlines()) <= 3, ran.err


@pytest.fixture(scope="module")
def filled(verivita: Program) -> Program:
    """The same with a resume and three postings."""
    jobs = verivita.data_dir.parent / "jobs.json"
    jobs.write_text(json.dumps([*JOBS, 7]))
    first = verivita("import", "resume", SAMPLE)
    assert (first.code, first.err) == (0, ""), first
    assert "resume.md: 1 page, " in first.out
    second = verivita("import", "jobs", jobs)
    assert second.code == EXIT["partly"], second
    assert "jobs.json: 4 records: 3 new, 0 changed, 0 unchanged, 0 duplicates, 1 refused." in second.out
    assert "item 4" in second.err
    return verivita


class TestStart:
    def test_help_imports_nothing_heavy(self) -> None:
        code = (
            "import sys\nfrom verivita.entrypoints.cli import main\nsys.argv = ['verivita', '--help']\n"
            "try:\n    main()\nexcept SystemExit:\n    pass\n"
            "heavy = {'fastapi', 'onnxruntime', 'sqlalchemy', 'pydantic', 'numpy', 'tantivy', 'psycopg', 'grpc'}\n"
            "print(sorted(heavy & set(sys.modules)), file=sys.stderr)"
        )
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
        assert done.stderr.strip() == "[]"
        assert "Commands:" in done.stdout

    @pytest.mark.parametrize(
        "words", [("--help",), ("-h",), ("import", "-h"), ("match", "-h"), ("keys", "create", "-h")]
    )
    def test_help(self, verivita: Program, words: tuple[str, ...]) -> None:
        ran = verivita(*words)
        assert (ran.code, ran.err) == (0, "")
        assert ran.out.startswith("Usage: ")
        assert all(len(line) <= 80 for line in ran.out.splitlines())

    def test_version(self, verivita: Program) -> None:
        assert verivita("--version").out.strip().count(".") == 2

    def test_every_exit_code_is_documented(self) -> None:
        page = (ROOT / "docs" / "reference" / "cli.md").read_text()
        for name, code in EXIT.items():
            assert f"| {code} | {name.replace('_', ' ')} |" in page

    @pytest.mark.parametrize("words", [("nonsense",), ("match", "--top", "0"), ("search",), ("jobs", "--limit", "x")])
    def test_wrong_usage(self, verivita: Program, words: tuple[str, ...]) -> None:
        ran = verivita(*words)
        assert ran.code == EXIT["usage"]
        assert "Error: " in ran.err


class TestReads:
    """`--json` on every read prints the body that the API answers."""

    def test_papers(self, filled: Program) -> None:
        page = PageOf[DocumentOut].model_validate(filled("papers", "list", "--json").json)
        assert [(paper.filename, paper.status) for paper in page.items] == [("resume.md", "ready")]
        plain = filled("papers", "list")
        assert str(page.items[0].id) in plain.out

    def test_jobs(self, filled: Program) -> None:
        page = PageOf[JobOut].model_validate(filled("jobs", "--json").json)
        assert {job.title for job in page.items} == {job["title"] for job in JOBS}
        plain = filled("jobs", "--limit", "1")
        assert sum(title in plain.out for title in ("Backend Engineer", "Data Engineer", "Pastry Chef")) == 1
        assert "page 1 of 3" in plain.err

    def test_search(self, filled: Program) -> None:
        body = JobsFound.model_validate(filled("search", "remote python engineer $140k+", "--json").json)
        assert [job.title for job in body.jobs] == ["Backend Engineer"]
        assert body.understood.filters["salary_min"] == 140_000
        assert body.jobs[0].match is not None
        plain = filled("search", "remote python engineer $140k+")
        assert "Backend Engineer" in plain.out
        assert '"remote" -> ' in plain.err
        wide = filled(
            "search", "remote python engineer $140k+", "--without", "salary_min", "--without", "location_type"
        )
        assert "Data Engineer" in wide.out

    def test_match(self, filled: Program) -> None:
        body = filled("match", "--json").json
        assert set(body) == {"items", "total"}
        assert body["total"] == 2  # the chef's posting asks for nothing that can be scored
        jobs = [JobOut.model_validate(item["job"]) for item in body["items"]]
        matches = [MatchOut.model_validate(item["match"]) for item in body["items"]]
        scores = [match.overall for match in matches]
        assert scores == sorted(scores, key=lambda score: -(score or 0))
        assert {job.title for job in jobs} == {"Backend Engineer", "Data Engineer"}
        assert matches[0].evidence
        assert filled("match", "--json").json["items"] != []
        plain = filled("match", "--job", str(jobs[0].id))
        assert (plain.code, plain.err) == (0, "")
        assert plain.out.startswith(f"{jobs[0].title}, {jobs[0].company}\n")
        assert "asked: " in plain.out
        assert "shown: " in plain.out
        one = filled("match", "--job", str(jobs[0].id), "--json").json
        assert (one["total"], one["items"][0]["match"]["overall"]) == (1, matches[0].overall)

    def test_nothing_found(self, filled: Program) -> None:
        ran = filled("search", "remote zymurgist $900k+")
        assert (ran.code, ran.out) == (0, "")
        assert "0 found" in ran.err

    def test_keys(self, filled: Program) -> None:
        made = filled("keys", "create", "laptop", "--scope", "read", "--days", "3")
        assert made.code == 0
        assert len(made.out.strip()) >= 32
        (key,) = PageOf[KeyOut].model_validate(filled("keys", "list", "--json").json).items
        assert (key.name, key.scopes) == ("laptop", ["read"])
        assert made.out.strip() not in filled("keys", "list").out
        assert filled("keys", "drop", str(key.id)).code == 0
        refused(filled("keys", "drop", str(key.id)), "not_found", "no such key")

    def test_config_hides_secrets(self, verivita: Program) -> None:
        secret = replace(verivita, more={"DATABASE_URL": "postgresql://me:s3cret@127.0.0.1:1/x"})
        for words in (("config",), ("config", "--json")):
            ran = secret(*words)
            assert ran.code == 0
            assert "s3cret" not in ran.out

    def test_doctor_and_migrate(self, filled: Program) -> None:
        checks = filled("doctor", "--json").json["items"]
        assert all(check["ok"] for check in checks)
        assert {check["check"] for check in checks} >= {"database", "master key", "encoder"}
        assert "The database is at migration " in filled("migrate").out

    def test_link(self, filled: Program) -> None:
        assert filled("link").out.startswith("http://127.0.0.1:8080/enter?token=")

    def test_reindex(self, filled: Program) -> None:
        assert filled("reindex").out == "3 postings indexed.\n"

    def test_example(self, filled: Program) -> None:
        assert filled("demo", "add").code == 0
        assert filled("jobs", "--json").json["total"] > 20
        assert filled("demo", "remove").code == 0
        assert filled("jobs", "--json").json["total"] == 3
        assert [paper["filename"] for paper in filled("papers", "list", "--json").json["items"]] == ["resume.md"]

    def test_no_colours_and_no_progress_in_a_pipe(self, filled: Program) -> None:
        ran = filled("import", "jobs", filled.data_dir.parent / "jobs.json", "--json")
        assert ran.err == ""
        (run,) = (RunOut.model_validate(item) for item in ran.json["items"])
        assert (run.new, run.unchanged, run.refused_count) == (0, 3, 1)
        assert "\x1b" not in filled("jobs").out

    def test_analyze(self, filled: Program, tmp_path: Path) -> None:
        (tmp_path / "job.txt").write_text(
            "Data Engineer\nQuillmark, Berlin\n\nWe have flexible working hours.\nRequirements:\n- SQL and Airflow\n"
        )
        before = filled("jobs", "--json").json["total"]
        ran = filled("analyze", "--job", tmp_path / "job.txt")
        assert (ran.code, "Data Engineer" in ran.out, "Airflow" in ran.out) == (0, True, True), ran
        assert "balance: We have flexible working hours." in ran.err
        found = AnalysisOut.model_validate(filled("analyze", "--job", tmp_path / "job.txt", "--json").json)
        assert [sign.value for sign in found.posting.culture] == ["balance"]
        one = filled("analyze", "--job", tmp_path / "job.txt", "--resume", SAMPLE, "--json")
        assert AnalysisOut.model_validate(one.json).resume.text
        assert filled("jobs", "--json").json["total"] == before
        none = filled("analyze", "--job", tmp_path / "gone.txt")
        assert (none.code, none.out) == (EXIT["invalid"], "")


class TestRefusals:
    @pytest.mark.parametrize("kind", ["resume", "jobs"])
    def test_files_that_are_none(self, filled: Program, tmp_path: Path, kind: str) -> None:
        refused(filled("import", kind, tmp_path / "none.pdf"), "invalid", "there is no such file")
        refused(filled("import", kind, tmp_path), "invalid", "is a folder")

    def test_a_file_of_another_kind_is_no_paper(self, filled: Program, tmp_path: Path) -> None:
        for name, data in (
            ("picture.png", b"\x89PNG\r\n\x1a\n" + bytes(100)),
            ("packed.docx", b"PK\x03\x04" + bytes(200)),
        ):
            path = tmp_path / name
            path.write_bytes(data)
            refused(filled("import", "resume", path), "invalid", f"{name} is of a kind that we cannot read")

    @pytest.mark.parametrize(
        ("name", "data", "said"),
        [
            ("empty.pdf", b"", "empty"),
            ("broken.pdf", b"%PDF-1.7\nbroken", "damaged"),
        ],
    )
    def test_papers_that_cannot_be_read(
        self, filled: Program, tmp_path: Path, name: str, data: bytes, said: str
    ) -> None:
        path = tmp_path / name
        path.write_bytes(data)
        ran = filled("import", "resume", path)
        assert (ran.code, ran.out) == (EXIT["invalid"], "")
        assert ran.err.startswith(f"{name}: not read. ")
        assert said in ran.err.lower()
        assert len(ran.err.splitlines()) == 1
        both = filled("import", "resume", path, SAMPLE, "--json")
        assert both.code == EXIT["partly"]

    @pytest.mark.parametrize(
        ("name", "data", "said"),
        [
            ("empty.csv", b"", "empty"),
            ("other.csv", b"colour,shape\nred,round\n", "No column"),
            ("paper.pdf", b"%PDF-1.7", "no list of postings"),
            ("packed.json.gz", b"\x1f\x8bbroken", "damaged"),
            ("deep.json", b"[" * 100_000, "nested too deeply"),
        ],
    )
    def test_postings_that_cannot_be_read(
        self, filled: Program, tmp_path: Path, name: str, data: bytes, said: str
    ) -> None:
        path = tmp_path / name
        path.write_bytes(data)
        refused(filled("import", "jobs", path), "invalid", said, name)
        assert filled("jobs", "--json").json["total"] == 3

    def test_odd_postings(self, filled: Program, tmp_path: Path) -> None:
        path = tmp_path / "odd.csv"
        path.write_bytes(b'title,company,description\n"Cook,Inn,"soup" x\nNurse\x00,Ward,\xff\xfe care\n,,\n')
        ran = filled("import", "jobs", path, "--json")
        assert ran.code in (0, EXIT["partly"]), ran
        (run,) = ran.json["items"]
        assert (
            run["fetched"] == run["new"] + run["refused_count"] + run["duplicates"] + run["changed"] + run["unchanged"]
        )

    def test_ids(self, filled: Program) -> None:
        unknown = "00000000-0000-0000-0000-000000000001"
        for id in ("123", unknown):
            refused(filled("match", "--job", id), "not_found", "There is no such job.")
            refused(filled("papers", "remove", id), "not_found", "There is no such")
            refused(filled("keys", "drop", id), "not_found", "There is no such key.")

    def test_options(self, filled: Program) -> None:
        refused(filled("search", "x", "--sort", "luck"), "invalid", "--sort")
        refused(filled("import", "resume", SAMPLE, "--kind", "poem"), "invalid", "--kind")
        refused(filled("keys", "create", "k", "--scope", "all"), "invalid", "scope")
        refused(filled("search", "x" * 100_001), "invalid", "query")

    def test_settings(self, verivita: Program) -> None:
        wrong = replace(verivita, more={"VERIVITA_PORT": "abc"})
        refused(wrong("config"), "invalid", "A setting is not valid.", "VERIVITA_PORT: ")

    @pytest.mark.parametrize("url", ["postgresql://me:s3cret@127.0.0.1:1/none", "postgresql://%zz", "nonsense"])
    def test_a_wrong_database(self, verivita: Program, url: str) -> None:
        ran = replace(verivita, more={"DATABASE_URL": url})("jobs")
        assert ran.code in (EXIT["unavailable"], EXIT["failed"], EXIT["invalid"])
        assert ran.out == ""
        assert ran.err.startswith("verivita: ")
        assert "s3cret" not in ran.err

    def test_a_data_directory_that_is_a_file(self, verivita: Program, tmp_path: Path) -> None:
        (tmp_path / "data").write_text("not a folder")
        ran = replace(verivita, data_dir=tmp_path / "data")("jobs")
        assert ran.code in (EXIT["unavailable"], EXIT["failed"])
        assert ran.err.startswith("verivita: ")

    def test_a_damaged_key(self, filled: Program) -> None:
        key = filled.data_dir / "keys" / "master.json"
        before = key.read_bytes()
        try:
            key.write_text("{broken")
            ran = filled("jobs")
        finally:
            key.write_bytes(before)
        assert ran.code != 0
        assert ran.err.startswith("verivita: ")
        assert filled("jobs").code == 0


def test_a_zip_bomb(filled: Program, tmp_path: Path) -> None:
    path = tmp_path / "bomb.docx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as pack:
        pack.writestr("[Content_Types].xml", "<Types/>")
        pack.writestr("word/document.xml", b"<a>" + b" " * (400 * 2**20))
    ran = filled("import", "resume", path)
    assert (ran.code, ran.out) == (EXIT["invalid"], "")
    assert "not read" in ran.err

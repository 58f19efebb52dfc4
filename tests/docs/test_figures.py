"""Figures come from measurements: the front door of bench/, floors, and the tables in the documents."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from bench import report
from bench.__main__ import NAMES, measure
from tests.docs.markdown import ROOT

RESULT = {
    "name": "retrieval",
    "sets": {"retrieval/toy": {"default/ndcg@10": 0.5, "default/ms_p95": 12.34}},
    "skipped": {"retrieval/other": "no queries.jsonl"},
    "machine": {"cores": 2, "cpu": "A processor", "python": "3.11.7"},
}


def test_every_measurement_has_a_table_in_the_documents():
    text = "".join((ROOT / document).read_text(encoding="utf-8") for document in report.DOCUMENTS)
    assert [name for name in (*NAMES, "headlines") if f"<!-- figures:{name} -->" not in text] == []
    assert [name for name in (*NAMES, "headlines") if f"<!-- /figures:{name} -->" not in text] == []


def test_headlines_and_floors_name_known_measurements():
    assert {name for _, name, _, _ in report.HEADLINES} <= set(NAMES)
    if report.FLOORS.exists():
        assert set(json.loads(report.FLOORS.read_text(encoding="utf-8"))) <= set(NAMES)
        for name in NAMES:
            report.floors(name)


def test_a_floor_is_missed_below_and_above():
    assert report.Floor(at_least=0.5).missed(0.49)
    assert not report.Floor(at_least=0.5).missed(0.5)
    assert report.Floor(at_most=2).missed(2.1)
    assert not report.Floor(published=0.9).missed(0.1)


def test_documents_are_filled_between_the_markers_and_nowhere_else(tmp_path):
    for document in report.DOCUMENTS:
        (tmp_path / document).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / document).write_text(
            "before\n<!-- figures:retrieval -->\nold\n<!-- /figures:retrieval -->\nafter\n"
        )
    (tmp_path / "results").mkdir()
    (tmp_path / "results" / "retrieval.json").write_text(json.dumps(RESULT))
    (tmp_path / "results" / "empty.json").write_text(json.dumps(RESULT | {"name": "titles", "sets": {}}))
    assert report.write_documents(tmp_path / "results", tmp_path) == list(report.DOCUMENTS)
    text = (tmp_path / "README.md").read_text()
    assert text.startswith("before\n")
    assert text.endswith("\nafter\n")
    assert "old" not in text
    assert "| retrieval/toy | default/ndcg@10 | 0.500 |" in text
    assert "retrieval/other (no queries.jsonl)" in text
    assert "2 cores of A processor" in text
    assert report.write_documents(tmp_path / "results", tmp_path) == []


def test_headlines_show_only_what_was_measured():
    lines = report.headlines({"retrieval": RESULT}).splitlines()
    assert "| Search quality, nDCG@10 | 0.500 (toy) | `python -m bench retrieval` |" in lines
    assert not any("Grounding" in line for line in lines)


def test_set_keys_match_by_folder_or_whole():
    assert report.wanted("skills/esco_linking:tech_test", "skills/*")
    assert report.wanted("skills/esco_linking:tech_test", "skills/esco_linking")
    assert not report.wanted("skills/esco_linking:tech_test", "titles/*")


@pytest.mark.parametrize("name", NAMES)
def test_a_folder_without_data_is_skipped_with_a_reason(name, tmp_path):
    result = measure(name, tmp_path / "nothing", None, None)
    assert result["sets"] == {}
    assert result["skipped"]


def test_the_front_door_writes_the_agreed_json(tmp_path):
    command = [sys.executable, "-m", "bench", "titles", "--data", str(tmp_path / "no"), "--json", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    result = json.loads((tmp_path / "titles.json").read_text())
    assert {"name", "sets", "skipped", "machine", "versions", "seconds"} <= set(result)
    assert "skipped *" in done.stdout
    checked = subprocess.run([*command, "--check"], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert checked.returncode == 1

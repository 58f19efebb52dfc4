"""Floors for reading on real resumes; a sample that runs in seconds. The full figures: python -m bench resume-parse."""

import pytest

from bench.resume_parse import run
from tests.rigs.data import need
from verivita.adapters.readers.docx import DocxReader
from verivita.adapters.readers.pdf import PdfReader
from verivita.engines.reading.sections import outline_of


@pytest.mark.nightly
@pytest.mark.acceptance("DOC-04")
def test_values_of_generated_papers_lie_in_the_right_section_and_entry():
    folder = need("resumes/layouts")
    (metrics,) = run(folder, None, None)["sets"].values()
    assert metrics["default/values"] >= 500
    assert metrics["default/values_in_section"] >= 0.97
    assert metrics["default/order_ok"] >= 0.99
    assert metrics["default/fields_typed"] >= 0.95
    assert metrics["default/crashes"] == metrics["default/refused"] == 0


def test_entities_of_annotated_papers():
    folder = need("resumes/ner_dotin")
    (metrics,) = run(folder, None, 60)["sets"].values()
    assert metrics["default/crashes"] == 0
    assert metrics["default/name_f1"] >= 0.70
    assert metrics["default/title_f1"] >= 0.40
    assert metrics["default/school_f1"] >= 0.50


@pytest.mark.parametrize("name", ["latexcv_two_column", "latexcv_sidebar", "altacv_sample_two_column"])
def test_columns_are_read_one_after_the_other(name):
    """On each page the text changes side at most as often as there are columns and full-width parts."""
    read = PdfReader().read((need("resumes/layouts") / f"{name}.pdf").read_bytes())
    for page in range(1, read.pages + 1):
        lines = [line for line in read.lines if line.page == page and not line.furniture]
        split = 0.67 if "sidebar" in name else 0.5 if "two_column" in name and "alta" not in name else 0.6
        sides = [
            "left" if line.right <= split else "right" for line in lines if line.right <= split or line.left >= split
        ]
        changes = sum(a != b for a, b in zip(sides, sides[1:], strict=False))
        assert changes <= 1, (page, changes)


def test_no_icon_name_and_no_private_glyph_comes_out():
    for path in sorted(need("resumes/layouts").glob("*cv*.pdf")):
        if path.name.startswith("rendercv_classic_full"):
            continue
        text = PdfReader().read(path.read_bytes()).text
        assert not any("\ue000" <= c <= "\uf8ff" for c in text), path.name
        assert "\\fa" not in text
        assert ".lnum" not in text


def test_a_sample_of_found_resumes_is_read_and_understood():
    paths = sorted(need("resumes/pdf_livecareer").rglob("*.pdf"))[::28]
    lines = understood = 0
    for path in paths:
        read = PdfReader().read(path.read_bytes())
        outline = outline_of(read)
        assert len(read.text) > 200, path.name
        assert any(section.kind == "experience" for section in outline.sections) or len(read.text) < 1500, path.name
        lines += len(outline.roles)
        understood += sum(role != "unknown" for role in outline.roles)
    assert understood >= 0.9 * lines


def test_word_files_are_read():
    for path in sorted(need("matching/vanetik_vacancy_resume").rglob("*.docx"))[::6]:
        assert len(DocxReader().read(path.read_bytes()).text) > 300, path.name

"""The archive of a person: what is written is read again, and anything else is refused by name."""

from __future__ import annotations

import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verivita.core.errors import Invalid
from verivita.features.privacy.archive import POSTINGS, TALKS, ArchivedPaper, ArchiveReader, ArchiveWriter

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


def written(papers, talks) -> io.BytesIO:
    out = io.BytesIO()
    archive = ArchiveWriter(out)
    archive.head({"person": {"name": "Mira"}})
    for paper in papers:
        archive.paper(paper)
    archive.lines(TALKS, iter(talks))
    archive.close()
    return out


@given(st.lists(st.tuples(TEXT, st.binary(max_size=50)), max_size=4), st.lists(st.dictionaries(TEXT, TEXT), max_size=4))
def test_what_is_written_is_read_again(papers, talks):
    given_papers = [ArchivedPaper(name, {"kind": "notes"}, data) for name, data in papers]
    reader = ArchiveReader(written(given_papers, talks))
    assert reader.about["person"] == {"name": "Mira"}
    found = list(reader.papers())
    assert [paper.data for paper in found] == [data for _, data in papers]
    assert [paper.filename for paper in found] == [name or "paper" for name, _ in papers]
    assert list(reader.lines(TALKS)) == talks
    assert reader.text(POSTINGS) == b""


def packed(**entries: bytes) -> io.BytesIO:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries.items():
            archive.writestr(name.replace("_", "/").replace("//", "_"), data)
    return out


@pytest.mark.security
@pytest.mark.parametrize(
    ("source", "why"),
    [
        (io.BytesIO(b"no zip at all"), "no zip file"),
        (io.BytesIO(b""), "no zip file"),
        (packed(other=b"{}"), "no verivita.json"),
        (packed(**{"verivita.json": b"{"}), "damaged"),
        (packed(**{"verivita.json": b"[]"}), "format"),
        (packed(**{"verivita.json": b'{"format": 99}'}), "format"),
    ],
)
def test_what_is_no_archive_is_refused_by_name(source, why):
    with pytest.raises(Invalid, match=why) as caught:
        ArchiveReader(source)
    assert caught.value.code == "no_archive"
    assert caught.value.next


@pytest.mark.security
def test_a_bomb_is_refused_before_it_is_unpacked():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("verivita.json", b'{"format": 1}')
        for number in range(20_001):
            archive.writestr(str(number), b"")
    with pytest.raises(Invalid) as caught:
        ArchiveReader(out)
    assert caught.value.code == "too_large"


@pytest.mark.security
def test_a_paper_without_its_file_and_a_broken_line_are_named():
    reader = ArchiveReader(packed(**{"verivita.json": b'{"format": 1}', "papers_0001_about.json": b"{}"}))
    with pytest.raises(Invalid, match="holds no paper"):
        list(reader.papers())
    reader = ArchiveReader(packed(**{"verivita.json": b'{"format": 1}', "talks.jsonl": b"{}\n{oops"}))
    with pytest.raises(Invalid, match=r"talks\.jsonl is damaged"):
        list(reader.lines(TALKS))

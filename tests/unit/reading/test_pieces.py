"""Small pure parts: headings, contact data, glyphs, figures, kinds of files, furniture, the wire."""

import pytest

from verivita.core.errors import Invalid, TooLarge, UnsupportedType
from verivita.engines.reading.assemble import LooseLine, assemble
from verivita.engines.reading.contact import emails, links, phones, places
from verivita.engines.reading.furniture import mark_furniture
from verivita.engines.reading.glyphs import ICON, bullet_length, mended, plain, without_icon_names
from verivita.engines.reading.headings import heading_kind
from verivita.engines.reading.lexicon import degree_span, title_score
from verivita.engines.reading.metrics import find_metrics
from verivita.engines.reading.sniff import sniff
from verivita.engines.reading.wire import pack, pack_error, unpack


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("WORK EXPERIENCE", "experience"),
        ("Berufserfahrung:", "experience"),
        ("Formación académica", "education"),
        ("Compétences", "skills"),
        ("Key Skills", "skills"),
        ("E D U C A T I O N", "education"),
        ("Honors & Awards", "awards"),
        ("Awards and Certifications", "awards"),
        ("LAW LIBRARY EXPERIENCE", "experience"),
        ("Selected Publications (cont.)", "publications"),
        ("five years of experience", None),
        ("Acme Inc.", None),
        ("", None),
        ("x" * 90, None),
    ],
)
def test_headings(text, kind):
    assert heading_kind(text) == kind


def cut(find, text):
    return [text[start:end] for start, end in find(text)]


def test_contact_data():
    line = "San Francisco, CA | jane.doe@mail.example.com | (123) 345-7890 | github.com/jane"
    assert cut(emails, line) == ["jane.doe@mail.example.com"]
    assert cut(phones, line) == ["(123) 345-7890"]
    assert cut(links, line) == ["github.com/jane"]
    assert cut(places, line) == ["San Francisco, CA"]


def test_years_are_no_phone_number_and_a_field_of_study_is_no_place():
    assert phones("2012 - 2014") == []
    assert places("Princeton University, Computer Science") == []
    assert cut(places, "Acme, Mountain View, CA") == ["Mountain View, CA"]
    assert cut(places, "Hyderabad, Telangana, India") == ["Hyderabad, Telangana, India"]


def test_glyphs():
    assert plain(0xFB01) == "fi"
    assert plain(0xAD) == "-"
    assert plain(0xF0E0) == ICON
    assert plain(0x00) == ""
    assert plain(0x3000) == " "
    assert without_icon_names("\\faTrophy : Winner") == "Winner"
    assert mended("a â€“ b and cafÃ©") == "a – b and café"
    assert mended("naïve Ørsted") == "naïve Ørsted"
    assert bullet_length("• words") == 2
    assert bullet_length("words - more") == 0


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("cut costs by 30% and saved $1.2M", ["30%", "$1.2M"]),
        ("led a team of 8", ["team of 8"]),
        ("serving 2M+ monthly API requests", ["2M+ monthly API requests"]),
        ("4.2x faster for 50M+ devices", ["4.2x", "50M+ devices"]),
        ("since 2019 at Acme", []),
        ("in 2019 students", []),
    ],
)
def test_metrics(text, found):
    assert cut(find_metrics, text) == found


@pytest.mark.parametrize(
    ("data", "name", "kind"),
    [
        (b"%PDF-1.7 ...", "a.txt", "application/pdf"),
        (b"\x89PNG\r\n\x1a\n...", "a.pdf", "image/png"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "a.doc", "application/x-ole-storage"),
        (b"PK\x03\x04 nothing", "a.docx", "application/zip"),
        (b"<!DOCTYPE html><html>", "a", "text/html"),
        (b'{"basics": {"name": "J"}}', "", "application/json"),
        (b"# Jane\n\n- one\n", "a.md", "text/markdown"),
        (b"# Jane\n\n## Skills\n- one\n", "", "text/markdown"),
        (b"Jane Doe\nEngineer", "a.txt", "text/plain"),
        ("Jane Doe".encode("utf-16"), "a.txt", "text/plain"),
        (bytes(range(32)) * 4, "a.txt", "application/octet-stream"),
    ],
)
def test_sniffing_looks_at_bytes_not_at_names(data, name, kind):
    assert sniff(data, name) == kind


def test_titles_and_degrees():
    assert title_score("Senior Software Engineer") >= 1
    assert title_score("Acme Holdings Inc.") < 0.6
    assert title_score("Managed the engineers of three teams") == 0
    assert degree_span("PhD in Computer Science") == (0, 3)
    assert degree_span("to be or not") is None


def test_furniture_is_moved_to_the_end_and_a_sentence_over_two_pages_stays_whole():
    edge, middle = (0.1, 0.95, 0.3, 0.97), (0.1, 0.5, 0.9, 0.52)
    lines = [
        LooseLine("• Built a thing that", 1, middle),
        LooseLine("Jane Doe – 1/2", 1, edge),
        LooseLine("works well", 2, middle),
        LooseLine("Jane Doe – 2/2", 2, edge),
    ]
    read = assemble(mark_furniture(lines, 2), 2, "application/pdf")
    assert read.text.startswith("• Built a thing that\nworks well")
    assert [line.furniture for line in read.lines] == [False, False, True, True]
    assert all(read.line_text(line) for line in read.lines)


def test_nothing_to_read_and_too_much_to_read():
    with pytest.raises(Invalid) as empty:
        assemble([LooseLine("•  –")], 1, "text/plain")
    assert empty.value.code == "empty"
    with pytest.raises(TooLarge):
        assemble([LooseLine("word " * 300_000)] * 4, 1, "text/plain")


def test_the_wire_gives_back_what_it_took():
    read = assemble(
        [LooseLine("Jane – Zürich", 1, (0.1, 0.2, 0.3, 0.4), 12.0, True, 1)], 1, "text/plain", structured={"a": [1]}
    )
    assert unpack(pack(read)) == read
    for error, kind in (
        (Invalid("encrypted", "Locked.", next="Unlock."), Invalid),
        (TooLarge("too_large", "Big."), TooLarge),
        (UnsupportedType("wrong_type", "No."), UnsupportedType),
    ):
        with pytest.raises(kind) as caught:
            unpack(pack_error(error))
        assert (caught.value.code, caught.value.message, caught.value.next) == (error.code, error.message, error.next)


def test_a_line_outside_the_text_is_refused():
    body = pack(assemble([LooseLine("Jane")], 1, "text/plain")).replace(b'"lines":[[0,4', b'"lines":[[0,400')
    with pytest.raises(ValueError, match="outside"):
        unpack(body)

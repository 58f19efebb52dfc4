"""Files that are locked, cut off, empty, huge or not what they say: each ends in a clear refusal."""

import zlib

import pytest

from tests.integration.reading.papers import docx, pdf, zip_bomb
from verivita.core.errors import Invalid
from verivita.engines.reading.sandbox import Limits, Sandbox

PDF = "verivita.adapters.readers.pdf:PdfReader"
DOCX = "verivita.adapters.readers.docx:DocxReader"
MARKUP = "verivita.adapters.readers.markup:MarkupReader"
JSON = "verivita.adapters.readers.json_resume:JsonResumeReader"
PAGE = [(72.0, 72.0, 12.0, "Jane Doe, engineer")]


@pytest.fixture
async def box():
    sandbox = Sandbox(Limits(cpu_seconds=15))
    yield sandbox
    await sandbox.aclose()


async def refused(box: Sandbox, reader: str, data: bytes) -> str:
    with pytest.raises(Invalid) as caught:
        await box.read(reader, data)
    assert caught.value.message.endswith(".")
    assert caught.value.next
    return caught.value.code


@pytest.mark.security
class TestPdf:
    async def test_locked(self, box):
        assert await refused(box, PDF, pdf([PAGE], locked=True)) == "encrypted"

    async def test_cut_off(self, box):
        whole = pdf([PAGE])
        assert await refused(box, PDF, whole[:200]) == "damaged"

    async def test_rubbish_after_the_magic(self, box):
        assert await refused(box, PDF, b"%PDF-1.7\n" + bytes(range(256)) * 20) == "damaged"

    async def test_only_empty_pages_count_as_pictures(self, box):
        assert await refused(box, PDF, pdf([[], []])) == "no_text"

    @pytest.mark.acceptance("DOC-08")
    async def test_ten_thousand_pages(self, box):
        assert await refused(box, PDF, pdf([PAGE] * 10_000, raw=b"BT ET")) == "too_large"

    @pytest.mark.acceptance("DOC-08")
    async def test_a_stream_that_unpacks_to_a_gigabyte(self, box):
        packer = zlib.compressobj(9)
        line = b"BT /F1 9 Tf 1 0 0 1 9 9 Tm (aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa) Tj ET\n" * 10_000
        body = b"".join(packer.compress(line) for _ in range(1_300)) + packer.flush()
        bomb = pdf([PAGE], raw=body).replace(b"<< /Length", b"<< /Filter /FlateDecode /Length", 1)
        assert await refused(box, PDF, bomb) in {"too_much_memory", "too_slow", "too_large", "damaged", "no_text"}
        assert "Jane" in (await box.read(PDF, pdf([PAGE]))).text


@pytest.mark.security
class TestDocx:
    @pytest.mark.acceptance("DOC-08")
    async def test_zip_bomb(self, box):
        assert await refused(box, DOCX, zip_bomb(400_000_000)) == "too_large"

    async def test_cut_off(self, box):
        whole = docx(lambda d: d.add_paragraph("Jane Doe"))
        assert await refused(box, DOCX, whole[: len(whole) // 2]) == "damaged"

    async def test_a_zip_that_is_no_document(self, box):
        import io
        import zipfile

        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            archive.writestr("a.txt", "hello")
        assert await refused(box, DOCX, out.getvalue()) == "wrong_type"

    async def test_without_words(self, box):
        assert await refused(box, DOCX, docx(lambda d: d.add_paragraph(" "))) == "empty"

    async def test_too_many_entries(self, box):
        import io
        import zipfile

        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            for number in range(5_100):
                archive.writestr(f"word/{number}.xml", "")
        assert await refused(box, DOCX, out.getvalue()) == "too_large"


@pytest.mark.edge
class TestText:
    async def test_nul_and_invalid_utf8(self, box):
        read = await box.read(MARKUP, b"Jane\x00 Doe\n\xff\xfe\xfdZ\xc3\xbcrich caf\xe9 and more words\n")
        assert "\x00" not in read.text
        assert "Zürich" in read.text
        assert read.warnings

    async def test_latin_1(self, box):
        read = await box.read(MARKUP, "Café Müller, Straße 5, Köln".encode("cp1252"))
        assert read.text == "Café Müller, Straße 5, Köln"

    @pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig"])
    async def test_wide_encodings(self, box, encoding):
        assert (await box.read(MARKUP, "Jane Doe, Zürich, engineer".encode(encoding))).text.startswith("Jane Doe, Z")

    async def test_a_picture_is_no_text(self, box):
        assert await refused(box, MARKUP, b"\x89PNG\r\n\x1a\n" + b"\x00" * 100) == "wrong_type"

    async def test_blank_text(self, box):
        assert await refused(box, MARKUP, b" \n\t\n") == "empty"

    @pytest.mark.parametrize(
        ("data", "code"),
        [(b"{oops", "damaged"), (b'{"a": 1}', "wrong_type"), (b"[1]", "wrong_type"), (b'{"basics": {}}', "empty"),
         (b'{"work":' + b"[" * 50_000 + b"]" * 50_000 + b"}", "damaged")],
    )  # fmt: skip
    async def test_json(self, box, data, code):
        assert await refused(box, JSON, data) == code

"""Small PDFs and DOCX made on the spot: texts at given places, and the ways in which files are bad."""

import io
import zipfile
import zlib

Text = tuple[float, float, float, str]
"""x, y from the top, size, words."""


def _escape(words: str) -> bytes:
    raw = words.encode("cp1252", "replace")
    return raw.replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")


def _content(texts: list[Text]) -> bytes:
    lines = [
        b"BT /%s %.1f Tf 1 0 0 1 %.1f %.1f Tm (%s) Tj ET"
        % (b"F2" if words.startswith("**") else b"F1", size, x, 792 - y, _escape(words.removeprefix("**")))
        for x, y, size, words in texts
    ]
    return b"\n".join(lines)


def pdf(pages: list[list[Text]], *, locked: bool = False, raw: bytes | None = None, packed: bool = False) -> bytes:
    """A PDF of US letter pages; `locked` asks for a password, `raw` replaces every page's content stream."""
    objects: list[bytes] = []

    def add(body: bytes) -> int:
        objects.append(body)
        return len(objects)

    add(b"<< /Type /Catalog /Pages 2 0 R >>")
    add(b"")
    add(b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>")
    add(b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold /Encoding /WinAnsiEncoding >>")
    kids: list[int] = []
    shared: int | None = None
    for texts in pages:
        if raw is None or shared is None:
            content = raw if raw is not None else _content(texts)
            extra = b""
            if packed:
                content, extra = zlib.compress(content, 9), b" /Filter /FlateDecode"
            shared = add(b"<< /Length %d%s >>\nstream\n%s\nendstream" % (len(content), extra, content))
        kids.append(
            add(
                b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents %d 0 R"
                b" /Resources << /Font << /F1 3 0 R /F2 4 0 R >> >> >>" % shared
            )
        )
    objects[1] = b"<< /Type /Pages /Count %d /Kids [%s] >>" % (len(kids), b" ".join(b"%d 0 R" % k for k in kids))
    trailer = b""
    if locked:
        lock = add(b"<< /Filter /Standard /V 1 /R 2 /O <%s> /U <%s> /P -4 >>" % (b"1f" * 32, b"2e" * 32))
        trailer = b" /Encrypt %d 0 R /ID [<00112233445566778899aabbccddeeff> <00112233445566778899aabbccddeeff>]" % lock
    out = bytearray(b"%PDF-1.4\n")
    offsets = []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer << /Size %d /Root 1 0 R%s >>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, trailer, start)
    return bytes(out)


def docx(build) -> bytes:
    """A DOCX; `build(document)` fills it."""
    import docx as word

    document = word.Document()
    build(document)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def zip_bomb(size: int) -> bytes:
    """A DOCX whose main part unpacks to `size` bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        with archive.open("word/document.xml", "w", force_zip64=True) as part:
            block = b" " * 1_000_000
            for _ in range(size // len(block)):
                part.write(block)
    return out.getvalue()

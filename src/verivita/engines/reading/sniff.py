"""What a file really is, told from its first bytes; the name only breaks ties between kinds of text."""

from __future__ import annotations

import re

PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
HTML = "text/html"
MARKDOWN = "text/markdown"
PLAIN = "text/plain"
JSON = "application/json"

_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (b"{\\rtf", "application/rtf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"\x1f\x8b", "application/gzip"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"Rar!", "application/vnd.rar"),
    (b"BZh", "application/x-bzip2"),
    (b"\xfd7zXZ", "application/x-xz"),
    (b"\x7fELF", "application/x-executable"),
    (b"MZ", "application/x-executable"),
    (b"%!PS", "application/postscript"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"SQLite format 3\x00", "application/vnd.sqlite3"),
)
_HTML = re.compile(rb"^\s*(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE | re.DOTALL)
_TAGS = re.compile(rb"</?(?:div|p|span|ul|li|table|h[1-6]|br|section|article|script|style)\b[^>]*>", re.IGNORECASE)
_MARKDOWN = re.compile(r"^(?:#{1,6} \S|\* \S|- \S|\*\*\S)|\[[^\]]+\]\(https?://", re.MULTILINE)
_BOMS = (b"\xff\xfe", b"\xfe\xff")


def sniff(data: bytes, filename: str = "") -> str:
    """The media type of `data`; `application/octet-stream` for bytes of no known kind."""
    head = data[:4096]
    if b"%PDF-" in head[:1024]:
        return PDF
    if head.startswith(b"PK\x03\x04") or head.startswith(b"PK\x05\x06"):
        return DOCX if b"word/" in data else "application/zip"
    for magic, media_type in _MAGIC:
        if head.startswith(magic):
            return media_type
    return _kind_of_text(head, filename.lower().rpartition(".")[2])


def _kind_of_text(head: bytes, suffix: str) -> str:
    if _binary(head):
        return "application/octet-stream"
    if _HTML.match(head) or len(_TAGS.findall(head)) >= 4:
        return HTML
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{") and (
        suffix == "json" or b'"basics"' in head or b'"work"' in head
    ):
        return JSON
    if suffix in ("md", "markdown"):
        return MARKDOWN
    text = head.decode("utf-8", "replace")
    return (
        MARKDOWN
        if suffix != "txt" and re.search(r"^#{1,6} \S", text, re.MULTILINE) and _MARKDOWN.search(text)
        else PLAIN
    )


def _binary(head: bytes) -> bool:
    """Whether bytes look like no text: many control characters, and not UTF-16."""
    if not head or head.startswith(_BOMS) or utf16_without_bom(head):
        return False
    control = sum(1 for b in head if b < 9 or 13 < b < 27 or 27 < b < 32)
    return control > 0.1 * len(head)


def utf16_without_bom(head: bytes) -> str | None:
    """`utf-16-le` or `utf-16-be` when every second byte is mostly zero, as for Latin text; else None."""
    sample = head[:512]
    if len(sample) < 8:
        return None
    half = len(sample) // 2
    if sample[1::2].count(0) > 0.7 * half and sample[0::2].count(0) < 0.1 * half:
        return "utf-16-le"
    if sample[0::2].count(0) > 0.7 * half and sample[1::2].count(0) < 0.1 * half:
        return "utf-16-be"
    return None

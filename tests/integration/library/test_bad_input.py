"""Files that are locked, broken, empty, huge or not what they say, handed in over HTTP: named, nothing half-kept."""

from __future__ import annotations

import resource
import zlib

import psycopg
import pytest

from tests.integration.reading.papers import docx, pdf, zip_bomb

PAGE = [(72.0, 72.0, 12.0, "Jane Doe, engineer")]
FINE = b"Jane Doe\n\nExperience\n\nEngineer, Harbour Systems, 2019 - 2023\n- Built services in Python\n"


def bomb() -> bytes:
    """A PDF of a few hundred kilobytes whose one page unpacks to a gigabyte."""
    packer = zlib.compressobj(9)
    line = b"BT /F1 9 Tf 1 0 0 1 9 9 Tm (aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa) Tj ET\n" * 10_000
    body = b"".join(packer.compress(line) for _ in range(1_300)) + packer.flush()
    return pdf([PAGE], raw=body).replace(b"<< /Length", b"<< /Filter /FlateDecode /Length", 1)


BAD = {
    "locked.pdf": (lambda: pdf([PAGE], locked=True), {"encrypted"}),
    "cut.pdf": (lambda: pdf([PAGE])[:200], {"damaged"}),
    "pages.pdf": (lambda: pdf([PAGE] * 10_000, raw=b"BT ET"), {"too_large"}),
    "bomb.pdf": (bomb, {"too_much_memory", "too_slow", "too_large", "damaged", "no_text"}),
    "bomb.docx": (lambda: zip_bomb(400_000_000), {"too_large"}),
    "cut.docx": (lambda: docx(lambda d: d.add_paragraph("Jane Doe"))[:2_000], {"damaged", "wrong_type"}),
    "broken.json": (lambda: b'{"basics": {"name": ', {"damaged"}),
    "empty.pdf": (lambda: b"", {"empty"}),
    "nul.txt": (lambda: b"\x00" * 5_000, {"empty", "wrong_type"}),
}
"""What is taken and then cannot be read: the file, and the codes that may name it."""

REFUSED = {
    "picture.pdf": (b"\x89PNG\r\n\x1a\n" + b"\x00" * 100, 415),
    "program.exe": (b"MZ" + b"\x00" * 500, 415),
}
"""What is turned away at the door."""


def kept(url: str) -> dict[str, int]:
    with psycopg.connect(url) as connection:
        tables = ("documents", "passages", "facts", "vector_points", "task_runs")
        return {t: connection.execute(f"SELECT count(*) FROM {t}").fetchone()[0] for t in tables}  # type: ignore[index, arg-type]


@pytest.fixture
async def client(clients, owner):
    async with await clients.with_key(owner) as made:
        yield made


@pytest.mark.security
@pytest.mark.parametrize("name", REFUSED)
async def test_what_is_no_paper_is_turned_away_and_nothing_is_kept(client, product_url, name):
    data, status = REFUSED[name]
    before = kept(product_url)
    answer = await client.post("/api/v1/documents", files={"file": (name, data)}, data={"kind": "resume"})
    assert answer.status_code == status, answer.text
    assert answer.json()["detail"]
    assert kept(product_url) == before


@pytest.mark.security
@pytest.mark.acceptance("DOC-08")
async def test_what_cannot_be_read_is_named_and_leaves_nothing_half_done(client, product_url, work):
    names, before = {}, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for name, (make, _) in BAD.items():
        answer = await client.post("/api/v1/documents", files={"file": (name, make())}, data={"kind": "resume"})
        if answer.status_code == 201:
            names[answer.json()["id"]] = name
        else:
            assert answer.json()["code"] in BAD[name][1], (name, answer.text)
    assert len(names) >= 5
    await work()
    for id, name in names.items():
        paper = (await client.get(f"/api/v1/documents/{id}")).json()
        assert paper["status"] == "failed", name
        assert paper["error_code"] in BAD[name][1], (name, paper)
        assert paper["error"].endswith("."), name
        assert (await client.get(f"/api/v1/documents/{id}/file")).status_code == 200, "the original is not lost"
    found = kept(product_url)
    assert (found["passages"], found["facts"], found["vector_points"]) == (0, 0, 0)
    # The readers work in children; this process, which took files of every kind, stays small.
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 400_000
    answer = await client.post("/api/v1/documents", files={"file": ("fine.txt", FINE)}, data={"kind": "resume"})
    await work()
    assert (await client.get(f"/api/v1/documents/{answer.json()['id']}")).json()["status"] == "ready"

"""The life of a paper: kept, read, found again, chosen, refused, removed without a trace."""

from __future__ import annotations

import asyncio
from importlib import resources
from uuid import UUID

import psycopg
import pytest

from tests.integration.database.rows import quiet
from tests.integration.library.papers import NURSE, RESUME
from tests.integration.reading import papers as made
from tests.rigs.data import need
from verivita.core.errors import Invalid, NotFound, TooLarge, UnsupportedType, VersionMismatch
from verivita.core.ids import new_id
from verivita.core.text import sha256
from verivita.features.library import DocumentKind, DocumentStatus

RESUME_KIND, NOTES = DocumentKind.RESUME, DocumentKind.NOTES


def counts(url: str) -> dict[str, int]:
    found = {}
    with psycopg.connect(url) as connection:
        for table in ("documents", "passages", "facts", "vector_points"):
            row = connection.execute(f"SELECT count(*) FROM {table}").fetchone()  # type: ignore[arg-type]
            found[table] = int(row[0]) if row else -1
    return found


def files(settings) -> list[str]:
    root = settings.files_dir
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()) if root.exists() else []


async def add(container, person, text=RESUME, name="mira.md", kind=RESUME_KIND, **options):
    data = text.encode() if isinstance(text, str) else text
    return await container.library.add(person, name, data, kind, **options)


def shipped() -> list[tuple[str, bytes]]:
    folder = resources.files("verivita.features.library") / "data" / "demo"
    return [(item.name, item.read_bytes()) for item in sorted(folder.iterdir(), key=lambda item: item.name)]


@pytest.mark.acceptance("DOC-03", "DOC-09")
async def test_every_passage_and_fact_slices_back_to_the_text(container, owner, work):
    pages = [
        [(72, 100, 12, "Page one is about Python services and ports.")],
        [(72, 100, 12, "Page two is about triage.")],
    ]
    given = [*shipped(), ("two.pdf", made.pdf(pages)), ("page.html", b"<h1>Notes</h1><p>Docker &amp; tests</p>")]
    for name, data in given:
        await add(container, owner, data, name, NOTES)
    await work()
    kinds = set()
    for paper in await container.library.all(owner):
        assert (paper.status, paper.error) == (DocumentStatus.READY, None), paper.filename
        opened = await container.library.open(owner, paper.id)
        passages = await container.library.passages(owner, paper.id)
        assert passages
        assert [p.ordinal for p in passages] == list(range(len(passages)))
        for passage in passages:
            span = passage.span
            assert opened.text[span.start : span.end] == passage.text
            assert 1 <= span.page <= max(1, opened.document.pages)
        for fact in opened.facts:
            assert 0 <= fact.span.start < fact.span.end <= len(opened.text)
        for note in opened.coverage.notes:
            assert opened.text[note.start : note.end].strip()
        kinds.add(paper.media_type)
        if paper.filename == "two.pdf":
            second = opened.text.index("Page two")
            assert {p.span.page for p in passages} == {1 if p.span.start < second else 2 for p in passages}
            assert [f.span.page for f in opened.facts] == [1 if f.span.start < second else 2 for f in opened.facts]
            assert {note.page for note in opened.coverage.notes} == {1, 2}
    assert len(kinds) == 4


@pytest.mark.acceptance("DOC-10")
async def test_the_original_comes_back_byte_for_byte(container, owner, work):
    for name, data in shipped():
        added = await add(container, owner, data, name, NOTES)
        assert await container.library.original(owner, added.document.id) == data
        assert added.document.content_hash == sha256(data)
    await work()
    assert {await _hash(container, owner, paper) for paper in await container.library.all(owner)} == {
        sha256(data) for _, data in shipped()
    }


async def _hash(container, owner, paper):
    return sha256(await container.library.original(owner, paper.id))


@pytest.mark.acceptance("DOC-10")
async def test_reading_again_from_the_original_gives_the_same_and_leaves_no_second_copy(
    container, owner, work, product_url
):
    paper = (await add(container, owner)).document
    await work()
    before, held = counts(product_url), await container.library.open(owner, paper.id)
    assert before["vector_points"] == before["passages"] > 0
    await container.library.reread(owner, paper.id)
    await work()
    again = await container.library.open(owner, paper.id)
    assert counts(product_url) == before
    assert again.text == held.text
    assert [(f.kind, f.value, f.span) for f in again.facts] == [(f.kind, f.value, f.span) for f in held.facts]


@pytest.mark.edge
async def test_read_twice_at_once_leaves_one_reading(container, owner, product_url):
    paper = (await add(container, owner)).document
    await asyncio.gather(*(container.library.read(owner, paper.id, quiet) for _ in range(4)))
    held = counts(product_url)
    assert held["vector_points"] == held["passages"] == len(await container.library.passages(owner, paper.id))


@pytest.mark.acceptance("DOC-06")
async def test_the_same_bytes_are_one_paper_and_the_second_answer_says_so(container, owner, settings, product_url):
    first = await add(container, owner)
    again = await add(container, owner, name="copy.md", title="Other")
    assert first.duplicate_of is None
    assert (again.duplicate_of, again.document.id, again.task_id) == (first.document.id, first.document.id, None)
    assert again.document.filename == "mira.md"
    assert counts(product_url)["documents"] == 1
    assert len(files(settings)) == 1


@pytest.mark.acceptance("DOC-06")
async def test_twenty_uploads_of_the_same_bytes_are_one_paper(container, owner, settings, product_url):
    added = await asyncio.gather(*(add(container, owner, name=f"{n}.md") for n in range(20)))
    assert len({item.document.id for item in added}) == 1
    assert sum(item.duplicate_of is None for item in added) == 1
    assert sum(item.task_id is not None for item in added) == 1
    assert counts(product_url)["documents"] == 1
    assert len(files(settings)) == 1


@pytest.mark.acceptance("DOC-06")
async def test_the_same_bytes_of_two_people_are_two_papers(container, owner, neighbour, product_url):
    assert (await add(container, owner)).duplicate_of is None
    assert (await add(container, neighbour)).duplicate_of is None
    with psycopg.connect(product_url) as connection:
        blinds = connection.execute("SELECT DISTINCT content_blind FROM documents").fetchall()
    assert len(blinds) == 2


@pytest.mark.acceptance("DOC-07")
async def test_removing_leaves_nothing(container, owner, work, settings, product_url):
    paper = (await add(container, owner)).document
    other = (await add(container, owner, NURSE, "nurse.md")).document
    await work()
    before = counts(product_url)
    await container.library.remove(owner, paper.id)
    left = counts(product_url)
    passages = len(await container.library.passages(owner, other.id))
    assert left["documents"] == 1
    assert left["vector_points"] == left["passages"] == passages < before["passages"]
    assert left["facts"] == len(await container.library.facts(owner, other.id))
    assert [name.rsplit("/", 1)[1] for name in files(settings)] == [str(other.id)]
    for call in (container.library.get, container.library.original, container.library.open, container.library.remove):
        with pytest.raises(NotFound):
            await call(owner, paper.id)
    found = await container.search.library(owner, "Kubernetes machines", 10)
    assert {hit.passage.document_id for hit in found.passages} <= {other.id}
    await work()
    await container.library.remove(owner, other.id)
    await work()
    assert set(counts(product_url).values()) == {0}
    assert files(settings) == []


@pytest.mark.acceptance("DOC-07")
async def test_what_a_kill_left_of_a_removed_paper_goes_with_the_next_work(
    container, owner, work, settings, product_url, monkeypatch
):
    """Killed after the row went and before vectors and file did: the task in the same transaction ends it."""
    paper = (await add(container, owner)).document
    await work()

    async def killed(*_):
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(type(container.library), "forget", killed)
        with pytest.raises(SystemExit):
            await container.library.remove(owner, paper.id)
    assert counts(product_url)["documents"] == 0
    assert counts(product_url)["vector_points"] > 0
    assert len(files(settings)) == 1
    await work()
    assert counts(product_url)["vector_points"] == 0
    assert files(settings) == []


@pytest.mark.acceptance("DOC-07")
@pytest.mark.edge
async def test_removed_while_it_is_read_leaves_nothing(container, owner, work, settings, product_url):
    for moment in (0.1, 0.4, 0.7, 0.9):
        paper = (await add(container, owner, RESUME + f"\n- Moment {moment}\n")).document

        async def stage(share, _name, at=moment, id=paper.id):
            if share == at:
                await container.library.remove(owner, id)

        with pytest.raises(NotFound):
            await container.library.read(owner, paper.id, stage)
        await work()
        assert set(counts(product_url).values()) == {0}, moment
        assert files(settings) == []


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("empty.md", b"", "empty"),
        ("locked.pdf", made.pdf([[(72, 100, 12, "secret")]], locked=True), None),
        ("broken.pdf", b"%PDF-1.4 and then nothing of the kind", None),
    ],
)
async def test_a_paper_that_cannot_be_read_keeps_its_reason(container, owner, work, name, data, code, product_url):
    added = await add(container, owner, data, name)
    await work()
    paper = await container.library.get(owner, added.document.id)
    assert paper.status is DocumentStatus.FAILED
    assert paper.error
    assert paper.error_code
    assert code in (None, paper.error_code)
    run = await container.tasks.get(owner, added.task_id)
    assert (run.status, run.error) == ("failed", paper.error)
    assert await container.library.original(owner, paper.id) == data
    assert counts(product_url)["passages"] == 0


async def test_too_large_too_long_and_of_another_kind_is_refused_before_anything_is_kept(
    container, owner, settings, product_url
):
    with pytest.raises(TooLarge):
        await add(container, owner, b"x" * (settings.max_upload_mb * 2**20 + 1))
    with pytest.raises(Invalid) as caught:
        await add(container, owner, title="t" * 201)
    assert [error.field for error in caught.value.errors] == ["title"]
    with pytest.raises(UnsupportedType, match=r"photo\.png is of a kind that we cannot read \(image/png\)"):
        await add(container, owner, b"\x89PNG\r\n\x1a\n" + b"\x00" * 64, "photo.png")
    assert counts(product_url)["documents"] == 0
    assert files(settings) == []


@pytest.mark.security
@pytest.mark.edge
@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\cv.md", "cv.md"),
        ("a\x00b\n.md", "ab .md"),
        ("", "paper"),
        ("/", "paper"),
        ("ß" * 500 + ".md", ("ß" * 500 + ".md")[-200:]),
    ],
)
async def test_file_names_are_made_plain(container, owner, settings, given, kept):
    paper = (await add(container, owner, name=given)).document
    assert paper.filename == kept
    assert files(settings) == [f"documents/{owner.tenant_id}/{paper.id}"]


async def test_unknown_ids_are_not_found(container, owner):
    nothing = new_id()
    for call in (container.library.get, container.library.passages, container.library.facts, container.library.reread):
        with pytest.raises(NotFound):
            await call(owner, nothing)
    with pytest.raises(NotFound):
        await container.library.use(owner, nothing, True)
    assert isinstance(nothing, UUID)


async def test_example_papers_stop_counting_with_the_first_own_resume(container, owner, work):
    example = (await add(container, owner, NURSE, "example.md", example=True)).document
    notes = (await add(container, owner, "# My notes\nWords.", "notes.md", NOTES)).document
    assert (await container.library.get(owner, example.id)).is_active
    broken = (await container.library.add(owner, "broken.pdf", b"%PDF-1.4 broken", DocumentKind.RESUME)).document
    await work()
    assert (await container.library.get(owner, broken.id)).error
    assert (await container.library.get(owner, example.id)).is_active, "a resume that cannot be read changes nothing"
    await add(container, owner)
    await work()
    retired = await container.library.get(owner, example.id)
    assert (retired.is_active, retired.is_example) == (False, True)
    assert (await container.library.get(owner, notes.id)).is_active
    await container.library.use(owner, example.id, True)
    await add(container, owner, RESUME, name="again.md")
    await work()
    assert (await container.library.get(owner, example.id)).is_active, "the same bytes again change nothing"


async def test_choosing_is_guarded_by_the_version(container, owner, work):
    paper = (await add(container, owner)).document
    await work()
    paper = await container.library.get(owner, paper.id)
    chosen = await container.library.use(owner, paper.id, False, paper.version)
    assert not chosen.is_active
    with pytest.raises(VersionMismatch):
        await container.library.use(owner, paper.id, True, paper.version)
    assert not (await container.library.get(owner, paper.id)).is_active


async def test_the_profile_follows_the_papers_that_count(container, owner, work):
    async def profile():
        return await container.library.profile(owner)

    empty = await profile()
    assert (empty.skills, empty.roles, empty.lines) == ((), (), ())
    engineer = (await add(container, owner)).document
    assert (await profile()).profile_hash == empty.profile_hash, "not read yet"
    await work()
    one = await profile()
    assert {role.title for role in one.roles} == {"Backend Engineer", "Junior Developer"}
    assert all(evidence.document_id == engineer.id for role in one.roles for evidence in role.duties)
    nurse = (await add(container, owner, NURSE, "nurse.md")).document
    await add(container, owner, "# Notes\nRust and Haskell exercises.", "n.md", NOTES)
    await work()
    both = await profile()
    assert "Night Nurse" in {role.title for role in both.roles}
    assert both.profile_hash != one.profile_hash
    await container.library.use(owner, nurse.id, False)
    assert await profile() == one
    await container.library.remove(owner, nurse.id)
    kept = await profile()
    assert kept == one
    assert await profile() is kept, "worked out once while nothing changes"
    await container.library.reread(owner, engineer.id)
    await work()
    again = await profile()
    assert again is not kept, "what is read anew proves anew"
    assert [role.title for role in again.roles] == [role.title for role in one.roles]


@pytest.mark.acceptance("DOC-03")
async def test_real_layouts_slice_back_too(container, owner, work):
    folder = need("resumes/layouts")
    for name in ("latexcv_classic.pdf", "latexcv_two_column.pdf", "openresume_laverne.pdf"):
        await add(container, owner, (folder / name).read_bytes(), name)
    await work()
    for paper in await container.library.all(owner):
        opened = await container.library.open(owner, paper.id)
        assert paper.status is DocumentStatus.READY
        assert opened.facts
        for passage in await container.library.passages(owner, paper.id):
            assert opened.text[passage.span.start : passage.span.end] == passage.text

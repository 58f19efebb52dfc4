"""A person's own data as a whole: taken along, brought back elsewhere, erased without a trace."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import replace

import psycopg
import pytest

from tests.integration.database.rows import posting
from tests.integration.library.papers import NURSE, RESUME
from verivita.core.errors import Conflict, Invalid
from verivita.core.ids import PersonId, new_id
from verivita.core.page import PageRequest
from verivita.core.principal import Role
from verivita.engines.retrieval.ports import Partition
from verivita.features.assistant import Saying
from verivita.features.identity import Preferences
from verivita.features.library import DocumentKind

ALL = PageRequest(1, 100)


async def fill(container, person) -> None:
    """A resume, notes, two postings, a talk, wishes and a key."""
    await container.library.add(person, "mira.md", RESUME.encode(), DocumentKind.RESUME, "My resume")
    await container.library.add(person, "ward.md", NURSE.encode(), DocumentKind.NOTES)
    await container.postings.add_many(person, [posting("Mira", 0), posting("Mira", 1)])
    await container.identity.create_key(person, "script")
    await container.identity.prefer(person, Preferences(theme="dark", countries=("PT",), minimum_pay=50_000))
    await container.worker().run(wait=False)
    await container.assistant.say(person, Saying("Which Python services did I build?"))
    await container.assistant.say(person, Saying("What do I know about triage?"))


async def archive_of(container, person) -> io.BytesIO:
    out = io.BytesIO()
    await container.privacy.export(person, out)
    return out


def rows(url: str) -> dict[str, int]:
    """How many rows each table of the product has, the list of tables taken from the catalogue."""
    with psycopg.connect(url) as connection:
        tables = [r[0] for r in connection.execute("SELECT relname FROM pg_class WHERE relforcerowsecurity")]
        return {t: connection.execute(f"SELECT count(*) FROM {t}").fetchone()[0] for t in tables}  # type: ignore[index, arg-type]


@pytest.mark.acceptance("FUT-04")
async def test_the_archive_holds_originals_talks_and_postings_and_no_secret(container, owner):
    await fill(container, owner)
    with zipfile.ZipFile(await archive_of(container, owner)) as archive:
        names = archive.namelist()
        assert archive.read("papers/0001/original/mira.md") == RESUME.encode()
        about = json.loads(archive.read("papers/0001/about.json"))
        assert (about["title"], about["kind"], bool(about["facts"])) == ("My resume", "resume", True)
        assert len(archive.read("talks.jsonl").splitlines()) == 2
        assert len(archive.read("postings.jsonl").splitlines()) == 2
        head = json.loads(archive.read("verivita.json"))
        assert head["preferences"]["countries"] == ["PT"]
        assert [key["name"] for key in head["keys"]] == ["script"]
        whole = b"".join(archive.read(name) for name in names)
    assert b"secret" not in whole


async def test_what_is_here_still_does_not_come_twice(container, owner):
    await fill(container, owner)
    taken = await container.privacy.take_back(owner, await archive_of(container, owner))
    assert (taken.papers, taken.papers_known, taken.talks, taken.postings, taken.postings_known) == (0, 2, 0, 0, 2)
    assert (await container.assistant.talks(owner, ALL)).total == 2


async def test_it_comes_back_in_another_tenant_and_twice_is_once(container, owner, stranger):
    await fill(container, owner)
    archive = await archive_of(container, owner)
    taken = await container.privacy.take_back(stranger, archive)
    assert (taken.papers, taken.talks, taken.postings) == (2, 2, 2)
    again = await container.privacy.take_back(stranger, archive)
    assert (again.papers, again.papers_known, again.talks, again.postings, again.postings_known) == (0, 2, 0, 0, 2)
    await container.worker().run(wait=False)
    papers = {paper.filename: paper for paper in await container.library.all(stranger)}
    assert await container.library.original(stranger, papers["mira.md"].id) == RESUME.encode()
    assert papers["mira.md"].title == "My resume"
    assert (await container.identity.me(stranger)).preferences.minimum_pay == 50_000
    mine = (await container.assistant.talks(owner, ALL)).items
    theirs = (await container.assistant.talks(stranger, ALL)).items
    assert [talk.title for talk in theirs] == [talk.title for talk in mine]
    assert not {talk.id for talk in theirs} & {talk.id for talk in mine}
    own_papers = {paper.id for paper in papers.values()}
    for talk in theirs:
        for turn in (await container.assistant.talk(stranger, talk.id)).turns:
            assert {
                citation.document_id for citation in turn.reply.answer.citations if citation.document_id
            } <= own_papers


@pytest.mark.acceptance("ID-25")
@pytest.mark.security
async def test_erasing_the_only_person_leaves_no_row_and_no_file(container, owner, product_url, settings):
    await fill(container, owner)
    assert rows(product_url)["passages"]
    await container.privacy.erase(owner)
    await container.worker().run(wait=False)
    assert {table: count for table, count in rows(product_url).items() if count} == {}
    assert [path for path in settings.files_dir.rglob("*") if path.is_file()] == []
    assert await container.lexical.count(Partition(str(owner.tenant_id))) == 0


@pytest.mark.security
async def test_erasing_one_of_several_leaves_the_others_alone(container, owner, neighbour, product_url):
    await fill(container, owner)
    await container.library.add(neighbour, "own.md", RESUME.encode(), DocumentKind.RESUME)
    await container.worker().run(wait=False)
    before = rows(product_url)
    papers = [paper.id for paper in await container.library.all(owner)]
    await container.privacy.erase(neighbour)
    await container.worker().run(wait=False)
    assert [paper.id for paper in await container.library.all(owner)] == papers
    after = rows(product_url)
    assert after["people"] == before["people"] - 1
    assert after["jobs"] == before["jobs"]
    assert len(_personal(product_url)) > 5
    for table in _personal(product_url):
        assert _of(product_url, table, neighbour.person_id) == 0, table


@pytest.mark.security
async def test_the_last_owner_may_not_leave_others_behind(container, owner, neighbour):
    with pytest.raises(Conflict) as caught:
        await container.privacy.erase(owner)
    assert caught.value.code == "last_owner"
    second = replace(owner, person_id=PersonId(new_id()), role=Role.OWNER)
    async with container.db.begin(second) as tx:
        await container.identity.repo.add_person(tx, second, "Second")
    await container.privacy.erase(owner)
    assert (await container.privacy.stored(second)).papers == 0


async def test_over_http(container, owner, clients, product_url):
    await fill(container, owner)
    async with await clients.with_key(owner) as client:
        kept = (await client.get("/api/v1/users/me/stored")).json()
        assert (kept["papers"], kept["talks"], kept["postings"], kept["alone"]) == (2, 2, 2, True)
        zipped = await client.get("/api/v1/users/me/export")
        assert zipped.headers["content-type"] == "application/zip"
        back = await client.post("/api/v1/users/me/import", files={"file": ("a.zip", zipped.content)})
        assert (back.status_code, back.json()["papers_known"]) == (200, 2)
        wrong = await client.post("/api/v1/users/me/import", files={"file": ("a.zip", b"hello")})
        assert (wrong.status_code, wrong.json()["code"]) == (422, "no_archive")
        assert (await client.delete("/api/v1/users/me")).status_code == 204
        assert (await client.get("/api/v1/users/me")).status_code == 401
    assert rows(product_url)["people"] == 0


async def test_a_damaged_talk_is_refused(container, owner):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("verivita.json", '{"format": 1}')
        archive.writestr("talks.jsonl", '{"id": "no id"}')
    with pytest.raises(Invalid, match="damaged"):
        await container.privacy.take_back(owner, out)


def _personal(url: str) -> list[str]:
    with psycopg.connect(url) as connection:
        query = (
            "SELECT DISTINCT table_name FROM information_schema.columns c JOIN pg_class t ON t.relname = table_name "
            "WHERE c.column_name = 'person_id' AND t.relforcerowsecurity"
        )
        return [row[0] for row in connection.execute(query)]


def _of(url: str, table: str, person) -> int:
    with psycopg.connect(url) as connection:
        return connection.execute(f"SELECT count(*) FROM {table} WHERE person_id = %s", [person]).fetchone()[0]  # type: ignore[index, arg-type]

"""Idempotency keys over HTTP on a real database: one effect, one answer; two at once; after a crash in between."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import httpx2
import psycopg
import pytest

from tests.rigs.product import Clients
from verivita.bootstrap.container import Container
from verivita.core.errors import Conflict
from verivita.core.principal import Principal
from verivita.features.identity import AddressKept, Visit
from verivita.kit.once import Standing

KEYS = "/api/v1/keys"


async def count(client: httpx2.AsyncClient) -> int:
    return int((await client.get(KEYS)).json()["total"])


class TestOneEffect:
    async def test_the_same_key_and_body_get_the_same_answer_once(self, clients: Clients, owner: Principal) -> None:
        async with await clients.with_key(owner) as client:
            before, sent = await count(client), {"Idempotency-Key": "one-1"}
            first = await client.post(KEYS, json={"name": "bot"}, headers=sent)
            again = await client.post(KEYS, json={"name": "bot"}, headers=sent)
            assert (first.status_code, again.status_code) == (201, 201)
            assert again.content == first.content
            assert again.headers["idempotency-replayed"] == "true"
            assert again.headers["x-request-id"] != first.headers["x-request-id"]
            assert await count(client) == before + 1

    async def test_two_at_the_same_time(self, clients: Clients, owner: Principal) -> None:
        async with await clients.with_key(owner) as client:
            before, sent = await count(client), {"Idempotency-Key": "two-at-once"}
            answers = await asyncio.gather(*(client.post(KEYS, json={"name": "bot"}, headers=sent) for _ in range(6)))
            assert {answer.status_code for answer in answers} == {201}
            assert len({answer.content for answer in answers}) == 1
            assert await count(client) == before + 1

    async def test_another_body_is_refused(self, clients: Clients, owner: Principal) -> None:
        async with await clients.with_key(owner) as client:
            sent = {"Idempotency-Key": "other-body"}
            assert (await client.post(KEYS, json={"name": "bot"}, headers=sent)).status_code == 201
            answer = await client.post(KEYS, json={"name": "another"}, headers=sent)
            assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")

    async def test_people_do_not_share_keys(self, clients: Clients, owner: Principal, neighbour: Principal) -> None:
        sent = {"Idempotency-Key": "shared-name"}
        async with await clients.with_key(owner) as ours, await clients.with_key(neighbour) as theirs:
            first = await ours.post(KEYS, json={"name": "bot"}, headers=sent)
            second = await theirs.post(KEYS, json={"name": "bot"}, headers=sent)
        assert (first.status_code, second.status_code) == (201, 201)
        assert first.json()["id"] != second.json()["id"]

    async def test_a_file_sent_again_with_another_boundary_is_the_same(
        self, clients: Clients, owner: Principal
    ) -> None:
        async with await clients.with_key(owner) as client:
            file = {"file": ("notes.md", b"# Notes\n\nGradient descent.\n", "text/markdown")}
            sent = {"Idempotency-Key": "file"}
            first = await client.post("/api/v1/documents", files=file, data={"kind": "notes"}, headers=sent)
            again = await client.post("/api/v1/documents", files=file, data={"kind": "notes"}, headers=sent)
            assert first.status_code == 201, first.text
            assert again.content == first.content
            assert "duplicate_of" not in again.text or again.json().get("duplicate_of") is None

    async def test_a_refusal_of_the_input_is_an_answer_too(self, clients: Clients, owner: Principal) -> None:
        async with await clients.with_key(owner) as client:
            sent = {"Idempotency-Key": "wrong"}
            first = await client.post(KEYS, json={"nome": "bot"}, headers=sent)
            again = await client.post(KEYS, json={"nome": "bot"}, headers=sent)
            assert (first.status_code, again.status_code) == (422, 422)
            assert again.headers["idempotency-replayed"] == "true"

    async def test_nobody_gets_the_usual_refusal(self, clients: Clients) -> None:
        async with clients.nobody() as nobody:
            answer = await nobody.post(KEYS, json={"name": "bot"}, headers={"Idempotency-Key": "n"})
        assert answer.status_code == 401


class TestAfterACrash:
    async def test_before_any_effect_it_runs_once_more(
        self, container: Container, owner: Principal, product_url: str
    ) -> None:
        once = container.gateway.once
        claim = await once.claim(owner, "k", "request")
        assert (await once.claim(owner, "k", "request")).standing is Standing.BUSY
        end_leases(product_url)  # the process that held it is gone
        taken = await once.claim(owner, "k", "request")
        assert (taken.id, taken.standing) == (claim.id, Standing.OURS)

    async def test_after_the_effect_it_never_runs_again(
        self, container: Container, owner: Principal, product_url: str
    ) -> None:
        once = container.gateway.once
        claim = await once.claim(owner, "k", "request")
        async with once.effects(claim):
            await container.identity.create_key(owner, "made before the crash")
        end_leases(product_url)
        with pytest.raises(Conflict) as caught:
            await once.claim(owner, "k", "request")
        assert caught.value.code == "answer_lost"

    async def test_reading_is_no_effect_and_what_is_rolled_back_is_none(
        self, container: Container, owner: Principal, product_url: str
    ) -> None:
        once = container.gateway.once
        claim = await once.claim(owner, "k", "request")
        async with once.effects(claim):
            await container.identity.keys(owner)
            with pytest.raises(RuntimeError):
                async with container.db.begin(owner) as tx:
                    await container.identity.repo.touch(tx, owner, None, datetime.now(UTC), Visit(), AddressKept.NONE)
                    raise RuntimeError
        assert await once.give_back(owner, claim)
        assert (await once.claim(owner, "k", "request")).standing is Standing.OURS


class TestKept:
    async def test_answers_are_sealed(self, clients: Clients, owner: Principal, product_url: str) -> None:
        async with await clients.with_key(owner) as client:
            made = await client.post(KEYS, json={"name": "hidden-name"}, headers={"Idempotency-Key": "secret-key-1"})
        secret = made.json()["key"] if "key" in made.json() else made.json()["secret"]
        with psycopg.connect(product_url) as connection:
            stored = str(connection.execute("SELECT * FROM idempotency_keys").fetchall()).encode()
        for word in (b"secret-key-1", b"hidden-name", secret.encode()):
            assert word not in stored

    async def test_the_sweep_removes_what_is_older_than_a_day_and_nothing_else(
        self, container: Container, owner: Principal, stranger: Principal, product_url: str
    ) -> None:
        once = container.gateway.once
        old, young = await once.claim(owner, "old", "r"), await once.claim(stranger, "young", "r")
        with psycopg.connect(product_url, autocommit=True) as connection:
            connection.execute(
                "UPDATE idempotency_keys SET created_at = %s WHERE id = %s",
                [datetime.now(UTC) - timedelta(hours=25), old.id],
            )
        assert await once.sweep() == 1
        with psycopg.connect(product_url) as connection:
            assert connection.execute("SELECT id FROM idempotency_keys").fetchall() == [(young.id,)]


def end_leases(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("UPDATE idempotency_keys SET lease_until = now() - interval '1 second'")

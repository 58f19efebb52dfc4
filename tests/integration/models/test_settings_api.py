"""/api/v1/settings, /api/v1/models and the test that says hi, over HTTP."""

from __future__ import annotations

import pytest

from tests.rigs.llm_server import LlmServer, Mode
from tests.rigs.product import Clients
from verivita.bootstrap.container import Container
from verivita.core.principal import Principal
from verivita.engines.llm.messages import ChatRequest, user
from verivita.features.models import Purpose

KEY = "sk-my-own-key-0123456789ABCDEF"
pytestmark = pytest.mark.acceptance("API-13")


@pytest.mark.security
async def test_who_may_what(clients: Clients, owner: Principal, neighbour: Principal, stranger: Principal):
    change = {"routes": {"chat": "openai:gpt-6-luna"}}
    async with clients.nobody() as nobody:
        for call in (nobody.get("/api/v1/settings"), nobody.get("/api/v1/models")):
            assert (await call).status_code == 401
    async with await clients.with_key(neighbour) as student:
        refused = await student.put("/api/v1/settings", json=change)
        assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
        assert (await student.post("/api/v1/models/test", json={"model": "test:echo"})).status_code == 403
        assert (await student.get("/api/v1/settings")).status_code == 200
    async with await clients.with_key(owner) as mine:
        assert (await mine.put("/api/v1/settings", json=change)).status_code == 200
    async with await clients.with_key(stranger) as theirs:
        found = (await theirs.get("/api/v1/settings")).json()
        assert found["routes"]["chat"] != ["openai:gpt-6-luna"]
        assert found["version"] == 0


WRONG = [
    ({"routes": {"chat": "gpt-4o"}}, "routes.chat"),
    ({"routes": {"chat": "nobody:gpt"}}, "routes.chat"),
    ({"routes": {"sing": "openai:gpt-6-luna"}}, "routes.sing"),
    ({"routes": {"chat": ",".join(f"openai:m{n}" for n in range(9))}}, "routes.chat"),
    ({"limits": {"person_tokens": -1}}, "limits.person_tokens"),
    ({"limits": {"person_cost": "1e99"}}, "limits.person_cost"),
    ({"limits": {"person_cost": "nan"}}, "limits.person_cost"),
    ({"keys": {"nobody": "abc"}}, "keys.nobody"),
    ({"keys": {"openai": "two words"}}, "keys.openai"),
    ({"keys": {"openai": ""}}, "keys.openai"),
    ({"surprise": 1}, "surprise"),
]


@pytest.mark.acceptance("LLM-09")
async def test_a_change_holds_at_once_and_is_audited(
    clients: Clients, container: Container, owner: Principal, llm_server: LlmServer
):
    async with await clients.with_key(owner) as mine:
        first = await mine.get("/api/v1/settings")
        changed = await mine.put(
            "/api/v1/settings",
            json={"routes": {"chat": "anthropic:claude-haiku-4-5"}, "limits": {"person_cost": "0.50"}},
            headers={"If-Match": first.headers["etag"]},
        )
        assert changed.status_code == 200
        assert changed.json()["routes"]["chat"] == ["anthropic:claude-haiku-4-5"]
        assert changed.json()["routes"]["write"] == first.json()["routes"]["write"]
        assert changed.json()["limits"] == {
            "person_tokens": None, "person_cost": "0.5", "tenant_tokens": None, "tenant_cost": None
        }  # fmt: skip
        stale = await mine.put("/api/v1/settings", json={"routes": {}}, headers={"If-Match": first.headers["etag"]})
        assert stale.status_code == 412
    await container.models.asking.complete(owner, Purpose.CHAT, ChatRequest((user("Hi"),), max_tokens=20))
    assert llm_server.heard[-1].wire == "anthropic"
    async with container.db.begin(owner) as tx:
        rows = (await tx.run(container.models.asking.repo._settings.select(owner))).all()
        events = [
            row.payload
            for row in await tx.run(_events_of(owner))
            if row.name == "models.changed"
        ]  # fmt: skip
    assert len(rows) == 1
    assert events == [
        {"routes": ["chat=anthropic:claude-haiku-4-5"], "limits": True, "keys_set": [], "keys_removed": []}
    ]


def _events_of(owner: Principal):
    from verivita.kit.db import Repository
    from verivita.kit.event_log import events

    return Repository(events).select(owner)


@pytest.mark.security
async def test_a_key_is_write_only(clients: Clients, owner: Principal, llm_server: LlmServer, caplog):
    async with await clients.with_key(owner) as mine:
        answer = await mine.put("/api/v1/settings", json={"keys": {"openai": KEY}})
        said = [answer.text, (await mine.get("/api/v1/settings")).text]
        assert [key for key in answer.json()["keys"] if key["provider"] == "openai"][0]["source"] == "tenant"
        tested = await mine.post("/api/v1/models/test", json={"model": "openai:gpt-6-luna"})
        assert tested.json()["ok"]
        assert llm_server.heard[-1].headers["authorization"] == f"Bearer {KEY}"
        llm_server.mode = Mode.BAD_KEY
        failed = await mine.post("/api/v1/models/test", json={"model": "openai:gpt-6-luna"})
        said += [tested.text, failed.text, (await mine.put("/api/v1/settings", json={"keys": {"nobody": KEY}})).text]
        assert failed.status_code == 200
        assert failed.json()["code"] == "bad_key"
        assert KEY not in "".join(said)
        assert KEY not in caplog.text
        llm_server.mode = Mode.OBEDIENT
        gone = await mine.put("/api/v1/settings", json={"keys": {"openai": None}})
        assert [key for key in gone.json()["keys"] if key["provider"] == "openai"][0]["source"] == "installation"


async def test_saying_hi_shows_latency_and_cost(clients: Clients, owner: Principal, llm_server: LlmServer):
    async with await clients.with_key(owner) as mine:
        answer = (await mine.post("/api/v1/models/test", json={"model": "openai:gpt-4o-mini"})).json()
        assert answer["ok"]
        assert answer["text"] == "Hello from gpt-4o-mini."
        assert answer["cost"] == "0.00000585"  # 11 in at 0.15 and 7 out at 0.60 a million
        assert answer["milliseconds"] >= 0
        unpriced = (await mine.post("/api/v1/models/test", json={"model": "compatible:mystery"})).json()
        assert unpriced["ok"]
        assert unpriced["cost"] is None
        nobody = (await mine.post("/api/v1/models/test", json={"model": "test:echo"})).json()
        assert nobody["text"] == "You said: Say hi in one short sentence. Name no product and ask no question."
        found = (await mine.get("/api/v1/settings")).json()
        assert found["spent"] == {"tokens": 18 * 2 + found["spent"]["tokens"] - 36, "cost": "0.00000585",
                                  "calls": 3, "unpriced_calls": 1}  # fmt: skip


async def test_the_catalogue_says_what_can_be_asked(clients: Clients, owner: Principal):
    async with await clients.with_key(owner) as mine:
        found = (await mine.get("/api/v1/models", params={"limit": 100})).json()
    by_name = {item["name"]: item for item in found["items"]}
    assert by_name["openai:gpt-6-luna"]["available"]
    assert by_name["openai:gpt-6-luna"]["price_in"] == "0.1"
    assert by_name["ollama:qwen3:4b"]["local"]
    gone = by_name["anthropic:claude-sonnet-4-20250514"]
    assert not gone["available"]
    assert gone["replaced_by"] == "anthropic:claude-sonnet-5-5"


@pytest.mark.edge
async def test_what_is_wrong_is_refused_at_its_field(clients: Clients, owner: Principal):
    async with await clients.with_key(owner) as mine:
        for body, field in WRONG:
            answer = await mine.put("/api/v1/settings", json=body)
            assert answer.status_code == 422, body
            assert any(error["field"].startswith(field) for error in answer.json()["errors"]), body
        assert (await mine.get("/api/v1/settings")).json()["version"] == 0


async def test_saying_hi_never_ends_in_a_server_error(clients: Clients, owner: Principal, llm_server: LlmServer):
    llm_server.retry_after = "3600"
    async with await clients.with_key(owner) as mine:
        for number, mode in enumerate(mode for mode in Mode if mode is not Mode.ENDLESS):
            llm_server.mode = mode
            # A model of its own for each mode: none rests because of the one before.
            answer = await mine.post("/api/v1/models/test", json={"model": f"groq:model-{number}"})
            assert answer.status_code == 200
            said = answer.json()
            assert said["ok"] is bool(said["text"])
            assert said["ok"] or (said["reason"] and said["next"])

"""The page of language models, by forms alone: routes, limits, keys, and the test that says hi."""

from __future__ import annotations

import pytest

from tests.integration.web.pages import HTML, PART, Tab, words
from tests.rigs.llm_server import LlmServer, Mode
from tests.rigs.product import Clients
from verivita.core.principal import Principal
from verivita.entrypoints.http.auth import csrf_token

FORM = {
    "routes.analyse": "openai:gpt-6-luna",
    "routes.write": "",
    "routes.letter": "anthropic:claude-sonnet-5-5",
    "routes.chat": "groq:openai/gpt-oss-20b, ollama:qwen3:4b",
    "routes.judge": "",
    "limits.person_tokens": "50,000",
    "limits.person_cost": "$0.25",
    "limits.tenant_tokens": "",
    "limits.tenant_cost": "",
}
KEY = "sk-typed-into-the-page-0123456789"


async def _tab(clients: Clients, who: Principal) -> Tab:
    client, secret = await clients.with_session(who)
    return Tab(client, csrf_token(secret))


@pytest.mark.acceptance("API-13", "LLM-09")
async def test_models_are_chosen_and_tried_on_one_page(clients: Clients, owner: Principal, llm_server: LlmServer):
    tab = await _tab(clients, owner)
    assert await tab.sent("/settings/models", FORM) == "/settings/models?did=models"
    page = await tab.get("/settings/models?did=models")
    assert "they hold at once" in words(page, "#toasts")
    value = page.css_first("[name='routes.chat']").attributes["value"]
    assert value == "groq:openai/gpt-oss-20b, ollama:qwen3:4b"
    assert page.css_first("[name='limits.person_tokens']").attributes["value"] == "50000"
    assert page.css_first("[name='limits.person_cost']").attributes["value"] == "0.25"
    assert "openai:gpt-6-luna" in words(await tab.get("/settings"), "#model")
    foot = words(page, ".nav")
    assert "Your model: openai/gpt-oss-20b." in foot
    assert "is sent to Groq." in foot
    await tab.sent("/settings/models", {**FORM, "routes.chat": ""})
    assert "Your model: none." in words(await tab.get("/settings"), ".nav")
    wrong = {**FORM, "routes.chat": "gpt-4o", "limits.person_cost": "cheap"}
    for change, said in ((wrong, "This is not a number."), ({**FORM, "routes.chat": "gpt-4o"}, "provider:model")):
        answer = await tab.send("/settings/models", change)
        assert answer.status_code == 422
        assert said in answer.text
        assert 'value="gpt-4o"' in answer.text
    assert (await tab.send("/settings/models", {**FORM, "version": "0"})).status_code == 412

    assert await tab.sent("/settings/models/keys/openai", {"key": KEY}) == "/settings/models?did=model-key#keys"
    answer = await tab.send("/settings/models/test", {"model": "openai:gpt-4o-mini"})
    assert "Hello from gpt-4o-mini." in answer.text
    assert "$0.00000585" in answer.text
    assert " ms" in answer.text
    assert llm_server.heard[-1].headers["authorization"] == f"Bearer {KEY}"
    llm_server.mode = Mode.BAD_KEY
    headers = {**HTML, **PART, "X-CSRF-Token": tab.token}
    part = await tab.client.post("/settings/models/test", data={"model": "openai:gpt-4o-mini"}, headers=headers)
    assert part.status_code == 200
    assert part.text.strip().startswith("<section")
    assert "does not accept the key" in part.text
    everything = answer.text + part.text + (await tab.client.get("/settings/models", headers=HTML)).text
    assert KEY not in everything
    await tab.sent("/settings/models/keys/openai/drop", {})
    assert "a key of this installation" in words(await tab.get("/settings/models"), "#keys")
    nonsense = await tab.send("/settings/models/test", {"model": "<script>"})
    assert nonsense.status_code == 200
    assert "<script>alert" not in nonsense.text
    assert "is not provider:model" in nonsense.text


@pytest.mark.security
async def test_a_student_sees_and_may_not_change(clients: Clients, neighbour: Principal):
    tab = await _tab(clients, neighbour)
    page = await tab.get("/settings/models")
    assert page.css_first("[name='routes.chat']").attributes.get("disabled", "no") != "no"
    assert "Save models" not in words(page, "main")
    for path, form in (("", FORM), ("/keys/openai", {"key": KEY}), ("/test", {"model": "test:echo"})):
        assert (await tab.send(f"/settings/models{path}", form)).status_code == 403

"""One trace through api, worker, ML service and language model, at a real collector, with nothing of a person in it."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path

import httpx2
import pytest

from tests.integration.answers.shelf import NOTES
from tests.rigs.collector import Collector, Seen, collector
from tests.rigs.llm_server import LlmServer, with_models
from tests.rigs.product import Clients
from tests.rigs.servers import ApiProcess, api_env
from tests.rigs.valkey import free_port
from verivita.adapters.collections.sqlite import SqliteCollections
from verivita.adapters.embedders.hashing import HashingEmbedder
from verivita.bootstrap import tracing
from verivita.bootstrap.container import Container, build
from verivita.bootstrap.providers import Process
from verivita.bootstrap.settings import Settings
from verivita.bootstrap.tracing import TraceSettings
from verivita.core.errors import Unavailable
from verivita.core.principal import Principal
from verivita.entrypoints import asgi
from verivita.entrypoints.ml import serve
from verivita.features.identity import NOBODY
from verivita.kit import traces

SERVER, CLIENT, CONSUMER = 2, 3, 5
PERSON = (
    "zephyrine.quandt@planted-mail.example",
    "Zephyrine Quandt",
    "sandglass",
    "zephyrines-paper",
    "+49 151 7394 8216",
)
"""An e-mail address, a name, a word of a paper and of a question, a file name, a phone number."""


@pytest.fixture
def gathered() -> Iterator[Collector]:
    """A collector; whatever this process traces goes to it until the test ends."""
    with collector() as made:
        yield made
        traces.close()


@pytest.fixture
async def ml(tmp_path: Path) -> AsyncIterator[int]:
    """The ML service in this loop, with the encoder that has no weights; its port."""
    ready: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    encoder = HashingEmbedder()
    store = SqliteCollections(tmp_path / "ml", encoder.model.key, encoder.model.dimensions)
    task = asyncio.create_task(serve(encoder, None, lambda _: [], store, port=0, ready=ready.set_result))
    yield await ready
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


@pytest.fixture
async def container(settings: Settings, product_url: str, llm_server: LlmServer, ml: int) -> AsyncIterator[Container]:
    """Services that ask the ML service and the rig's models."""
    changed = with_models(settings, llm_server).model_copy(update={"embedder": "onnx", "ml_port": ml})
    made = build(changed, product_url, Process.REMOTE)
    yield made
    await made.aclose()


async def sent(gathered: Collector) -> list[Seen]:
    """Everything that was traced until now."""
    await asyncio.to_thread(traces.close)
    return gathered.spans


def below(spans: list[Seen], above: Seen) -> list[Seen]:
    return [span for span in spans if span.parent == above.id]


@pytest.mark.acceptance("AN-07")
async def test_one_trace_through_request_task_ml_and_model(
    container: Container, owner: Principal, clients: Clients, gathered: Collector
) -> None:
    tracing.install(TraceSettings(url=gathered.url), "all")
    paper = f"{PERSON[0]} {PERSON[4]}\n\n# {PERSON[1]}\n\nTamed {PERSON[2]} pipelines.\n\n{NOTES}"
    async with await clients.with_key(owner) as client:
        form = {"file": (f"{PERSON[3]}.md", paper.encode(), "text/markdown")}
        added = await client.post("/api/v1/documents", files=form, data={"kind": "notes"})
        assert added.status_code == 201
        await container.worker().run(wait=False)
        asked = await client.post("/api/v1/chat", json={"message": f"What about {PERSON[2]} pipelines?"})
        assert asked.status_code == 200
        missing = await client.get(f"/api/v1/documents/{owner.person_id}?q={PERSON[1]}")
        assert missing.status_code == 404
        await client.get("/health")
    spans = await sent(gathered)

    (upload,) = gathered.named("POST /api/v1/documents")
    assert (upload.kind, upload.parent) == (SERVER, "")
    assert upload.about == {
        "http.request.method": "POST",
        "http.route": "/api/v1/documents",
        "http.response.status_code": 201,
    }
    (task,) = gathered.named("task library.ingest")
    assert (task.kind, task.trace, task.parent) == (CONSUMER, upload.trace, upload.id)
    call = below(spans, task)[0]
    assert (call.name, call.kind, call.trace) == ("ml.MLService/EmbedBatch", CLIENT, upload.trace)
    (inside,) = below(spans, call)
    assert (inside.name, inside.kind, inside.trace) == ("ml.MLService/EmbedBatch", SERVER, upload.trace)
    (chat,) = gathered.named("POST /api/v1/chat")
    assert chat.trace != upload.trace
    under = [span for span in spans if span.trace == chat.trace]
    assert {"ml.MLService/EmbedBatch", "chat"} <= {span.name for span in under}
    model = next(span for span in under if span.name == "chat")
    assert model.about["gen_ai.usage.output_tokens"] > 0
    assert not gathered.named("GET /health")
    (unknown,) = gathered.named("GET /api/v1/documents/{document_id}")
    assert not unknown.failed, "a refusal is no failure of ours"
    everything = b"".join(gathered.raw).decode("utf-8", "replace").lower()
    ids = (str(owner.person_id), str(owner.tenant_id), added.json()["id"])
    assert [word for word in (*PERSON, *ids) if word.lower() in everything] == []


@pytest.mark.acceptance("AN-07")
async def test_an_error_is_told_by_its_class_alone(
    container: Container, owner: Principal, clients: Clients, gathered: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object) -> None:
        raise KeyError(PERSON[0])

    monkeypatch.setattr(type(container.tasks), "recent", fail)
    tracing.install(TraceSettings(url=gathered.url), "api")
    async with await clients.with_key(owner) as client:
        assert (await client.get("/api/v1/tasks")).status_code == 500
    (span,) = [span for span in await sent(gathered) if span.about.get("http.route") == "/api/v1/tasks"]
    assert (span.failed, span.about["error.type"]) == (True, "500")
    assert PERSON[0].encode() not in b"".join(gathered.raw)


async def test_nothing_is_traced_unless_an_address_is_given(container: Container, clients: Clients) -> None:
    tracing.install(TraceSettings(), "api")
    async with clients.nobody() as client:
        await client.get("/api/v1/jobs", headers={"traceparent": f"00-{'a' * 32}-{'b' * 16}-01"})
    assert traces.parent() is None
    assert traces.metadata() is None


@pytest.mark.security
async def test_only_a_trusted_proxy_says_which_trace_goes_on(
    settings: Settings, container: Container, gathered: Collector
) -> None:
    tracing.install(TraceSettings(url=gathered.url), "api")
    given = f"00-{'a1' * 16}-{'b2' * 8}-01"
    for trusted in ([], ["127.0.0.0/8"]):
        behind = replace(container, settings=container.settings.model_copy(update={"trusted_proxies": trusted}))
        transport = httpx2.ASGITransport(asgi.build(behind), client=("127.0.0.1", 1))
        async with httpx2.AsyncClient(transport=transport, base_url="http://localhost:8080") as client:
            await client.get("/api/v1/jobs", headers={"traceparent": given})
    first, second = await sent(gathered)
    assert first.trace != "a1" * 16
    assert first.parent == ""
    assert (second.trace, second.parent) == ("a1" * 16, "b2" * 8)


@pytest.mark.parametrize(
    "parent",
    ["", "00-", f"00-{'0' * 32}-{'b' * 16}-01", f"01-{'a' * 32}-{'b' * 16}-01", f"00-{'A' * 32}-{'b' * 16}-01"],
)
def test_what_is_no_traceparent_is_passed_over(parent: str) -> None:
    assert traces.sound(parent) is None
    assert traces.trace_of(parent) is None


class TestExporter:
    """What leaves goes to the one address, with what the owner said, and a dead collector costs nothing."""

    def test_it_sends_what_the_owner_said(self, gathered: Collector) -> None:
        tracing.install(TraceSettings.model_validate({"url": gathered.url, "authorization": "Bearer own"}), "api")
        with traces.span("one", traces.Kind.SERVER):
            pass
        traces.close()
        assert gathered.paths == ["/v1/traces"]
        assert gathered.headers[0]["authorization"] == "Bearer own"
        assert gathered.headers[0]["content-type"] == "application/x-protobuf"

    @pytest.mark.security
    def test_it_follows_no_redirect(self, gathered: Collector) -> None:
        gathered.status = 307
        tracing.install(TraceSettings(url=f"{gathered.url}/own/path"), "api")
        with traces.span("one", traces.Kind.SERVER):
            pass
        traces.close()
        assert gathered.paths == ["/own/path"]

    @pytest.mark.security
    def test_variables_of_the_environment_change_nothing(
        self, gathered: Collector, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1")
        monkeypatch.setenv("OTEL_TRACES_SAMPLER", "always_off")
        monkeypatch.setenv("OTEL_RESOURCE_ATTRIBUTES", "host.name=planted")
        monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
        monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
        tracing.install(TraceSettings(url=gathered.url), "api")
        with traces.span("one", traces.Kind.SERVER):
            pass
        traces.close()
        assert [span.name for span in gathered.spans] == ["one"]
        assert b"planted" not in gathered.raw[0]

    def test_a_share_of_none_traces_nothing_but_what_another_chose(self, gathered: Collector) -> None:
        tracing.install(TraceSettings(url=gathered.url, share=0.0), "api")
        with traces.span("own", traces.Kind.SERVER):
            pass
        with traces.span("chosen", traces.Kind.SERVER, f"00-{'a1' * 16}-{'b2' * 8}-01"):
            pass
        traces.close()
        assert [span.name for span in gathered.spans] == ["chosen"]

    def test_a_collector_that_is_gone_costs_nothing_and_is_counted(self, container: Container) -> None:
        before = container.metrics.render()
        tracing.install(TraceSettings(url=f"http://127.0.0.1:{free_port()}"), "api")
        for _ in range(3000):  # more than may wait
            with traces.span("one", traces.Kind.SERVER):
                pass
        traces.close()
        lost = [line for line in container.metrics.render().splitlines() if line.startswith(b"trace_spans_lost_total")]
        assert lost != [line for line in before.splitlines() if line.startswith(b"trace_spans_lost_total")]


@pytest.mark.parametrize("url", ["collector:4318", "ftp://127.0.0.1/", "http://user:secret@127.0.0.1:4318", "http://"])
def test_an_address_that_is_none_is_refused_where_settings_are_read(url: str) -> None:
    with pytest.raises(ValueError, match="no http"):
        TraceSettings(url=url)


def test_without_the_package_the_error_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith(("opentelemetry", "verivita.adapters.traces"))]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "opentelemetry", None)
    with pytest.raises(Unavailable) as refused:
        tracing.install(TraceSettings(url="http://127.0.0.1:4318"), "api")
    assert refused.value.code == "extra_missing"
    assert "verivita[otel]" in (refused.value.next or "")


def test_a_process_that_traces_nothing_loads_nothing_of_it() -> None:
    code = "import sys, verivita.entrypoints.asgi; from verivita.bootstrap import tracing; "
    code += (
        "tracing.install(tracing.TraceSettings(), 'api'); print([n for n in sys.modules if 'opentelemetry.sdk' in n])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


async def _standings(client: httpx2.AsyncClient) -> set[str]:
    return {task["status"] for task in (await client.get("/api/v1/tasks")).json()["items"]}


def _process(role: str, env: dict[str, str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", "verivita", role], env=env)


@pytest.mark.security
async def test_the_framework_itself_tells_nobody(
    container: Container, gathered: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    """FastAPI can trace and log by variables of the environment, words of errors included; here it does not."""
    monkeypatch.setenv("FASTAPI_OTEL_AUTO_CONFIGURE", "true")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", gathered.url)
    app = asgi.build(container)
    assert not app._native_telemetry.enabled()
    assert app._telemetry["auto_configure"] is False


@pytest.mark.nightly
@pytest.mark.acceptance("AN-07")
async def test_one_trace_through_three_processes(product_url: str, tmp_path: Path, gathered: Collector) -> None:
    """`verivita api`, `worker` and `ml` as they run, each with its own exporter, stopped as `up` stops them."""
    ml_port = free_port()
    env = api_env(product_url, tmp_path / "data", None)
    env |= {"VERIVITA_EMBEDDER": "onnx", "VERIVITA_ML_PORT": str(ml_port), "VERIVITA_TRACES__URL": gathered.url}
    api = ApiProcess(free_port(), env)
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("VERIVITA_", "REDIS_"))}
    others = [_process(role, clean | env) for role in ("ml", "worker")]
    container = await asyncio.to_thread(build, Settings(data_dir=tmp_path / "data", _env_file=None), product_url)
    try:
        api.start()
        await asyncio.to_thread(api.wait_ready)
        key = await container.identity.create_key(await container.identity.owner(NOBODY), "traced")
        headers = {"Authorization": f"Bearer {key.secret}"}
        async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{api.port}", headers=headers, timeout=60) as client:
            async with asyncio.timeout(120):
                while not (await client.get("/health")).json()["services"]["ml"]:  # noqa: ASYNC110
                    await asyncio.sleep(0.5)
                await client.post("/api/v1/documents", json={"title": "t", "content": NOTES, "kind": "notes"})
                while {"queued", "running"} & await _standings(client):  # noqa: ASYNC110
                    await asyncio.sleep(0.5)
        for process in (*others, api.process):
            assert process is not None
            process.send_signal(signal.SIGTERM)
            await asyncio.to_thread(process.wait, 60)
    finally:
        for process in others:
            process.kill()
        api.stop()
        await container.aclose()
    (upload,) = gathered.named("POST /api/v1/documents")
    one = [span for span in gathered.spans if span.trace == upload.trace]
    assert {span.role for span in one} == {"api", "worker", "ml"}, gathered.spans
    by_id = {span.id: span for span in one}
    assert [span.name for span in one if span.parent not in by_id] == [upload.name]

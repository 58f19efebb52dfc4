"""What an answer needs from outside, each behind a proxy that misbehaves: provider, encoder, shared cache."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import pytest_asyncio
from pydantic import SecretStr

from tests.integration.answers.conftest import stock
from tests.rigs.fault_proxy import Fault, FaultProxy, faulty
from tests.rigs.llm_server import LlmServer, Mode, serving
from tests.rigs.valkey import ValkeyRig, valkey
from verivita.adapters.collections.sqlite import SqliteCollections
from verivita.adapters.embedders.nearness import EncoderNearness
from verivita.adapters.embedders.onnx import OnnxEmbedder
from verivita.bootstrap.container import Container, Process, build
from verivita.bootstrap.settings import LlmSettings, Settings
from verivita.core.errors import Unavailable
from verivita.core.principal import Principal
from verivita.entrypoints.ml import serve
from verivita.features.answers import Answer, Question, Rung
from verivita.features.identity import NOBODY
from verivita.features.models import Change

__all__ = ["valkey"]
pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.acceptance("OPS-08")]

FAULTS = [Fault.DROP, Fault.RESET, Fault.BLACK_HOLE]
SERVICES = ["provider", "encoder", "cache"]
TRUE = "The Calvin cycle takes place in the stroma and fixes carbon dioxide [1]."


@dataclass
class Product:
    """The product, its owner, and the proxy before each service."""

    container: Container
    owner: Principal
    rig: LlmServer
    proxies: dict[str, FaultProxy]
    asked: Iterator[int] = field(default_factory=count)

    async def ask(self) -> Answer:
        """A question that nobody asked before, of a model that never failed before."""
        number = next(self.asked)
        await self.container.models.settings.change(self.owner, Change(routes={"chat": f"compatible:m{number}"}))
        question = f"Where does the Calvin cycle take place{' ' * number}?"
        return await self.container.answers.ask(self.owner, Question(question))


@pytest.fixture(scope="module")
def rig() -> Iterator[LlmServer]:
    """The provider of this module."""
    with serving() as made:
        made.say = lambda heard: TRUE
        yield made


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def product(
    settings: Settings, product_url: str, rig: LlmServer, valkey: ValkeyRig, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Product]:
    """A product of which everything but the database stands behind a proxy."""
    folder: Path = tmp_path_factory.mktemp("ml")
    encoder = OnnxEmbedder()
    ready: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    store = SqliteCollections(folder, encoder.model.key, encoder.model.dimensions)
    served = asyncio.create_task(
        serve(encoder, None, lambda _: [], store, EncoderNearness(encoder), port=0, ready=ready.set_result)
    )
    async with AsyncExitStack() as stack:
        ports = {"provider": urlsplit(rig.url).port, "encoder": await ready, "cache": valkey.port}
        proxies = {
            name: await stack.enter_async_context(faulty("127.0.0.1", port)) for name, port in ports.items() if port
        }
        at = f"http://127.0.0.1:{proxies['provider'].own_port}/compatible/v1"
        changed = {
            "llm": LlmSettings(addresses={"compatible": at}, find_ollama=False, timeout_s=2.0),
            "redis_url": SecretStr(f"redis://127.0.0.1:{proxies['cache'].own_port}/0"),
            "ml_port": proxies["encoder"].own_port,
            "ml_timeout_s": 2.0,
        }
        container = build(settings.model_copy(update=changed), product_url, Process.REMOTE)
        owner = await container.identity.owner(NOBODY)
        await stock(container, owner)
        yield Product(container, owner, rig, proxies)
        await container.aclose()
    served.cancel()
    await asyncio.gather(served, return_exceptions=True)
    encoder.close()


def promised(service: str, answer: Answer) -> None:
    """What DESIGN.md promises of an answer while this service is gone."""
    assert "in the stroma" in answer.text
    assert answer.citations
    if service == "provider":
        assert answer.rung is Rung.NO_MODEL
        assert answer.search_mode == "hybrid"
        assert any("without a model" in note for note in answer.notes)
    elif service == "encoder":
        assert answer.search_mode == "lexical"
        assert any("did not answer" in note for note in answer.notes)
    else:
        assert answer.rung is Rung.HOSTED
        assert answer.search_mode == "hybrid"


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("service", SERVICES)
async def test_an_answer_comes_whatever_is_gone_and_says_what_made_it(product: Product, service: str, fault: Fault):
    product.rig.mode = Mode.OBEDIENT
    await product.proxies[service].set(fault)
    try:
        promised(service, await product.ask())
    finally:
        await product.proxies[service].set(Fault.NONE)
    async with asyncio.timeout(60):
        while True:
            answer = await product.ask()
            if (answer.rung, answer.search_mode) == (Rung.HOSTED, "hybrid"):
                return
            await asyncio.sleep(0.5)


@pytest.mark.parametrize("fault", FAULTS)
async def test_erasing_is_refused_while_a_shared_cache_may_keep_something(product: Product, fault: Fault):
    await product.proxies["cache"].set(fault)
    with pytest.raises(Unavailable):
        await product.container.assistant.forget(product.owner)
    await product.proxies["cache"].set(Fault.NONE)
    async with asyncio.timeout(30):
        while True:
            try:
                await product.container.assistant.forget(product.owner)
            except Unavailable:
                await asyncio.sleep(0.2)
            else:
                return

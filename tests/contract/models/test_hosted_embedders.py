"""Hosted encoders over the wire: the length that is asked for, order, unit rows, and refusal of anything else."""

from __future__ import annotations

import numpy as np
import pytest

from tests.rigs.llm_server import LlmServer, Mode
from verivita.bootstrap.container import Container
from verivita.bootstrap.providers import Process, embedder
from verivita.bootstrap.settings import Settings
from verivita.core.errors import Invalid, Unavailable
from verivita.core.ids import new_id
from verivita.core.principal import Principal
from verivita.engines.retrieval.ports import Partition, Point

WIRES = [
    pytest.param("openai", marks=pytest.mark.acceptance("RET-24")),
    pytest.param("gemini", marks=pytest.mark.acceptance("RET-25")),
]


def _settings(model_settings: Settings, name: str, size: int = 768) -> Settings:
    return model_settings.model_copy(update={"embedder": name, "embedder_dimensions": size})


@pytest.mark.parametrize("name", WIRES)
async def test_vectors_of_the_length_that_is_asked_for(model_settings: Settings, llm_server: LlmServer, name: str):
    made = embedder(_settings(model_settings, name), Process.LOCAL)
    texts = [f"text number {'x' * number}" for number in range(70)]
    texts[3] = " "
    found = await made.embed(texts)
    assert found.shape == (70, 768)
    assert found.dtype == np.float32
    lengths = np.linalg.norm(found, axis=1)
    assert lengths[3] == 0
    assert np.allclose(np.delete(lengths, 3), 1, atol=1e-5)
    alone = await made.embed([texts[69]])
    assert np.array_equal(alone[0], found[69]), "the order of the texts is kept over batches"
    sent = [heard for heard in llm_server.heard if "mbed" in heard.path]
    assert len(sent) == 3
    if name == "openai":
        assert sent[0].path == "/openai/v1/embeddings"
        assert sent[0].body["model"] == "text-embedding-3-small"
        assert sent[0].body["dimensions"] == 768
        assert sent[0].headers["authorization"] == "Bearer rig-key-of-openai"
    else:
        assert sent[0].path == "/gemini/v1beta/models/gemini-embedding-001:batchEmbedContents"
        assert sent[0].body["requests"][0]["outputDimensionality"] == 768
        assert sent[0].headers["x-goog-api-key"] == "rig-key-of-gemini"
    assert made.model.key.endswith("/768")
    assert (await made.embed([])).shape == (0, 768)
    await made.close()  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", WIRES)
async def test_what_is_no_answer_is_refused(model_settings: Settings, llm_server: LlmServer, name: str):
    made = embedder(_settings(model_settings, name), Process.LOCAL)
    for mode in (Mode.BAD_KEY, Mode.BROKEN, Mode.MALFORMED, Mode.UNKNOWN_MODEL):
        llm_server.mode = mode
        with pytest.raises(Unavailable) as caught:
            await made.embed(["text"])
        assert caught.value.code == "embedder_failed"
        assert "rig-key" not in str(caught.value)
    llm_server.mode, llm_server.embed = Mode.OBEDIENT, lambda text, size: [1.0] * (size + 1)
    with pytest.raises(Unavailable, match="another length"):
        await made.embed(["text"])
    await made.close()  # type: ignore[attr-defined]


async def test_no_key_no_encoder(model_settings: Settings):
    with pytest.raises(Unavailable) as caught:
        embedder(_settings(model_settings, "openai").model_copy(update={"openai_api_key": None}), Process.LOCAL)
    assert caught.value.code == "embedder_key_missing"


@pytest.mark.acceptance("RET-24")
async def test_the_index_takes_no_second_length(
    model_settings: Settings, llm_server: LlmServer, container: Container, owner: Principal
):
    long, short = (embedder(_settings(model_settings, "openai", size), Process.LOCAL) for size in (768, 384))
    partition, name = Partition(str(owner.tenant_id)), f"test/{long.model.name}"
    assert long.model.key != short.model.key, "vectors of two lengths have two collections to begin with"
    await container.vectors.upsert(partition, name, [Point(new_id(), (await long.embed(["text"]))[0])])
    with pytest.raises(Invalid) as caught:
        await container.vectors.upsert(partition, name, [Point(new_id(), (await short.embed(["text"]))[0])])
    assert caught.value.code == "dimension_mismatch"
    for made in (long, short):
        await made.close()  # type: ignore[attr-defined]

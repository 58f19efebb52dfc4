"""A container leaves no connection to the ML service open."""

from __future__ import annotations

from uuid import UUID

import pytest

from verivita.bootstrap.container import build
from verivita.bootstrap.providers import Process
from verivita.core.errors import Unavailable
from verivita.engines.grounding import Asked


async def test_what_asks_the_ml_service_is_closed_with_the_container(settings, product_url, tmp_path):
    chosen = settings.model_copy(update={"reranker": tmp_path, "ml_port": 9, "ml_timeout_s": 1.0, "embedder": "onnx"})
    made = build(chosen, product_url, Process.REMOTE)
    assert made.reranker is not None
    assert made.nearness is not None
    with pytest.raises(Unavailable):
        await made.reranker.rerank("nurse", [(UUID(int=1), "night nurse", 1.0)])
    with pytest.raises(Unavailable):
        await made.nearness.figures([Asked("a nurse", ("a night nurse",))])
    channels = [made.reranker._channel, made.nearness._channel]
    assert all(channel._channel is not None for channel in channels)
    await made.aclose()
    assert all(channel._channel is None for channel in channels)

"""A container leaves no connection to the ML service open."""

from __future__ import annotations

from uuid import UUID

import pytest

from verivita.bootstrap.container import build
from verivita.bootstrap.providers import Process
from verivita.core.errors import Unavailable


async def test_the_reranker_is_closed_with_the_container(settings, product_url, tmp_path):
    chosen = settings.model_copy(update={"reranker": tmp_path, "ml_port": 9, "ml_timeout_s": 1.0})
    made = build(chosen, product_url, Process.REMOTE)
    assert made.reranker is not None
    with pytest.raises(Unavailable):
        await made.reranker.rerank("nurse", [(UUID(int=1), "night nurse", 1.0)])
    assert made.reranker._channel is not None
    await made.aclose()
    assert made.reranker._channel is None

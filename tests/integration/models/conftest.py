"""A product whose language models are the rig."""

from __future__ import annotations

import pytest

from tests.rigs.llm_server import LlmServer, with_models
from verivita.bootstrap.settings import Settings


@pytest.fixture
def settings(settings: Settings, llm_server: LlmServer) -> Settings:
    return with_models(settings, llm_server)

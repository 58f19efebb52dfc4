"""What a process loads: no provider's package before a model of it is asked."""

from __future__ import annotations

import subprocess
import sys

import pytest

from verivita.adapters.llm.langchain import LangChainModel
from verivita.core.errors import Unavailable
from verivita.engines.llm.catalogue import look_up

HEAVY = ("langchain", "langsmith", "openai", "anthropic", "google.genai", "ollama", "httpx")
LOOK = f"""
import sys
import verivita.entrypoints.asgi
from verivita.bootstrap import providers
from verivita.bootstrap.settings import Settings
made = providers.chat_models(Settings(_env_file=None))
made.reachable("openai"), made.reachable("anthropic")
print([name for name in sys.modules if name.split(".")[0] in {HEAVY} or name.startswith(("langchain", "google.genai"))])
"""


@pytest.mark.acceptance("GEN-03")
def test_the_api_process_loads_no_provider_before_it_is_used():
    said = subprocess.run([sys.executable, "-c", LOOK], capture_output=True, text=True, timeout=120, check=True)
    assert said.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("provider", "package", "extra"),
    [
        ("openai", "langchain_openai", "openai"),
        ("groq", "langchain_openai", "openai"),
        ("compatible", "langchain_openai", "openai"),
        ("anthropic", "langchain_anthropic", "anthropic"),
        ("gemini", "langchain_google_genai", "gemini"),
        ("ollama", "langchain_ollama", "ollama"),
    ],
)
def test_a_missing_extra_says_its_install_line(
    monkeypatch: pytest.MonkeyPatch, provider: str, package: str, extra: str
):
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(Unavailable) as caught:
        LangChainModel(look_up(provider, "some-model"), "http://127.0.0.1:1")
    assert caught.value.code == "extra_missing"
    assert f"pip install 'verivita[{extra}]'" in (caught.value.next or "")

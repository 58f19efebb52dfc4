"""Where each provider is, and its models made once for each key; a local Ollama is found by asking for its list."""

from __future__ import annotations

import json
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from importlib.util import find_spec
from urllib.parse import urlsplit

from verivita.adapters.llm.langchain import LangChainModel
from verivita.adapters.llm.scripted import TestModel
from verivita.core.errors import Denied, Invalid, TooLarge, Unavailable
from verivita.engines.llm.ports import ChatModel
from verivita.features.models.ports import Connection
from verivita.kit.crypto import secret_hash
from verivita.kit.http import Egress

PUBLIC = {
    "openai": "https://api.openai.com/v1",
    "anthropic": "https://api.anthropic.com",
    "gemini": "https://generativelanguage.googleapis.com",
    "groq": "https://api.groq.com/openai/v1",
}
"""Where the providers are unless the settings say otherwise."""
OLLAMA = "http://127.0.0.1:11434"
_PACKAGES = {
    "openai": "langchain_openai",
    "groq": "langchain_openai",
    "compatible": "langchain_openai",
    "anthropic": "langchain_anthropic",
    "gemini": "langchain_google_genai",
    "ollama": "langchain_ollama",
}
_KEYED = frozenset({"openai", "anthropic", "gemini", "groq"})
_MOST_MODELS = 64
_PROBE_S = 0.5
_LASTS_S = 60.0


class ModelConnections:
    """Makes chat models. `addresses` are the installation's own words; no other private address is visited.

    With `find_ollama`, the usual place of an Ollama on this machine is asked for its models, once a minute at most.
    """

    def __init__(
        self,
        addresses: Mapping[str, str] | None = None,
        *,
        find_ollama: bool = True,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        given = {provider: url.rstrip("/") for provider, url in (addresses or {}).items() if url}
        self._find_ollama, self._now = find_ollama or "ollama" in given, now
        self._urls = PUBLIC | ({"ollama": OLLAMA} if self._find_ollama else {}) | given
        # What the owner wrote, and the loopback place of Ollama, may be private; nothing else may.
        own = [*given.values(), *([self._urls["ollama"]] if self._find_ollama else [])]
        self._allow = tuple(dict.fromkeys(place_of(url) for url in own))
        self._egress = Egress(allow=self._allow, tries=1)
        self._made: OrderedDict[tuple[str, str], ChatModel] = OrderedDict()
        self._local: tuple[float, tuple[str, ...]] | None = None

    def make(self, connection: Connection) -> ChatModel:
        """The model; imports the provider's package. Raises `Unavailable` (`extra_missing`) with its install line."""
        listed = connection.listed
        if listed.provider == "test":
            return TestModel(listed.model)
        place = (listed.key, secret_hash(connection.key))
        made = self._made.get(place)
        if made is None:
            made = LangChainModel(listed, self._urls[listed.provider], connection.key, self._allow)
            self._made[place] = made
            if len(self._made) > _MOST_MODELS:
                self._made.popitem(last=False)
        return made

    def needs_key(self, provider: str) -> bool:
        """Whether this provider answers only with a key."""
        return provider in _KEYED

    def reachable(self, provider: str) -> bool:
        """Whether an address of this provider is known here and its extra is installed."""
        if provider == "test":
            return True
        return provider in self._urls and find_spec(_PACKAGES[provider]) is not None

    async def local_models(self) -> Sequence[str]:
        """Names of the models that a local Ollama has; empty when none answers. Remembered for a minute."""
        if not self._find_ollama:
            return ()
        now = self._now()
        if self._local is None or now - self._local[0] > _LASTS_S:
            self._local = (now, await self._ask_ollama())
        return self._local[1]

    async def aclose(self) -> None:
        """Close every connection."""
        await self._egress.aclose()
        for model in self._made.values():
            if isinstance(model, LangChainModel):
                await model.aclose()

    async def _ask_ollama(self) -> tuple[str, ...]:
        try:
            got = await self._egress.get(f"{self._urls['ollama']}/api/tags", within=_PROBE_S, max_bytes=1_000_000)
            models = json.loads(got.body)["models"] if got.status == 200 else []
            return tuple(str(model["name"]) for model in models if _speaks(model))
        except (Unavailable, Denied, Invalid, TooLarge, ValueError, KeyError, TypeError):
            return ()


def _speaks(model: Mapping[str, object]) -> bool:
    """Whether a model of the list answers in words: one that only makes vectors is left out."""
    capabilities = model.get("capabilities")
    if isinstance(capabilities, list):
        return "completion" in capabilities
    return "embed" not in str(model["name"])


def place_of(url: str) -> str:
    """`host:port` of an address that the owner wrote, for lists of exceptions. Raises `Invalid` for none."""
    try:
        parts = urlsplit(url)
        port = parts.port or {"http": 80, "https": 443}[parts.scheme]
    except (ValueError, KeyError) as error:
        raise Invalid("bad_url", f"{url!r} is no http(s) address of a language model.") from error
    return f"{(parts.hostname or '').lower()}:{port}"

"""OpenAI, Anthropic, Gemini, Groq, Ollama and compatible servers through LangChain's chat classes, imported late."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Iterator, Mapping
from contextlib import aclosing, contextmanager
from typing import Any

from verivita.adapters.llm.faults import fault_of
from verivita.adapters.llm.wire import bound, completion_of, cut_off, ended, to_langchain
from verivita.core.errors import Unavailable
from verivita.engines.llm.catalogue import Listed
from verivita.engines.llm.messages import ChatRequest, Chunk, Completion
from verivita.engines.llm.ports import ChatModelInfo, Fault, ModelFault
from verivita.kit.sdk_http import sdk_client, sdk_transport

_EXTRAS = {"groq": "openai", "compatible": "openai"}


class LangChainModel:
    """One model of one provider. `url` is the provider's address, `allow` the private `host:port` that it may be."""

    def __init__(self, listed: Listed, url: str, key: str = "", allow: tuple[str, ...] = ()) -> None:
        self._listed, self._key = listed, key
        self._info = listed.info()
        self._made: dict[tuple[int, float | None], Any] = {}
        with _extra(listed.provider):
            _silence()
            library, maker = _MAKERS[listed.provider]
            self._transport = sdk_transport(library, allow)
            self._make = maker(listed, url, key, self._transport)

    @property
    def info(self) -> ChatModelInfo:
        """What it is and what it accepts."""
        return self._info

    def __repr__(self) -> str:
        return f"LangChainModel({self._info.key})"

    async def complete(self, request: ChatRequest) -> Completion:
        """The whole answer. Raises `ModelFault`."""
        with self._named_errors():
            try:
                answer = await self._bound(request).ainvoke(to_langchain(request.messages))
            except Exception as error:
                if (cut := cut_off(error, request, self._info.key)) is None:
                    raise
                return cut
            return completion_of(answer, request, self._info.key)

    async def stream(self, request: ChatRequest) -> AsyncGenerator[Chunk, None]:
        """The answer piece by piece. Raises `ModelFault`, also for a stream that breaks off."""
        whole: Any = None
        with self._named_errors():
            async with aclosing(self._bound(request).astream(to_langchain(request.messages))) as pieces:
                async for piece in pieces:
                    whole = piece if whole is None else whole + piece
                    if text := str(piece.text):
                        yield Chunk(text)
            if whole is None or not ended(whole):
                raise ModelFault(Fault.GONE, self._info.key, detail="the stream broke off")
            yield Chunk(completion=completion_of(whole, request, self._info.key))

    async def aclose(self) -> None:
        """Close every connection."""
        await self._transport.aclose()

    def _bound(self, request: ChatRequest) -> Any:
        """The LangChain object for this request; those of equal parameters share one."""
        most = min(request.max_tokens + self._listed.thinking, self._info.most_output)
        heat = request.temperature if self._info.temperature else None
        if len(self._made) > 16:
            self._made.clear()
        made = self._made.get((most, heat))
        if made is None:
            made = self._made[most, heat] = self._make(most, heat)
        return made.bind(**bound(request, json_mode=self._listed.json_mode))

    @contextmanager
    def _named_errors(self) -> Iterator[None]:
        try:
            yield
        except Exception as error:
            raise fault_of(error, self._info.key, self._key) from None


Make = Callable[[int, float | None], Any]


def _openai(listed: Listed, url: str, key: str, transport: Any) -> Make:
    from langchain_openai import ChatOpenAI

    class Chat(ChatOpenAI):
        """Keeps a refusal that comes in a stream, which the class itself leaves out."""

        def _convert_chunk_to_generation_chunk(self, chunk: Any, *rest: Any) -> Any:
            made = super()._convert_chunk_to_generation_chunk(chunk, *rest)
            choices = chunk.get("choices") or [{}]
            said = (choices[0].get("delta") or {}).get("refusal")
            if made is not None and said:
                made.message.additional_kwargs["refusal"] = said
            return made

    client = sdk_client("httpx2", transport)

    def make(most: int, heat: float | None) -> Any:
        options: dict[str, Any] = {"reasoning_effort": listed.effort} if listed.effort else {}
        # Other servers know only the older name of the limit.
        newer = listed.provider in ("openai", "groq")
        options |= {"max_completion_tokens": most} if newer else {"extra_body": {"max_tokens": most}}
        return Chat(
            model=listed.model,
            base_url=url,
            api_key=key or "none",
            http_async_client=client,
            max_retries=0,
            stream_usage=True,
            stream_chunk_timeout=None,
            use_responses_api=False,
            temperature=heat,
            **options,
        )

    return make


def _anthropic(listed: Listed, url: str, key: str, transport: Any) -> Make:
    from anthropic import AsyncAnthropic
    from langchain_anthropic import ChatAnthropic

    client = AsyncAnthropic(
        api_key=key or "none", base_url=url, max_retries=0, http_client=sdk_client("httpx2", transport)
    )

    def make(most: int, heat: float | None) -> Any:
        options = {} if heat is None else {"temperature": heat}
        chat = ChatAnthropic(
            model_name=listed.model,
            base_url=url,
            api_key=key or "none",
            max_retries=0,
            max_tokens_to_sample=most,
            **options,
        )
        # The class makes its client at first use; ours goes the checked way.
        chat.__dict__["_async_client"] = client
        return chat

    return make


def _gemini(listed: Listed, url: str, key: str, transport: Any) -> Make:
    from langchain_google_genai import ChatGoogleGenerativeAI

    def make(most: int, heat: float | None) -> Any:
        options = {} if heat is None else {"temperature": heat}
        return ChatGoogleGenerativeAI(
            model=listed.model,
            base_url=url,
            api_key=key or "none",
            vertexai=False,
            # The SDK counts the first try too.
            max_retries=1,
            max_output_tokens=most,
            client_args={"transport": transport, "trust_env": False},
            **options,
        )

    return make


def _ollama(listed: Listed, url: str, key: str, transport: Any) -> Make:
    from langchain_ollama import ChatOllama

    headers = {"Authorization": f"Bearer {key}"} if key else {}

    def make(most: int, heat: float | None) -> Any:
        return ChatOllama(
            model=listed.model,
            base_url=url,
            num_predict=most,
            num_ctx=listed.context,
            temperature=heat,
            client_kwargs={"trust_env": False, "headers": headers},
            async_client_kwargs={"transport": transport},
        )

    return make


_MAKERS: Mapping[str, tuple[str, Callable[[Listed, str, str, Any], Make]]] = {
    "openai": ("httpx2", _openai),
    "groq": ("httpx2", _openai),
    "compatible": ("httpx2", _openai),
    "anthropic": ("httpx2", _anthropic),
    "gemini": ("httpx", _gemini),
    "ollama": ("httpx", _ollama),
}
"""The HTTP library that the provider's package speaks through, and how its chat class is made."""


@contextmanager
def _extra(provider: str) -> Iterator[None]:
    name = _EXTRAS.get(provider, provider)
    try:
        yield
    except ModuleNotFoundError as error:
        raise Unavailable(
            "extra_missing",
            f"Models of {provider} need the extra {name!r}, which is not installed.",
            next=f"Run `pip install 'verivita[{name}]'` and start again.",
        ) from error


def _silence() -> None:
    """No traces to anyone, whatever the environment says."""
    import langsmith

    langsmith.configure(enabled=False)

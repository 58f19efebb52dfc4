"""One provider on loopback that speaks the wire formats of OpenAI, Anthropic, Gemini, Groq and Ollama, and misbehaves.

It behaves as `mode` says; `script` holds modes for the next requests, used up one by one. What an obedient model says
is `say(heard)`; objects of a wanted shape are filled by `fill(heard)` or with the least that fits. `heard` keeps every
request to a model, `looked_at` the paths of every other.
"""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from pydantic import SecretStr

from verivita.bootstrap.settings import Settings

LIE = "You led 4,000 engineers at Initech, hold a doctorate from Oxford and doubled revenue to $9 billion in 2021."
PIECES = 5


class Mode(StrEnum):
    OBEDIENT = "obedient"
    LYING = "lying"
    SLOW = "slow"
    BUSY = "429"
    BROKEN = "500"
    MALFORMED = "malformed"
    TRUNCATED = "truncated"
    REFUSING = "refusing"
    ENDLESS = "endless"
    CUT = "cut"
    EMPTY = "empty"
    BAD_KEY = "401"
    TOO_LONG = "too_long"
    UNKNOWN_MODEL = "404"
    IGNORES_SCHEMA = "ignores_schema"
    REFUSES_SCHEMA = "refuses_schema"


@dataclass(frozen=True)
class Heard:
    """One request as it came: `wire` is the provider's name in the path."""

    wire: str
    path: str
    headers: Mapping[str, str]
    body: Mapping[str, Any]
    mode: Mode

    @property
    def model(self) -> str:
        return self.body.get("model") or self.path.split("/models/")[-1].split(":")[0]

    @property
    def stream(self) -> bool:
        return "stream" in self.path or bool(self.body.get("stream"))

    @property
    def text(self) -> str:
        """Everything that was said to the model, as one text."""
        return "\n".join(
            _texts([self.body.get(key) for key in ("system", "systemInstruction", "messages", "contents")])
        )

    @property
    def last(self) -> str:
        """The last message."""
        turns = self.body.get("messages") or self.body.get("contents") or []
        return "\n".join(_texts(turns[-1:]))

    @property
    def tools(self) -> list[dict[str, Any]]:
        """Tools as (name, parameters) in one form."""
        found = []
        for tool in self.body.get("tools") or []:
            if "function" in tool:
                found.append({"name": tool["function"]["name"], "schema": tool["function"].get("parameters")})
            for each in tool.get("functionDeclarations", []):
                schema = each.get("parametersJsonSchema") or each.get("parameters")
                found.append({"name": each["name"], "schema": schema})
            if "input_schema" in tool:
                found.append({"name": tool["name"], "schema": tool["input_schema"]})
        return found

    @property
    def forced(self) -> bool:
        choice = self.body.get("tool_choice") or self.body.get("toolConfig")
        return bool(choice) and choice != "auto"

    @property
    def shape(self) -> Any:
        """The JSON schema of the provider's own mode; True for plain JSON mode; None when no shape is asked for."""
        body = self.body
        asked = body.get("response_format") or {}
        if asked.get("type") == "json_schema":
            return asked["json_schema"]["schema"]
        config = body.get("generationConfig") or {}
        found = (
            (body.get("output_config") or {}).get("format", {}).get("schema")
            or config.get("responseJsonSchema")
            or config.get("responseSchema")
            or (body.get("format") if isinstance(body.get("format"), dict) else None)
        )
        plain = asked.get("type") == "json_object" or body.get("format") == "json"
        return found or (True if plain or config.get("responseMimeType") == "application/json" else None)


@dataclass
class Answer:
    """What a model would say: a text, or a tool call."""

    text: str = ""
    tool: str = ""
    arguments: Any = None
    finish: str = "stop"


@dataclass
class LlmServer:
    """See the module."""

    url: str = ""
    mode: Mode = Mode.OBEDIENT
    script: list[Mode] = field(default_factory=list)
    say: Callable[[Heard], str] = lambda heard: f"Hello from {heard.model}."
    fill: Callable[[Heard], Any] | None = None
    use_tools: bool = True
    delay: float = 0.2
    retry_after: str = "0"
    heard: list[Heard] = field(default_factory=list)
    looked_at: list[str] = field(default_factory=list)
    local_models: tuple[str, ...] = ("qwen3:4b",)
    embed: Callable[[str, int], list[float]] = lambda text, size: [float(1 + (len(text) + i) % 7) for i in range(size)]
    stopped: threading.Event = field(default_factory=threading.Event)
    pause: float = 0.002
    """Seconds between two words of an endless model."""
    thought: list[float] = field(default_factory=list)
    """Of each stream: seconds from the request to the first word."""

    @property
    def place(self) -> str:
        """`host:port`."""
        return self.url.removeprefix("http://")

    @property
    def addresses(self) -> dict[str, str]:
        """Provider -> its address on this server, as settings take it."""
        return {
            "openai": f"{self.url}/openai/v1",
            "anthropic": f"{self.url}/anthropic",
            "gemini": f"{self.url}/gemini",
            "groq": f"{self.url}/groq/openai/v1",
            "ollama": f"{self.url}/ollama",
            "compatible": f"{self.url}/compatible/v1",
        }

    def take_mode(self) -> Mode:
        return self.script.pop(0) if self.script else self.mode

    def answer(self, heard: Heard) -> Answer:
        if heard.mode is Mode.EMPTY:
            return Answer("")
        if heard.mode is Mode.IGNORES_SCHEMA:
            return Answer(self.say(heard))
        wants = next((tool for tool in heard.tools if heard.forced), None)
        if wants is not None:
            return Answer(tool=wants["name"], arguments=self._filled(heard, wants["schema"]))
        if heard.shape is not None:
            return Answer(json.dumps(self._filled(heard, heard.shape)))
        if heard.tools and self.use_tools and not _has_tool_result(heard.body):
            first = heard.tools[0]
            return Answer(tool=first["name"], arguments=self._filled(heard, first["schema"]))
        return Answer(LIE if heard.mode is Mode.LYING else self.say(heard))

    def _filled(self, heard: Heard, schema: Any) -> Any:
        if self.fill is not None:
            return self.fill(heard)
        if schema is True:
            schema = _schema_in(heard.last)
        return least(schema, schema, LIE if heard.mode is Mode.LYING else "something")


def least(schema: Any, root: Any, word: str) -> Any:
    """The smallest value that fits a JSON schema."""
    if not isinstance(schema, Mapping):
        return {}
    if "$ref" in schema:
        return least(root.get("$defs", {}).get(schema["$ref"].split("/")[-1], {}), root, word)
    for key in ("const",):
        if key in schema:
            return schema[key]
    if "enum" in schema:
        return schema["enum"][0]
    for key in ("anyOf", "oneOf", "allOf"):
        if key in schema:
            return least(schema[key][0], root, word)
    kind = str(schema.get("type", "object")).lower()
    if kind == "object":
        return {name: least(inner, root, word) for name, inner in schema.get("properties", {}).items()}
    if kind == "array":
        return [least(schema.get("items", {}), root, word) for _ in range(schema.get("minItems", 1))]
    return {"string": word, "integer": 1, "number": 1.0, "boolean": True}.get(kind)


def _schema_in(text: str) -> Any:
    """The schema that a prompt spells out at its end."""
    at = text.find("{")
    with contextlib.suppress(ValueError):
        return json.JSONDecoder().raw_decode(text[at:])[0] if at >= 0 else {}
    return {}


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)
    elif isinstance(value, Mapping):
        for key in ("text", "content", "parts"):
            yield from _texts(value.get(key))


def _has_tool_result(body: Mapping[str, Any]) -> bool:
    said = json.dumps(body.get("messages") or body.get("contents") or [])
    return '"tool"' in said or "tool_result" in said or "functionResponse" in said


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Any

    def log_message(self, *_: Any) -> None:
        pass

    @property
    def rig(self) -> LlmServer:
        served: LlmServer = self.server.rig
        return served

    def do_GET(self) -> None:
        self.rig.looked_at.append(self.path)
        if self.path.endswith("/api/tags"):
            self._send({"models": [{"name": name, "model": name} for name in self.rig.local_models]})
        elif self.path.endswith("/models"):
            self._send({"data": [{"id": "some-model", "object": "model"}]})
        else:
            self._send({"error": {"message": "not found"}}, 404)

    def do_POST(self) -> None:
        self.began = time.perf_counter()
        body = json.loads(self.rfile.read(int(self.headers.get("content-length") or 0)) or b"{}")
        heard = Heard(self._wire(), self.path, dict(self.headers), body, self.rig.take_mode())
        self.rig.heard.append(heard)
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            if not self._refused(heard):
                self._embeddings(heard) if "mbed" in self.path.rsplit("/", 1)[-1] else self._chat(heard)

    def _wire(self) -> str:
        return self.path.split("/")[1]

    def _refused(self, heard: Heard) -> bool:
        found: dict[Mode, tuple[int, str, str]] = {
            Mode.BUSY: (429, "rate_limit_error", "Too many requests."),
            Mode.BROKEN: (500, "api_error", "Internal error."),
            Mode.BAD_KEY: (401, "authentication_error", f"Incorrect API key provided: {self._key()}"),
            Mode.UNKNOWN_MODEL: (404, "not_found_error", "The model does not exist."),
            Mode.TOO_LONG: (400, "context_length_exceeded", "This model's maximum context length is 8192 tokens."),
        }
        if heard.mode is Mode.REFUSES_SCHEMA and (heard.shape not in (None, True) or heard.forced):
            found[heard.mode] = (400, "invalid_request_error", "Unknown parameter.")
        if heard.mode is Mode.SLOW:
            time.sleep(self.rig.delay)
        if heard.mode is Mode.MALFORMED:
            kind = "text/event-stream" if heard.stream and heard.wire != "ollama" else "application/json"
            self._raw(b"data: {not json\n\n" if "event" in kind else b"{not json", kind)
            return True
        if heard.mode not in found:
            return False
        status, kind, message = found[heard.mode]
        bodies: dict[str, Any] = {
            "anthropic": {"type": "error", "error": {"type": kind, "message": message}},
            "gemini": {"error": {"code": status, "message": message, "status": kind.upper()}},
            "ollama": {"error": message},
        }
        said = bodies.get(heard.wire, {"error": {"message": message, "type": kind, "code": kind}})
        self._send(said, status, {"retry-after": self.rig.retry_after} if status == 429 else {})
        return True

    def _key(self) -> str:
        names = ("x-api-key", "x-goog-api-key", "authorization")
        return next((self.headers[name] for name in names if self.headers.get(name)), "")

    def _chat(self, heard: Heard) -> None:
        speak = {"anthropic": _anthropic, "gemini": _gemini, "ollama": _ollama}.get(heard.wire, _openai)
        answer = self.rig.answer(heard)
        if heard.mode is Mode.TRUNCATED:
            answer.text, answer.finish = answer.text[: len(answer.text) // 2] or "x", "length"
        if heard.mode is Mode.REFUSING:
            answer = Answer("I cannot help with that.", finish="refusal")
        whole, events = speak(heard, answer)
        if heard.stream or heard.mode in (Mode.ENDLESS, Mode.CUT):
            self._stream(heard, events, whole)
        else:
            self._send(whole)

    def _stream(self, heard: Heard, events: list[str], whole: Any) -> None:
        self.send_response(200)
        kind = "application/x-ndjson" if heard.wire == "ollama" else "text/event-stream"
        self.send_header("content-type", kind if heard.stream else "application/json")
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        if not heard.stream:  # a body that never ends, or breaks off
            text = json.dumps(whole)
            self._piece(text[: len(text) // 2])
            while heard.mode is Mode.ENDLESS and not self.rig.stopped.wait(0.02):
                self._piece(" " * 64)
            self.close_connection = True
            return
        if heard.mode is Mode.CUT:
            for event in events[: max(1, len(events) // 2)]:
                self._piece(event)
            self.close_connection = True
            return
        turn = 0
        while heard.mode is Mode.ENDLESS and not self.rig.stopped.wait(self.rig.pause):
            self._piece(events[0] if turn == 0 else events[len(events) // 2])
            turn += 1
        self.rig.thought.append(time.perf_counter() - self.began)
        for event in events:
            self._piece(event)
        self.wfile.write(b"0\r\n\r\n")

    def _piece(self, text: str) -> None:
        data = text.encode()
        self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
        self.wfile.flush()

    def _embeddings(self, heard: Heard) -> None:
        if heard.wire == "gemini":
            requests = heard.body["requests"]
            found = [
                {"values": self.rig.embed("".join(_texts(each["content"])), each.get("outputDimensionality", 3072))}
                for each in requests
            ]
            return self._send({"embeddings": found})
        size, inputs = heard.body.get("dimensions", 1536), heard.body["input"]
        data = [{"index": i, "embedding": self.rig.embed(text, size)} for i, text in enumerate(inputs)]
        return self._send({"data": data, "usage": {"prompt_tokens": 7, "total_tokens": 7}})

    def _send(self, body: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> None:
        self._raw(json.dumps(body).encode(), "application/json", status, headers)

    def _raw(self, data: bytes, kind: str, status: int = 200, headers: Mapping[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {"content-type": kind, "content-length": str(len(data)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)


def _cut(text: str) -> list[str]:
    size = max(1, -(-len(text) // PIECES))
    return [text[at : at + size] for at in range(0, len(text), size)] or [""]


def _sse(body: Any, event: str = "") -> str:
    return (f"event: {event}\n" if event else "") + f"data: {json.dumps(body)}\n\n"


def _openai(heard: Heard, answer: Answer) -> tuple[Any, list[str]]:
    usage = {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18}
    base = {"id": "c1", "created": 1, "model": heard.model}
    finish = {"length": "length", "refusal": "stop"}.get(answer.finish, "tool_calls" if answer.tool else "stop")
    message: dict[str, Any] = {"role": "assistant", "content": answer.text or None}
    if answer.finish == "refusal":
        message = {"role": "assistant", "content": None, "refusal": answer.text}
    if answer.tool:
        call = {"name": answer.tool, "arguments": json.dumps(answer.arguments)}
        message["tool_calls"] = [{"id": "t1", "type": "function", "function": call}]
    choice = {"index": 0, "message": message, "finish_reason": finish}
    whole = {**base, "object": "chat.completion", "choices": [choice], "usage": usage}

    def event(delta: Any, reason: str | None = None) -> str:
        made = {**base, "object": "chat.completion.chunk"}
        return _sse({**made, "choices": [{"index": 0, "delta": delta, "finish_reason": reason}]})

    events = [event({"role": "assistant", "content": ""})]
    if answer.finish == "refusal":
        events.append(event({"refusal": answer.text}))
    elif answer.tool:
        events.append(event({"tool_calls": [{"index": 0, **message["tool_calls"][0]}]}))
    else:
        events += [event({"content": piece}) for piece in _cut(answer.text)]
    last = {**base, "object": "chat.completion.chunk", "choices": [], "usage": usage}
    return whole, [*events, event({}, finish), _sse(last), "data: [DONE]\n\n"]


def _anthropic(heard: Heard, answer: Answer) -> tuple[Any, list[str]]:
    finish = {"length": "max_tokens", "refusal": "refusal"}.get(
        answer.finish, "tool_use" if answer.tool else "end_turn"
    )
    usage = {"input_tokens": 11, "output_tokens": 7, "cache_read_input_tokens": 0, "cache_creation_input_tokens": 0}
    block: dict[str, Any] = {"type": "text", "text": answer.text}
    if answer.tool:
        block = {"type": "tool_use", "id": "t1", "name": answer.tool, "input": answer.arguments}
    base = {"id": "m1", "type": "message", "role": "assistant", "model": heard.model, "stop_sequence": None}
    whole = {**base, "content": [block], "stop_reason": finish, "usage": usage}
    first: dict[str, Any] = {**base, "content": [], "stop_reason": None, "usage": {**usage, "output_tokens": 0}}
    events = [_sse({"type": "message_start", "message": first}, "message_start")]
    if answer.tool:
        started: dict[str, Any] = {**block, "input": {}}
        deltas = [{"type": "input_json_delta", "partial_json": json.dumps(answer.arguments)}]
    else:
        started = {"type": "text", "text": ""}
        deltas = [{"type": "text_delta", "text": piece} for piece in _cut(answer.text)]
    events.append(_sse({"type": "content_block_start", "index": 0, "content_block": started}, "content_block_start"))
    events += [_sse({"type": "content_block_delta", "index": 0, "delta": d}, "content_block_delta") for d in deltas]
    events.append(_sse({"type": "content_block_stop", "index": 0}, "content_block_stop"))
    delta = {"stop_reason": finish, "stop_sequence": None}
    events.append(_sse({"type": "message_delta", "delta": delta, "usage": usage}, "message_delta"))
    return whole, [*events, _sse({"type": "message_stop"}, "message_stop")]


def _gemini(heard: Heard, answer: Answer) -> tuple[Any, list[str]]:
    finish = {"length": "MAX_TOKENS", "refusal": "SAFETY"}.get(answer.finish, "STOP")
    usage = {"promptTokenCount": 11, "candidatesTokenCount": 7, "totalTokenCount": 18}
    call = {"functionCall": {"name": answer.tool, "args": answer.arguments}}
    texts = [""] if answer.finish == "refusal" else _cut(answer.text)
    parts = [call] if answer.tool else [{"text": text} for text in texts]

    def body(part: Any, reason: str | None) -> dict[str, Any]:
        candidate: dict[str, Any] = {"content": {"role": "model", "parts": [part]}, "index": 0}
        if reason:
            candidate["finishReason"] = reason
        return {"candidates": [candidate], "usageMetadata": usage, "modelVersion": heard.model}

    whole = body(call if answer.tool else {"text": "".join(texts)}, finish)
    return whole, [_sse(body(part, finish if at == len(parts) - 1 else None)) for at, part in enumerate(parts)]


def _ollama(heard: Heard, answer: Answer) -> tuple[Any, list[str]]:
    base = {"model": heard.model, "created_at": "2026-11-01T00:00:00Z"}
    # Ollama knows no refusal: a model only says so.
    finish = "length" if answer.finish == "length" else "stop"
    message: dict[str, Any] = {"role": "assistant", "content": answer.text}
    if answer.tool:
        message["tool_calls"] = [{"function": {"name": answer.tool, "arguments": answer.arguments}}]
    counts = {"prompt_eval_count": 11, "eval_count": 7, "total_duration": 1, "eval_duration": 1}
    whole = {**base, "message": message, "done": True, "done_reason": finish, **counts}
    events = [
        json.dumps({**base, "message": {"role": "assistant", "content": piece}, "done": False}) + "\n"
        for piece in ([] if answer.tool else _cut(answer.text))
    ]
    if answer.tool:
        events.append(json.dumps({**base, "message": message, "done": False}) + "\n")
    done = {"role": "assistant", "content": ""}
    return whole, [*events, json.dumps({**base, "message": done, "done": True, "done_reason": finish, **counts}) + "\n"]


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: Any) -> None:
        pass  # a client that went away


@contextlib.contextmanager
def serving() -> Iterator[LlmServer]:
    """The server, obedient at first; stopped at the end."""
    rig = LlmServer()
    server = _Server(("127.0.0.1", 0), _Handler)
    server.rig = rig  # type: ignore[attr-defined]
    rig.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield rig
    rig.stopped.set()
    server.shutdown()
    server.server_close()
    thread.join(5)


@pytest.fixture
def llm_server() -> Iterator[LlmServer]:
    """The server of one test."""
    with serving() as rig:
        yield rig


ROUTES = {
    "analyse": "openai:gpt-6-luna,groq:openai/gpt-oss-20b",
    "write": "openai:gpt-6.1-terra,anthropic:claude-sonnet-5-5",
    "letter": "anthropic:claude-sonnet-5-5,openai:gpt-6.1-terra",
    "chat": "groq:openai/gpt-oss-120b,gemini:gemini-3.5-flash-lite",
    "judge": "openai:gpt-6-luna",
}
"""Every purpose has a route of two providers, but judge."""


def with_models(settings: Settings, rig: LlmServer, routes: Mapping[str, str] | None = None) -> Settings:
    """The settings with every provider at the rig, keys, and routes (`ROUTES` unless given)."""
    llm = settings.llm.model_copy(
        update={"addresses": rig.addresses, "routes": dict(ROUTES if routes is None else routes), "timeout_s": 5.0}
    )
    keys = {f"{name}_api_key": SecretStr(f"rig-key-of-{name}") for name in ("openai", "anthropic", "gemini", "groq")}
    return settings.model_copy(update={"llm": llm, **keys})


@pytest.fixture
def model_settings(settings: Settings, llm_server: LlmServer) -> Settings:
    """Settings of a throw-away installation whose language models are the rig; build a container with them."""
    return with_models(settings, llm_server)

"""Which models answer: what is said goes before what is found, and a stray key makes no route."""

from __future__ import annotations

import pytest

from verivita.core.errors import Invalid
from verivita.features.models import Installed, Purpose, parse
from verivita.features.models.routes import route

SAID = {Purpose.CHAT: ("openai:gpt-6-luna",)}


def test_the_tenant_goes_before_the_installation_and_both_before_what_is_found():
    installed = Installed(routes={Purpose.CHAT: ("groq:x",), Purpose.WRITE: ("groq:y",)})
    own, local = ("anthropic",), ("qwen3:4b",)
    assert route(Purpose.CHAT, SAID, installed, own, local) == ("openai:gpt-6-luna",)
    assert route(Purpose.WRITE, SAID, installed, own, local) == ("groq:y",)
    assert route(Purpose.JUDGE, SAID, installed, own, local) == ("anthropic:claude-haiku-4-5", "ollama:qwen3:4b")
    assert route(Purpose.CHAT, {Purpose.CHAT: ()}, installed, own, local) == ()


@pytest.mark.security
def test_a_key_of_the_surroundings_sends_nothing_anywhere():
    installed = Installed(keys={"openai": "sk-of-another-program"})
    assert route(Purpose.CHAT, {}, installed, (), ()) == ()


@pytest.mark.acceptance("GEN-11")
def test_a_letter_goes_to_the_writer_of_letters_first():
    everyone = ("openai", "anthropic", "gemini", "groq")
    assert route(Purpose.LETTER, {}, Installed(), everyone, ())[0].startswith("anthropic:")
    assert route(Purpose.ANALYSE, {}, Installed(), everyone, ())[0].startswith("openai:")


@pytest.mark.acceptance("LLM-05")
def test_a_local_ollama_alone_is_a_route():
    assert route(Purpose.WRITE, {}, Installed(), (), ("qwen3:4b", "other")) == ("ollama:qwen3:4b",)


def test_routes_are_read_as_people_write_them():
    found = parse({"chat": " openai:gpt-6-luna , ollama:qwen3:4b,openai:gpt-6-luna", "judge": "", "write": ["groq:x"]})
    assert found == {
        Purpose.CHAT: ("openai:gpt-6-luna", "ollama:qwen3:4b"),
        Purpose.JUDGE: (),
        Purpose.WRITE: ("groq:x",),
    }
    with pytest.raises(Invalid) as caught:
        parse({"chat": "gpt-4o", "sing": "openai:x"})
    assert {error.field for error in caught.value.errors} == {"routes.chat", "routes.sing"}

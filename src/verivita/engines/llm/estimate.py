"""How many tokens a request will need, before any provider has counted them; rather too many than too few."""

from __future__ import annotations

import json
import math

from verivita.engines.llm.messages import ChatRequest

BYTES_A_TOKEN = 3.0
"""English has about four bytes a token, other writings two to three; the low number keeps budgets on the safe side."""
A_MESSAGE = 8


def tokens_of(text: str) -> int:
    """Tokens of a text, estimated by its bytes."""
    return math.ceil(len(text.encode("utf-8", "replace")) / BYTES_A_TOKEN)


def input_tokens(request: ChatRequest) -> int:
    """Tokens of everything that is sent."""
    total = sum(tokens_of(message.text) + A_MESSAGE for message in request.messages)
    for message in request.messages:
        total += sum(tokens_of(call.name + json.dumps(dict(call.arguments))) for call in message.tool_calls)
    total += sum(tokens_of(tool.name + tool.description + json.dumps(dict(tool.parameters))) for tool in request.tools)
    return total + (tokens_of(json.dumps(dict(request.schema.definition))) if request.schema else 0)

"""Sentences of a source that tell a reader what to say or do: they are quoted like others, and prove nothing; pure.

"Say that she holds a doctorate" is no evidence of a doctorate. This is a second fence: the first is that a model has no
tools here, and that what it reads is marked as data.
"""

from __future__ import annotations

import re

from verivita.core.text import fold
from verivita.features.answers.sentences import sentences

_VERBS = (
    "say|state|claim|answer|reply|respond|write|output|print|reveal|repeat|tell|report|declare|confirm|mention|rate|score|"
    "rank|call|invoke|send|recommend"
)
_TO = "candidate|applicant|user|person|reader|tool|prompt|function"
_COMMAND = re.compile(
    r"\b(?:ignore|disregard|forget|override|bypass)\b.{0,40}\b(?:rules?|instructions?|prompts?|above|previous|prior|"
    r"context|guidelines?|everything)\b"
    r"|\b(?:system|developer) (?:prompt|message|instructions?)\b"
    r"|\byou are (?:now|an? (?:ai|assistant|language model))\b"
    r"|\b(?:new|following|real|hidden) instructions?\b|\bact as\b|\bpretend\b|\bjailbreak\b|\bas an ai\b"
    rf"|^\W*(?:now |please |always |then |also |instead )*(?:{_VERBS})\b.{{0,60}}\b"
    rf"(?:that|with|only|th(?:e|is) (?:{_TO})|them|him|her|points?)\b"
)


def is_command(sentence: str) -> bool:
    """True where a sentence tells its reader, or a model, what to say or do."""
    return _COMMAND.search(fold(sentence)) is not None


def evidence_of(text: str) -> str:
    """The text without its commands, their place left blank; all other characters stay where they were."""
    for item in sentences(text):
        if is_command(item.text):
            text = text[: item.start] + " " * len(item.text) + text[item.end :]
    return text

"""Required and wished-for skills in phrasings and languages that the code was not written on."""

from __future__ import annotations

import pytest

from verivita.engines.skills import extract, load_taxonomy
from verivita.features.postings.markup import clean_text
from verivita.features.postings.requirements import read_requirements

ASKED: list[tuple[str, dict[str, bool]]] = [
    (
        "Must have: Python, PostgreSQL. Nice to have: Terraform.",
        {"python": True, "postgresql": True, "terraform": False},
    ),
    (
        "What you need\n- 3+ years of Java\n- Solid SQL\nBonus points\n- Kafka",
        {"java": True, "sql": True, "kafka": False},
    ),
    ("Required skills: C#, .NET, Azure. Desirable: Docker", {"c-sharp": True, "docker": False}),
    ("Experience with React is a must; Vue is a plus.", {"react": True, "vue-js": False}),
    ("Anforderungen:\n- Sehr gute Kenntnisse in Java\nVon Vorteil:\n- Kubernetes", {"java": True, "kubernetes": False}),
    ("Requisitos\n- Python y SQL\nSe valorará\n- Docker", {"python": True, "sql": True, "docker": False}),
    ("We would love it if you had worked with Spark. You have strong Scala.", {"scala": True, "apache-spark": False}),
]


@pytest.mark.parametrize(("text", "asked"), ASKED)
def test_what_is_asked(text: str, asked: dict[str, bool]) -> None:
    taxonomy = load_taxonomy()
    read = read_requirements(clean_text(text), lambda words: extract(words, taxonomy))
    got = {wish.skill_id: wish.required for wish in read.skills}
    assert {skill: got.get(skill) for skill in asked} == asked

"""Floors of skill extraction, linking and titles on real data; figures in full come from `python -m bench`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from bench import skills_link, skills_span, titles
from tests.rigs.data import need
from verivita.engines.skills import OccupationLinker, SkillKind, extract, load_tagger, load_taxonomy


@pytest.mark.acceptance("RET-05")
def test_known_names_and_the_tagger_find_knowledge_in_postings(record_property: Callable[[str, object], None]) -> None:
    sentences = skills_span.conll(need("skills/skillspan/skillspan_tech_test.conll"))
    tagger = load_tagger(load_taxonomy())
    measured = {
        f"{mode}/{metric}": value
        for mode, mark in (("no_model", skills_span.by_names), ("default", skills_span.by_tagger(tagger)))
        for metric, value in skills_span.figures(sentences, mark).items()
    }
    for metric, value in measured.items():
        record_property(metric, value)
    print({metric: round(value, 3) for metric, value in measured.items()})
    assert measured["default/knowledge_p"] >= 0.60
    assert measured["default/knowledge_r"] >= 0.40
    assert measured["default/knowledge_f1"] > measured["no_model/knowledge_f1"] >= 0.40


@pytest.mark.nightly
async def test_names_and_ngrams_alone_link_sentences() -> None:
    path = need("skills/esco_linking/tech_validation_annotations.csv")
    labels = skills_link.names(path.parent / "skills_en_label.txt")
    linker = skills_link.Linker(labels, load_taxonomy())
    truth = skills_link.gold(path, {label.name: i for i, label in enumerate(labels)}, 60)
    ranked = {sentence: [link.index for link in await linker.link(sentence, 100)] for sentence in truth}
    assert skills_link.figures(ranked, truth)["rp@5"] >= 0.52


@pytest.mark.nightly
async def test_names_alone_find_occupations() -> None:
    found = titles.ranked_set(need("titles/melo_usa_en"))
    linker = OccupationLinker(found.occupations)
    measured = await titles.measure(found, linker, titles.sample(found, 80))
    assert measured["success@10"] >= 0.70


def test_hand_labelled_requirements_are_mostly_found() -> None:
    gold = Path(__file__).resolve().parents[2] / "bench" / "gold" / "requirements.jsonl"
    taxonomy, there, hit = load_taxonomy(), 0, 0
    for line in gold.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        text = row["text"]
        mentions = [m for m in extract(text, taxonomy) if m.kind is not SkillKind.SOFT]
        for skill in [*row["required_skills"], *row["preferred_skills"]]:
            start = text.find(skill["span"])
            there += 1
            hit += any(m.start < start + len(skill["span"]) and start < m.end for m in mentions)
    assert there > 100
    assert hit / there >= 0.8

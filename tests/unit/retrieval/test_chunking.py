"""Passages: exact offsets, whole sentences, sections kept apart."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verivita.engines.retrieval.chunking import Section, chunk

SENTENCES = " ".join(f"Sentence number {i} has exactly seven words." for i in range(40))


def test_passages_slice_back_and_stay_within_the_size() -> None:
    found = chunk(SENTENCES, words=50)
    assert len(found) > 4
    for one in found:
        assert SENTENCES[one.start : one.end] == one.text
        assert len(one.text.split()) <= 50
        assert one.text.startswith("Sentence")
        assert one.text.endswith(".")


def test_neighbours_share_a_short_sentence() -> None:
    found = chunk(SENTENCES, words=50)
    for before, after in zip(found, found[1:], strict=False):
        assert before.start < after.start < before.end


def test_a_long_last_sentence_is_not_repeated() -> None:
    long = "word " * 39 + "end. "
    found = chunk(long * 3, words=60)
    assert all(before.end <= after.start for before, after in zip(found, found[1:], strict=False))


def test_sections_are_never_crossed_and_gaps_are_read() -> None:
    text = "Summary\nI nurse.\nSkills\nPython, Go\nEnd"
    skills = text.index("Skills")
    sections = [Section("skills", skills, skills + 17), Section("summary", 0, 16)]
    found = chunk(text, sections)
    assert [(one.section, one.text) for one in found] == [
        ("summary", "Summary\nI nurse."),
        ("skills", "Skills\nPython, Go"),
        ("", "End"),
    ]


def test_overlapping_and_mad_sections_do_no_harm() -> None:
    text = "one two three four"
    found = chunk(text, [Section("a", 0, 7), Section("b", 4, 99), Section("c", 50, 60), Section("d", 5, 5)])
    assert [(one.section, one.text) for one in found] == [("a", "one two"), ("b", "three four")]


@pytest.mark.parametrize("text", ["", "   \n\t ", "\n\n\n"])
def test_nothing_gives_nothing(text: str) -> None:
    assert chunk(text) == []


@pytest.mark.edge
def test_a_sentence_longer_than_a_passage_is_cut_between_words() -> None:
    found = chunk("word " * 1000, words=100)
    assert [len(one.text.split()) for one in found] == [100] * 10


@given(st.text(alphabet="ab. \n!é", max_size=400), st.integers(1, 30), st.lists(st.integers(0, 400), max_size=4))
def test_every_word_lies_in_a_passage_and_every_passage_slices_back(text: str, words: int, cuts: list[int]) -> None:
    borders = sorted(cuts)
    sections = [Section(str(i), a, b) for i, (a, b) in enumerate(zip(borders, borders[1:], strict=False))]
    found = chunk(text, sections, words=words)
    covered = set()
    for one in found:
        assert text[one.start : one.end] == one.text
        assert one.text == one.text.strip() != ""
        assert len(one.text.split()) <= words
        covered.update(range(one.start, one.end))
    assert all(i in covered for i, character in enumerate(text) if not character.isspace())

"""Linking texts to labels and titles to occupations, with and without an encoder."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from verivita.engines.skills import Label, Linker, Occupation, OccupationLinker, load_taxonomy
from verivita.engines.skills.linking import pieces
from verivita.engines.skills.ngrams import CharIndex, grams
from verivita.engines.skills.titles import plain, singular

LABELS = [
    Label("Java (computer programming)"),
    Label("manage teams", ("lead a group",)),
    Label("PostgreSQL"),
    Label("bake bread"),
]


class Topics:
    """An encoder of three topics, made of words: leadership, kitchen, other."""

    words = (("team", "group", "lead", "manage", "chief"), ("bread", "bake", "oven", "cook"))

    async def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        rows = [[sum(w in t.lower() for w in topic) for topic in self.words] + [0.1] for t in texts]
        found = np.array(rows, np.float32).reshape(-1, 3)
        return found / np.linalg.norm(found, axis=1, keepdims=True)


def test_grams_stay_inside_words() -> None:
    found = grams("ab c")
    assert found[" a"] == 1
    assert found["ab"] == 1
    assert "b c" not in found
    assert grams("") == {}


def test_char_index_is_a_cosine() -> None:
    index = CharIndex(["python", "java", ""])
    own = index.scores("python")
    assert own[0] == np.float32(1.0) or abs(own[0] - 1) < 1e-5
    assert own[1] < 0.2
    assert own[2] == 0
    assert index.scores("").tolist() == [0, 0, 0]
    assert index.best(["zzz", "java"])[1] > 0.99


def test_pieces_are_phrases_clauses_and_named_skills() -> None:
    found = pieces("You have k8s, and manage a team of bakers (in Paris)", load_taxonomy())
    assert "k8s" in found
    assert "Kubernetes" in found
    assert "bakers" in found
    assert len(found) == len(set(found))
    assert pieces("", load_taxonomy()) == []


async def test_without_an_encoder_names_and_ngrams_rank() -> None:
    linker = Linker(LABELS, load_taxonomy())
    await linker.prepare()
    assert (await linker.link("experience with Postgres and Linux", 1))[0].name == "PostgreSQL"
    assert (await linker.link("Java developer wanted", 1))[0].name == "Java (computer programming)"
    assert len(await linker.link("anything", 99)) == len(LABELS)
    assert [found.index for found in await linker.link("", 4)] == [0, 1, 2, 3]


async def test_an_encoder_finds_other_words() -> None:
    linker = Linker(LABELS, load_taxonomy(), Topics())
    found = await linker.link("work at the oven and cook", 2)
    assert found[0].name == "bake bread"
    assert found[0].score > found[1].score
    assert (await linker.link("", 1))[0].score is not None


def test_titles_lose_plurals_and_remarks() -> None:
    assert plain("Managers, All Other") == "manager"
    assert plain("Legal Secretaries (all grades)") == "legal secretary"
    assert plain("(x)") == "(x)"
    assert [singular(w) for w in ("firemen", "coaches", "nurses", "mathematics", "boss", "gas")] == [
        "fireman", "coach", "nurse", "mathematics", "boss", "gas",
    ]  # fmt: skip


async def test_an_occupation_takes_its_best_name() -> None:
    jobs = [
        Occupation(("baker", "bread maker"), "They bake bread."),
        Occupation(("team leader",), "They lead a group."),
    ]
    for linker in (OccupationLinker(jobs), OccupationLinker(jobs, Topics())):
        await linker.prepare()
        (first,) = await linker.link("Bread Makers", 1)
        assert (first.index, first.name) == (0, "bread maker")
    found = await OccupationLinker(jobs, Topics()).link("chief", 2)
    assert [link.index for link in found] == [1, 0]

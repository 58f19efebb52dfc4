"""Every LexicalIndex keeps the same promises."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import pytest

from verivita.adapters.lexical.postgres import PostgresLexicalIndex
from verivita.adapters.lexical.tantivy import TantivyIndex
from verivita.engines.retrieval.ports import AnyOf, Between, Filter, LexicalIndex, Not, Partition, TextEntry
from verivita.kit.db import Database

HERE, THERE = Partition(str(UUID(int=1))), Partition(str(UUID(int=2)))
NURSE, PYTHON, CPP, COOK = (UUID(int=10 + i) for i in range(4))
ENTRIES = [
    TextEntry(NURSE, "Registered nurse", "Nursing in intensive care, nights.", {"place": "remote", "pay": 60_000}),
    TextEntry(
        PYTHON,
        "Python engineer",
        "Django, PostgreSQL and some nursing of servers.",
        {"place": "onsite", "pay": 150_000.5},
    ),
    TextEntry(CPP, "C++ developer", "Games in C++ and C#.", {"place": "remote", "tags": ["games", "pc"], "open": True}),
    TextEntry(COOK, "Cook", "Crêpes à la carte", {"place": None, "pay": -5}),
]


@pytest.fixture(params=["tantivy", "postgres"])
async def index(request: pytest.FixtureRequest, tmp_path: Path, database: Database, empty: None) -> LexicalIndex:
    made: LexicalIndex = TantivyIndex(tmp_path / "words")
    if request.param == "postgres":
        made = PostgresLexicalIndex(database)
    await made.upsert(HERE, ENTRIES)
    return made


async def ids(index: LexicalIndex, text: str, where: Filter = (), k: int = 10) -> list[UUID]:
    return [hit.id for hit in await index.query(HERE, text, k, where)]


async def test_words_are_found_by_stem_best_first(index: LexicalIndex) -> None:
    assert await ids(index, "nurses") == [NURSE, PYTHON]
    hits = await index.query(HERE, "nurse python", 10)
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert all(hit.score > 0 for hit in hits)


async def test_k_cuts(index: LexicalIndex) -> None:
    assert await ids(index, "nurse", k=1) == [NURSE]
    assert await ids(index, "nurse", k=0) == []


@pytest.mark.parametrize(("text", "found"), [("C++", [CPP]), ("c#", [CPP]), ("crepes", [COOK]), ("CRÊPES", [COOK])])
async def test_signs_and_accents(index: LexicalIndex, text: str, found: list[UUID]) -> None:
    assert await ids(index, text) == found


@pytest.mark.parametrize("text", ["", "   ", "the of and", "zzzunknown", "\x00", '+-&&||!(){}[]^"~*?:\\/'])
async def test_nothing_to_look_for_finds_nothing(index: LexicalIndex, text: str) -> None:
    assert await ids(index, text) == []


@pytest.mark.security
@pytest.mark.parametrize(
    "text",
    ["nurse AND NOT nurse", '"nurse', "nurse)", "body:nurse", "nurse* -nurse", "id:*  nurse", "nurse^99 OR 1=1 --"],
)
async def test_operators_have_no_meaning(index: LexicalIndex, text: str) -> None:
    assert (await ids(index, text))[0] == NURSE


@pytest.mark.edge
async def test_a_query_of_a_hundred_thousand_words(index: LexicalIndex) -> None:
    assert (await ids(index, "nurse " + " ".join(f"word{i}" for i in range(100_000)))) == [NURSE, PYTHON]


WORDS = "nurse python c++ cook"


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ((AnyOf("place", ("remote",)),), {NURSE, CPP}),
        ((AnyOf("place", ("remote", "onsite")),), {NURSE, CPP, PYTHON}),
        ((AnyOf("place", ()),), set()),
        ((AnyOf("tags", ("pc", "phone")),), {CPP}),
        ((AnyOf("open", ("true",)),), {CPP}),
        ((AnyOf("pay", ("60000",)),), {NURSE}),
        ((Not("place", ("remote",)),), {PYTHON, COOK}),
        ((Not("tags", ("games",)),), {NURSE, PYTHON, COOK}),
        ((Not("place", ()),), {NURSE, PYTHON, CPP, COOK}),
        ((Between("pay", 60_000, None),), {NURSE, PYTHON}),
        ((Between("pay", None, 60_000),), {NURSE, COOK}),
        ((Between("pay", 150_000.5, 150_000.5),), {PYTHON}),
        ((Between("pay", 60_001, 100_000),), set()),
        ((Between("pay", -1e300, 1e300),), {NURSE, PYTHON, COOK}),
        ((Between("pay"),), {NURSE, PYTHON, COOK}),
        ((Between("unknown", 0, 1),), set()),
        ((AnyOf("place", ("remote",)), Between("pay", 0, None)), {NURSE}),
        ((AnyOf("a.b' OR 1=1", ("x",)),), set()),
        ((Between("a:b] OR *", 0, 1),), set()),
    ],
)
async def test_filters(index: LexicalIndex, where: Filter, found: set[UUID]) -> None:
    assert set(await ids(index, WORDS, where)) == found


async def test_partitions_never_meet(index: LexicalIndex) -> None:
    other = TextEntry(UUID(int=99), "Nurse elsewhere", "nurse", {})
    await index.upsert(THERE, [other])
    assert UUID(int=99) not in await ids(index, "nurse elsewhere")
    assert [hit.id for hit in await index.query(THERE, "nurse", 10)] == [UUID(int=99)]
    await index.delete(THERE, None)
    assert (await index.count(HERE), await index.count(THERE)) == (4, 0)


async def test_upsert_replaces_and_is_seen_at_once(index: LexicalIndex) -> None:
    await index.upsert(HERE, [TextEntry(NURSE, "Pilot", "Flies.", {})])
    assert await ids(index, "nurse") == [PYTHON]
    assert await ids(index, "pilot") == [NURSE]
    assert await index.count(HERE) == 4


async def test_the_same_id_twice_in_one_batch_keeps_the_last(index: LexicalIndex) -> None:
    await index.upsert(HERE, [TextEntry(NURSE, "Diver", "", {}), TextEntry(NURSE, "Miner", "", {})])
    assert (await ids(index, "diver"), await ids(index, "miner"), await index.count(HERE)) == ([], [NURSE], 4)


async def test_delete_some_then_all(index: LexicalIndex) -> None:
    await index.delete(HERE, [NURSE, UUID(int=12345)])
    assert (await ids(index, "nurse"), await index.count(HERE)) == ([PYTHON], 3)
    await index.delete(HERE, None)
    assert (await ids(index, WORDS), await index.count(HERE)) == ([], 0)


async def test_empty_batches_do_nothing(index: LexicalIndex) -> None:
    await index.upsert(HERE, [])
    await index.delete(HERE, [])
    assert await index.count(HERE) == 4


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ((), {NURSE, PYTHON, CPP, COOK}),
        ((AnyOf("place", ("remote",)),), {NURSE, CPP}),
        ((Not("place", ("remote",)),), {PYTHON, COOK}),
        ((AnyOf("place", ("remote",)), Between("pay", 0, None)), {NURSE}),
        ((AnyOf("place", ()),), set()),
    ],
)
async def test_ids_that_pass_a_filter(tmp_path: Path, where: Filter, found: set[UUID]) -> None:
    index = TantivyIndex(tmp_path / "words")
    assert await index.passing(HERE, where, 10) is None  # nothing is indexed yet, so nothing is known
    await index.upsert(HERE, ENTRIES)
    pairs = await index.passing(HERE, where, 10)
    assert pairs is not None
    assert {UUID(int=int(high) << 64 | int(low)) for high, low in pairs} == found
    assert len(found) <= 1 or await index.passing(HERE, where, 1) is None

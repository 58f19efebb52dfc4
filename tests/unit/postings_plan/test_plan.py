"""What becomes of each record of a batch: every branch, alone and together."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import count
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from verivita.core.ids import PostingId
from verivita.features.postings.dedupe import bands
from verivita.features.postings.model import Posting, RawPosting
from verivita.features.postings.normalise import understand
from verivita.features.postings.plan import Item, Plan, Seen, plan

TODAY = date(2026, 6, 15)
TEXTS = {
    "Baker": "Ovens, dough, flour and early mornings. You knead, you bake, you sell bread to the quarter.",
    "Night Nurse": "Wards, charts and medicine at night. You watch over twenty patients and write down what you see.",
    "Welder": "Frames of steel for bridges. You cut, you weld, you check every seam and keep the torches clean.",
}


def item(title: str = "Baker", number: int = 1, **changes: str) -> Item:
    """A record of one employer for each number; `changes` overrules its fields."""
    fields = {
        "source": "s",
        "source_id": f"{title}-{number}",
        "title": title,
        "company": f"Firm {number}",
        "url": f"https://firm{number}.example/{title.replace(' ', '-')}",
        "location": "Oslo, Norway",
        "description": f"Firm {number}. {TEXTS[title]}",
    } | changes
    raw = RawPosting(**fields)
    return Item(raw, understand(raw, lambda _: [], TODAY))


def minted():
    numbers = count(1)
    return lambda: PostingId(UUID(int=next(numbers)))


def stored(it: Item, number: int = 99) -> Posting:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    understood = replace(it.understood, canonical_url=it.address)
    return Posting(PostingId(UUID(int=number)), understood, None, True, 1, now, now)


def seen(*items: Item, number: int = 99) -> dict[tuple[str, str], Seen]:
    return {it.key: Seen(PostingId(UUID(int=number)), it.raw_hash) for it in items}


def shape(found: Plan) -> tuple[int, int, int, int]:
    return len(found.new), len(found.changed), found.unchanged, found.duplicates


def test_an_empty_batch():
    found = plan([], {}, [], minted())
    assert shape(found) == (0, 0, 0, 0)
    assert (found.sights, found.placed) == ([], [])


def test_what_was_never_seen_is_new():
    found = plan([item(), item("Welder", 2)], {}, [], minted())
    assert shape(found) == (2, 0, 0, 0)
    assert found.placed == [UUID(int=1), UUID(int=2)]
    assert [keys for _, _, keys in found.new] == [bands(understood.signature) for _, understood, _ in found.new]
    assert [sight.job_id for sight in found.sights] == found.placed


def test_what_was_seen_and_says_the_same_is_unchanged_and_leaves_no_sight():
    one = item()
    found = plan([one], seen(one), [stored(one)], minted())
    assert shape(found) == (0, 0, 1, 0)
    assert found.sights == []
    assert found.placed == [UUID(int=99)]


def test_what_was_seen_and_says_otherwise_is_changed():
    before, now = item(), item(description="Now with rye.")
    found = plan([now], seen(before), [stored(before)], minted())
    assert shape(found) == (0, 1, 0, 0)
    assert found.changed[0][0] == UUID(int=99)
    assert found.changed[0][1].description == "Now with rye."
    assert [(sight.item, sight.job_id) for sight in found.sights] == [(now, UUID(int=99))]


def test_twins_of_what_is_stored_by_address_by_content_and_by_likeness():
    one = item()
    twins = {
        "address": item(source="t", description=one.raw.description + " Call us."),
        "content": item(source="t", url="https://board.example/7"),
        "likeness": item(source="t", url="https://b.example/8", description=one.raw.description + " Call us today."),
    }
    assert twins["address"].understood.content_hash != one.understood.content_hash
    assert twins["content"].understood.content_hash == one.understood.content_hash
    assert twins["likeness"].understood.content_hash != one.understood.content_hash
    for how, twin in twins.items():
        found = plan([twin], {}, [stored(one)], minted())
        assert shape(found) == (0, 0, 0, 1), how
        assert found.placed == [UUID(int=99)]
        assert [sight.job_id for sight in found.sights] == [UUID(int=99)], "the other source's record is kept"


def test_two_jobs_of_one_careers_page_stay_two():
    page = {"url": "https://firm1.example/careers", "source_id": ""}
    one, two = item("Baker", **page), item("Welder", **page)
    found = plan([one, two], {}, [], minted())
    assert shape(found) == (2, 0, 0, 0)
    addresses = {understood.canonical_url for _, understood, _ in found.new}
    assert len(addresses) == 2, "an address is there once in the table"
    again = plan([two], {}, [stored(one)], minted())
    assert shape(again) == (1, 0, 0, 0)
    assert again.new[0][1].canonical_url != one.address
    assert shape(plan([one, two], seen(one) | seen(two, number=98), [stored(one)], minted())) == (0, 0, 2, 0)


def test_another_role_or_city_of_the_same_firm_is_no_twin():
    one = item()
    for other in (item("Welder"), item(source_id="x", url="", location="Lisbon, Portugal")):
        assert shape(plan([other], {}, [stored(one)], minted())) == (1, 0, 0, 0)


def test_twins_inside_a_batch_find_each_other():
    one, two = item(), item(source="t", url="https://b.example/8")
    found = plan([one, two], {}, [], minted())
    assert shape(found) == (1, 0, 0, 1)
    assert found.placed == [UUID(int=1), UUID(int=1)]
    assert len(found.sights) == 2


def test_the_same_record_twice_in_a_batch():
    found = plan([item(), item()], {}, [], minted())
    assert shape(found) == (1, 0, 1, 0)
    assert len(found.sights) == 1


def test_a_record_that_comes_twice_with_other_words_stands_as_it_came_last():
    first, last = item(), item(description="Now with rye.")
    found = plan([first, last], {}, [], minted())
    assert shape(found) == (1, 1, 0, 0)
    assert found.new[0][0] == found.changed[0][0]
    assert [sight.item for sight in found.sights] == [last]


def test_of_two_changes_in_a_batch_each_posting_is_written_once():
    before = item()
    found = plan([item(description="Rye."), item(description="Spelt.")], seen(before), [stored(before)], minted())
    assert len(found.changed) == 1
    assert found.changed[0][1].description == "Spelt."
    assert len(found.sights) == 1


def test_a_change_back_in_one_batch_ends_where_it_was():
    before = item()
    found = plan([item(description="Rye."), before], seen(before), [stored(before)], minted())
    assert [understood.description for _, understood, _ in found.changed] == [before.understood.description]
    assert [sight.item for sight in found.sights] == [before]


def test_a_record_without_id_is_named_by_its_address_and_else_by_its_text():
    named = item(source_id="")
    assert named.key[0] == "s"
    assert named.key[1].startswith(named.understood.canonical_url)
    assert named.key == item(source_id="", description="Now with rye.").key
    assert named.key != item("Welder", source_id="").key
    bare = item(source_id="", url="")
    assert bare.key == ("s", f"text:{bare.understood.content_hash}")
    assert bare.address.startswith("urn:verivita:posting:")
    found = plan([bare], {}, [], minted())
    assert found.new[0][1].canonical_url == bare.address


def test_the_hash_of_a_record_is_that_of_its_snapshot_where_there_is_one():
    assert item(raw="x").raw_hash == item(title="Welder", raw="x").raw_hash
    assert item().raw_hash == item().raw_hash != item(salary="1 EUR").raw_hash


def test_the_given_memory_is_not_changed():
    memory: dict[tuple[str, str], Seen] = {}
    plan([item()], memory, [], minted())
    assert memory == {}


def test_counts_for_the_run():
    found = plan([item(), item(), item("Welder", 2)], {}, [], minted())
    assert found.counts(5) == {"position": 5, "new": 2, "changed": 0, "unchanged": 1, "duplicates": 0}


POOL = [
    item(title, number, source=source, **({"description": "Other words."} if other else {}))
    for title in TEXTS
    for number in (1, 2)
    for source in ("s", "t")
    for other in (False, True)
]


@given(st.lists(st.sampled_from(POOL), max_size=14), st.integers(0, 14))
def test_laws_of_any_batch(items, cut):
    whole = plan(items, {}, [], minted())
    ids = {id for id, _, _ in whole.new}
    assert len(whole.placed) == len(items)
    assert set(whole.placed) == ids, "every record belongs to a posting of the batch"
    assert len(whole.sights) == len({it.key for it in items})
    # Cut in two, with what the first part left as memory, the same postings come out.
    first = plan(items[:cut], {}, [], mint := minted())
    rows = {id: understood for id, understood, _ in [*first.new, *first.changed]}
    now, urls = datetime(2026, 1, 1, tzinfo=UTC), {id: new.canonical_url for id, new, _ in first.new}
    held = [Posting(id, replace(u, canonical_url=urls[id]), None, True, 1, now, now) for id, u in rows.items()]
    memory = {sight.item.key: Seen(sight.job_id, sight.item.raw_hash) for sight in first.sights}
    second = plan(items[cut:], memory, held, mint)
    again = [*first.placed, *second.placed]
    assert again[:cut] == whole.placed[:cut]
    assert {id for id, _, _ in second.new}.isdisjoint(rows)
    assert {it.key for it in items} == {s.item.key for s in [*first.sights, *second.sights]}


def test_ids_are_minted_only_for_new_postings():
    one = item()
    mint = minted()
    plan([one, one], seen(one), [stored(one)], mint)
    assert mint() == UUID(int=1)

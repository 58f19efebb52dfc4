"""What stands behind the score: which way a text goes, whether it states anything, words beside words, other names."""

from __future__ import annotations

import numpy as np
import pytest

from verivita.engines.grounding.additions import unheld
from verivita.engines.grounding.aliases import aliased, alike
from verivita.engines.grounding.alignment import aligned
from verivita.engines.grounding.direction import turned
from verivita.engines.grounding.merges import merged
from verivita.engines.grounding.numbers import missing, quantities
from verivita.engines.grounding.roles import (
    derived,
    misplaced,
    pairs,
    rates,
    swapped,
    uneven,
)
from verivita.engines.grounding.roles import (
    turned as reversed_change,
)
from verivita.engines.grounding.tokens import stem, tokens
from verivita.engines.grounding.voice import asserts

FELL = "Overtime fell from 40 to 30 hours a week."


@pytest.mark.parametrize(
    ("claim", "text"),
    [
        ("Coffee raises blood pressure.", "Coffee lowered blood pressure in all groups."),
        ("The harbour silt is increasing.", "Silt in the harbour has been decreasing since the dam."),
        ("Lack of sleep improves memory.", "Sleep deprivation impaired memory."),
        ("The vaccine prevents measles.", "The vaccine did not prevent measles."),
    ],
)
def test_a_text_that_goes_the_other_way_is_seen(claim: str, text: str) -> None:
    assert turned(claim, text) > 0.3


@pytest.mark.parametrize(
    ("claim", "text"),
    [
        ("Coffee raises blood pressure.", "Blood pressure increased after coffee."),
        ("Lack of iron reduces growth.", "Iron promotes growth."),
        ("Coffee raises blood pressure.", "To examine whether coffee lowers blood pressure."),
        ("The bridge opened in May.", "The bridge opened in May."),
    ],
)
def test_a_text_that_goes_the_same_way_or_only_asks_is_not_turned(claim: str, text: str) -> None:
    assert turned(claim, text) == 0.0


def test_questions_and_feelings_state_nothing() -> None:
    assert not asserts("Do you like films?")
    assert not asserts("I love that song.")
    assert not asserts("I've heard it is long.")
    assert asserts("I led a team of six.")
    assert asserts("The song lasts six minutes.")


def test_words_beside_words() -> None:
    claim = "Red boats carry sand"
    whole = aligned(claim, [np.eye(4)])
    pieces = aligned(claim, [np.eye(4)[:, :2], np.eye(4)[:, 2:]])
    assert set(whole.values()) == {1.0}
    assert pieces["even"] == pieces["least"] == 1.0
    assert pieces["window"] < whole["window"]
    assert pieces["joined"] < whole["joined"]
    assert pieces["run"] < whole["run"]
    assert set(aligned(claim, []).values()) == {0.0}


def test_more_sources_never_lower_a_figure() -> None:
    values = np.random.default_rng(4)
    one, two = values.uniform(-1, 1, (6, 9)), values.uniform(-1, 1, (6, 5))
    claim = "Old ships brought grain and salt"
    few, more = aligned(claim, [one]), aligned(claim, [one, two])
    assert all(more[name] >= few[name] for name in few)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("twice a week", {"week"}),
        ("2 per day and 12 monthly", {"day", "month"}),
        ("80 km/h", {"hour"}),
        ("within a year", set()),
        ("done in a day", set()),
    ],
)
def test_rates(text: str, expected: set[str]) -> None:
    assert rates(text) == expected


def test_what_a_number_does() -> None:
    assert [(a.value, b.value) for a, b in pairs("5 %, down from 9 %")] == [(9.0, 5.0)]
    assert list(reversed_change("Overtime rose from 30 to 40 hours.", [FELL]))
    assert list(misplaced("Cut overtime by 30 hours.", [FELL]))
    assert not list(misplaced("Brought overtime to 30 hours.", [FELL]))
    assert list(misplaced("Cut costs to 12%.", ["Cut costs by 12%."]))
    assert list(misplaced("Trained 12 drivers and 3 clerks.", ["Trained 3 drivers and 12 clerks."]))
    assert list(uneven("Overtime fell to 30 hours a month.", [FELL])) == ["month"]
    assert not missing(quantities("cut by a quarter"), list(derived([FELL])))
    assert list(swapped("Moved from Bern to Basel.", ["Moved from Basel to Bern."]))
    assert list(swapped("Cleaned up before each show.", ["Cleaned up after each show."]))


@pytest.mark.parametrize(
    ("said", "known"),
    [
        ("halved the cost", "cut the cost by 50%"),
        ("doubled the output", "100% more output"),
        ("twice as fast", "cut the time by 50%"),
        ("hundreds of users", "640 users"),
        ("a third of the fleet", "33% of the fleet"),
        ("two dozen", "24"),
        ("2 km", "2,000 metres"),
    ],
)
def test_shares_multiples_and_measures_in_other_forms(said: str, known: str) -> None:
    assert not missing(quantities(said), quantities(known))


@pytest.mark.parametrize(
    ("said", "known"),
    [
        ("halved the cost", "cut the cost by 20%"),
        ("tripled the output", "doubled the output"),
        ("hundreds of users", "64 users"),
        ("200 users", "hundreds of users"),
        ("30 miles", "30 km"),
        ("about 903 users", "900 users"),
    ],
)
def test_other_shares_multiples_and_measures_are_missing(said: str, known: str) -> None:
    assert missing(quantities(said), quantities(known))


def test_the_same_thing_under_other_names() -> None:
    assert stem("write") in alike(stem("drafted"))
    assert stem("wrote") == stem("write")
    assert {t.stem for t in tokens("K8s")} <= aliased("Runs K8s", ("Runs Kubernetes clusters",))
    assert "hr" in aliased("Led HR", ("Led human resources",))
    assert stem("warehouse") in aliased("a warehouse management system", ("a WMS",))


def test_what_a_claim_adds() -> None:
    assert [t.low for t in unheld("Baked award-winning bread daily.", ("Baked bread every day.",))] == [
        "award",
        "winning",
    ]
    assert not unheld("I drafted 3 letters.", ("Wrote three letters.",))


def test_facts_side_by_side_are_no_new_fact() -> None:
    facts = ["Baked rye bread for hotels.", "Cleaned delivery vans at night."]
    assert not list(merged("Baked rye bread and cleaned delivery vans.", facts))
    assert list(merged("Baked rye bread in delivery vans at night.", facts))

"""The shipped table: sound, complete, one way."""

from __future__ import annotations

import pytest

from verivita.engines.skills import Skill, SkillKind, Taxonomy, load_esco_labels, load_occupations, load_taxonomy
from verivita.engines.skills.taxonomy import parse
from verivita.engines.skills.words import joint, key, lower

TAXONOMY = load_taxonomy()


def test_ids_are_unique_and_parents_exist() -> None:
    assert len({s.id for s in TAXONOMY.skills}) == len(TAXONOMY.skills) > 1500
    assert [p for s in TAXONOMY.skills for p in s.parents if p not in TAXONOMY.by_id] == []
    assert {s.kind for s in TAXONOMY.skills} == set(SkillKind)


def test_no_skill_implies_itself_through_others() -> None:
    for skill in TAXONOMY.skills:
        assert all(skill.id not in TAXONOMY.implied([parent]) for parent in skill.parents), skill.id


@pytest.mark.parametrize(
    ("have", "implied"),
    [
        ("django", "python"), ("pytorch", "machine-learning"), ("postgresql", "sql"), ("amazon-eks", "kubernetes"),
        ("amazon-eks", "aws"), ("spring-boot", "java"), ("typescript", "javascript"),
    ],
)  # fmt: skip
def test_a_skill_implies_its_parents_one_way_only(have: str, implied: str) -> None:
    assert implied in TAXONOMY.implied([have])
    assert have not in TAXONOMY.implied([implied])


def test_implied_keeps_what_was_given_and_drops_unknown_ids() -> None:
    assert TAXONOMY.implied([]) == frozenset()
    assert TAXONOMY.implied(["python", "no-such-skill"]) == {"python"}


@pytest.mark.parametrize(
    ("one", "other"), [("Jest", "Jasmine"), ("Redis", "Memcached"), ("Kafka", "RabbitMQ"), ("AWS", "Azure")]
)
def test_different_products_are_different_skills(one: str, other: str) -> None:
    first, second = TAXONOMY.find(one), TAXONOMY.find(other)
    assert first is not None
    assert second is not None
    assert second.id not in TAXONOMY.implied([first.id])


def test_find_knows_aliases_in_any_case() -> None:
    found = TAXONOMY.find("K8S")
    assert found is not None
    assert found.id == "kubernetes"
    assert TAXONOMY.find("no such thing") is None
    assert TAXONOMY.find("") is None


def test_parse_reads_lists_and_empty_fields() -> None:
    head = "id\tname\tkind\taliases\tparents\turi"
    rows = parse(["# remark", head, "a\tA\ttool\tx; ~Y\tb; c\tu", "b\tB\tsoft\t\t\t"])
    assert rows[0] == Skill("a", "A", SkillKind.TOOL, ("x", "~Y"), ("b", "c"), "u")
    assert rows[1] == Skill("b", "B", SkillKind.SOFT)


def test_the_first_skill_keeps_a_name_that_another_wants() -> None:
    taxonomy = Taxonomy([Skill("a", "Alpha", SkillKind.TOOL), Skill("b", "Beta", SkillKind.TOOL, ("alpha",))])
    found = taxonomy.find("ALPHA")
    assert found is not None
    assert found.id == "a"


def test_keys_treat_hyphens_as_spaces_and_keep_slashes() -> None:
    assert key("Object-Oriented  Design") == key("object oriented design")
    assert key("CI/CD") == "ci/cd"
    assert key("CI / CD") == "ci/cd"
    assert key("P&L") == "p&l"
    assert key("Node.js") == "node .js"
    assert joint(", ") is None
    assert joint("\n\n") is None
    assert lower("İstanbul SQL") == "İstanbul sql"


def test_esco_tables_are_whole() -> None:
    labels = {label.name: label for label in load_esco_labels()}
    assert len(labels) > 13_000
    assert "Java (computer programming)" in labels
    assert any(label.aliases for label in labels.values())
    occupations = load_occupations()
    assert len(occupations) > 3_000
    assert all(o.names[0] and o.uri for o in occupations)
    assert sum(bool(o.about) for o in occupations) > 0.9 * len(occupations)

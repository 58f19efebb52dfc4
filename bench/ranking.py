"""Figures of ranked lists, counted by trec_eval through ir-measures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

Ranked = Mapping[str, Sequence[str]]
Right = Mapping[str, Mapping[str, int]]
DEPTH = 1_000
"""Ranked lists of many thousands are cut here, as trec_eval is used."""
NAMES = {
    "ndcg@10": "nDCG@10",
    "recall@100": "R@100",
    "r@10": "R@10",
    "mrr": "RR",
    "map": "AP",
    "success@10": "Success@10",
    "p@5": "P@5",
}
"""Our keys and the measures that they name."""


def each(ranked: Ranked, right: Right, keys: Sequence[str]) -> dict[str, dict[str, float]]:
    """For each key its value at every query; a query that is not ranked counts 0.

    `ranked` holds the ids of each query, best first; `right` the graded right ids (grades from 1).
    """
    import ir_measures

    measures = {ir_measures.parse_measure(NAMES[key]): key for key in keys}
    places = [(query, one, -place) for query, ids in ranked.items() for place, one in enumerate(ids)]
    run = [ir_measures.ScoredDoc(query, one, float(score)) for query, one, score in places]
    grades = [(query, one, grade) for query in ranked for one, grade in right.get(query, {}).items()]
    judged = [ir_measures.Qrel(*row) for row in grades]
    found = {key: dict.fromkeys(ranked, 0.0) for key in keys}
    for value in ir_measures.iter_calc(list(measures), judged, run):
        found[measures[value.measure]][value.query_id] = float(value.value)
    return found


def means(ranked: Ranked, right: Right, keys: Sequence[str]) -> dict[str, float]:
    """For each key the mean over the queries."""
    return {key: sum(values.values()) / len(values) for key, values in each(ranked, right, keys).items() if values}


def interval(one: Mapping[str, float], other: Mapping[str, float]) -> tuple[float, float]:
    """The 95 % interval of the mean difference of two values of the same queries, by 2,000 paired bootstrap draws."""
    import numpy as np

    gaps = np.array([one[query] - other[query] for query in one])
    draws = np.random.default_rng(7).choice(gaps, (2_000, gaps.size)).mean(axis=1)
    low, high = np.quantile(draws, [0.025, 0.975])
    return float(low), float(high)

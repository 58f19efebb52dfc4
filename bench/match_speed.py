"""Speed of the match score: one resume against 25,000 postings, one new posting against 1,000 resumes.

Both sides are real texts, repeated up to the number wanted. A posting is scored from the form that the product keeps
of it; a resume is made ready anew, as after a change of papers. The database is not part of these seconds.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from itertools import cycle, islice

from bench.match_texts import AS_OF, posting_of
from verivita.engines.skills import Taxonomy
from verivita.features.library import CandidateProfile
from verivita.features.matching.many import score_many
from verivita.features.matching.packed import pack
from verivita.features.matching.prepared import Closure, prepare, prepare_posting, soft_skills
from verivita.features.matching.score import overall

POSTINGS, PEOPLE, SINGLE = 25_000, 1_000, 400


def speed(
    people: Sequence[CandidateProfile], titled: Sequence[tuple[str, str]], taxonomy: Taxonomy
) -> dict[str, float]:
    """Seconds of both, pairs a second in a list and one by one, bytes of a kept form, ms to make one."""
    soft, implied = soft_skills(taxonomy), taxonomy.implied
    understood = [posting_of(title, text, taxonomy) for title, text in titled]
    start = time.perf_counter()
    ready = [prepare_posting(one, soft) for one in understood]
    kept = [pack(form, one) for form, one in zip(ready, understood, strict=True)]
    making = (time.perf_counter() - start) / len(kept)
    forms = list(islice(cycle(kept), POSTINGS))
    seconds = min(_timed(one, forms, implied) for one in people[:5])
    start = time.perf_counter()
    title, text = titled[0]
    new = posting_of(title, text, taxonomy)
    form = prepare_posting(new, soft)
    for profile in islice(cycle(people), PEOPLE):
        overall(prepare(profile, implied, as_of=AS_OF), form)
    new_posting = time.perf_counter() - start
    person = prepare(people[0], implied, as_of=AS_OF)
    start = time.perf_counter()
    for one in islice(cycle(ready), SINGLE):
        overall(person, one)
    single = time.perf_counter() - start
    return {
        "rescore_25000_s": seconds,
        "posting_to_1000_s": new_posting,
        "pairs_per_s": POSTINGS / seconds,
        "single/pairs_per_s": SINGLE / single,
        "form_bytes": sum(map(len, kept)) / len(kept),
        "prepare_ms": making * 1000,
    }


def _timed(profile: CandidateProfile, forms: list[bytes], implied: Closure) -> float:
    start = time.perf_counter()
    person = prepare(profile, implied, as_of=AS_OF)
    for at in range(0, len(forms), 1000):
        score_many(person, forms[at : at + 1000])
    return time.perf_counter() - start

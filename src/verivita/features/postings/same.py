"""Whether two understood postings are the same job, so that a list shows it once."""

# ruff: noqa: SIM905 - lists of words read better as one string
from __future__ import annotations

import re

from verivita.core.text import fold
from verivita.features.postings.dedupe import similarity
from verivita.features.postings.model import LocationType, Understood
from verivita.features.postings.place import city_keys, read_places

# Text similarity (share of equal MinHash places) that is asked for at each likeness of the titles, the likest first;
# chosen on the development half of a hand-labelled set of pairs, see bench.
_ASKED = ((0.99, 0.1), (0.75, 0.25), (0.5, 0.45), (0.3, 0.62), (0.0, 0.74))
# The same of two postings that each offer several roles, at each share of the roles that both offer: such a text is the
# employer's one, told again each month with some roles more or less.
_ASKED_OF_LISTS = ((0.5, 0.3), (0.25, 0.5))
_UNTITLED = 0.3
# One employer and city, and the same list of roles: only the year's other words stand between them.
_TOLD_AGAIN = 0.04
# In one city: no title at all, or a list of roles within the other. One title within the other asks half of the text,
# since "Engineer" and "Engineer, Payments" of one employer share much of their frame.
_WITHIN = 0.2
_WORD = re.compile(r"[a-z0-9+#]+")
_FILLER = frozenset(
    "a an and the of for to in at with or on our we is are m f d w x remote onsite hybrid time part contract"
    " job role roles position positions new"
    " multiple various work from home us uk eu usa".split()
)
_SPELLING = {
    "sr": "senior", "snr": "senior", "jr": "junior", "dev": "developer", "devs": "developer", "swe": "engineer",
    "eng": "engineer", "mgr": "manager",
    "engineering": "engineer", "programmer": "developer", "typist": "typing", "ml": "machinelearning",
    "frontend": "front", "backend": "back",
    "fullstack": "full", "stack": "full", "end": "", "admin": "administrator", "ii": "2", "iii": "3", "i": "1",
    "typing": "typing",
}  # fmt: skip
_GENERIC = frozenset(
    "engineer developer software tech technical all level type several engineering opening people staff talent"
    " team".split()
)
_RANKS = frozenset(
    {
        "senior",
        "junior",
        "lead",
        "staff",
        "principal",
        "manager",
        "director",
        "intern",
        "associate",
        "head",
        "vp",
        "1",
        "2",
        "3",
        "entry",
    }
)
_SPECIALTY = frozenset(
    "front back full ios android mobile devops data qa security embedded hardware ux ui design designer sales"
    " marketing product ruby rails php python java"
    " sre infrastructure network support machinelearning analytics cloud platform web systems recruiter spanish"
    " italian german french japanese".split()
)


def same_job(a: Understood, b: Understood) -> bool:
    """True when both postings are one job: the same page or record, or the same employer, place and role told alike.

    A repost in a later month is the same job; another role of the employer in the same frame of words is not, nor the
    same text for another city. Symmetric; true of a posting and itself.
    """
    if a.source_id and (a.source, a.source_id) == (b.source, b.source_id):
        return True
    if not _employers_meet(a, b) or not places_meet(a, b):
        return False
    if a.content_hash == b.content_hash:
        return True
    likeness = title_similarity(a.title, b.title)
    if a.canonical_url and a.canonical_url == b.canonical_url and likeness >= 0.5:
        return True
    alike = similarity(a.signature, b.signature)
    if not a.title or not b.title:
        return alike >= (_WITHIN if _one_city(a, b) and a.title == b.title else _UNTITLED)
    if ";" not in a.title + b.title and _other_role(a.title, b.title):
        return alike >= 0.9
    if not a.description or not b.description:
        return likeness >= 0.99 and bool(a.company_key) and a.posted_on == b.posted_on and _url_free(a, b)
    if _roles_shared(a, b, alike) or (_one_city(a, b) and _told_again(a, b, alike)):
        return True
    return next(alike >= asked for least, asked in _ASKED if likeness >= least)


def _roles_shared(a: Understood, b: Understood, alike: float) -> bool:
    if not (_several(a.title) and _several(b.title)):
        return False
    shared = shared_roles(a, b)
    return any(shared >= least and alike >= asked for least, asked in _ASKED_OF_LISTS)


def _one_city(a: Understood, b: Understood) -> bool:
    """Whether employer and city are named in both and equal: then less of the text has to agree."""
    cities = city_keys(a.location)
    return bool(a.company_key) and a.company_key == b.company_key and bool(cities) and cities == city_keys(b.location)


def _told_again(a: Understood, b: Understood, alike: float) -> bool:
    """Whether a text with other words tells the same roles again, all or some of them."""
    first, second = title_words(a.title), title_words(b.title)
    listed = ";" in a.title + b.title
    if first == second:
        return listed and alike >= _TOLD_AGAIN
    within = bool(first and second) and (first <= second or second <= first)
    return within and not (first ^ second) & _RANKS and alike >= (_WITHIN if listed else 0.5)


def shared_roles(a: Understood, b: Understood) -> float:
    """Share of the roles in the one title that the other posting names in its title or text, 0 to 1.

    A share of the shorter list; a title without a trade ("Engineering") lists its roles in its text.
    """
    if ";" in a.title and ";" in b.title:
        first, second = _roles(a.title), _roles(b.title)
        both = min(sum(_known(role, second) for role in first), sum(_known(role, first) for role in second))
        return both / max(1, min(len(first), len(second)))
    listed, other = (a, b) if ";" in a.title else (b, a)
    held, roles = title_words(f"{other.title} {other.description}"), _roles(listed.title)
    return sum(bool(role - _GENERIC) and role <= held for role in roles) / max(1, len(roles))


def _known(role: frozenset[str], others: list[frozenset[str]]) -> bool:
    return any(_near(role, other) for other in others)


def _several(title: str) -> bool:
    """Whether a title offers several roles: a list of them, or no trade at all ("Engineering")."""
    return ";" in title or not title_words(title) - _GENERIC


def title_similarity(a: str, b: str) -> float:
    """Jaccard similarity of the meaningful words of two titles, spelling folded: 0 to 1.

    Of lists of roles ("A; B") the share of the shorter list that the longer one repeats counts too, at a discount;
    a title that names no trade ("Engineering", "Multiple positions") is half like any other.
    """
    first, second = title_words(a), title_words(b)
    plain = len(first & second) / len(first | second) if first or second else 1.0
    if not first - _GENERIC or not second - _GENERIC:
        return max(plain, 0.5)
    roles, others = _roles(a), _roles(b)
    if max(len(roles), len(others)) < 2:
        return plain
    shorter, longer = sorted((roles, others), key=len)
    repeated = sum(_known(role, longer) for role in shorter)
    return max(plain, 0.75 * repeated / len(shorter))


def _roles(title: str) -> list[frozenset[str]]:
    return [words for part in title.split(";") if (words := title_words(part))]


def _near(a: frozenset[str], b: frozenset[str]) -> bool:
    return len(a & b) >= 0.7 * len(a | b)


def title_words(title: str) -> frozenset[str]:
    """The words of a title that tell roles apart, in one spelling."""
    text = re.sub(r"\bfull[- ]?time\b", " ", fold(title)).replace("machine learning", "ml")
    found = set()
    for word in _WORD.findall(text):
        word = _SPELLING.get(word, word)
        if len(word) > 3 and word.endswith("s") and not word.endswith("ss"):
            word = _SPELLING.get(word[:-1], word[:-1])
        if word and word not in _FILLER:
            found.add(word)
    return frozenset(found)


def places_meet(a: Understood, b: Understood) -> bool:
    """True unless both name places and no place of one can be a place of the other."""
    first, second = city_keys(a.location), city_keys(b.location)
    if not first or not second or first & second:
        return True
    if LocationType.REMOTE in (a.location_type, b.location_type) and a.country == b.country and a.country is not None:
        return _only_countries(a) or _only_countries(b)
    return (_only_countries(a) and a.country in _countries(b)) or (_only_countries(b) and b.country in _countries(a))


def _countries(item: Understood) -> set[str | None]:
    return {place.country for place in read_places(item.location)}


def _only_countries(item: Understood) -> bool:
    return all(not place.city and not place.region for place in read_places(item.location))


def _employers_meet(a: Understood, b: Understood) -> bool:
    if not a.company_key or not b.company_key:
        return similarity(a.signature, b.signature) >= 0.5
    if a.company_key == b.company_key:
        return True
    short, long = sorted((a.company_key, b.company_key), key=len)
    return (long.startswith(short) and len(short) >= 4) or similarity(a.signature, b.signature) >= 0.9


def _other_role(a: str, b: str) -> bool:
    """True when each title names a specialty or rank that the other lacks: front end against back end."""
    first, second = title_words(a), title_words(b)
    marks = _SPECIALTY | _RANKS
    return bool((first - second) & marks) and bool((second - first) & marks)


def _url_free(a: Understood, b: Understood) -> bool:
    return not (a.canonical_url and b.canonical_url)

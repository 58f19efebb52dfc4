"""Visa, place, pay and travel: shown apart from the score, and only as far as both sides say something."""

from __future__ import annotations

from verivita.features.matching.model import HardStop, Wishes, WishState
from verivita.features.postings import LocationType, Quote, Understood


def hard_stops(posting: Understood, wishes: Wishes) -> tuple[HardStop, ...]:
    """Visa, place, pay and travel, in this order; one that the person did not ask about is left out."""
    found = (_visa(posting, wishes), *_place(posting, wishes), _pay(posting, wishes), _travel(posting, wishes))
    return tuple(stop for stop in found if stop is not None)


def _stop(kind: str, hit: bool, text: str, asked: Quote | None = None) -> HardStop:
    return HardStop(kind, WishState.NOT_MET if hit else WishState.MET, hit, text, asked)


def _unsaid(kind: str, text: str) -> HardStop:
    return HardStop(kind, WishState.NOT_SAID, False, text)


def _visa(posting: Understood, wishes: Wishes) -> HardStop | None:
    if not wishes.needs_visa:
        return None
    wants = posting.requirements
    if wants.visa_sponsored is None:
        return _unsaid("visa", "The posting does not say whether it sponsors a visa.")
    if wants.visa_sponsored:
        return _stop("visa", False, "The posting sponsors a visa.", wants.visa_quote)
    return _stop("visa", True, "You need a visa, and the posting does not sponsor one.", wants.visa_quote)


def _place(posting: Understood, wishes: Wishes) -> list[HardStop | None]:
    found: list[HardStop | None] = []
    kind = posting.location_type
    if wishes.location_types:
        wanted = " or ".join(wishes.location_types)
        if kind is LocationType.UNKNOWN:
            found.append(_unsaid("place", f"You want {wanted}; the posting does not say where the work is done."))
        else:
            hit = kind.value not in wishes.location_types
            text = f"You want {wanted}; this job is {kind.value}." if hit else f"This job is {kind.value}, as you want."
            found.append(_stop("place", hit, text))
    if wishes.countries:
        found.append(_country(posting, wishes))
    return found


def _country(posting: Understood, wishes: Wishes) -> HardStop:
    """A remote job that names another country is not hit: it may hire abroad; the text says that it must be asked."""
    country = posting.country
    if not country:
        return _unsaid("place", "The posting does not name a country.")
    if country in wishes.countries:
        return _stop("place", False, f"The job is in a country that you named ({country}).")
    if posting.location_type is LocationType.REMOTE:
        text = f"Remote, but the posting names {country}: ask whether they hire where you are."
        return HardStop("place", WishState.PARTLY, False, text)
    return _stop("place", True, f"The job is in {country}, which is not among the countries that you named.")


def _pay(posting: Understood, wishes: Wishes) -> HardStop | None:
    least = wishes.minimum_pay
    if least is None:
        return None
    pay = posting.pay
    most = None if pay is None else pay.yearly_maximum
    if pay is None or most is None:
        return _unsaid("salary", "The posting does not state the most that it pays.")
    if wishes.currency and pay.currency and wishes.currency != pay.currency:
        return _unsaid("salary", f"The posting pays in {pay.currency}, your minimum is in {wishes.currency}.")
    where = posting.description.find(posting.pay_text) if posting.pay_text else -1
    asked = Quote(posting.pay_text, where, where + len(posting.pay_text)) if where >= 0 else None
    if most < least:
        return _stop("salary", True, f"It pays up to {most:,} a year; your minimum is {least:,}.", asked)
    return _stop("salary", False, f"It pays up to {most:,} a year, which reaches your minimum of {least:,}.", asked)


def _travel(posting: Understood, wishes: Wishes) -> HardStop | None:
    if wishes.max_travel_share is None:
        return None
    wants = posting.requirements
    if wants.travel_share is None:
        return _unsaid("travel", "The posting does not say how much travel it takes.")
    hit = wants.travel_share > wishes.max_travel_share
    text = f"It takes {wants.travel_share:.0%} travel; you accept up to {wishes.max_travel_share:.0%}."
    return _stop("travel", hit, text, wants.travel_quote)

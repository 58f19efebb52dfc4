# ruff: noqa: E501, SIM905 - one written form a line
from __future__ import annotations

import pytest

from verivita.features.postings.model import LocationType
from verivita.features.postings.place import city_keys, country_of, read_places
from verivita.features.postings.worktype import location_type_of

REMOTE, HYBRID, ONSITE, UNKNOWN = LocationType.REMOTE, LocationType.HYBRID, LocationType.ONSITE, LocationType.UNKNOWN


@pytest.mark.acceptance("JOB-15")
@pytest.mark.parametrize(
    ("location", "country"),
    [
        ("Berlin, Germany", "DE"),
        ("San Francisco, CA", "US"),
        ("Vancouver, CA", "CA"),
        ("Toronto, ON, Canada", "CA"),
        ("Bangalore, Karnataka, India | Hyderabad, Telangana, India", "IN"),
        ("Bangalore, IN", "IN"),
        ("Indianapolis, IN", "US"),
        ("Munich, DE", "DE"),
        ("Wilmington, DE", "US"),
        ("London UK", "GB"),
        ("Portland, OR or REMOTE", "US"),
        ("Remote (US)", "US"),
        ("Tbilisi, Georgia", "GE"),
        ("Atlanta, Georgia", "US"),
        ("Paris, Île-de-France, France", "FR"),
        ("Sofia, Sofia City, Bulgaria", "BG"),
        ("Washington, District of Columbia, United States", "US"),
        ("São Paulo, Brazil", "BR"),
        ("Virginia", "US"),
        ("San Antonio, TX 78201", "US"),
        ("Melbourne Australia", "AU"),
        ("Remote", None),
        ("", None),
        ("Anywhere", None),
    ],
)
def test_the_country_of_a_place(location: str, country: str | None) -> None:
    assert country_of(location) == country


def test_several_places_are_told_apart() -> None:
    assert [p.city for p in read_places("San Francisco, Barcelona, Budapest")] == [
        "San Francisco",
        "Barcelona",
        "Budapest",
    ]
    assert city_keys("NYC / SF") == {"new york", "san francisco"}
    assert city_keys("New York, New York, United States") == {"new york"}
    assert city_keys("München, Germany") == city_keys("Munich, DE")


@pytest.mark.acceptance("JOB-15")
@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Acme | Engineer | Berlin | REMOTE", REMOTE),
        ("Acme | Engineer | Berlin | ONSITE", ONSITE),
        ("Acme | Engineer | Berlin | Onsite (Remote Ok)", REMOTE),
        ("This is a fully remote position.", REMOTE),
        ("Position is remote within Ireland; team meetings are held in person.", REMOTE),
        ("Work from anywhere in the world.", REMOTE),
        ("This position can be located anywhere in the U.S. or Europe.", REMOTE),
        ("100% remote, all time zones.", REMOTE),
        ("We offer a hybrid model of working (60% out of our Krakow office).", HYBRID),
        ("The role has an in-office expectation of 3 or more days a week.", HYBRID),
        ("You will come to the office two days a week.", HYBRID),
        ("You can work from home on Fridays.", HYBRID),
        ("Work from home Fridays, relaxed hours", HYBRID),
        ("Some remote work is OK.", HYBRID),
        ("Uber expects employees to spend at least half of their work time in their assigned office.", HYBRID),
        ("No remote hires, please.", ONSITE),
        ("Barcelona, Spain - no remote", ONSITE),
        ("At the moment we're unable to accommodate remote workers.", ONSITE),
        ("This role is not remote.", ONSITE),
        ("We do not offer remote work.", ONSITE),
        ("Remote until covid restrictions are lifted, then in our office.", ONSITE),
        ("Remote: no", ONSITE),
        ("You must work at our office in Oslo.", ONSITE),
        ("Any level of remote sensing experience is welcome.", UNKNOWN),
        ("You will run a hybrid cloud of AWS and bare metal.", UNKNOWN),
        ("We build hybrid mobile apps.", UNKNOWN),
        ("We write a remote debugger in Go.", UNKNOWN),
        ("One phone screen and one onsite interview.", UNKNOWN),
        ("On-site gym, free coffee and lunch.", UNKNOWN),
        ("Experience with distributed systems.", UNKNOWN),
        ("We collaborate with remote teams.", UNKNOWN),
        ("Experience in office administration.", UNKNOWN),
        ("We sell shoes.", UNKNOWN),
        ("", UNKNOWN),
    ],
)
def test_the_work_type_of_a_text(text: str, kind: LocationType) -> None:
    assert location_type_of("", "", "", text) is kind


@pytest.mark.acceptance("JOB-15")
@pytest.mark.parametrize(
    ("field", "kind"),
    [
        ("true", REMOTE), ("Remote", REMOTE), ("TELECOMMUTE", REMOTE), ("fully", REMOTE), ("hybrid", HYBRID), ("temporary", HYBRID),
        ("On-site", ONSITE), ("false", ONSITE), ("none", ONSITE), ("in office", ONSITE), ("no remote", ONSITE), ("banana", UNKNOWN),
    ],
)  # fmt: skip
def test_the_source_s_own_field_comes_first(field: str, kind: LocationType) -> None:
    assert location_type_of(field, "", "", "") is kind


def test_place_and_title_come_before_the_text() -> None:
    assert location_type_of("", "Remote - Germany", "Engineer", "Our office in Oslo is great.") is REMOTE
    assert location_type_of("", "Oslo", "Engineer (Hybrid)", "fully remote") is HYBRID
    assert location_type_of("", "Oslo", "Engineer", "A | B | REMOTE\n\nSorry, no remote work.") is ONSITE

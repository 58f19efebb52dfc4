"""States, addresses, visits, secrets: the pure rules of identity."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr, ValidationError

from verivita.bootstrap.sign_in_settings import IssuerSettings, SignInSettings
from verivita.core.errors import Conflict, Invalid
from verivita.core.principal import IdentityState
from verivita.features.identity import Visit, actions_left
from verivita.features.identity.codes import new_code, plain_code, plain_email, same_email
from verivita.features.identity.states import MOVES, Step, moved

S = IdentityState
UP = [S.GUEST, S.EMAIL_COLLECTED, S.VERIFIED, S.MEMBER]


@pytest.mark.acceptance("ID-05")
@given(st.lists(st.sampled_from([Step.EMAIL_GIVEN, Step.EMAIL_PROVED, Step.UPGRADED]), max_size=30))
def test_nobody_jumps_and_nobody_falls_back(steps):
    state = S.GUEST
    for step in steps:
        before = state
        try:
            state = moved(state, step)
        except Conflict as refusal:
            assert refusal.code == "state"
        assert UP.index(state) - UP.index(before) in (0, 1)


@pytest.mark.acceptance("ID-05")
def test_the_only_ways_up_and_out():
    higher = {(a, b) for (a, _), b in MOVES.items() if a is not b and b is not S.SUSPENDED}
    assert higher == set(zip(UP, UP[1:], strict=False))
    assert {a for (a, _), b in MOVES.items() if b is S.SUSPENDED} == set(S)
    assert {b for (a, _), b in MOVES.items() if a is S.SUSPENDED} == {S.SUSPENDED}


@pytest.mark.acceptance("ID-13")
def test_what_each_state_has_left():
    left = {state: (actions_left(state, False), actions_left(state, True)) for state in S}
    assert left == {
        S.GUEST: (1, 0),
        S.EMAIL_COLLECTED: (0, 0),
        S.VERIFIED: (None, None),
        S.MEMBER: (None, None),
        S.SUSPENDED: (0, 0),
    }


def test_codes_are_six_digits_however_they_are_typed():
    made = {new_code() for _ in range(200)}
    assert all(len(code) == 6 and code.isdecimal() for code in made)
    assert len(made) > 150
    assert plain_code(" 012 - 345\n") == "012345"


@pytest.mark.parametrize(
    "email",
    [
        "ada@mail.example",
        "a.b+c@sub.mail.example",
        "o'neil@mail.example",
        "ü@bücher.example",
        "1@2-3.example",
        "a@b.co",
    ],
)
def test_what_is_an_address(email):
    assert same_email(f"  {email.upper()} ") == same_email(email)


@pytest.mark.parametrize(
    "email",
    [
        "", "x", "@", "a@", "@b.example", "a@b", "a b@c.example", "a@b c.example", "a@b..example", "a@-b.example",
        "a@b.example.", "a@b@c.example", "a@[127.0.0.1]", "a\n@b.example", "a@b.example\nBcc: c@d.example",
        "<a@b.example>", '"a"@b.example', "a,b@c.example", "a" * 65 + "@b.example", "a@" + "b" * 260 + ".example",
    ],
)  # fmt: skip
def test_what_is_none(email):
    with pytest.raises(Invalid) as caught:
        plain_email(email)
    assert caught.value.errors[0].field == "email"


@given(st.text(max_size=40))
def test_no_text_makes_two_lines_of_a_header(text):
    try:
        email = plain_email(text)
    except Invalid:
        return
    assert email.isprintable()
    assert email.count("@") == 1


@pytest.mark.acceptance("ID-17")
@pytest.mark.parametrize(
    ("address", "network", "kept"),
    [
        ("203.0.113.77", "203.0.113.77", "203.0.113.0/24"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64", "2001:db8:1::/48"),
        ("fe80::1%eth0", "fe80::/64", "fe80::/48"),
        ("::ffff:203.0.113.77", "203.0.113.77", "203.0.113.0/24"),
        ("", "unknown", None),
        ("testclient", "unknown", None),
    ],
)
def test_what_is_counted_and_what_is_kept_of_an_address(address, network, kept):
    visit = Visit("x", address)
    assert (visit.network, visit.truncated) == (network, kept)


def test_the_name_of_a_browser_is_cut_and_cleaned():
    assert Visit("a\x00b\n" + "c" * 400).agent == "ab" + "c" * 298
    assert Visit("").agent is None


@pytest.mark.acceptance("SEC-01")
@pytest.mark.security
@pytest.mark.parametrize(
    "secret", ["short", "x" * 40, "changeme-" * 5, "my-secret-that-is-rather-long-indeed-1234", ""]
)
def test_secrets_that_somebody_could_guess_are_refused(secret):
    with pytest.raises(ValidationError, match="too weak"):
        SignInSettings(jwt_secret=SecretStr(secret))


@pytest.mark.security
@pytest.mark.parametrize(
    "wrong",
    [
        {"algorithm": "HS256"},
        {"algorithm": "RS256", "secret": "J9x2mQ7vT4pL8sK1wZ6bN3cR5yH0gF-d"},
        {"algorithm": "none"},
        {"algorithm": "HS256", "secret": "weak"},
        {"algorithm": "HS512", "secret": "J9x2mQ7vT4pL8sK1wZ6bN3cR5yH0gF-d"},
        {"algoritm": "RS256"},
    ],
)
def test_an_issuer_has_one_algorithm_that_fits_its_key(wrong):
    with pytest.raises(ValidationError):
        IssuerSettings(issuer="https://issuer.example", **wrong)

"""Codes of an authenticator against the tables of the standard, and recovery codes."""

from __future__ import annotations

import base64
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from verivita.features.identity.second.otp import (
    DRIFT,
    RECOVERY_CODES,
    STEP_S,
    fitting_step,
    new_recovery_codes,
    new_seed,
    plain,
    setup_uri,
)

SEED = base64.b32encode(b"12345678901234567890").decode()
TABLE = [
    (59, "287082"),
    (1111111109, "081804"),
    (1111111111, "050471"),
    (1234567890, "005924"),
    (2000000000, "279037"),
    (20000000000, "353130"),
]
"""RFC 6238, appendix B, SHA-1; the last six of its eight digits."""


def at(second: float) -> datetime:
    return datetime.fromtimestamp(second, UTC)


@pytest.mark.parametrize(("second", "code"), TABLE)
def test_the_table_of_the_standard(second, code):
    assert fitting_step(SEED, code, at(second)) == second // STEP_S


@settings(deadline=None)
@given(st.sampled_from(TABLE), st.integers(-10, 10))
def test_a_code_counts_one_step_early_or_late_and_no_more(row, steps):
    second, code = row
    now = second + steps * STEP_S
    if now >= STEP_S:
        assert (fitting_step(SEED, code, at(now)) is not None) == (abs(steps) <= DRIFT)


@pytest.mark.parametrize(
    "typed", ["", "0", "287083", "2870822", "28708", "\ud800", "\u0662\u0668\u0667\u0660\u0668\u0662", "x" * 40]
)
def test_what_is_no_code(typed):
    assert fitting_step(SEED, typed, at(59)) is None


@settings(deadline=None)
@given(st.text(max_size=40))
def test_nothing_that_is_typed_breaks_it(typed):
    assert fitting_step(SEED, plain(typed), at(59)) in (None, 1)


def test_seeds_are_long_and_each_is_new():
    seeds = {new_seed() for _ in range(50)}
    assert len(seeds) == 50
    assert {len(base64.b32decode(seed)) for seed in seeds} == {20}


def test_the_address_for_the_picture_says_whose_it_is():
    uri = setup_uri(SEED, "ada@mail.example")
    assert uri.startswith("otpauth://totp/Verivita:ada%40mail.example?")
    assert f"secret={SEED}" in uri
    assert "issuer=Verivita" in uri


def test_ten_recovery_codes_that_nobody_misreads():
    codes = new_recovery_codes()
    assert len(set(codes)) == len(codes) == RECOVERY_CODES
    assert not set("".join(codes)) & set("ilo01 ")
    assert {len(plain(code)) for code in codes} == {10}
    assert plain(f" {codes[0].upper()} ") == codes[0].replace("-", "")

"""Password hashes: kind and cost, old kinds, long passwords, and the same work for nobody."""

from __future__ import annotations

import bcrypt
import pytest

from verivita.core.errors import Invalid
from verivita.features.identity.passwords import LONGEST, Passwords, checked

GOOD = "correct horse battery"


@pytest.mark.acceptance("ID-20", "PF-08")
async def test_a_hash_is_argon2id_of_the_cost_that_is_documented():
    passwords = Passwords()
    made = await passwords.hash(GOOD)
    assert made.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert await passwords.hash(GOOD) != made
    assert await passwords.fitting(GOOD, [made]) == (0, None)
    assert await passwords.fitting(GOOD + "x", [made]) is None


@pytest.mark.acceptance("ID-20")
async def test_a_bcrypt_hash_is_taken_once_and_replaced():
    passwords = Passwords()
    old = bcrypt.hashpw(GOOD.encode(), bcrypt.gensalt(4)).decode()
    found = await passwords.fitting(GOOD, [old])
    assert found is not None
    place, better = found
    assert place == 0
    assert better is not None
    assert better.startswith("$argon2id$")
    assert await passwords.fitting(GOOD, [better]) == (0, None)
    assert await passwords.fitting("wrong", [old]) is None


@pytest.mark.acceptance("ID-20")
@pytest.mark.security
async def test_every_letter_of_a_long_password_counts():
    passwords = Passwords()
    long = "p" * 100
    made = await passwords.hash(long)
    assert await passwords.fitting(long + "q", [made]) is None
    assert await passwords.fitting(long[:72], [made]) is None
    old = bcrypt.hashpw(long.encode()[:72], bcrypt.gensalt(4)).decode()
    found = await passwords.fitting(long, [old])
    assert found is not None
    assert found[1] is not None
    assert await passwords.fitting(long[:72], [found[1]]) is None


@pytest.mark.security
async def test_nobody_costs_a_check_of_the_same_kind_and_fits_nothing(monkeypatch):
    passwords, checks = Passwords(), []
    plain = Passwords._check

    def counted(self, password, stored):
        checks.append(stored[:30])
        return plain(self, password, stored)

    monkeypatch.setattr(Passwords, "_check", counted)
    made = await passwords.hash(GOOD)
    for hashes in ([None, None], [made, None], [None, made], [made, made]):
        checks.clear()
        await passwords.fitting("wrong", hashes)
        assert checks == ["$argon2id$v=19$m=19456,t=2,p=1"] * 2
    assert await passwords.fitting("nobody", [None, None]) is None
    assert await passwords.fitting(GOOD, [None, made]) == (1, None)


@pytest.mark.parametrize("broken", ["", "plain", "$argon2id$v=19$m=1", "$2b$04$short", "$1$md5$x"])
async def test_what_is_no_hash_fits_nothing(broken):
    assert await Passwords().fitting(GOOD, [broken]) is None


@pytest.mark.parametrize("password", ["", "seven77", "x" * (LONGEST + 1)])
def test_what_may_be_no_password(password):
    with pytest.raises(Invalid) as caught:
        checked(password)
    assert caught.value.errors[0].field == "password"

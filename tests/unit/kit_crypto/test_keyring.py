"""Laws of sealing: what was sealed for one place opens there and nowhere else, and only with its key."""

from __future__ import annotations

import base64
import json
import stat
import threading
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verivita.core.errors import Unavailable
from verivita.kit.crypto import Keyring, create_keyring, load_keyring, new_secret, secret_hash

pytestmark = [pytest.mark.security, pytest.mark.acceptance("SEC-02")]
ONE, TWO = Keyring({1: b"a" * 32}), Keyring({1: b"b" * 32})
TENANT, OTHER, ROW, ROW2 = (UUID(int=n) for n in range(1, 5))
uuids = st.uuids()
places = st.sampled_from(["documents.text", "documents.meta", "people.name"])


@given(uuids, places, uuids, st.binary(max_size=300))
def test_what_is_sealed_opens_in_its_place(tenant, place, row, plain):
    sealed = ONE.seal(tenant, place, row, plain)
    assert ONE.open(tenant, place, row, sealed) == plain
    assert len(plain) < 4 or plain not in sealed


@given(st.text(max_size=100))
def test_text_comes_back(text):
    assert (
        ONE.open_text(TENANT, "p", ROW, ONE.seal(TENANT, "p", ROW, text.encode("utf-8", "replace")))
        == text.encode("utf-8", "replace").decode()
    )


@given(uuids, places, uuids, uuids, places, uuids)
def test_moved_to_another_tenant_place_or_row_it_does_not_open(tenant, place, row, tenant2, place2, row2):
    sealed = ONE.seal(tenant, place, row, b"words")
    if (tenant, place, row) == (tenant2, place2, row2):
        return
    with pytest.raises(Unavailable) as caught:
        ONE.open(tenant2, place2, row2, sealed)
    assert caught.value.code == "key_wrong"


def test_another_key_says_what_to_do():
    with pytest.raises(Unavailable, match="does not open with the master key") as caught:
        TWO.open(TENANT, "p", ROW, ONE.seal(TENANT, "p", ROW, b"x"))
    assert caught.value.code == "key_wrong"
    assert "Put back the key file" in str(caught.value.next)


@given(st.data())
def test_one_changed_bit_is_seen(data):
    sealed = bytearray(ONE.seal(TENANT, "p", ROW, b"some words"))
    place = data.draw(st.integers(0, len(sealed) - 1))
    sealed[place] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(Unavailable):
        ONE.open(TENANT, "p", ROW, bytes(sealed))


@pytest.mark.parametrize(
    "sealed", [b"", b"\x01", b"\x01\x01" + b"0" * 11, b"\x02\x01" + b"0" * 40, b"\x01\x09" + b"0" * 40]
)
def test_what_is_no_sealed_value_does_not_open(sealed):
    with pytest.raises(Unavailable):
        ONE.open(TENANT, "p", ROW, sealed)


def test_the_same_words_are_sealed_differently_each_time():
    assert len({ONE.seal(TENANT, "p", ROW, b"x") for _ in range(50)}) == 50


def test_a_new_key_seals_and_the_old_one_still_opens():
    rotated = Keyring({1: b"a" * 32, 2: b"c" * 32})
    assert rotated.current == 2
    assert rotated.open(TENANT, "p", ROW, ONE.seal(TENANT, "p", ROW, b"old")) == b"old"
    new = rotated.seal(TENANT, "p", ROW, b"new")
    assert rotated.open(TENANT, "p", ROW, new) == b"new"
    with pytest.raises(Unavailable):
        ONE.open(TENANT, "p", ROW, new)


def test_a_blind_index_is_equal_for_equals_alone_and_survives_rotation():
    blind = ONE.blind(TENANT, "mail", "a@b.example")
    assert blind == ONE.blind(TENANT, "mail", b"a@b.example")
    others = {
        ONE.blind(TENANT, "mail", "a@c.example"),
        ONE.blind(TENANT, "phone", "a@b.example"),
        ONE.blind(OTHER, "mail", "a@b.example"),
        TWO.blind(TENANT, "mail", "a@b.example"),
    }
    assert blind not in others
    assert len(others) == 4
    assert len(blind) == 64
    assert Keyring({1: b"a" * 32, 7: b"z" * 32}).blind(TENANT, "mail", "a@b.example") == blind


@pytest.mark.parametrize("keys", [{}, {1: b"short"}, {1: b"a" * 32, 2: b""}])
def test_a_keyring_needs_whole_keys(keys):
    with pytest.raises(ValueError):
        Keyring(keys)


def test_a_key_file_is_made_once_and_is_the_owners_alone(tmp_path):
    path = tmp_path / "keys" / "master.json"
    made = create_keyring(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    content = path.read_bytes()
    sealed = made.seal(TENANT, "p", ROW, b"x")
    assert create_keyring(path).open(TENANT, "p", ROW, sealed) == b"x"
    assert load_keyring(path).open(TENANT, "p", ROW, sealed) == b"x"
    assert path.read_bytes() == content


def test_many_first_starts_at_once_make_one_key(tmp_path):
    path, rings, gate = tmp_path / "keys" / "master.json", [], threading.Barrier(12)

    def start():
        gate.wait()
        rings.append(create_keyring(path))

    threads = [threading.Thread(target=start) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({ring.blind(TENANT, "x", "y") for ring in rings}) == 1
    assert [item.name for item in path.parent.iterdir()] == ["master.json"]


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(Unavailable, match="is missing") as caught:
        load_keyring(tmp_path / "none.json")
    assert caught.value.code == "key_missing"
    assert "backup" in str(caught.value.next)


GOOD = base64.b64encode(b"k" * 32).decode()


@pytest.mark.parametrize(
    "content",
    [
        "", "no json", "[]", "{}", '{"keys": {}}', '{"keys": []}', json.dumps({"keys": {"x": GOOD}}),
        '{"keys": {"1": "short"}}', '{"keys": {"1": "not base64!"}}', '{"keys": {"1": 5}}', "null",
    ],
)  # fmt: skip
def test_a_damaged_file_is_named(tmp_path, content):
    path = tmp_path / "master.json"
    path.write_text(content)
    with pytest.raises(Unavailable, match="is damaged") as caught:
        load_keyring(path)
    assert caught.value.code == "key_damaged"


def test_a_file_with_two_keys_is_read(tmp_path):
    path = tmp_path / "master.json"
    path.write_text(json.dumps({"keys": {"1": GOOD, "2": base64.b64encode(b"m" * 32).decode()}}))
    assert load_keyring(path).current == 2


def test_secrets_are_long_and_only_their_hash_is_kept():
    secrets = {new_secret() for _ in range(200)}
    assert len(secrets) == 200
    assert min(map(len, secrets)) >= 43
    assert secret_hash("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

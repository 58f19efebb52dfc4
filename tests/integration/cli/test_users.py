"""`verivita users`: people as their owner sees them, and vouchers."""

from __future__ import annotations

import pytest


@pytest.mark.nightly
@pytest.mark.acceptance("ID-16")
def test_people_and_vouchers(verivita):
    listed = verivita("users", "list", "--json").json
    assert [person["role"] for person in listed["items"]] == ["owner"]
    owner = listed["items"][0]["id"]
    assert owner in verivita("users", "list").out
    voucher = verivita("users", "voucher", "--days", "3").out.strip()
    assert len(voucher) > 30
    refused = verivita("users", "suspend", owner)
    assert refused.code != 0
    assert "cannot be suspended" in refused.err
    unknown = verivita("users", "grant", "nobody")
    assert unknown.code != 0
    assert "There is no such person" in unknown.err

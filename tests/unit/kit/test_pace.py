"""How long to wait before asking a host again."""

from __future__ import annotations

import email.utils
import time

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from verivita.kit.pace import LONGEST_WAIT, Pacer, retry_after


class Hand:
    def __init__(self) -> None:
        self.at = 0.0

    def __call__(self) -> float:
        return self.at


@given(st.lists(st.floats(0, 20), min_size=1, max_size=30), st.floats(0.1, 10))
def test_two_requests_are_never_closer_than_the_pace(gaps: list[float], pace: float) -> None:
    hand = Hand()
    pacer = Pacer({"site.example": pace}, hand)
    moments = []
    for gap in gaps:
        hand.at += gap
        wait = pacer.wait(httpx2.URL("https://www.site.example/"))
        assert wait >= 0
        moments.append(hand.at + wait)
    assert all(later - sooner >= pace - 1e-6 for sooner, later in zip(moments, moments[1:], strict=False))


def test_a_host_without_a_pace_waits_only_when_held() -> None:
    hand = Hand()
    pacer = Pacer({}, hand)
    url = httpx2.URL("https://a.example/")
    assert [pacer.wait(url), pacer.wait(url)] == [0, 0]
    pacer.hold(url, 9)
    pacer.hold(url, 5)
    assert pacer.wait(url) == 9
    assert pacer.wait(httpx2.URL("https://b.example/")) == 0
    pacer.hold(url, 1e9)
    assert pacer.wait(url) == LONGEST_WAIT


def test_hosts_long_past_are_forgotten() -> None:
    hand = Hand()
    pacer = Pacer({}, hand)
    for n in range(3000):
        hand.at += 2
        pacer.hold(httpx2.URL(f"https://h{n}.example/"), 1)
    assert len(pacer._next) <= 1001


@pytest.mark.parametrize("text", [None, "", "soon", "-3", "Wed, 99 Foo 2026 00:00:00 GMT", "1.5"])
def test_a_word_that_says_nothing(text: str | None) -> None:
    assert retry_after(text) is None


def test_both_forms_are_read() -> None:
    assert retry_after(" 120 ") == 120
    assert retry_after("Wed, 21 Oct 2015 07:28:00 GMT") == 0
    later = email.utils.formatdate(time.time() + 1000, usegmt=True)
    assert retry_after(later) == pytest.approx(1000, abs=60)

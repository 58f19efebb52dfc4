"""Only public addresses, plainly written, are visited."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verivita.core.errors import Denied, Invalid
from verivita.kit.addresses import check_url, is_public, literal, origin

pytestmark = pytest.mark.security

PRIVATE = [
    "127.0.0.1",
    "127.255.255.254",
    "0.0.0.0",
    "10.1.2.3",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "100.100.100.200",
    "168.63.129.16",
    "192.0.0.8",
    "192.0.2.1",
    "198.18.0.1",
    "198.51.100.7",
    "203.0.113.7",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "192.88.99.1",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::1",
    "2002:7f00:1::",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "2001:db8::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fec0::1",
    "ff02::1",
]
PUBLIC = ["1.1.1.1", "93.184.216.34", "172.32.0.1", "2606:4700::1111", "::ffff:1.1.1.1", "64:ff9b::101:101"]


@pytest.mark.parametrize("text", PRIVATE)
def test_a_private_address_is_refused(text: str) -> None:
    assert not is_public(ipaddress.ip_address(text))
    host = f"[{text}]" if ":" in text else text
    with pytest.raises(Denied) as caught:
        check_url(f"http://{host}/latest/meta-data")
    assert caught.value.code == "address_refused"


@pytest.mark.parametrize("text", PUBLIC)
def test_a_public_address_is_fine(text: str) -> None:
    assert is_public(ipaddress.ip_address(text))


@pytest.mark.parametrize(
    "url",
    [
        "http://2130706433/",
        "http://0x7f000001/",
        "http://0x7f.1/",
        "http://0177.0.0.1/",
        "http://017700000001/",
        "http://127.1/",
        "http://127.0.1/",
        "http://127.0.0.1./",
        "http://1.2.3.4.5/",
        "http://example.0x/",
        "http://\uff11\uff12\uff17.0.0.1/",
        "http://\u2460\u2461\u2466.0.0.1/",
        "http://[::ffff:7f00:1]/",
        "http://[0:0:0:0:0:ffff:127.0.0.1]/",
        "http://[fe80::1%25eth0]/",
        "http://%31%32%37.0.0.1/",
        "http://user:pw@example.org/",
        "http://example.org@127.0.0.1/",
        "http://user@example.org/",
        "ftp://example.org/",
        "file:///etc/passwd",
        "gopher://example.org/",
        "javascript:alert(1)",
        "http://example.org:22/",
        "http://example.org:8080/",
        "https://example.org:6379/",
        "http:///path",
        "example.org/no-scheme",
        "//example.org/",
        "http://exa mple.org/",
        "http://example.org\\@127.0.0.1/",
        "http://example.org/\r\nX-Injected: 1",
        "http://example.org/\x00",
        "http://example.org:99999/",
        "http://[::1/",
        "http://" + "a" * 9000,
        "",
    ],
)
def test_an_odd_address_is_refused(url: str) -> None:
    with pytest.raises((Denied, Invalid)) as caught:
        check_url(url)
    assert caught.value.code in {"address_refused", "bad_url"}


@pytest.mark.parametrize(
    ("url", "where"),
    [
        ("https://example.org/jobs?q=1#top", "example.org:443"),
        ("http://EXAMPLE.org", "example.org:80"),
        ("https://example.org:443/", "example.org:443"),
        ("http://example.org:443/", "example.org:443"),
        ("https://bücher.example/", "xn--bcher-kva.example:443"),
        ("https://1.1.1.1/", "1.1.1.1:443"),
        ("https://[2606:4700::1111]/", "2606:4700::1111:443"),
        ("https://web3.example.3com/", "web3.example.3com:443"),
    ],
)
def test_a_plain_address_is_visited(url: str, where: str) -> None:
    assert origin(check_url(url)) == where


def test_an_exception_holds_for_its_port_alone() -> None:
    allow = frozenset({"127.0.0.1:8123", "localhost:11434", "::1:80"})
    assert check_url("http://127.0.0.1:8123/x", allow).port == 8123
    assert check_url("http://LOCALHOST:11434/x", allow)
    assert check_url("http://[::1]/x", allow)
    for url in ("http://127.0.0.1:8124/", "http://127.0.0.1/", "http://127.0.0.2:8123/", "http://u:p@127.0.0.1:8123/"):
        with pytest.raises(Denied):
            check_url(url, allow)


@given(st.ip_addresses(v=4))
def test_wrapping_changes_nothing(address: ipaddress.IPv4Address) -> None:
    expected = is_public(address)
    assert is_public(ipaddress.ip_address(f"::ffff:{address}")) == expected
    assert is_public(ipaddress.ip_address(int(ipaddress.ip_address("64:ff9b::")) + int(address))) == expected
    assert not is_public(ipaddress.ip_address((0x2002 << 112) | (int(address) << 80)))


@given(st.ip_addresses(v=4))
def test_only_the_plain_spelling_counts(address: ipaddress.IPv4Address) -> None:
    assert literal(str(address)) == address
    for odd in (str(int(address)), hex(int(address)), f"0{address}" if str(address)[0] != "0" else "00.0.0.1"):
        with pytest.raises(Denied):
            literal(odd)


@given(st.text(max_size=40))
def test_no_text_breaks_the_check(text: str) -> None:
    try:
        parsed = check_url("http://" + text)
    except (Denied, Invalid):
        return
    host = parsed.raw_host.decode()
    assert host
    found = literal(host)
    assert found is None or is_public(found)

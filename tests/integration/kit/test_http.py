"""The way out, against real servers: caps, hops, rebinding, politeness."""

from __future__ import annotations

import asyncio
import datetime
import email.utils
import gzip
import ssl
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import httpcore2
import pytest

from verivita.core.errors import Denied, Invalid, TooLarge, Unavailable
from verivita.kit.http import Egress

PUBLIC = "93.184.216.34"


@dataclass(slots=True)
class Asked:
    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


Answer = Callable[[Asked, asyncio.StreamWriter], Awaitable[None]]


@dataclass(slots=True)
class Site:
    """A small server on loopback that remembers what it was asked."""

    port: int = 0
    answer: Answer | None = None
    asked: list[Asked] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def allow(self) -> set[str]:
        return {f"127.0.0.1:{self.port}"}

    def says(self, status: int = 200, body: bytes = b"", **headers: str) -> None:
        """Answer everything like this."""

        async def answer(_: Asked, out: asyncio.StreamWriter) -> None:
            out.write(reply(status, body, headers))

        self.answer = answer

    async def serve(self, incoming: asyncio.StreamReader, out: asyncio.StreamWriter) -> None:
        try:
            head = (await incoming.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            method, path, _ = head[0].split(" ")
            pairs = (line.split(": ", 1) for line in head[1:] if line)
            headers = {name.lower(): value for name, value in pairs}
            body = await incoming.readexactly(int(headers.get("content-length", 0)))
            asked = Asked(method, path, headers, body)
            self.asked.append(asked)
            assert self.answer is not None
            await self.answer(asked, out)
            await out.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            out.close()


def reply(status: int, body: bytes, headers: Mapping[str, str]) -> bytes:
    named = {name.lower().replace("_", "-"): value for name, value in headers.items()}
    given = {"content-length": str(len(body)), "connection": "close", **named}
    lines = "".join(f"{name}: {value}\r\n" for name, value in given.items())
    return f"HTTP/1.1 {status} Some\r\n{lines}\r\n".encode("latin-1") + body


@pytest.fixture()
async def site() -> AsyncIterator[Site]:
    one = Site()
    server = await asyncio.start_server(one.serve, "127.0.0.1", 0)
    one.port = server.sockets[0].getsockname()[1]
    yield one
    server.close()


@pytest.fixture()
async def egress(site: Site) -> AsyncIterator[Egress]:
    """May visit the site, and does not wait."""
    one = Egress(site.allow, "test-agent", sleep=lambda _: asyncio.sleep(0))
    yield one
    await one.aclose()


class Internet(httpcore2.AsyncNetworkBackend):
    """Stands for the internet: whatever address is dialled, the site on loopback answers. Remembers the dialling."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.dialled: list[tuple[str, int]] = []

    async def connect_tcp(self, host: str, port: int, *args: object, **more: object) -> httpcore2.AsyncNetworkStream:
        self.dialled.append((host, port))
        return await httpcore2.AnyIOBackend().connect_tcp("127.0.0.1", self.port)


def resolver(*answers: Sequence[str]) -> Callable[[str, int], Awaitable[Sequence[str]]]:
    """A name server that gives each answer once, the last one for ever."""
    left = list(answers)

    async def resolve(host: str, port: int) -> Sequence[str]:
        return left.pop(0) if len(left) > 1 else left[0]

    return resolve


class TestFetch:
    async def test_brings_the_body_and_says_who_asks(self, site: Site, egress: Egress) -> None:
        site.says(200, b"hello", content_type="text/plain", ETag='"v1"')
        got = await egress.get(f"{site.url}/a?b=c#d", headers={"X-Key": "k", "Host": "evil.example"})
        assert (got.status, got.body, got.etag, got.not_modified) == (200, b"hello", '"v1"', False)
        assert got.headers["content-type"] == "text/plain"
        asked = site.asked[0]
        assert (asked.method, asked.path) == ("GET", "/a?b=c")
        assert asked.headers["user-agent"] == "test-agent"
        assert asked.headers["x-key"] == "k"
        assert asked.headers["host"] == f"127.0.0.1:{site.port}"

    async def test_an_unchanged_page_is_not_sent_again(self, site: Site, egress: Egress) -> None:
        site.says(304)
        got = await egress.get(site.url, etag='"v1"')
        assert got.not_modified
        assert site.asked[0].headers["if-none-match"] == '"v1"'

    async def test_posts_what_it_is_given(self, site: Site, egress: Egress) -> None:
        site.says(201, b"{}")
        got = await egress.post(f"{site.url}/x", b'{"a":1}', headers={"Content-Type": "application/json"})
        assert got.status == 201
        assert site.asked[0].body == b'{"a":1}'
        assert site.asked[0].headers["content-type"] == "application/json"

    @pytest.mark.parametrize("encoding", ["gzip", "deflate"])
    async def test_unpacks(self, site: Site, egress: Egress, encoding: str) -> None:
        packed = gzip.compress(b"x" * 1000) if encoding == "gzip" else zlib.compress(b"x" * 1000)
        site.says(200, packed, content_encoding=encoding)
        assert (await egress.get(site.url)).body == b"x" * 1000

    async def test_other_statuses_are_the_callers(self, site: Site, egress: Egress) -> None:
        for status in (403, 404, 500):
            site.says(status, b"no")
            assert (await egress.get(site.url)).status == status
        assert len(site.asked) == 3

    async def test_no_cookie_is_kept(self, site: Site, egress: Egress) -> None:
        site.says(200, b"", set_cookie="a=b")
        await egress.get(site.url)
        await egress.get(site.url)
        assert "cookie" not in site.asked[1].headers

    async def test_a_header_cannot_carry_another(self, site: Site, egress: Egress) -> None:
        with pytest.raises(Invalid):
            await egress.get(site.url, headers={"X-A": "1\r\nX-B: 2"})
        assert site.asked == []

    async def test_no_proxy_of_the_environment_is_used(
        self, site: Site, egress: Egress, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, "http://127.0.0.1:1")
        site.says(200, b"direct")
        assert (await egress.get(site.url)).body == b"direct"


@pytest.mark.security
class TestRefuse:
    async def test_loopback_without_leave(self, site: Site) -> None:
        egress = Egress()
        with pytest.raises(Denied) as caught:
            await egress.get(site.url)
        assert caught.value.code == "address_refused"
        assert site.asked == []
        await egress.aclose()

    @pytest.mark.parametrize(
        "found", [["127.0.0.1"], ["::1"], [PUBLIC, "10.0.0.1"], ["fe80::1%lo"], ["169.254.169.254"]]
    )
    async def test_a_name_that_leads_inside(self, site: Site, found: list[str]) -> None:
        internet = Internet(site.port)
        egress = Egress(resolve=resolver(found), network=internet)
        with pytest.raises(Denied, match="not on the public internet"):
            await egress.get("http://harmless.example/")
        assert internet.dialled == []
        await egress.aclose()

    async def test_the_real_resolver_knows_localhost(self) -> None:
        egress = Egress()
        with pytest.raises(Denied):
            await egress.get("http://localhost/")
        await egress.aclose()

    async def test_a_name_that_changes_its_mind_is_resolved_once(self, site: Site) -> None:
        site.says(200, b"fine")
        internet = Internet(site.port)
        egress = Egress(resolve=resolver([PUBLIC], ["127.0.0.1"]), network=internet)
        got = await egress.get("http://rebind.example/")
        assert got.body == b"fine"
        assert internet.dialled == [(PUBLIC, 80)]
        assert site.asked[0].headers["host"] == "rebind.example"
        # The next connection asks again, and is refused.
        with pytest.raises(Denied):
            await egress.get("http://rebind.example/")
        assert internet.dialled == [(PUBLIC, 80)]
        await egress.aclose()

    @pytest.mark.parametrize(
        "place",
        [
            "http://127.0.0.1:1/",
            "http://169.254.169.254/latest/meta-data/",
            "http://[::1]/",
            "http://2130706433/",
            "file:///etc/passwd",
            "http://user:pw@example.org/",
            "http://example.org:22/",
            "//localhost:1/",
            "http://exa mple/",
        ],
    )
    async def test_a_hop_to_where_we_would_not_go(self, site: Site, egress: Egress, place: str) -> None:
        site.says(302, b"", location=place)
        with pytest.raises((Denied, Invalid)):
            await egress.get(site.url)
        assert len(site.asked) == 1

    async def test_a_hop_from_https_to_http(self, site: Site, tls_site: Site, client_tls: ssl.SSLContext) -> None:
        tls_site.says(302, b"", location=f"{site.url}/plain")
        allow = {*site.allow, f"localhost:{tls_site.port}"}
        egress = Egress(allow, tls=client_tls)
        with pytest.raises(Denied, match="https to http"):
            await egress.get(f"https://localhost:{tls_site.port}/")
        await egress.aclose()

    async def test_a_bomb(self, site: Site, egress: Egress) -> None:
        bomb = gzip.compress(b"\0" * 50_000_000)
        assert len(bomb) < 60_000
        site.says(200, bomb, content_encoding="gzip")
        with pytest.raises(TooLarge):
            await egress.get(site.url, max_bytes=100_000)
        site.says(200, gzip.compress(bomb), content_encoding="gzip, gzip")
        with pytest.raises(TooLarge):
            await egress.get(site.url, max_bytes=100_000)

    async def test_a_body_that_says_it_is_too_long_is_not_read(self, site: Site, egress: Egress) -> None:
        site.says(200, b"x", content_length="1000000000")
        with pytest.raises(TooLarge):
            await egress.get(site.url)

    async def test_a_body_without_end(self, site: Site, egress: Egress) -> None:
        async def answer(_: Asked, out: asyncio.StreamWriter) -> None:
            out.write(b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n")
            while not out.is_closing():
                out.write(b"x" * 10_000)
                await out.drain()

        site.answer = answer
        with pytest.raises(TooLarge):
            await egress.get(site.url, max_bytes=1_000_000)

    async def test_a_body_that_drips(self, site: Site) -> None:
        async def answer(_: Asked, out: asyncio.StreamWriter) -> None:
            out.write(b"HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n")
            while not out.is_closing():
                out.write(b"x")
                await out.drain()
                await asyncio.sleep(0.01)

        site.answer = answer
        egress = Egress(site.allow, tries=1)
        with pytest.raises(Unavailable, match="took longer than 0.3 seconds"):
            await egress.get(site.url, within=0.3)
        await egress.aclose()

    async def test_packed_nonsense(self, site: Site, egress: Egress) -> None:
        site.says(200, b"this is not gzip", content_encoding="gzip")
        with pytest.raises(Unavailable, match="unpacked"):
            await egress.get(site.url)

    async def test_something_that_is_not_http(self, site: Site, egress: Egress) -> None:
        async def answer(_: Asked, out: asyncio.StreamWriter) -> None:
            out.write(b"220 smtp ready\r\n")

        site.answer = answer
        with pytest.raises(Unavailable, match="broke off"):
            await egress.get(site.url)


class TestHops:
    async def test_are_followed_and_the_last_address_is_told(self, site: Site, egress: Egress) -> None:
        async def answer(asked: Asked, out: asyncio.StreamWriter) -> None:
            if asked.path == "/":
                out.write(reply(301, b"", {"location": "/jobs"}))
            else:
                out.write(reply(200, b"jobs", {}))

        site.answer = answer
        got = await egress.get(site.url + "/", headers={"Authorization": "Bearer x"})
        assert (got.body, got.url) == (b"jobs", f"{site.url}/jobs")
        assert site.asked[1].headers["authorization"] == "Bearer x"

    async def test_a_circle_ends(self, site: Site, egress: Egress) -> None:
        site.says(302, b"", location="/again")
        with pytest.raises(Unavailable, match="circle"):
            await egress.get(site.url)
        assert len(site.asked) == 6

    async def test_secrets_stay_with_the_host_they_were_meant_for(self, site: Site) -> None:
        async def answer(asked: Asked, out: asyncio.StreamWriter) -> None:
            to = {"location": "http://other.example/in"} if asked.path == "/" else {}
            out.write(reply(302 if to else 200, b"", to))

        site.answer = answer
        egress = Egress(resolve=resolver([PUBLIC]), network=Internet(site.port))
        await egress.get("http://one.example/", headers={"Authorization": "x", "Cookie": "y", "Accept": "z"})
        assert site.asked[0].headers["authorization"] == "x"
        assert {"authorization", "cookie"}.isdisjoint(site.asked[1].headers)
        assert site.asked[1].headers["accept"] == "z"
        await egress.aclose()

    @pytest.mark.parametrize(("status", "method"), [(303, "GET"), (302, "GET"), (307, "POST"), (308, "POST")])
    async def test_a_post_becomes_what_the_status_says(
        self, site: Site, egress: Egress, status: int, method: str
    ) -> None:
        async def answer(asked: Asked, out: asyncio.StreamWriter) -> None:
            out.write(reply(status, b"", {"location": "/b"}) if asked.path == "/a" else reply(200, b"", {}))

        site.answer = answer
        await egress.post(f"{site.url}/a", b"data", headers={"Content-Type": "text/plain"})
        assert site.asked[1].method == method
        assert site.asked[1].body == (b"data" if method == "POST" else b"")
        assert ("content-type" in site.asked[1].headers) == (method == "POST")


class TestStream:
    async def test_pieces_arrive_while_the_rest_is_still_to_come(self, site: Site, egress: Egress) -> None:
        first_seen = asyncio.Event()

        async def answer(asked: Asked, out: asyncio.StreamWriter) -> None:
            out.write(b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\ndata: 1\n\n")
            await out.drain()
            await first_seen.wait()  # the end is sent only after the beginning has been read
            out.write(b"data: 2\n\n" + asked.body)

        site.answer = answer
        got: list[bytes] = []
        async with egress.stream(site.url, b"ask", headers={"X-Key": "k"}) as streamed:
            assert streamed.status == 200
            async for piece in streamed.pieces:
                got.append(piece)
                first_seen.set()
        assert b"".join(got) == b"data: 1\n\ndata: 2\n\nask"
        assert site.asked[0].headers["x-key"] == "k"

    async def test_refusals(self, site: Site, egress: Egress) -> None:
        with pytest.raises(Denied):
            async with egress.stream("http://127.0.0.1:1/", b""):
                pass
        gone = Egress({"127.0.0.1:1"})
        with pytest.raises(Unavailable, match="cannot be reached"):
            async with gone.stream("http://127.0.0.1:1/", b""):
                pass
        await gone.aclose()

    async def test_too_much_too_slow_or_broken_off(self, site: Site, egress: Egress) -> None:
        site.says(200, b"x" * 1000)
        with pytest.raises(TooLarge):
            async with egress.stream(site.url, b"", max_bytes=999) as streamed:
                assert [piece async for piece in streamed.pieces]

        async def answer(_: Asked, out: asyncio.StreamWriter) -> None:
            out.write(b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc")
            await out.drain()
            if len(site.asked) > 2:
                await asyncio.sleep(60)

        site.answer = answer
        with pytest.raises(Unavailable, match="broke off"):
            async with egress.stream(site.url, b"") as streamed:
                assert [piece async for piece in streamed.pieces]
        with pytest.raises(Unavailable, match="broke off"):
            async with egress.stream(site.url, b"", idle=0.2) as streamed:
                assert [piece async for piece in streamed.pieces]


class Hand:
    """A clock that sleeping moves."""

    def __init__(self) -> None:
        self.at = 100.0
        self.slept: list[float] = []

    def now(self) -> float:
        return self.at

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.at += seconds
        await asyncio.sleep(0)


class TestPolite:
    async def test_a_busy_host_is_asked_again_when_it_said(self, site: Site) -> None:
        async def answer(_: Asked, out: asyncio.StreamWriter) -> None:
            busy = reply(429, b"", {"retry-after": "7"})
            out.write(busy if len(site.asked) < 3 else reply(200, b"at last", {}))

        site.answer = answer
        hand = Hand()
        egress = Egress(site.allow, now=hand.now, sleep=hand.sleep)
        assert (await egress.get(site.url)).body == b"at last"
        assert hand.at == 114.0
        await egress.aclose()

    async def test_a_host_that_stays_busy_says_until_when(self, site: Site) -> None:
        when = email.utils.format_datetime(datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=3000), True)
        site.says(503, b"", retry_after=when)
        hand = Hand()
        egress = Egress(site.allow, now=hand.now, sleep=hand.sleep)
        with pytest.raises(Unavailable) as caught:
            await egress.get(site.url)
        assert caught.value.extra == {"status": 503}
        assert caught.value.retry_after == pytest.approx(3000, abs=60)
        assert len(site.asked) == 1  # nobody waits that long here
        await egress.aclose()

    async def test_without_a_word_the_pauses_grow(self, site: Site) -> None:
        site.says(502, b"", retry_after="soon")
        hand = Hand()
        egress = Egress(site.allow, tries=4, now=hand.now, sleep=hand.sleep)
        with pytest.raises(Unavailable):
            await egress.get(site.url)
        assert len(site.asked) == 4
        pauses = [seconds for seconds in hand.slept if seconds > 0]
        assert [0.5 * 2**n * 0.5 <= pause <= 0.5 * 2**n for n, pause in enumerate(pauses, 1)] == [True] * 3
        await egress.aclose()

    async def test_a_post_that_may_have_arrived_is_not_sent_twice(self, site: Site, egress: Egress) -> None:
        async def answer(_: Asked, out: asyncio.StreamWriter) -> None:
            out.close()

        site.answer = answer
        with pytest.raises(Unavailable):
            await egress.post(site.url, b"pay")
        assert len(site.asked) == 1
        with pytest.raises(Unavailable):
            await egress.get(site.url)
        assert len(site.asked) == 4

    async def test_a_host_that_is_not_there(self) -> None:
        slept: list[float] = []

        async def sleep(seconds: float) -> None:
            slept.append(seconds)

        egress = Egress({"127.0.0.1:1"}, sleep=sleep)
        with pytest.raises(Unavailable, match="cannot be reached"):
            await egress.post("http://127.0.0.1:1/", b"")
        assert len(slept) == 2

        async def unknown(host: str, port: int) -> Sequence[str]:
            raise OSError("no such host")

        nowhere = Egress(resolve=unknown, sleep=sleep)
        with pytest.raises(Unavailable, match=r"no.example cannot be reached"):
            await nowhere.get("http://no.example/")
        await egress.aclose()
        await nowhere.aclose()

    async def test_a_second_address_is_tried(self, site: Site) -> None:
        site.says(200, b"v4")

        class Half(Internet):
            async def connect_tcp(self, host: str, port: int, *a: object, **k: object) -> httpcore2.AsyncNetworkStream:
                if ":" in host:
                    raise httpcore2.ConnectError("no IPv6 here")
                return await super().connect_tcp(host, port)

        egress = Egress(resolve=resolver(["2606:4700::1111", PUBLIC]), network=Half(site.port))
        assert (await egress.get("http://both.example/")).body == b"v4"
        await egress.aclose()

    @pytest.mark.acceptance("JOB-10")
    async def test_one_domain_is_asked_at_its_pace_and_others_at_once(self, site: Site) -> None:
        site.says(200, b"")
        hand = Hand()
        times: list[tuple[str, float]] = []

        async def resolve(host: str, port: int) -> Sequence[str]:
            times.append((host, hand.at))
            return [PUBLIC]

        pace = {"slow.example": 5.0, "example.org": 3.0}
        egress = Egress(pace=pace, resolve=resolve, network=Internet(site.port), now=hand.now, sleep=hand.sleep)
        for host in ("slow.example", "api.slow.example", "free.example", "www.example.org", "slow.example"):
            await egress.get(f"http://{host}/")
        assert times == [
            ("slow.example", 100.0),
            ("api.slow.example", 105.0),
            ("free.example", 105.0),
            ("www.example.org", 105.0),
            ("slow.example", 110.0),
        ]
        await egress.aclose()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for `localhost` and `named.example`, with its key, signed by itself."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "test")])
    now = datetime.datetime.now(datetime.UTC)
    names = x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.DNSName("named.example")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.fixture()
def client_tls(certificate: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(certificate))


@pytest.fixture()
async def tls_site(certificate: Path) -> AsyncIterator[Site]:
    one = Site()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server = await asyncio.start_server(one.serve, "127.0.0.1", 0, ssl=context)
    one.port = server.sockets[0].getsockname()[1]
    yield one
    server.close()


class TestTls:
    async def test_the_certificate_must_be_that_of_the_name(self, tls_site: Site, client_tls: ssl.SSLContext) -> None:
        tls_site.says(200, b"secret")
        internet = Internet(tls_site.port)
        egress = Egress(resolve=resolver([PUBLIC]), network=internet, tls=client_tls, tries=1)
        assert (await egress.get("https://named.example/")).body == b"secret"
        assert internet.dialled == [(PUBLIC, 443)]
        with pytest.raises(Unavailable, match="other.example cannot be reached"):
            await egress.get("https://other.example/")
        await egress.aclose()

    async def test_a_certificate_that_nobody_knows_is_refused(self, tls_site: Site) -> None:
        egress = Egress({f"localhost:{tls_site.port}"}, tries=1)
        with pytest.raises(Unavailable, match="cannot be reached"):
            await egress.get(f"https://localhost:{tls_site.port}/")
        assert tls_site.asked == []
        await egress.aclose()

"""A running installation: start time, latency of a read, of a search and of a sign-in, memory of each role.

Starts `verivita up` in a fresh data directory with the example, asks it from one client over loopback, and stops it.
"""

from __future__ import annotations

import itertools
import json
import os
import re
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.metadata import distributions
from pathlib import Path

import httpx2

from bench.http_load import bare_route, load
from bench.report import Outcome
from verivita import __file__ as package

ASKS = 300


def run(data: Path, sets: str | None, limit: int | None) -> Outcome:
    """One set, `up`: the figures of a fresh installation with the example in it."""
    with tempfile.TemporaryDirectory(prefix="verivita-bench-") as folder:
        ports = free_ports(2)
        env = os.environ | {
            "VERIVITA_DATA_DIR": folder,
            "VERIVITA_PORT": str(ports[0]),
            "VERIVITA_ML_PORT": str(ports[1]),
            "VERIVITA_REQUESTS_PER_MINUTE": "1000000",
            "VERIVITA_BURST": "100000",
            "VERIVITA_TENANT_REQUESTS_PER_MINUTE": "10000000",
        }
        first, process, link = up(env)
        stop(process)
        again, process, link = up(env)
        try:
            figures = _asked(f"http://127.0.0.1:{ports[0]}", link, limit or ASKS)
            figures |= {"api_start_s": _api_start(env)}
            loaded = _loaded(ports[0], env, Path(folder), (limit or ASKS) * 10)
            figures |= loaded | memory(process.pid)
        finally:
            stop(process)
        figures |= _login(env, ports[0], (limit or ASKS) // 3)
    figures |= {"first_start_s": first, "second_start_s": again, "install_mb": _size_mb()}
    named = {name if ":" in name else f"default/{name}": round(value, 3) for name, value in figures.items()}
    return {"sets": {"up": named}, "skipped": {}}


def up(env: dict[str, str]) -> tuple[float, subprocess.Popen[str], str]:
    start = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "verivita", "up"], env=env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert process.stdout is not None
    for line in process.stdout:
        if found := re.search(r"https?://\S+/enter\?token=\S+", line):
            return time.perf_counter() - start, process, found.group()
    raise RuntimeError("`verivita up` ended before it was ready")


def stop(process: subprocess.Popen[str]) -> None:
    process.send_signal(signal.SIGTERM)
    process.wait(60)


def _api_start(env: dict[str, str]) -> float:
    """Seconds from the start of one more API process, the rest running, to its first answer; the median of five."""
    times = []
    for _ in range(5):
        (port,) = free_ports(1)
        start = time.perf_counter()
        command = [sys.executable, "-m", "verivita", "api"]
        process = subprocess.Popen(command, env=env | {"VERIVITA_PORT": str(port)}, stderr=subprocess.DEVNULL)
        try:
            times.append(_answered(f"http://127.0.0.1:{port}/ready", 60) - start)
        finally:
            process.terminate()
            process.wait(60)
    return statistics.median(times)


def _answered(url: str, patience: float) -> float:
    """When `url` answers well for the first time."""
    until = time.perf_counter() + patience
    while time.perf_counter() < until:
        try:
            if httpx2.get(url, timeout=5).is_success:
                return time.perf_counter()
        except httpx2.TransportError:
            time.sleep(0.01)
    raise RuntimeError(f"{url} did not answer")


def _asked(base: str, link: str, asks: int) -> dict[str, float]:
    with httpx2.Client(base_url=base, timeout=30) as client:
        token = link.split("token=")[1]
        # Reading and indexing of the example goes on after the first answer; search is measured when it is done.
        entered = client.post("/enter", data={"token": token}, follow_redirects=False)
        if entered.status_code >= 400:
            raise RuntimeError(f"the owner link was refused: {entered.status_code}")
        settled(client)
        read = times_of(asks, lambda: client.get("/api/v1/jobs?limit=10"))
        page = times_of(asks // 3, lambda: client.get("/jobs"))
        health = times_of(asks, lambda: client.get("/live"))
        numbers = itertools.count()
        csrf = re.search(r'name="csrf(?:_token)?" value="([0-9a-f]+)"', client.get("/settings").text)
        headers = {"X-CSRF-Token": csrf.group(1)} if csrf else {}

        def ask(words: str) -> httpx2.Response:
            return client.post("/api/v1/jobs/search", json={"query": words}, headers=headers)

        # A new question each time, as a person asks it; and one that is kept.
        search = times_of(asks, lambda: ask(f"remote machine learning engineer {next(numbers)}"))
        kept = times_of(asks, lambda: ask("remote machine learning engineer"))
    return {
        "live_p50_ms": read_cut(health, 50),
        "read_p95_ms": read_cut(read, 95),
        "page_p95_ms": read_cut(page, 95),
        "search_p50_ms": read_cut(search, 50),
        "search_p95_ms": read_cut(search, 95),
        "search_kept_p95_ms": read_cut(kept, 95),
        "one_client_rps": 1000 / statistics.mean(read),
    }


def _loaded(port: int, env: dict[str, str], folder: Path, asks: int) -> dict[str, float]:
    """32 clients with an API key on one posting, as a whole and as a 304; and the same body from a bare route."""
    made = subprocess.run(
        [sys.executable, "-m", "verivita", "keys", "create", "bench"],
        env=env,
        capture_output=True,
        text=True,
        check=True,
    )
    headers = {"authorization": f"Bearer {made.stdout.strip()}"}
    with httpx2.Client(base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=30) as client:
        job = client.get("/api/v1/jobs?limit=1").json()["items"][0]
        first = client.get(f"/api/v1/jobs/{job['id']}")
        signing = times_of(asks // 10, lambda: client.get("/auth/me"))
    path, tagged = f"/api/v1/jobs/{job['id']}", {**headers, "if-none-match": first.headers["etag"]}
    load(port, path, headers, 320)
    whole, rps = load(port, path, headers, asks)
    cached, cached_rps = load(port, path, tagged, asks)
    (peer_port,) = free_ports(1)
    with bare_route(peer_port, first.json(), folder):
        load(peer_port, "/", {}, 320)
        bare, bare_rps = load(peer_port, "/", {}, asks)
    return {
        "auth_p95_ms": read_cut(signing, 95),
        "cached_p95_ms": read_cut(cached, 95),
        "cached_p50_ms": read_cut(cached, 50),
        "whole_p95_ms": read_cut(whole, 95),
        "rps": rps,
        "cached_rps": cached_rps,
        "peer:fastapi/p95_ms": read_cut(bare, 95),
        "peer:fastapi/rps": bare_rps,
    }


def _login(env: dict[str, str], port: int, asks: int) -> dict[str, float]:
    """One client that signs in by its right password, again and again, where people may: argon2id as it is shipped."""
    who = {"email": "bench@mail.example", "password": "a long one for the bench"}
    _, process, _ = up(env | {"VERIVITA_SIGN_IN": "open", "VERIVITA_IDENTITY__MAIL": "memory"})
    try:
        with httpx2.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
            times_of(1, lambda: client.post("/auth/signup", json=who | {"full_name": "Bench"}))

            def log_in() -> httpx2.Response:
                client.cookies.clear()
                return client.post("/auth/login", json=who)

            times = times_of(asks, log_in)
    finally:
        stop(process)
    return {"login_ms_p50": read_cut(times, 50), "login_ms_p95": read_cut(times, 95)}


def settled(client: httpx2.Client) -> None:
    for _ in range(600):
        tasks = client.get("/api/v1/tasks").json()["items"]
        if all(task["status"] not in ("queued", "running") for task in tasks):
            return
        time.sleep(0.2)


def times_of(count: int, ask: Callable[[], httpx2.Response]) -> list[float]:
    times = []
    for _ in range(count):
        start = time.perf_counter()
        answer = ask()
        times.append((time.perf_counter() - start) * 1000)
        if answer.status_code >= 400:
            raise RuntimeError(f"{answer.request.url}: {answer.status_code} {answer.text[:200]}")
    return times[count // 10 :]


def read_cut(times: list[float], percent: int) -> float:
    """The value below which `percent` of the times lie."""
    return statistics.quantiles(times, n=100)[percent - 1]


def memory(pid: int) -> dict[str, float]:
    found = {}
    for child in _children(pid):
        words = Path(f"/proc/{child}/cmdline").read_bytes().decode(errors="replace").split("\0")
        role = next((name for name in ("api", "ml", "worker") if name in words), None)
        if role:
            found[f"{role}_rss_mb"] = _rss_mb(child)
    return found


def _children(pid: int) -> list[int]:
    text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [int(word) for word in text.split()]


def _rss_mb(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    found = re.search(r"VmRSS:\s+(\d+) kB", status)
    return int(found.group(1)) / 1024 if found else 0.0


def _size_mb() -> float:
    """Size of what `make up` installs: this package and those of its lock, whatever else this environment holds."""
    lock = Path(__file__).resolve().parents[1] / "requirements.txt"
    names = re.findall(r"^([\w.-]+)==", lock.read_text(encoding="utf-8"), re.MULTILINE)
    found = {one.metadata["Name"].lower().replace("_", "-"): one for one in distributions()}
    here = [found[name] for name in names if name in found]  # some are for other versions of Python
    files = [Path(str(one.locate_file(file))) for one in here for file in one.files or ()]
    return sum(path.stat().st_size for path in (*files, *Path(package).parent.rglob("*")) if path.is_file()) / 2**20


def free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    for made in sockets:
        made.bind(("127.0.0.1", 0))
    ports = [made.getsockname()[1] for made in sockets]
    for made in sockets:
        made.close()
    return ports


if __name__ == "__main__":
    print(json.dumps(run(Path(), None, None), indent=2))

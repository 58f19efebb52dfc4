"""Roles are real processes: they are watched, started again, stopped in order, and never outlive us."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from verivita.core.errors import Unavailable
from verivita.kit.supervise import Patience, Role, Supervisor

QUICK = Patience(quick=60, quick_deaths=3, pause=0.01, longest_pause=0.02, drain=20)
POLITE = """
import signal, sys, time
def end(*_):
    print("bye", flush=True)
    open(sys.argv[1], "a").write(sys.argv[2] + "\\n")
    sys.exit(0)
signal.signal(signal.SIGTERM, end)
print("up", flush=True)
time.sleep(600)
"""
STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(600)"
)
PARENT = """
import asyncio, sys
from verivita.kit.supervise import Role, Supervisor
roles = [Role("one", [sys.executable, "-c", "import os, time; print(os.getpid(), flush=True); time.sleep(600)"])]
asyncio.run(Supervisor(roles, prefix=False).run())
print("ended in order", flush=True)
"""


def python(name: str, code: str, *args: str) -> Role:
    return Role(name, [sys.executable, "-u", "-c", code, *args])


async def until(done: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not done():  # noqa: ASYNC110 (what we wait for happens in other processes)
            await asyncio.sleep(0.01)


def gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return " Z " in Path(f"/proc/{pid}/stat").read_text()


async def test_passes_on_every_line_with_the_name_in_front() -> None:
    said: list[str] = []
    one = Supervisor(
        [python("api", "print('a\\nb'); print('c', end=''); raise SystemExit(3)")], patience=QUICK, say=said.append
    )
    with pytest.raises(Unavailable):
        await one.run()
    assert said[:3] == ["api | a", "api | b", "api | c"]
    assert "exit code 3" in said[3]


async def test_without_prefix_lines_stay_as_they_are() -> None:
    said: list[str] = []
    one = Supervisor([python("api", """print('{"a": 1}')""")], patience=QUICK, say=said.append, prefix=False)
    with pytest.raises(Unavailable):
        await one.run()
    assert said[0] == '{"a": 1}'


async def test_a_line_without_end_is_cut_not_hoarded() -> None:
    said: list[str] = []
    code = "import sys; sys.stdout.write('x' * 300_000)"
    with pytest.raises(Unavailable):
        await Supervisor([python("api", code)], patience=QUICK, say=said.append, prefix=False).run()
    pieces = [len(line) for line in said if line.startswith("x")]
    assert max(pieces) <= 3 * 64 * 1024
    assert sum(pieces) == 3 * 300_000


async def test_gives_up_on_a_role_that_keeps_dying_and_stops_the_others(tmp_path: Path) -> None:
    log = tmp_path / "log"
    said: list[str] = []
    roles = [python("fine", POLITE, str(log), "fine"), python("bad", "raise SystemExit('no such table')")]
    one = Supervisor(roles, patience=Patience(quick=60, quick_deaths=5, pause=0.2, drain=20), say=said.append)
    with pytest.raises(Unavailable, match=r"bad died 5 times(?s:.*)no such table") as caught:
        await one.run()
    assert caught.value.code == "role_keeps_dying"
    assert one.restarts == {"fine": 0, "bad": 4}
    assert log.read_text() == "fine\n"
    assert one.pids == {}


async def test_a_command_that_does_not_exist_is_named() -> None:
    with pytest.raises(Unavailable, match="cannot be started"):
        await Supervisor([Role("api", ["/no/such/program"])], patience=QUICK, say=lambda _: None).run()


async def test_starts_again_what_was_killed_and_forgets_deaths_after_a_long_life() -> None:
    patience = Patience(quick=0.0, quick_deaths=1, pause=0.01, drain=20)
    one = Supervisor([python("api", "import time; time.sleep(600)")], patience=patience, say=lambda _: None)
    running = asyncio.create_task(one.run())
    for n in range(3):
        await until(lambda n=n: one.restarts["api"] == n and bool(one.pids))  # type: ignore[misc]
        os.kill(one.pids["api"], signal.SIGKILL)
    await until(lambda: one.restarts["api"] == 3 and bool(one.pids))
    one.stop()
    await running


async def test_what_is_killed_from_outside_is_started_again_however_often() -> None:
    patience = Patience(quick=60, quick_deaths=2, pause=0.01, longest_pause=0.02, drain=20)
    one = Supervisor([python("api", STUBBORN)], patience=patience, say=lambda _line: None)
    running = asyncio.create_task(one.run())
    killed: set[int] = set()
    while len(killed) < 5:
        await asyncio.sleep(0.02)
        assert not running.done()
        for pid in set(one.pids.values()) - killed:
            os.kill(pid, signal.SIGKILL)
            killed.add(pid)
    one.stop()
    one.stop()
    await running
    assert one.restarts["api"] >= 4


async def test_stops_in_the_opposite_order(tmp_path: Path) -> None:
    log = tmp_path / "log"
    said: list[str] = []
    roles = [python(name, POLITE, str(log), name) for name in ("ml", "worker", "api")]
    one = Supervisor(roles, patience=QUICK, say=said.append)
    running = asyncio.create_task(one.run())
    await until(lambda: sum(line.endswith("| up") for line in said) == 3)
    one.stop()
    await running
    assert log.read_text().split() == ["api", "worker", "ml"]
    assert sum(line.endswith("| bye") for line in said) == 3


async def test_kills_what_does_not_drain_in_time() -> None:
    said: list[str] = []
    one = Supervisor([python("api", STUBBORN)], patience=Patience(drain=0.2), say=said.append)
    running = asyncio.create_task(one.run())
    await until(lambda: "api | up" in said)
    pid = one.pids["api"]
    one.stop()
    await running
    assert gone(pid)
    assert any("is killed" in line for line in said)


async def test_a_second_wish_to_stop_does_not_wait() -> None:
    said: list[str] = []
    one = Supervisor([python("api", STUBBORN)], patience=Patience(drain=500), say=said.append)
    running = asyncio.create_task(one.run())
    await until(lambda: "api | up" in said)
    one.stop()
    await asyncio.sleep(0)
    one.stop()
    await asyncio.wait_for(running, 60)


async def test_grandchildren_end_with_their_parent() -> None:
    said: list[str] = []
    code = "import subprocess, time; p = subprocess.Popen(['sleep', '600']); print(p.pid, flush=True); time.sleep(600)"
    one = Supervisor([python("api", code)], patience=QUICK, say=said.append, prefix=False)
    running = asyncio.create_task(one.run())
    await until(lambda: bool(said))
    one.stop()
    await running
    await until(lambda: gone(int(said[0])))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_to_the_parent_stops_everything_in_order(number: signal.Signals) -> None:
    with subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        parent.send_signal(number)
        assert parent.stdout.readline() == "ended in order\n"
        assert parent.wait(60) == 0
    assert gone(child)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child of its parent's death")
def test_children_die_with_a_killed_parent() -> None:
    with subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        assert not gone(child)
        parent.kill()
        parent.wait(60)
    for _ in range(3000):
        if gone(child):
            return
        time.sleep(0.02)
    pytest.fail("the child outlives its parent")

"""The sandbox: what a reader may cost, and what happens when it wants more."""

import pytest

from tests.integration.reading.papers import pdf
from verivita.core.errors import Invalid, TooLarge
from verivita.engines.reading.sandbox import Limits, Sandbox

ROGUES = "tests.integration.reading.rogues"
PDF = "verivita.adapters.readers.pdf:PdfReader"
PAPER = pdf([[(72, 72, 12, "Jane Doe"), (72, 100, 12, "Experience")]])


@pytest.fixture
async def sandbox():
    box = Sandbox(Limits(cpu_seconds=2, wall_seconds=20))
    yield box
    await box.aclose()


async def code_of(box: Sandbox, reader: str, data: bytes = b"x") -> str:
    with pytest.raises(Invalid) as caught:
        await box.read(reader, data)
    assert caught.value.next, "every refusal says what to do next"
    return caught.value.code


class TestLimits:
    async def test_a_reader_that_never_ends_is_killed_and_the_next_paper_is_read(self, sandbox):
        assert await code_of(sandbox, f"{ROGUES}:Spinner") == "too_slow"
        assert "Jane Doe" in (await sandbox.read(PDF, PAPER)).text

    async def test_a_reader_that_waits_is_killed_by_the_wall_clock(self):
        box = Sandbox(Limits(wall_seconds=1.5))
        assert await code_of(box, f"{ROGUES}:Sleeper") == "too_slow"
        await box.aclose()

    async def test_too_much_memory(self, sandbox):
        assert await code_of(sandbox, f"{ROGUES}:Glutton") == "too_much_memory"

    async def test_a_crash_is_a_damaged_file(self, sandbox):
        assert await code_of(sandbox, f"{ROGUES}:Crasher") == "damaged"
        assert "Jane Doe" in (await sandbox.read(PDF, PAPER)).text

    async def test_an_unknown_error_is_a_damaged_file_and_its_words_stay_inside(self, sandbox):
        with pytest.raises(Invalid) as caught:
            await sandbox.read(f"{ROGUES}:Failer", b"x")
        assert caught.value.code == "damaged"
        assert "secret" not in str(caught.value)

    async def test_too_much_output(self):
        box = Sandbox(Limits(output_bytes=100_000))
        with pytest.raises(TooLarge):
            await box.read(f"{ROGUES}:Talker", b"x")
        assert "Jane Doe" in (await box.read(PDF, PAPER)).text
        await box.aclose()

    async def test_too_much_input_never_reaches_the_child(self):
        box = Sandbox(Limits(input_bytes=10))
        with pytest.raises(TooLarge):
            await box.read(PDF, PAPER)
        await box.aclose()

    async def test_no_bytes_at_all(self, sandbox):
        assert await code_of(sandbox, PDF, b"") == "empty"


@pytest.mark.security
class TestIsolation:
    async def test_what_a_library_prints_does_not_mix_with_the_answer(self, sandbox):
        assert (await sandbox.read(f"{ROGUES}:Printer", b"x")).text == "quiet"

    async def test_no_file_can_be_written(self, sandbox, tmp_path):
        path = tmp_path / "left.txt"
        assert (await sandbox.read(f"{ROGUES}:Writer", str(path).encode())).text == "refused"
        assert not path.exists() or path.read_text() == ""

    async def test_secrets_of_the_parent_are_not_in_the_child(self, sandbox, monkeypatch):
        monkeypatch.setenv("DATABASE_URL", "postgresql://secret")
        assert (await sandbox.read(f"{ROGUES}:Teller", b"x")).text.endswith("nothing")


class TestReuse:
    async def test_one_child_reads_many_papers_and_is_replaced_after_its_share(self):
        box = Sandbox(Limits(documents=2))
        pids = [(await box.read(f"{ROGUES}:Teller", b"x")).text.split()[0] for _ in range(4)]
        assert pids[0] == pids[1] != pids[2] == pids[3]
        await box.aclose()

    async def test_warm_then_read_twice_gives_the_same(self, sandbox):
        await sandbox.warm(PDF)
        assert await sandbox.read(PDF, PAPER) == await sandbox.read(PDF, PAPER)

    async def test_closing_twice_is_harmless(self):
        box = Sandbox()
        await box.aclose()
        await box.aclose()

"""The folder of word indexes: shared by processes, killed at any moment, damaged and made anew."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path
from uuid import UUID

import pytest

from verivita.adapters.lexical import tantivy as adapter
from verivita.adapters.lexical.tantivy import TantivyIndex
from verivita.core.errors import Unavailable
from verivita.engines.retrieval.ports import Partition, TextEntry

HERE = Partition(str(UUID(int=1)))
WRITER = """
import asyncio, sys
from pathlib import Path
from uuid import UUID
from verivita.adapters.lexical.tantivy import TantivyIndex
from verivita.engines.retrieval.ports import Partition, TextEntry

async def main(folder, first, count, batch):
    index = TantivyIndex(Path(folder))
    for start in range(first, first + count, batch):
        ids = range(start, min(start + batch, first + count))
        await index.upsert(Partition(str(UUID(int=1))), [TextEntry(UUID(int=i), "nurse", f"word{i}", {}) for i in ids])
        print(ids[-1], flush=True)

asyncio.run(main(sys.argv[1], *map(int, sys.argv[2:])))
"""


def start(folder: Path, *numbers: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", WRITER, str(folder), *map(str, numbers)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def entry(number: int) -> TextEntry:
    return TextEntry(UUID(int=number), "nurse", f"word{number}", {})


@pytest.mark.acceptance("RET-03")
async def test_restart_keeps_the_index(tmp_path: Path) -> None:
    await TantivyIndex(tmp_path).upsert(HERE, [entry(1), entry(2)])
    again = TantivyIndex(tmp_path)
    assert await again.count(HERE) == 2
    assert [hit.id for hit in await again.query(HERE, "word2", 5)] == [UUID(int=2)]


async def test_a_reader_sees_what_another_process_committed(tmp_path: Path) -> None:
    reader = TantivyIndex(tmp_path)
    assert await reader.count(HERE) == 0
    with start(tmp_path, 1, 3, 3) as writer:
        assert writer.wait(60) == 0
    assert await reader.count(HERE) == 3
    assert [hit.id for hit in await reader.query(HERE, "word3", 5)] == [UUID(int=3)]


async def test_two_writers_take_turns_and_lose_nothing(tmp_path: Path) -> None:
    mine = TantivyIndex(tmp_path)
    with start(tmp_path, 1000, 6, 1) as other:
        for number in range(6):
            await mine.upsert(HERE, [entry(number)])
        assert other.wait(60) == 0
    assert await mine.count(HERE) == 12


async def test_calls_side_by_side_in_one_process(tmp_path: Path) -> None:
    index = TantivyIndex(tmp_path)
    await asyncio.gather(*(index.upsert(HERE, [entry(n)]) for n in range(6)), index.query(HERE, "nurse", 3))
    assert await index.count(HERE) == 6


async def test_kill_dash_nine_keeps_every_acknowledged_batch(tmp_path: Path) -> None:
    writer = start(tmp_path, 1, 100_000, 50)
    assert writer.stdout is not None
    acknowledged = int([writer.stdout.readline() for _ in range(3)][-1])
    os.kill(writer.pid, signal.SIGKILL)
    writer.wait()
    writer.stdout.close()
    index = TantivyIndex(tmp_path, patience=5)
    assert await index.count(HERE) >= acknowledged
    assert len(await index.query(HERE, f"word{acknowledged}", 5)) == 1
    await index.upsert(HERE, [entry(200_000)])
    assert len(await index.query(HERE, "word200000", 5)) == 1


@pytest.mark.parametrize(
    ("damage", "already_open"),
    [
        ("truncate_meta", True),
        ("truncate_meta", False),
        ("remove_segment", False),
        ("truncate_segment", False),
        ("remove_folder", True),
        ("remove_folder", False),
        ("file_instead", True),
        ("file_instead", False),
    ],
)
async def test_a_damaged_folder_is_made_anew_and_empty(
    tmp_path: Path, damage: str, already_open: bool, caplog: pytest.LogCaptureFixture
) -> None:
    index = TantivyIndex(tmp_path)
    await index.upsert(HERE, [entry(1)])
    folder = index._held(HERE).path
    if damage == "truncate_meta":
        os.truncate(folder / "meta.json", 20)
    if damage == "remove_segment":
        next(folder.glob("*.store")).unlink()
    if damage == "truncate_segment":
        os.truncate(next(folder.glob("*.idx")), 5)
    if damage in ("remove_folder", "file_instead"):
        for file in folder.iterdir():
            file.unlink()
    if damage == "remove_folder":
        folder.rmdir()
    if damage == "file_instead":
        (folder / "meta.json").write_text("not an index")
    if not already_open:
        index = TantivyIndex(tmp_path)
    assert await index.count(HERE) == 0
    if damage != "remove_folder" or already_open:
        assert "damaged" in caplog.text
    await index.upsert(HERE, [entry(2)])
    assert [hit.id for hit in await index.query(HERE, "nurse", 5)] == [UUID(int=2)]


async def test_a_writer_that_never_leaves_is_unavailable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    index = TantivyIndex(tmp_path, patience=0.1)
    await index.upsert(HERE, [entry(1)])
    held = index._held(HERE)
    blocking = held.index.writer(50_000_000, 1)
    with pytest.raises(Unavailable) as caught:
        await TantivyIndex(tmp_path, patience=0.1).upsert(HERE, [entry(2)])
    assert caught.value.code == "index_busy"
    blocking.wait_merging_threads()
    await index.upsert(HERE, [entry(2)])
    assert await index.count(HERE) == 2


async def test_only_so_many_indexes_stay_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adapter, "MAX_OPEN", 2)
    index = TantivyIndex(tmp_path)
    names = [Partition(str(UUID(int=n))) for n in range(4)]
    for name in names:
        await index.upsert(name, [entry(1)])
    assert len(index._open) == 2
    assert [await index.count(name) for name in names] == [1, 1, 1, 1]

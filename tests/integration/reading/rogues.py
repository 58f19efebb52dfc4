"""Readers that misbehave, to be run in the sandbox."""

import os
import signal
import sys
from pathlib import Path

from verivita.engines.reading.assemble import LooseLine, assemble
from verivita.engines.reading.ports import ReadText


def _fine(words: str) -> ReadText:
    return assemble([LooseLine(words)], 1, "text/plain")


class Spinner:
    """Never ends."""

    def read(self, data: bytes) -> ReadText:
        while True:
            pass


class Sleeper:
    """Waits without using the processor."""

    def read(self, data: bytes) -> ReadText:
        import time

        time.sleep(600)
        return _fine("late")


class Glutton:
    """Takes more memory than allowed."""

    def read(self, data: bytes) -> ReadText:
        hoard = [bytearray(50_000_000) for _ in range(100)]
        return _fine(str(len(hoard)))


class Crasher:
    """Dies like a parser with a memory fault."""

    def read(self, data: bytes) -> ReadText:
        os.kill(os.getpid(), signal.SIGSEGV)
        return _fine("never")


class Failer:
    """Raises what no reader should raise."""

    def read(self, data: bytes) -> ReadText:
        raise KeyError("secret words")


class Talker:
    """Gives back too much."""

    def read(self, data: bytes) -> ReadText:
        return _fine("word " * 900_000)


class Printer:
    """Writes to stdout, where the frames go."""

    def read(self, data: bytes) -> ReadText:
        sys.stdout.write("noise")
        sys.stdout.flush()
        os.write(1, b"more noise")
        return _fine("quiet")


class Writer:
    """Tries to leave a file behind."""

    def read(self, data: bytes) -> ReadText:
        path = Path(data.decode())
        try:
            path.write_text("left behind")
        except OSError:
            return _fine("refused")
        return _fine("written")


class Teller:
    """Tells its process and what it knows of the environment."""

    def read(self, data: bytes) -> ReadText:
        return _fine(f"{os.getpid()} {os.environ.get('DATABASE_URL', 'nothing')}")

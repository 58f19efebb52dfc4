"""Mail on the terminal: for development alone, since whoever reads the terminal reads the codes."""

from __future__ import annotations

import sys
from typing import TextIO

from verivita.features.identity.ports import Mail


class ConsoleMailer:
    """Writes each mail to standard error, past the log and what it masks."""

    def __init__(self, out: TextIO | None = None) -> None:
        self._out = out

    async def send(self, mail: Mail) -> None:
        """Write the mail."""
        out = self._out or sys.stderr
        out.write(f"--- mail to {mail.to}: {mail.subject}\n{mail.text}---\n")
        out.flush()

"""Mail that stays in this process, for tests; and no mail at all, which says so."""

from __future__ import annotations

from verivita.core.errors import Unavailable
from verivita.features.identity.ports import Mail


class MemoryMailer:
    """Keeps every mail, newest last."""

    def __init__(self) -> None:
        self.sent: list[Mail] = []

    async def send(self, mail: Mail) -> None:
        """Keep the mail."""
        self.sent.append(mail)


class NoMailer:
    """Stands where no mail is configured."""

    async def send(self, mail: Mail) -> None:  # noqa: ARG002 - nothing is done with it
        """Refuse, with the step that helps."""
        raise Unavailable(
            "mail_off",
            "This installation sends no mail.",
            next="Whoever runs it can set VERIVITA_SMTP_URL.",
        )

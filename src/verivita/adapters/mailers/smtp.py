"""Mail by SMTP, to the one server that the settings name."""

from __future__ import annotations

from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from urllib.parse import parse_qs, unquote, urlsplit

from verivita.core.errors import Invalid, Unavailable
from verivita.features.identity.ports import Mail

_PORTS = {"smtp": 587, "smtps": 465}


class SmtpMailer:
    """Hands mail to a server: `smtps://user:password@host:port`, or `smtp://...`, which goes over to TLS if it can.

    `smtp://...?tls=must` refuses a server without TLS, `?tls=never` never asks for it (a server on this machine).
    """

    def __init__(self, url: str, sender: str, timeout: float = 10.0) -> None:
        parts = urlsplit(url)
        if parts.scheme not in _PORTS or not parts.hostname:
            raise Invalid("settings", "VERIVITA_SMTP_URL must be smtp://host:port or smtps://host:port.")
        self._host, self._port = parts.hostname, parts.port or _PORTS[parts.scheme]
        self._user = unquote(parts.username) if parts.username else None
        self._password = unquote(parts.password) if parts.password else None
        self._tls = parts.scheme == "smtps"
        self._upgrade = {"must": True, "never": False}.get(parse_qs(parts.query).get("tls", [""])[0])
        self._sender, self._timeout = sender, timeout

    async def send(self, mail: Mail) -> None:
        """Hand the mail to the server. Raises `Unavailable` (code `mail_unavailable`) when it does not take it."""
        import aiosmtplib

        try:
            await aiosmtplib.send(
                self._message(mail),
                hostname=self._host,
                port=self._port,
                username=self._user,
                password=self._password,
                use_tls=self._tls,
                start_tls=False if self._tls else self._upgrade,
                timeout=self._timeout,
            )
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            raise Unavailable(
                "mail_unavailable", "The mail could not be sent.", next="Try again in a minute.", retry_after=60
            ) from error

    def _message(self, mail: Mail) -> EmailMessage:
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = self._sender, mail.to, mail.subject
        message["Date"] = formatdate(usegmt=True)
        message["Message-ID"] = make_msgid(domain=self._sender.rpartition("@")[2].rstrip("> "))
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(mail.text)
        return message

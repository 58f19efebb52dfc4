"""Codes by mail: a real SMTP conversation on loopback, the terminal, and no mail at all."""

from __future__ import annotations

import io
import re

import pytest

from tests.integration.identity.opened import open_settings, opened
from tests.rigs.smtp import running
from verivita.adapters.mailers.console import ConsoleMailer
from verivita.adapters.mailers.smtp import SmtpMailer
from verivita.bootstrap import providers
from verivita.core.errors import Invalid, Unavailable
from verivita.features.identity import NOBODY, Mail

pytestmark = pytest.mark.asyncio(loop_scope="module")
MAIL = Mail("ada@mail.example", "Ünïcode subject", "A code: 123456\n.\nnot the end\n")


@pytest.mark.acceptance("ID-07", "ID-14")
async def test_a_code_comes_by_smtp_and_opens(open_url, tmp_path):
    async with running() as sink:
        async for place in opened(open_settings(tmp_path, mail="smtp", smtp_url=sink.url), open_url):
            async with place.browser() as browser:
                assert (await browser.post("/auth/email", json={"email": "Ada@Mail.example"})).status_code == 202
                (mail,) = sink.mails
                assert mail["To"] == "Ada@mail.example"
                assert mail["From"] == "Verivita <verivita@localhost>"
                found = re.search(r"\b\d{6}\b", mail.get_payload(decode=True).decode())
                assert found is not None
                answer = await browser.post("/auth/verify", json={"email": "ada@mail.example", "code": found.group()})
                assert answer.json()["user"]["state"] == "verified"
                sink.refusal = "451 not now"
                failed = await browser.post("/auth/email", json={"email": "ada@mail.example"})
                assert failed.status_code == 403  # a session cookie without its form token
            guest = (await place.entry.guest(NOBODY, place.visit())).principal
            with pytest.raises(Unavailable) as caught:
                await place.entry.give_email(guest, "late@mail.example", place.visit())
            assert caught.value.code == "mail_unavailable"


async def test_letters_and_lines_arrive_as_they_are():
    async with running() as sink:
        await SmtpMailer(sink.url, "Verivita <no-reply@mail.example>").send(MAIL)
        (mail,) = sink.mails
        assert mail["Subject"] == MAIL.subject
        assert mail.get_payload(decode=True).decode().replace("\r\n", "\n") == MAIL.text
        assert mail["Auto-Submitted"] == "auto-generated"


async def test_a_server_that_is_not_there_is_unavailable():
    with pytest.raises(Unavailable) as caught:
        await SmtpMailer("smtp://127.0.0.1:1", "x@mail.example", timeout=2.0).send(MAIL)
    assert caught.value.code == "mail_unavailable"


@pytest.mark.parametrize("url", ["http://127.0.0.1", "smtp://", "mail.example:25"])
async def test_what_is_no_mail_server(url):
    with pytest.raises(Invalid):
        SmtpMailer(url, "x@mail.example")


@pytest.mark.acceptance("ID-07")
async def test_the_terminal_is_for_development(tmp_path):
    out = io.StringIO()
    await ConsoleMailer(out).send(MAIL)
    assert "123456" in out.getvalue()
    near = open_settings(tmp_path, mail="console")
    assert providers.mail_kind(near) == "console"
    with pytest.raises(Invalid, match="development"):
        providers.mailer(near.model_copy(update={"host": "0.0.0.0"}))


async def test_without_mail_and_issuers_nobody_could_come_in(product_url, tmp_path, settings):
    from verivita.bootstrap.container import build

    with pytest.raises(Invalid, match="way to prove"):
        build(open_settings(tmp_path, mail="off"), product_url)
    with pytest.raises(Unavailable) as caught:
        await providers.mailer(settings).send(MAIL)
    assert caught.value.code == "mail_off"

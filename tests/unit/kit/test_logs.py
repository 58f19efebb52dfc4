"""Logs: every line parses, says who and what, and never tells a secret."""

from __future__ import annotations

import io
import json
import logging
import subprocess
import sys
import threading
import warnings
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from verivita.kit import logs


@pytest.fixture()
def stream() -> Iterator[io.StringIO]:
    """Where the process's logs go during one test; everything is put back afterwards."""
    root = logging.getLogger()
    before = (root.handlers[:], root.level, sys.excepthook, threading.excepthook)
    out = io.StringIO()
    logs.configure(stream=out, level="DEBUG")
    yield out
    root.handlers[:], level, sys.excepthook, threading.excepthook = before
    root.setLevel(level)
    logging.captureWarnings(capture=False)
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


SECRETS = {
    "e-mail": "anna.k+jobs@mail.example.org",
    "telephone": "+49 (0)151 2345-6789",
    "telephone with dots": "555.123.4567",
    "telephone without plus": "(555) 123-4567",
    "bearer": "Bearer abcDEF0123456789",
    "basic": "Basic dXNlcjpwYXNzd29yZA==",
    "jwt": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjMifQ.s1gnatur3",
    "openai": "sk-proj-abcdefghij0123456789",
    "groq": "gsk_abcdefghij0123456789",
    "google": "AIzaSyA1234567890abcdefghij",
    "github": "ghp_abcdefghijKLMNOP0123",
    "random": "Zk3vQ9xT7bR2mN8pL4wS6yH1cJ5dF0gA",
}


class TestHide:
    @pytest.mark.parametrize("secret", SECRETS.values(), ids=SECRETS.keys())
    def test_a_secret_in_a_sentence(self, secret: str) -> None:
        hidden = logs.hide(f"it failed for {secret}, try again")
        assert secret not in hidden
        assert secret.split()[-1] not in hidden
        assert hidden.startswith("it failed for")
        assert hidden.endswith("try again")

    @pytest.mark.parametrize(
        "text",
        [
            "postgresql://verivita:hunter2hunter2@127.0.0.1:5432/db",
            "GET /callback?token=hunter2hunter2&page=3",
            "password = 'hunter2hunter2'",
            '{"refresh_token": "hunter2hunter2"}',
            "X-Api-Key: hunter2hunter2",
            "Authorization: Bearer hunter2hunter2",
            "authorization: hunter2hunter2",
        ],
    )
    def test_a_named_secret(self, text: str) -> None:
        assert "hunter2" not in logs.hide(text)

    def test_a_six_digit_code(self) -> None:
        assert "123456" not in logs.hide("your code is 123456")

    @pytest.mark.parametrize(
        "text",
        [
            "took 0.123456789 s at 2026-11-21 10:42:07 and 2026-11-21T10:42:07.123456Z",
            "127.0.0.1:8000 and 192.168.100.200",
            "id 0198c3f0-7c3e-7abc-8def-0123456789ab",
            "GET /api/v1/postings/12345678901 200 OK",
            "salary 120000 to 150000, 40 hours",
            "sha256 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            "verivita.features.library.service",
            "exit code 3, status_code=200",
        ],
    )
    def test_what_is_no_secret_stays(self, text: str) -> None:
        assert logs.hide(text) == text

    @given(st.text(max_size=200))
    def test_hiding_twice_is_hiding_once_and_never_fails(self, text: str) -> None:
        once = logs.hide(text)
        assert logs.hide(once).count(logs.HIDDEN) >= once.count(logs.HIDDEN)

    def test_hiding_is_quick_on_hostile_text(self) -> None:
        # Bounded patterns: a quadratic one would run into the time limit of the test.
        for piece in ("a@", "1-", "eyJ", "password=", "((", "sk-", "aA1", "://a:", "+1 "):
            logs.hide(piece * 20_000)


@pytest.mark.acceptance("AN-05")
class TestLines:
    def test_say_who_and_what(self, stream: io.StringIO) -> None:
        with logs.about(request_id="r1", tenant="t1", task_id=None):
            logs.get("verivita.x").info("stored", rows=3)
            logging.getLogger("other").warning("plain %s", "text")
        logs.get("verivita.x").info("outside")
        first, second, third = lines(stream)
        assert (first["event"], first["rows"], first["request_id"], first["tenant"]) == ("stored", 3, "r1", "t1")
        assert (first["level"], first["logger"]) == ("info", "verivita.x")
        assert first["timestamp"].endswith("Z")
        assert (second["event"], second["logger"], second["request_id"]) == ("plain text", "other", "r1")
        assert "task_id" not in first
        assert "request_id" not in third

    def test_hide_secrets_wherever_they_sit(self, stream: io.StringIO) -> None:
        log = logs.get("x")
        log.info(
            "mail to anna@example.org",
            password="canary-1",
            Authorization="canary-2",
            nested={"api_key": "canary-3", "fine": ["x", {"refresh_token": "canary-4"}]},
            raw=b"canary-5",
            count_of={"prompt_tokens": 12},
            email="canary-6",
        )
        logging.getLogger("y").error("from %s", "bert@example.org", extra={"secret": "canary-7"})
        try:
            raise ValueError("password=canary-8 for carl@example.org")
        except ValueError:
            log.exception("failed")
        text = stream.getvalue()
        assert "canary" not in text
        assert "@example.org" not in text
        first = lines(stream)[0]
        assert first["nested"]["fine"][0] == "x"
        assert first["count_of"] == {"prompt_tokens": 12}
        assert "ValueError" in lines(stream)[2]["exception"]

    def test_parse_whatever_is_logged(self, stream: io.StringIO) -> None:
        class Mute:
            def __str__(self) -> str:
                raise RuntimeError

        deep: dict[str, Any] = {}
        deep["self"] = deep
        logs.get("x").info("two\nlines \ud800", nan=float("nan"), mute=Mute(), deep=deep, s={1}, none=None, yes=True)
        ours = next(h for h in logging.getLogger().handlers if isinstance(h, logs._Handler))
        ours.handle(logging.LogRecord("x", logging.INFO, "x.py", 1, "%d", ("not a number",), None))
        logging.getLogger("x").info("%s is left over")
        first, second, third = lines(stream)
        assert (first["nan"], first["mute"], first["s"], first["none"], first["yes"]) == (
            "nan",
            "<Mute>",
            [1],
            None,
            True,
        )
        assert second["event"] == "a log line could not be formatted"
        assert third["event"] == "%s is left over"

    def test_warnings_and_uncaught_exceptions_become_lines(self, stream: io.StringIO) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("always")
            logging.captureWarnings(capture=False)
            logging.captureWarnings(capture=True)
            warnings.warn("old name", DeprecationWarning, stacklevel=1)

        def fail() -> None:
            raise RuntimeError("in a thread")

        thread = threading.Thread(target=fail)
        thread.start()
        thread.join()
        sys.excepthook(RuntimeError, RuntimeError("at the top"), None)
        sys.excepthook(KeyboardInterrupt, KeyboardInterrupt(), None)
        warned, threaded, top = lines(stream)
        assert "old name" in warned["event"]
        assert "in a thread" in threaded["exception"]
        assert (top["level"], "at the top" in top["exception"]) == ("critical", True)

    def test_a_value_without_end_is_cut(self, stream: io.StringIO) -> None:
        logs.get("x").info("long", text="ab " * 1_000_000)
        assert len(stream.getvalue()) < 2 * logs.LONGEST

    def test_below_the_level_nothing_is_said(self, stream: io.StringIO) -> None:
        logs.configure(stream=stream, level="warning")
        logs.get("x").info("quiet")
        logging.getLogger("httpx2").info("GET https://example.org/?token=x")
        logs.get("x").warning("loud")
        assert [line["event"] for line in lines(stream)] == ["loud"]

    def test_a_whole_process_speaks_json(self) -> None:
        code = (
            "import logging, warnings\nfrom verivita.kit import logs\nlogs.configure()\n"
            "logging.getLogger('other.library').info('127.0.0.1 - GET /')\nwarnings.warn('hm')\n"
            "raise ValueError('end')"
        )
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
        said = [json.loads(line) for line in done.stderr.splitlines()]
        assert [line["level"] for line in said] == ["info", "warning", "critical"]
        assert done.returncode == 1


def test_a_terminal_gets_text(stream: io.StringIO) -> None:
    logs.configure(stream=stream, as_json=False)
    logs.get("x").info("hello", email="a@b.cd", n=3)
    assert "hello" in stream.getvalue()
    assert "a@b.cd" not in stream.getvalue()
    with pytest.raises(json.JSONDecodeError):
        lines(stream)

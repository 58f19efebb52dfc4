"""The settings file, and settings as they stand: what wins, what is refused with its line, what is hidden."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from verivita.bootstrap import resolved
from verivita.bootstrap.settings import Settings
from verivita.core.errors import Invalid

WANTED = Path(__file__).with_name("career_config.yaml")
"""The settings file of one of the wishes that this product was built from, unchanged."""
SECRETS = {"POSTGRES_PASSWORD": "pg-s3cret/@", "GROQ_API_KEY": "gsk-s3cret", "OPENAI_API_KEY": "sk-s3cret"}


@pytest.fixture(autouse=True)
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working directory and an environment without our variables."""
    monkeypatch.chdir(tmp_path)
    for name in [*SECRETS, "ANTHROPIC_API_KEY", "VERIVITA_CONFIG", "VERIVITA_PORT", "DATABASE_URL", "VECTOR_URL"]:
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def refusal(text: str) -> str:
    Path("config.yaml").write_text(text)
    with pytest.raises(Invalid) as refused:
        Settings()
    return " ".join([refused.value.message, *(f"{e.field}: {e.message}" for e in refused.value.errors)])


@pytest.mark.acceptance("DEV-01")
class TestFile:
    def test_the_wished_file_loads_unchanged(self, nowhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        for name, value in SECRETS.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("VERIVITA_CONFIG", str(WANTED))
        settings = Settings()
        assert (settings.host, settings.port, settings.pool_size) == ("0.0.0.0", 8080, 25)
        assert settings.database_url is not None
        assert settings.database_url.get_secret_value() == (
            "postgresql://resume_rag:pg-s3cret%2F%40@localhost:5432/resume_rag"
        )
        assert settings.vector_url is not None
        assert settings.vector_url.get_secret_value() == "qdrant://localhost:6333"
        assert (settings.collection_prefix, settings.ml_host, settings.ml_port) == ("resume_rag", "localhost", 50051)
        assert settings.ml_timeout_s == 10.0
        assert (settings.requests_per_minute, settings.burst) == (60, 10)
        assert settings.cors_origins == ["http://localhost:5173", "http://localhost:3000"]
        assert settings.groq_api_key is not None
        assert settings.groq_api_key.get_secret_value() == "gsk-s3cret"
        assert settings.anthropic_api_key is None
        assert set(settings.llm.routes.values()) == {"groq:llama-3.3-70b-versatile"}
        shown = {one.name: one for one in resolved.resolved(settings)}
        assert shown["port"].origin == f"{WANTED}:4"
        assert shown["groq_api_key"].origin == "environment"
        assert "s3cret" not in str(shown)
        assert any("scraper.concurrency" in line for line in resolved.idle())

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("port: 9000\nprot: 1\n", "config.yaml:2: unknown key `prot`"),
            ("server:\n  host: x\n  colour: red\n", "config.yaml:3: unknown key `server.colour`"),
            ("llm:\n  nobody:\n    model: x\n", "config.yaml:3: unknown key `llm.nobody.model`"),
            ("llm:\n  default_backend: nobody\n", "names `nobody`"),
            ("port: [1\n", "config.yaml:2: the settings file cannot be read"),
            ("- a\n- b\n", "config.yaml:1: a settings file holds"),
            ("a: !!python/object:os.system x\n", "line 1: only plain values"),
        ],
    )
    @pytest.mark.edge
    def test_what_is_unknown_or_broken_is_refused_with_its_line(self, text: str, said: str) -> None:
        assert said in refusal(text)

    def test_a_named_file_must_exist(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("VERIVITA_CONFIG", "none.yaml")
        with pytest.raises(Invalid, match="no file"):
            Settings()

    def test_variables_have_defaults_and_may_be_unset(self) -> None:
        Path("config.yaml").write_text('host: "${NO_SUCH_HOST:-127.0.0.2}"\nollama_host: "${NO_SUCH_NAME}"\n')
        settings = Settings()
        assert (settings.host, settings.ollama_host) == ("127.0.0.2", None)

    def test_own_names_sections_and_lists(self) -> None:
        Path("config.yaml").write_text(
            "log_level: DEBUG\ncors_origins: [http://a.example, http://b.example]\n"
            "llm:\n  at_once: 7\n  routes:\n    chat: openai:x\n"
            "identity:\n  issuers:\n    - issuer: https://id.example\n"
        )
        settings = Settings()
        assert settings.cors_origins == ["http://a.example", "http://b.example"]
        assert (settings.log_level, settings.llm.at_once) == ("DEBUG", 7)
        assert settings.llm.routes == {"chat": "openai:x"}
        assert [issuer.issuer for issuer in settings.identity.issuers] == ["https://id.example"]

    def test_a_wrong_value_is_refused(self) -> None:
        Path("config.yaml").write_text("port: 99999\n")
        with pytest.raises(ValidationError, match="port"):
            Settings()

    def test_an_empty_file_says_nothing(self) -> None:
        Path("config.yaml").write_text("# nothing yet\n")
        assert Settings().port == 8080


@pytest.mark.acceptance("DEV-01", "DEV-02")
def test_environment_before_dotenv_before_file_before_default(monkeypatch: pytest.MonkeyPatch) -> None:
    def origin() -> tuple[int, str]:
        settings = Settings()
        return settings.port, next(one.origin for one in resolved.resolved(settings) if one.name == "port")

    assert origin() == (8080, "default")
    Path("config.yaml").write_text("\nport: 9001\n")
    assert origin() == (9001, "config.yaml:2")
    Path(".env").write_text("VERIVITA_PORT=9002\nSOMETHING_ELSE=x\n")
    assert origin() == (9002, ".env")
    monkeypatch.setenv("VERIVITA_PORT", "9003")
    assert origin() == (9003, "environment")
    assert Settings(port=9004).port == 9004


@pytest.mark.acceptance("DEV-02")
def test_the_surroundings_are_left_alone_when_asked() -> None:
    Path("config.yaml").write_text("port: 9001\n")
    Path(".env").write_text("VERIVITA_PORT=9002\n")
    assert Settings(_env_file=None).port == 8080


@pytest.mark.acceptance("SEC-01")
@pytest.mark.security
class TestSafe:
    @pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "example.org"])
    def test_the_network_needs_a_way_to_sign_in(self, host: str) -> None:
        with pytest.raises(Invalid) as refused:
            resolved.require_safe(Settings(host=host))
        assert refused.value.errors[0].field == "VERIVITA_HOST"
        assert "no way to sign in" in refused.value.errors[0].message
        resolved.require_safe(Settings(host=host, allow_network=True))
        resolved.require_safe(Settings(host=host, sign_in="open"))

    @pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost", "127.8.9.1"])
    def test_this_machine_needs_none(self, host: str) -> None:
        resolved.require_safe(Settings(host=host))

    @pytest.mark.parametrize("login", ["a:password", "a:changeme", "a:postgres", "verivita:verivita"])
    def test_a_default_password_of_the_database_is_refused(self, login: str, monkeypatch) -> None:
        monkeypatch.setenv("DATABASE_URL", f"postgresql://{login}@db.example/x")
        with pytest.raises(Invalid) as refused:
            resolved.require_safe(Settings(host="0.0.0.0", allow_network=True))
        assert [error.field for error in refused.value.errors] == ["DATABASE_URL"]

    @pytest.mark.parametrize("secret", ["x" * 40, "short", "changeme-changeme-changeme-changeme-1"])
    def test_a_weak_secret_of_tokens_is_refused(self, secret: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("VERIVITA_IDENTITY__JWT_SECRET", secret)
        with pytest.raises(ValidationError, match="too weak") as refused:
            Settings()
        assert secret not in str(refused.value)

    def test_no_secret_is_shown(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("VERIVITA_IDENTITY__JWT_SECRET", "Zk3vQ9xT7bR2mN8pL4wS6yH1cJ5dF0gA")
        monkeypatch.setenv("OPENAI_API_KEY", "sk-s3cret")
        shown = str(resolved.resolved(Settings()))
        assert "s3cret" not in shown
        assert "Zk3v" not in shown
        assert shown.count(resolved.HIDDEN) == 2

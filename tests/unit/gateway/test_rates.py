"""Which limit holds for whom, by the settings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from verivita.bootstrap.settings import Settings
from verivita.entrypoints.http.limits import is_api, is_door


def rates(folder: Path, **given: Any) -> dict[str, tuple[int, int]]:
    found = Settings(data_dir=folder, _env_file=None, **given).rates()
    return {name: (rate.limit, rate.burst) for name, rate in found.items()}


@pytest.mark.acceptance("OPS-04")
class TestRates:
    def test_the_owner_of_a_machine_is_comfortable(self, tmp_path: Path) -> None:
        assert rates(tmp_path)["person"] == (600, 200)

    def test_where_people_sign_in_a_person_has_sixty_a_minute_and_ten_at_once(self, tmp_path: Path) -> None:
        found = rates(tmp_path, sign_in="open")
        assert (found["person"], found["page"], found["address"]) == ((60, 10), (600, 200), (600, 200))

    def test_what_is_set_holds_everywhere(self, tmp_path: Path) -> None:
        found = rates(tmp_path, sign_in="open", requests_per_minute=30, burst=5)
        assert (found["person"], found["address"]) == ((30, 5), (30, 5))

    def test_one_limit_for_knocking_at_the_door_and_none_that_identity_counts_itself(self, tmp_path: Path) -> None:
        assert rates(tmp_path)["door"] == (120, 50)
        assert rates(tmp_path, requests_per_minute=30, burst=5)["door"] == (30, 20)
        assert not {"login", "code", "guest"} & set(rates(tmp_path))

    def test_questions(self, tmp_path: Path) -> None:
        assert rates(tmp_path)["question"] == (100, 100)
        assert rates(tmp_path, questions_per_day=3)["question"] == (3, 3)

    def test_a_proxy_that_is_no_network_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(ValueError, match="does not appear to be an IPv4 or IPv6 network"):
            Settings(data_dir=tmp_path, trusted_proxies="10.0.0.0/8, nowhere", _env_file=None)
        assert Settings(data_dir=tmp_path, trusted_proxies="10.0.0.0/8,::1", _env_file=None).trusted_proxies == [
            "10.0.0.0/8",
            "::1",
        ]


@pytest.mark.parametrize(
    ("path", "api"), [("/api/v1/jobs", True), ("/auth/login", True), ("/chat", True), ("/jobs", False), ("/", False)]
)
def test_pages_are_told_from_the_api(path: str, api: bool) -> None:
    assert is_api(path) is api


@pytest.mark.parametrize(
    ("verb", "path", "door"),
    [
        ("POST", "/auth/login", True),
        ("POST", "/sign-in/second", True),
        ("POST", "/enter", True),
        ("GET", "/auth/oidc/work/return", True),
        ("GET", "/auth/me", False),
        ("GET", "/sign-in", False),
        ("POST", "/api/v1/documents", False),
    ],
)
def test_the_door_is_where_somebody_is_let_in(verb: str, path: str, door: bool) -> None:
    assert is_door(verb, path) is door

"""Which limit holds for whom, by the settings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from verivita.bootstrap.settings import Settings
from verivita.entrypoints.http.limits import is_api


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

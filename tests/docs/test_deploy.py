"""The files in deploy/ are well formed and speak of commands, settings and paths that exist. No Docker runs here."""

from __future__ import annotations

import configparser
import json
import re
import shutil
import subprocess
from typing import Any

import pytest
import yaml

from tests.docs.markdown import ROOT
from tests.docs.test_blocks import command_line, problems
from tests.docs.test_reference import reference

DEPLOY = ROOT / "deploy"
SERVICE_KEYS = {
    "build", "command", "depends_on", "environment", "healthcheck", "image", "ports", "restart", "volumes",
}  # fmt: skip


def compose() -> dict[str, Any]:
    return yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))


def commands() -> list[list[str]]:
    """Every call of the product in deploy/, as the words after `verivita`."""
    found = [service["command"][1:] for service in compose()["services"].values() if "command" in service]
    docker = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
    found += [json.loads(line)[1:] for line in re.findall(r"^CMD (\[.*\])$", docker, flags=re.MULTILINE)]
    found += [line.split()[1:] for line in re.findall(r"^ExecStart=(.*)$", unit_text(), flags=re.MULTILINE)]
    return found


def unit_text() -> str:
    return (DEPLOY / "verivita.service").read_text(encoding="utf-8")


@pytest.mark.acceptance("DEV-03", "OPS-10")
def test_the_compose_file_is_sound():
    file = compose()
    services = file["services"]
    assert {"postgres", "migrate", "api", "worker", "ml"} <= set(services)
    volumes = set(file["volumes"])
    for name, service in services.items():
        assert set(service) <= SERVICE_KEYS, name
        assert "image" in service or "build" in service, name
        for dependency, how in service.get("depends_on", {}).items():
            assert dependency in services, name
            if how["condition"] == "service_healthy":
                assert "healthcheck" in services[dependency], name
        for mount in service.get("volumes", []):
            assert mount.split(":")[0] in volumes, name
        if "build" in service:
            folder = (DEPLOY / service["build"]["context"]).resolve()
            assert (folder / service["build"]["dockerfile"]).is_file(), name
    published = [port for service in services.values() for port in service.get("ports", [])]
    assert all(port.startswith("127.0.0.1:") for port in published), "a database or an API open to the world"


@pytest.mark.acceptance("DEV-03")
def test_the_dockerfile_copies_what_exists_and_does_not_run_as_root():
    lines = (DEPLOY / "Dockerfile").read_text(encoding="utf-8").splitlines()
    for line in lines:
        if line.startswith("COPY "):
            assert [source for source in line.split()[1:-1] if not (ROOT / source).exists()] == []
    users = [line for line in lines if line.startswith("USER ")]
    assert users
    assert users[-1] != "USER root"
    assert lines.index(users[-1]) > max(i for i, line in enumerate(lines) if line.startswith("RUN "))


@pytest.mark.acceptance("DEV-03", "OPS-10")
def test_commands_of_the_deploy_files_exist():
    tree = command_line()
    assert {" ".join(words): found for words in commands() if (found := problems(tree, words))} == {}


@pytest.mark.acceptance("DEV-03")
def test_settings_of_the_deploy_files_exist():
    known = {name.strip("` ") for variable, _, _ in reference.settings() for name in variable.split(" or ")}
    used = set(re.findall(r"\b(VERIVITA_[A-Z_]+|DATABASE_URL)\b", unit_text()))
    used |= set(re.findall(r"\b(VERIVITA_[A-Z_]+)=", (DEPLOY / "Dockerfile").read_text(encoding="utf-8")))
    for service in compose()["services"].values():
        used |= {key for key in service.get("environment", {}) if not key.startswith("POSTGRES_")}
    assert used - known == set()


def test_the_unit_is_sound(tmp_path):
    unit = configparser.ConfigParser(strict=False, interpolation=None, delimiters=("=",))
    unit.optionxform = str
    unit.read_string(unit_text())
    assert {"Unit", "Service", "Install"} <= set(unit.sections())
    service = unit["Service"]
    assert service["User"] not in {"", "root"}
    assert service["NoNewPrivileges"] == "yes"
    assert service["ExecStart"].startswith("/")
    if shutil.which("systemd-analyze"):
        copy = tmp_path / "verivita.service"
        copy.write_text(re.sub(r"^ExecStart=.*$", "ExecStart=/bin/true", unit_text(), flags=re.MULTILINE))
        done = subprocess.run(["systemd-analyze", "verify", str(copy)], capture_output=True, text=True, check=False)
        assert "Unknown" not in done.stderr, done.stderr


def test_the_web_server_sample_points_at_the_default_port():
    sample = (DEPLOY / "Caddyfile").read_text(encoding="utf-8")
    assert sample.count("{") == sample.count("}")
    default = dict((variable, value) for variable, value, _ in reference.settings())["`VERIVITA_PORT`"].strip("`")
    assert f"reverse_proxy 127.0.0.1:{default}" in sample

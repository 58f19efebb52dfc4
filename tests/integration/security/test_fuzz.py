"""Generated requests of one person that hold another tenant's ids: nothing breaks, nothing is told, nothing changes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.contract.api.test_fuzz import CHECKS, DESCRIBED, OPERATIONS
from tests.integration.database.conftest import Filled
from tests.integration.security.replay import Foreign, fitting, ids_of, state_of
from tests.integration.security.slots import Api, Slot
from tests.rigs.servers import threaded
from verivita.bootstrap.container import Container, build

pytestmark = [pytest.mark.security, pytest.mark.acceptance("SEC-04", "API-04")]
VICTIM = "Omar"
SLOTS: dict[str, list[Slot]] = {}
for slot in Api(json.loads(DESCRIBED.read_text("utf-8"))).slots():
    SLOTS.setdefault(f"{slot.verb.upper()} {slot.path}", []).append(slot)
HOLDING = [operation for operation in OPERATIONS if operation.label in SLOTS]


@dataclass(frozen=True, slots=True)
class Attacked:
    """A running server, who asks, the ids of the other person, and what that person had before."""

    url: str
    headers: dict[str, str]
    foreign: list[Foreign]
    filled: Filled
    before: dict[str, str]

    def theirs(self) -> dict[str, str]:
        """A fingerprint of the other person's rows and files as they are now."""
        return theirs(self.filled)


def theirs(filled: Filled) -> dict[str, str]:
    state = state_of(filled.url, filled.settings.files_dir, filled.owner, personal_only=False)
    return {name: mark for name, mark in state.items() if "/" not in name or str(filled.owner.tenant_id) in name}


@pytest.fixture(scope="module")
def attacked(filled: Filled) -> Iterator[Attacked]:
    keys: list[str] = []
    free = filled.settings.model_copy(update={"requests_per_minute": 10**6, "burst": 10**6})

    async def made() -> Container:
        container = build(free, filled.url, wait=30)
        keys.append((await container.identity.create_key(filled.stranger, "fuzz")).secret)
        return container

    foreign = ids_of(filled.url, filled.owner, personal_only=False, most=3)
    with threaded(made) as url:
        yield Attacked(url, {"Authorization": f"Bearer {keys[0]}"}, foreign, filled, theirs(filled))


def test_many_operations_take_an_id() -> None:
    assert len(HOLDING) >= 25
    assert {slot.place for slots in SLOTS.values() for slot in slots} >= {"path", "query", "application/json"}


def fed(case: Any, slots: list[Slot], foreign: list[Foreign], pick: int) -> Any:
    """The generated request with the other person's ids wherever it has room for one."""
    for slot in slots:
        few = fitting(slot, foreign, every=pick % 3 == 0)
        value = str(few[pick % len(few)].id)
        if slot.place == "path":
            case.path_parameters = {**(case.path_parameters or {}), slot.steps[0]: value}
        elif slot.place == "query":
            case.query = {**(case.query or {}), slot.steps[0]: value}
        elif isinstance(case.body, dict):
            _put(case.body, slot.steps, value)
    return case


def _put(body: Any, steps: tuple[str, ...], value: str) -> None:
    """Put `value` at the end of `steps`, as far as the body has those before."""
    *way, last = steps
    for step in way:
        if step == "[]":
            body = body[0] if isinstance(body, list) and body else None
        else:
            body = body.get(step) if isinstance(body, dict) else None
    if last == "[]" and isinstance(body, list):
        body[:] = [value]
    elif isinstance(body, dict):
        body[last] = value


def _ask(attacked: Attacked, operation: Any, examples: int) -> None:
    slots, told = SLOTS[operation.label], list[str]()

    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=True,
        phases=(Phase.explicit, Phase.generate),
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(), pick=st.integers(0, 10**6))
    def ask(case: schemathesis.Case, pick: int) -> None:
        sent = fed(case, slots, attacked.foreign, pick)
        answer = sent.call_and_validate(base_url=attacked.url, headers=attacked.headers, checks=CHECKS, timeout=60)
        told.append(f"{dict(answer.headers)} {answer.content.decode(errors='replace')}")

    ask()
    assert [text[:300] for text in told if VICTIM in text] == []


@pytest.mark.parametrize("operation", HOLDING, ids=lambda operation: operation.label)
def test_another_persons_ids(attacked: Attacked, operation: Any) -> None:
    _ask(attacked, operation, 2)


@pytest.mark.nightly
@pytest.mark.parametrize("operation", HOLDING, ids=lambda operation: operation.label)
def test_another_persons_ids_many_times(attacked: Attacked, operation: Any) -> None:
    _ask(attacked, operation, 150)


def test_nothing_of_theirs_was_changed_and_all_is_well(attacked: Attacked) -> None:
    assert attacked.theirs() == attacked.before
    with httpx2.Client(base_url=attacked.url, headers=attacked.headers, timeout=60) as client:
        assert client.get("/api/v1/users/me").status_code == 200

"""Asking in a real browser on a real installation: the place is lit beside the answer; also without scripts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from tests.integration.answers.shelf import NOTES, RESUME
from tests.journeys.installation import installation
from tests.rigs.browser import axe_violations, browser
from tests.rigs.data import ROOT
from tests.rigs.llm_server import LlmServer, Mode, serving

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser, Page, StorageState

__all__ = ["browser"]
pytestmark = [pytest.mark.browser, pytest.mark.nightly, pytest.mark.timeout(900)]

LOOKS = ROOT / "artefacts" / "journey"
PATIENCE_MS = 240_000
QUESTION = "Where does the Calvin cycle take place?"


@dataclass(frozen=True, slots=True)
class Desk:
    """A signed-in installation with a resume and notes, and a provider that it could ask."""

    base: str
    state: StorageState
    rig: LlmServer


@pytest.fixture(scope="module")
def desk(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder: Path = tmp_path_factory.mktemp("ask")
    with serving() as rig, pytest.MonkeyPatch.context() as patch:
        patch.setenv("VERIVITA_LLM__ADDRESSES__COMPATIBLE", rig.addresses["compatible"])
        patch.setenv("VERIVITA_LLM__FIND_OLLAMA", "false")
        yield from _furnished(browser, folder, rig)


def _furnished(browser: Browser, folder: Path, rig: LlmServer) -> Iterator[Desk]:
    with installation(folder) as made:
        context = browser.new_context()
        context.set_default_timeout(PATIENCE_MS)
        page = context.new_page()
        page.goto(made.link)
        page.get_by_role("button", name="Open Verivita").click()
        for name, kind, text in (("resume.md", "resume", RESUME), ("cells.md", "notes", NOTES)):
            page.goto(f"{made.base}/papers")
            (folder / name).write_text(text, "utf-8")
            page.set_input_files("input[type=file]", folder / name)
            page.select_option("select[name=kind]", kind)
            page.get_by_role("button", name="Read it").click()
            page.wait_for_selector("#coverage")
        state = context.storage_state()
        context.close()
        yield Desk(made.base, state, rig)


def tab(browser: Browser, desk: Desk, **options: object) -> Page:
    context = browser.new_context(storage_state=desk.state, **options)
    context.set_default_timeout(PATIENCE_MS)
    return context.new_page()


@pytest.mark.acceptance("CHAT-04", "DOC-12")
@pytest.mark.parametrize("view", ["light", "dark", "phone"])
def test_a_question_is_answered_with_its_place_beside_it(browser: Browser, desk: Desk, view: str):
    size = {"width": 390, "height": 844} if view == "phone" else {"width": 1440, "height": 900}
    page = tab(browser, desk, viewport=size, color_scheme="dark" if view == "dark" else "light")
    wrong: list[str] = []
    page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.goto(f"{desk.base}/ask")
    page.fill("#msg", QUESTION)
    page.press("#msg", "Enter")
    page.wait_for_selector(".turn-answer .cites")
    assert "in the stroma" in page.locator(".turn-answer .prose").inner_text()
    page.wait_for_selector("#docpane [data-state='on']")
    assert "stroma" in page.locator("#docpane [data-state='on']").first.inner_text()
    LOOKS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=LOOKS / f"ask-{view}.png")
    assert axe_violations(page) == []
    assert wrong == []
    assert "session=" in page.url
    page.reload()
    assert page.locator(".turn-answer").count() == 1
    page.context.close()


def test_the_same_without_scripts(browser: Browser, desk: Desk):
    page = tab(browser, desk, java_script_enabled=False)
    page.goto(f"{desk.base}/ask")
    page.fill("#msg", QUESTION)
    page.get_by_role("button", name="Ask", exact=False).last.click()
    assert "in the stroma" in page.locator(".turn-answer .prose").inner_text()
    page.locator(".turn-answer .cite").first.click()
    assert "stroma" in page.locator("[data-state='on']").first.inner_text()
    page.context.close()


@pytest.mark.acceptance("CHAT-02", "CHAT-05")
def test_a_model_is_connected_marked_sentence_by_sentence_and_stopped(browser: Browser, desk: Desk):
    page = tab(browser, desk)
    page.goto(f"{desk.base}/settings/models")
    page.fill("[name='routes.chat']", "compatible:rig")
    page.get_by_role("button", name="Save models and limits").click()
    page.fill("#hi-model", "compatible:rig")
    page.get_by_role("button", name="Say hi").click()
    page.wait_for_selector("#hi [role=status]")
    assert "Hello from rig." in page.locator("#hi").inner_text()
    assert "11 in, 7 out" in page.locator("#hi").inner_text()

    desk.rig.say = lambda heard: (
        "The Calvin cycle takes place in the stroma [1]. It was invented at Initech in 1999 [1]. "
    )
    page.goto(f"{desk.base}/ask")
    assert "Your model: rig." in page.locator(".nav-foot").inner_text()
    page.fill("#msg", QUESTION)
    page.press("#msg", "Enter")
    page.wait_for_selector(".turn-foot")
    assert "hosted model, rig, 18 tokens" in page.locator(".turn-foot").inner_text()
    assert page.locator(".prose .claim-ok").inner_text() == "The Calvin cycle takes place in the stroma."
    assert "Initech" not in page.locator(".prose").inner_text()
    assert "Initech" in page.locator(".struck").text_content()

    desk.rig.mode, desk.rig.pause = Mode.ENDLESS, 0.5  # long enough to be stopped by hand
    page.goto(f"{desk.base}/ask")
    page.fill("#msg", "Where exactly does the Calvin cycle take place?")
    page.press("#msg", "Enter")
    page.wait_for_selector(".turn-live .prose p:not(.mute)")
    page.get_by_role("button", name="Stop").click()
    page.wait_for_selector(".turn-foot")
    assert "written without a model" in page.locator(".turn-foot").inner_text()
    assert "You stopped the model." in page.locator(".turn-answer").inner_text()
    assert "in the stroma" in page.locator(".turn-answer .prose").inner_text()
    page.context.close()

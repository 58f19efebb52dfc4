"""page() and fragment(): the same template, whole or in part, so that the two can never drift."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from verivita.core.money import Pay
from verivita.entrypoints.web import words
from verivita.entrypoints.web.views import Shell

STATIC = Path(__file__).parent / "static"
CSP = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; font-src 'none'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": CSP,
    "Cache-Control": "no-store",
    "Vary": "HX-Request",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
}


def page(
    request: Request, name: str, context: Mapping[str, object], *, block: str | None = None, status: int = 200
) -> HTMLResponse:
    """The page `name`; only its `block` where htmx asked for it (and not to restore a page from its history).

    `context` holds `view`, and may hold `shell`; else the shell is `request.state.shell`.
    """
    if block is not None and wants_fragment(request):
        return fragment(request, name, block, context, status=status)
    return HTMLResponse(render(name, _with_shell(request, context)), status, HEADERS)


def fragment(
    request: Request, name: str, block: str, context: Mapping[str, object], *, status: int = 200
) -> HTMLResponse:
    """One block of the page `name`, alone."""
    return HTMLResponse(render_block(name, block, _with_shell(request, context)), status, HEADERS)


def wants_fragment(request: Request) -> bool:
    """True where htmx will swap the answer into a part of the page."""
    headers = request.headers
    whole = "hx-boosted" in headers or headers.get("hx-history-restore-request") == "true"
    return headers.get("hx-request") == "true" and not whole


def render(name: str, context: Mapping[str, object]) -> str:
    """The whole template as text."""
    return environment().get_template(name).render(context)


def render_block(name: str, block: str, context: Mapping[str, object]) -> str:
    """One block of a template as text; `KeyError` where it has no such block."""
    template = environment().get_template(name)
    return "".join(template.blocks[block](template.new_context(dict(context))))


def toast_swap(text: str, shell: Shell, *, undo_url: str | None = None, bad: bool = False) -> str:
    """A toast that htmx adds to the page out of band, to be put behind a fragment."""
    context = {"toast": {"text": text, "undo_url": undo_url, "bad": bad}, "shell": shell}
    return environment().get_template("parts/toast.html").render(context)


@lru_cache(maxsize=1)
def environment() -> Environment:
    """The templates with their filters and parts; an unknown name in a template is an error."""
    env = Environment(
        loader=PackageLoader("verivita.entrypoints.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    env.filters |= {"number": words.number, "ago": _ago, "pay": _pay, "capitalize_first": _capitalize_first}
    env.globals["static"] = static_url
    for part in ("ui", "papers", "jobs"):
        env.globals[part] = env.get_template(f"parts/{part}.html").module
    return env


@lru_cache(maxsize=32)
def static_url(name: str) -> str:
    """The address of a static file, with a mark that changes with its content, so that it may be cached for long."""
    return f"/static/{name}?v={sha256((STATIC / name).read_bytes()).hexdigest()[:10]}"


def _ago(when: datetime, now: datetime) -> Markup:
    said = words.ago(when, now)
    return Markup('<time datetime="{}" title="{}">{}</time>').format(said.iso, said.title, said.text)


def _pay(amount: Pay | None) -> str:
    return words.pay(amount)


def _capitalize_first(text: str) -> str:
    return text[:1].upper() + text[1:]


def _with_shell(request: Request, context: Mapping[str, object]) -> dict[str, object]:
    shell = context.get("shell") or getattr(request.state, "shell", None) or Shell()
    return {**context, "shell": shell}

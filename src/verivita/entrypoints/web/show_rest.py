"""The shell around every page, refusals as pages, reports of imports, and the settings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from verivita.core.errors import FieldError, VerivitaError
from verivita.engines.llm.catalogue import LOCAL, Listed
from verivita.entrypoints.web.show_models import PROVIDERS
from verivita.entrypoints.web.views import (
    ErrorView,
    FormField,
    Link,
    NavItem,
    Option,
    RunView,
    SettingsView,
    Shell,
    Toast,
)
from verivita.entrypoints.web.words import number, plural
from verivita.features.matching import Wishes
from verivita.features.postings import ImportRun

MOST_REFUSED = 50
CURRENCIES = ("USD", "EUR", "GBP", "CAD", "AUD", "CHF", "INR", "SEK", "NOK", "DKK", "PLN", "CZK", "JPY", "NZD")
THEMES = {"": "As this computer", "light": "Light", "dark": "Dark"}
TITLES = {
    400: "That request could not be understood",
    401: "Sign in first",
    403: "You may not do this",
    404: "There is nothing here",
    409: "That collides with what is stored",
    412: "Somebody changed it meanwhile",
    413: "That is too large",
    415: "We cannot read this kind of file",
    422: "Something in it needs a change",
    429: "Too much at once",
    500: "Something went wrong on our side",
    503: "Not available just now",
    507: "The disk is full",
}
PRIVACY = (
    ("Papers", "encrypted at rest, on this machine; so are texts and facts read from them"),
    ("Vectors", "numbers made from your papers, not encrypted"),
    ("Postings", "public texts, not encrypted"),
    ("Network", "nothing leaves this machine that you did not switch on"),
    ("Telemetry", "none"),
)


def shell(
    current: str,
    *,
    papers: int | None = None,
    jobs: int | None = None,
    person: str = "",
    role: str = "",
    theme: str = "",
    single_keys: bool = True,
    csrf: str = "",
    toasts: Sequence[Toast] = (),
    sign_out_url: str | None = None,
    example: bool = False,
    model: Listed | None = None,
) -> Shell:
    """The navigation and what stands at its foot. `current` is the key of a place: papers, jobs, ask or settings."""
    nav = (
        NavItem("papers", "Papers", "/papers", "i-papers", papers),
        NavItem("jobs", "Jobs", "/jobs", "i-jobs", jobs),
        NavItem("ask", "Ask", "/ask", "i-ask"),
        NavItem("settings", "Settings", "/settings", "i-settings"),
    )
    return Shell(
        nav=nav,
        current=current,
        theme=theme if theme in THEMES else "",
        person=person,
        role=role,
        csrf=csrf,
        single_keys=single_keys,
        toasts=tuple(toasts),
        sign_out_url=sign_out_url,
        example=example,
        model=model.model if model else "none",
        model_note=_model_note(model),
    )


def _model_note(model: Listed | None) -> str:
    """What it means that this model answers: where the words go that it reads."""
    if model is None:
        return "Everything here works without one."
    if model.provider in LOCAL:
        return "It runs where you installed it; no provider sees what it reads."
    named = "the server that you named" if model.provider == "compatible" else PROVIDERS.get(model.provider)
    return f"What it reads for an answer is sent to {named or model.provider}."


def error_view(status: int, error: VerivitaError, request_id: str = "", back: Link | None = None) -> ErrorView:
    """A refusal as a page: its own sentence, and the next step that it names."""
    text = error.message if not error.next else f"{error.message} {error.next}"
    if error.retry_after:
        text += f" Try again in {plural(max(1, round(error.retry_after)), 'second')}."
    return ErrorView(
        status,
        TITLES.get(status, TITLES[500] if status >= 500 else TITLES[400]),
        text,
        back or Link("Back to the start", "/"),
        request_id,
        error.code,
        tuple((item.field, item.message) for item in error.errors),
    )


def run_view(run: ImportRun, title: str = "The file is read") -> RunView:
    """What an import did; counts of zero are left out, but for what was read."""
    refused = run.refused_count or len(run.refused)
    counts = (
        ("new", run.new),
        ("changed", run.changed),
        ("already here", run.unchanged),
        ("the same job again", run.duplicates),
        ("closed", run.closed),
        ("refused", refused),
    )
    shown = run.refused[:MOST_REFUSED]
    return RunView(
        run.error or title,
        (("read", run.fetched), *((label, count) for label, count in counts if count)),
        tuple((item.place, item.title, item.reason) for item in shown),
        max(0, refused - len(shown)),
        Link("See the jobs", "/jobs"),
    )


def settings_view(
    wishes: Wishes,
    *,
    theme: str = "",
    single_keys: bool = True,
    saved: str = "",
    given: Mapping[str, str] | None = None,
    errors: Sequence[FieldError] = (),
) -> SettingsView:
    """The settings as they are; after a refusal with the words that were `given` and the error at each field."""
    wrong = {error.field: error.message for error in errors}
    return SettingsView(
        theme=tuple(Option(value, label, value == theme) for value, label in THEMES.items()),
        single_keys=single_keys,
        wishes=_wish_fields(wishes, given or {}, wrong),
        privacy=PRIVACY,
        saved=saved,
        error_count=len(wrong),
    )


def _wish_fields(wishes: Wishes, given: Mapping[str, str], wrong: Mapping[str, str]) -> tuple[FormField, ...]:
    def text(name: str, label: str, value: str, hint: str = "", kind: str = "text") -> FormField:
        return FormField(name, label, given.get(name, value), kind, hint, wrong.get(name, ""))

    def choice(name: str, label: str, options: Sequence[tuple[str, str]], value: str) -> FormField:
        chosen = given.get(name, value)
        made = tuple(Option(key, words, key == chosen) for key, words in options)
        return FormField(name, label, chosen, "select", error=wrong.get(name, ""), options=made)

    places = (("remote", "Remote"), ("hybrid", "Hybrid"), ("onsite", "On site"))
    kinds = tuple(Option(key, label, key in wishes.location_types) for key, label in places)
    pay = "" if wishes.minimum_pay is None else str(wishes.minimum_pay)
    travel = "" if wishes.max_travel_share is None else number(round(wishes.max_travel_share * 100, 1))
    visa = {None: "", True: "yes", False: "no"}[wishes.needs_visa]
    return (
        FormField(
            "location_types",
            "Where you would work",
            kind="checks",
            options=kinds,
            error=wrong.get("location_types", ""),
            hint="None chosen means: anywhere.",
        ),
        text(
            "countries",
            "Countries where you may work",
            ", ".join(wishes.countries),
            "Two letters each, such as US, CA.",
        ),
        text(
            "minimum_pay",
            "Lowest pay that you accept",
            pay,
            "A year. A job below it is marked, never hidden.",
            "number",
        ),
        choice("currency", "Currency", (("", "–"), *((code, code) for code in CURRENCIES)), wishes.currency or ""),
        choice("needs_visa", "Visa help", (("", "not said"), ("yes", "I need it"), ("no", "I do not need it")), visa),
        text("max_travel_share", "Most travel", travel, "In per cent of the working time.", "number"),
    )

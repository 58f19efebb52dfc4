"""What pages show, as frozen data that templates read: the shell, forms, notes, settings and the doors."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Moment:
    """A time as it is said ("2 h ago"), for machines (`iso`) and in full (`title`)."""

    text: str
    iso: str
    title: str


@dataclass(frozen=True, slots=True)
class Link:
    """A place to go to."""

    text: str
    href: str


@dataclass(frozen=True, slots=True)
class Toast:
    """A short report of what was done, with a way back where there is one."""

    text: str
    undo_url: str | None = None
    bad: bool = False


@dataclass(frozen=True, slots=True)
class NavItem:
    """One entry of the main navigation; `icon` names a symbol of the sprite."""

    key: str
    label: str
    href: str
    icon: str
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Shell:
    """What stands around every page. `theme` is "" (the system's choice), "light" or "dark"."""

    nav: tuple[NavItem, ...] = ()
    current: str = ""
    theme: str = ""
    person: str = ""
    role: str = ""
    model: str = "none"
    model_note: str = "Everything here works without one."
    csrf: str = ""
    single_keys: bool = True
    toasts: tuple[Toast, ...] = ()
    sign_out_url: str | None = None
    sign_in_url: str | None = None
    """Where somebody who has not proved who they are goes on."""
    example: bool = False
    """True where every paper belongs to the example person."""
    is_admin: bool = False
    """True for those who look after the tenant."""


@dataclass(frozen=True, slots=True)
class ConfirmView:
    """A question before something is done that a link alone must not do; `danger` marks what cannot be undone."""

    title: str
    text: str
    action: str
    button: str
    back_url: str = "/"
    danger: bool = False


@dataclass(frozen=True, slots=True)
class Option:
    """One choice of a menu, select or group of boxes."""

    value: str
    label: str
    checked: bool = False
    count: int | None = None


@dataclass(frozen=True, slots=True)
class FormField:
    """A field of a form. `kind` is text, number, email, select, checks, area or password; `error` stands at it."""

    name: str
    label: str
    value: str = ""
    kind: str = "text"
    hint: str = ""
    error: str = ""
    placeholder: str = ""
    disabled: bool = False
    required: bool = False
    options: tuple[Option, ...] = ()
    autocomplete: str = "off"


@dataclass(frozen=True, slots=True)
class PageLinks:
    """Where a long list or document is, and the way to its other parts."""

    label: str
    previous: str | None = None
    next: str | None = None
    next_label: str = "Next"


@dataclass(frozen=True, slots=True)
class ProgressView:
    """Long work: what is done, how far, how to follow it (`events_url`, server-sent events; `status_url`, polling)."""

    label: str
    done: int | None = None
    total: int | None = None
    unit: str = ""
    stage: str = ""
    failed: bool = False
    events_url: str = ""
    status_url: str = ""
    next_url: str = ""
    stop_url: str | None = None
    retry_url: str | None = None


@dataclass(frozen=True, slots=True)
class NoteView:
    """A sentence that needs an answer: what happened, what was kept, the one next step. `kind`: ok, weak or bad."""

    kind: str
    title: str
    text: str = ""
    links: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class EmptyView:
    """Nothing here: what will be here, why it is not, and the one next step."""

    title: str
    text: str
    primary: Link | None = None
    links: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class DropView:
    """The place where a file is given. `error` says why the last one was not taken."""

    action: str = "/papers"
    accept: str = ".pdf,.docx,.txt,.md,.html"
    limit_mb: int = 20
    error: NoteView | None = None


@dataclass(frozen=True, slots=True)
class RunView:
    """What an import did: counts that add up, and each record that was refused."""

    title: str
    counts: tuple[tuple[str, int], ...]
    refused: tuple[tuple[str, str, str], ...] = ()
    refused_more: int = 0
    link: Link | None = None


@dataclass(frozen=True, slots=True)
class AddView:
    """Add a posting: paste it, give its address, or a file of many."""

    text: FormField = field(
        default_factory=lambda: FormField("text", "The posting, as it stands on the page", kind="area", required=True)
    )
    title: FormField = field(default_factory=lambda: FormField("title", "Title", hint="Only if it is not in the text."))
    company: FormField = field(
        default_factory=lambda: FormField("company", "Company", hint="Only if it is not in the text.")
    )
    url_reason: str = "Reading an address means going out to the network. Switch on a job source first."
    url_error: str = ""
    drop: DropView = field(default_factory=lambda: DropView("/jobs/import", ".csv,.json,.jsonl,.txt,.html", 200))
    progress: ProgressView | None = None
    run: RunView | None = None
    error_count: int = 0
    action: str = "/jobs/add"


@dataclass(frozen=True, slots=True)
class ApiKeyView:
    """A key for programs; the secret itself is never shown again."""

    name: str
    scopes: str
    created: Moment
    used: str
    delete_url: str


@dataclass(frozen=True, slots=True)
class SessionView:
    """One place in which the person is signed in; `is_this` marks the one that shows the page."""

    name: str
    network: str
    began: Moment
    used: Moment
    is_this: bool
    end_url: str


@dataclass(frozen=True, slots=True)
class SettingsView:
    """The person's settings. Each form saves by itself."""

    theme: tuple[Option, ...]
    single_keys: bool
    wishes: tuple[FormField, ...]
    privacy: tuple[tuple[str, str], ...]
    model_text: str = "No model is connected."
    saved: str = ""
    error_count: int = 0
    keys: tuple[tuple[str, str], ...] = ()
    api_keys: tuple[ApiKeyView, ...] = ()
    new_key_url: str | None = None
    new_secret: str = ""
    sessions: tuple[SessionView, ...] = ()
    end_sessions_url: str = "/settings/sessions/end-all"


@dataclass(frozen=True, slots=True)
class ErrorView:
    """A refusal as a page: what happened, what was kept, the one next step."""

    status: int
    title: str
    text: str
    next: Link | None = None
    request_id: str = ""
    code: str = ""
    errors: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class SignInView:
    """The door. `state`: needed (show how to get the link), confirm (a link was opened) or spent."""

    state: str
    token: str = ""
    command: str = "verivita link"
    action: str = "/enter"

"""`verivita users`: who there is, who is a member, who may not come in; vouchers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from verivita.entrypoints.cli.output import note, say, show_json, table

if TYPE_CHECKING:
    from verivita.core.ids import PersonId

users = typer.Typer(help="People of this installation.", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Who = Annotated[str, typer.Argument(metavar="ID", help="Id of the person, as `users list` shows it.")]


def identity() -> None:
    """Run the identity room alone: /auth, for API processes that VERIVITA_IDENTITY__URL points to it."""
    from verivita.bootstrap import process
    from verivita.bootstrap.container import build
    from verivita.bootstrap.database import locate
    from verivita.bootstrap.providers import Process
    from verivita.bootstrap.settings import Settings
    from verivita.entrypoints.asgi import serve_identity
    from verivita.entrypoints.up import require_free

    settings = Settings()
    require_free(settings.host, settings.identity.port, "VERIVITA_IDENTITY__PORT")
    process.begin(settings, "identity")
    serve_identity(build(settings, locate(settings).url, Process.REMOTE))


@users.command("list")
def list_users(
    page: Annotated[int, typer.Option(min=1, help="Page, from 1.")] = 1,
    limit: Annotated[int, typer.Option(min=1, max=100, help="People on a page.")] = 50,
    json: Json = False,
) -> None:
    """Show people, newest first."""
    from verivita.core.page import PageRequest
    from verivita.entrypoints.api.auth import user_out
    from verivita.entrypoints.api.schemas import paged
    from verivita.entrypoints.cli.session import run

    found = run(lambda c, owner: c.sign_in.members.page(owner, PageRequest(page, limit)))
    if json:
        show_json(paged(found, user_out))
        return
    rows = [
        (str(p.id), p.name, p.email or "", str(p.role), str(p.state), f"{p.last_seen:%Y-%m-%d}") for p in found.items
    ]
    table(rows, ("id", "name", "e-mail", "role", "state", "last seen"))
    note(f"{found.total} in all." if found.pages > 1 else "")


@users.command()
def grant(person: Who) -> None:
    """Make a verified person a member."""
    from verivita.entrypoints.cli.session import run

    id = _person(person)
    say(f"Now {run(lambda c, owner: c.sign_in.members.grant(owner, id))}.")


@users.command()
def suspend(person: Who) -> None:
    """Keep a person out, by every door, within a minute."""
    from verivita.entrypoints.cli.session import run

    id = _person(person)
    run(lambda c, owner: c.sign_in.members.suspend(owner, id))
    say("Suspended.")


@users.command("second-step-off")
def second_step_off(person: Who) -> None:
    """Switch the second step off for somebody who lost authenticator and recovery codes."""
    from verivita.entrypoints.cli.session import run

    id = _person(person)
    run(lambda c, owner: c.sign_in.second.lift(owner, id))
    say("Off. They may set up another one.")


@users.command()
def restore(person: Who) -> None:
    """Let a suspended person in again."""
    from verivita.entrypoints.cli.session import run

    id = _person(person)
    say(f"Now {run(lambda c, owner: c.sign_in.members.restore(owner, id))} again.")


@users.command()
def voucher(days: Annotated[int | None, typer.Option(min=1, max=3650, help="Days until it ends.")] = None) -> None:
    """Make a voucher, by which one verified person becomes a member, and print it, this once."""
    from datetime import timedelta

    from verivita.entrypoints.cli.session import run

    lasts = timedelta(days=days) if days else None
    say(run(lambda c, owner: c.sign_in.members.voucher(owner, lasts)).secret)
    note("This voucher is shown once. It is redeemed by POST /auth/upgrade.")


def _person(text: str) -> PersonId:
    from verivita.core.errors import NotFound
    from verivita.core.ids import PersonId, parse_id

    id = parse_id(text)
    if id is None:
        raise NotFound("person")
    return PersonId(id)

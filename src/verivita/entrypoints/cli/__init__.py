"""The command line: `verivita up`, and the main job without a server. Commands import what they need when they run."""

from __future__ import annotations

import logging
import os
import sys
from typing import Annotated

import typer

from verivita import __version__
from verivita.core.errors import VerivitaError
from verivita.entrypoints.cli import analysis, backup, data, find, observe, people, privacy, reindex, serve
from verivita.entrypoints.cli import ask as asking
from verivita.entrypoints.cli.output import EXIT, fail, refusal_of

app = typer.Typer(
    name="verivita",
    help="A career copilot that you run yourself.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command()(serve.up)
app.command()(serve.down)
app.command()(serve.link)
app.command()(serve.api)
app.command()(serve.ml)
app.command()(serve.worker)
app.command()(people.identity)
app.command()(serve.migrate)
app.command()(serve.doctor)
app.command()(observe.logs)
app.command()(observe.errors)
app.command()(serve.config)
app.command()(backup.backup)
app.command()(backup.restore)
app.command()(backup.rotate_keys)
app.command()(privacy.export)
app.command()(privacy.erase)
data.imports.command("archive")(privacy.take_back)
app.add_typer(data.imports, name="import")
app.add_typer(data.papers, name="papers")
app.add_typer(data.demo, name="demo")
app.command()(reindex.reindex)
app.command()(find.search)
app.command()(find.match)
app.command()(find.jobs)
app.command()(analysis.analyze)
app.command()(asking.ask)
app.add_typer(people.users, name="users")
app.add_typer(serve.keys, name="keys")


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """A career copilot that you run yourself: finds the posting, says truthfully how you stand."""


def main() -> None:
    """Run a command; a refusal is one sentence on standard error and an exit code (see docs/reference/cli.md)."""
    # Our matrices are small: threads of their own for each only wait for one another. Read when numpy is imported.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    try:
        app()
    except VerivitaError as error:
        fail(error)
    except KeyboardInterrupt:
        sys.exit(EXIT["interrupted"])
    except BrokenPipeError:
        # The reader of our output went away: nothing to say, and nobody to say it to.
        sys.stderr.close()
        sys.exit(EXIT["pipe"])
    except Exception as error:
        if logging.getLogger().getEffectiveLevel() <= logging.DEBUG:
            raise
        fail(refusal_of(error))

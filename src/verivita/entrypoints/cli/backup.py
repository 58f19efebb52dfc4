"""Commands that keep data safe: backup, restore, rotate-keys."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from verivita.entrypoints.cli.output import note, say, show_json

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Keys = Annotated[Path | None, typer.Option("--keys", help="The key file; beside the backup without it.")]


def backup(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A new folder for the backup.")],
    keys: Keys = None,
    json: Json = False,
) -> None:
    """Write database and files into a new folder, and the master key into a file of its own; also while all runs."""
    from verivita.bootstrap import backup as backups
    from verivita.bootstrap.database import located
    from verivita.bootstrap.settings import Settings

    settings, apart = Settings(), keys or backups.default_keys(folder)
    with located(settings) as found:
        made = backups.back_up(settings, found, folder, apart)
    if json:
        show_json({"folder": str(folder), "keys": str(apart), **asdict(made)})
        return
    say(f"Backed up {sum(made.rows.values())} rows of {len(made.rows)} tables and {made.size} files to {folder}.")
    note(f"The key is in {apart}. Keep it in another place: whoever has both can read everything,")
    note("and without it the backup opens for nobody.")


def restore(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder of the backup.")],
    keys: Keys = None,
    check: Annotated[bool, typer.Option("--check", help="Only look through the backup; touch nothing.")] = False,
    json: Json = False,
) -> None:
    """Bring a backup into an installation that holds nothing yet, or only look through it."""
    from verivita.bootstrap import backup as backups
    from verivita.bootstrap.settings import Settings

    settings, apart = Settings(), keys or backups.default_keys(folder)
    done = (backups.check if check else backups.restore)(settings, folder, apart)
    if json:
        show_json({"folder": str(folder), "checked": True, "restored": not check, **asdict(done)})
        return
    held = f"{sum(done.rows.values())} rows of {len(done.rows)} tables and {done.size} files, made {done.made_at}"
    say(f"The backup is whole: {held}." if check else f"Restored {held}, to {settings.data_dir}.")
    if not check:
        note("Start it with `verivita up`, and sign in with the link that it prints.")


def rotate_keys(json: Json = False) -> None:
    """Make a new master key and seal everything that is stored with it; also while all runs, and again if stopped."""
    from verivita.bootstrap.database import located
    from verivita.bootstrap.rotation import rotate
    from verivita.bootstrap.settings import Settings
    from verivita.entrypoints.cli.session import loop

    settings = Settings()
    with located(settings) as found:
        done = loop(rotate(settings, found.url, note))
    if json:
        show_json(asdict(done))
        return
    begun = "is in use now" if done.is_new else "was in use already, and its rotation is finished now"
    say(f"Key {done.key} {begun}: {done.values} values and {done.files} files were sealed anew.")
    note(f"Back up {settings.key_file}. The older keys stay in it: look-ups and older backups need them.")

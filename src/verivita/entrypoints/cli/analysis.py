"""The command that takes a paper and a posting apart and matches them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from verivita.entrypoints.cli.output import note, read_file, say, show_json, table

if TYPE_CHECKING:
    from uuid import UUID

    from verivita.features.matching import Analysis

MAX_MB = 5


def analyze(
    job: Annotated[str, typer.Option(help="Id of a posting, or a text file with one.")],
    resume: Annotated[
        str | None, typer.Option(help="Id of a paper of yours, or a text file with one; else all that count.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Take a paper and a posting apart and match them; nothing of it is stored."""
    from verivita.entrypoints.cli.session import run

    paper, posting = _given(resume) if resume else None, _given(job)
    found = run(lambda container, owner: container.matching.analyse(owner, paper, posting))
    if json:
        from verivita.entrypoints.api.analysis import analysis_out

        show_json(analysis_out(found))
        return
    _tell(found)


def _given(word: str) -> UUID | str:
    """An id, or the text of the file of that name. Raises `Invalid` for a file that is none or holds no text."""
    from verivita.core.errors import Invalid
    from verivita.core.ids import parse_id

    id = parse_id(word)
    if id is not None:
        return id
    try:
        text = read_file(Path(word), MAX_MB).decode("utf-8-sig")
    except UnicodeDecodeError:
        text = ""
    if not text.strip():
        raise Invalid("wrong_type", f"{word} holds no text.", next="Import it first, and give its id.")
    return text


def _tell(found: Analysis) -> None:
    said, match = found.posting.understood, found.match
    asks = said.requirements
    say(", ".join(filter(None, (said.title, said.company, said.location or said.location_type.value, said.pay_text))))
    required = [wish.name for wish in asks.skills if wish.required]
    wished = [wish.name for wish in asks.skills if not wish.required]
    rows = [
        ("level", said.level.value),
        ("requires", ", ".join(required) or "-"),
        ("wishes", ", ".join(wished) or "-"),
        ("years", f"{asks.min_years:g}" if asks.min_years is not None else "-"),
        ("your skills", ", ".join(skill.name for skill in found.paper.skills) or "-"),
        ("your jobs", "; ".join(", ".join(filter(None, (r.title, r.employer))) for r in found.paper.roles) or "-"),
        ("missing", ", ".join(match.missing_skills) or "-"),
    ]
    table(rows, ("", ""))
    for sign in found.culture:
        note(f"  {sign.value.value}: {sign.quote.text}")
    score = f"{match.band.value} {match.overall:.0f}" if match.overall is not None else "not scored"
    say(f"{score}. {match.sentence or match.reason}".strip())

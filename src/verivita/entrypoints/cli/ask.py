"""`verivita ask`: a question to the own papers and jobs, answered with the places."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from verivita.entrypoints.cli.output import note, say, show_json

if TYPE_CHECKING:
    from verivita.features.assistant import Reply

_RUNGS = {"no_model": "without a model", "local_model": "by a local model", "hosted_model": "by a hosted model"}


def ask(
    question: Annotated[
        str, typer.Argument(metavar="QUESTION", help='What to ask, such as "Which of my jobs are remote?".')
    ],
    mode: Annotated[str, typer.Option(help="chat, email, tailor or interview.")] = "chat",
    job: Annotated[str | None, typer.Option(help="Id of the posting that it is about.")] = None,
    route: Annotated[str | None, typer.Option(help="study, career or draft, instead of our own choice.")] = None,
    model: Annotated[bool, typer.Option(help="Ask the language model where one is connected.")] = True,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Ask your papers and jobs; every line of the answer names its place."""
    from verivita.core.errors import FieldError, Invalid, NotFound
    from verivita.core.ids import parse_id
    from verivita.entrypoints.cli.session import run
    from verivita.features.assistant import Mode, Route, Saying

    for name, given, known in (("--mode", mode, set(Mode)), ("--route", route, set(Route))):
        if given is not None and given not in known:
            wrong = FieldError(name, f"must be of {', '.join(sorted(known))}")
            raise Invalid(message=f"{given!r} is not known here.", errors=[wrong])
    job_id = parse_id(job) if job else None
    if job and job_id is None:
        raise NotFound("job")
    saying = Saying(question, mode=Mode(mode), route=Route(route) if route else None, job_id=job_id, use_model=model)
    reply = run(lambda container, owner: container.assistant.say(owner, saying))
    if json:
        from verivita.entrypoints.api.assistant import chat_out

        show_json(chat_out(reply))
    else:
        _show(reply)


def _show(reply: Reply) -> None:
    say(reply.answer.text)
    if reply.answer.citations:
        say()
    for number, item in enumerate(reply.answer.citations, 1):
        words = " ".join(item.text.split())
        shown = words if len(words) <= 90 else words[:90].rsplit(" ", 1)[0] + "…"
        where = f"page {item.page}" if item.document_id else "posting"
        say(f"  [{number}] {', '.join(part for part in (item.title, where) if part)}: “{shown}”")
    for told in reply.answer.notes:
        note(told)
    score = "" if reply.answer.score is None else f", {reply.answer.score:.0%} of its lines borne out"
    note(f"{reply.route.value}, written {_RUNGS[reply.answer.rung.value]}{score}, {reply.ms:.0f} ms")

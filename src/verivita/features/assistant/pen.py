"""The rung with a model for texts: it writes from the own lines in a wanted shape; the rung below stands by."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace

from pydantic import BaseModel

from verivita.core.errors import LimitReached, Unavailable
from verivita.core.principal import Principal
from verivita.engines.grounding import Nearness, learned
from verivita.engines.llm.messages import Completion
from verivita.features.answers import Answer, Tokens, rung_of, score_of
from verivita.features.assistant.drafts import Brief
from verivita.features.assistant.material import Material
from verivita.features.assistant.model import Mode, Saying
from verivita.features.assistant.penned import penned, written
from verivita.features.assistant.prompting import request
from verivita.features.assistant.shapes import Letter, Rehearsal, Tailored
from verivita.features.assistant.sheet import Sheet
from verivita.features.models import ModelsService, Purpose

_WAYS: Mapping[Mode, tuple[Purpose, type[BaseModel], int]] = {
    Mode.EMAIL: (Purpose.LETTER, Letter, 900),
    Mode.TAILOR: (Purpose.WRITE, Tailored, 1_400),
    Mode.INTERVIEW: (Purpose.WRITE, Rehearsal, 2_400),
}
_LEAST_LETTER = 2
"""A letter of fewer standing sentences is none."""
_STOPPED = "This text was made without a model."
_BUDGET = f"The budget for models is used up. {_STOPPED}"
_NOTHING = f"Too little of what the model wrote is borne out by your papers. {_STOPPED}"


class Pen:
    """Writes texts for a job by the best rung there is."""

    def __init__(self, models: ModelsService | None, nearness: Nearness | None = None) -> None:
        self._models, self._nearness = models, nearness

    async def can(self, principal: Principal, kind: Mode) -> bool:
        """Whether some model can be asked to write this kind of text."""
        return self._models is not None and await self._models.available(principal, _WAYS[kind][0])

    async def write(
        self, principal: Principal, kind: Mode, saying: Saying, brief: Brief, material: Material, plain: Answer
    ) -> Answer:
        """The text in a model's words, checked; `plain` with a note where it fails or too little of it stands."""
        if self._models is None or not material.lines:
            return plain
        purpose, shape, most = _WAYS[kind]
        asked = request(kind, saying, brief, material, most)
        try:
            made, completion = await self._models.shaped(principal, purpose, asked, shape)
        except LimitReached:
            return replace(plain, notes=(*plain.notes, _BUDGET))
        except Unavailable as error:
            note = () if error.code == "no_model" else (f"{error.message} {_STOPPED}",)
            return replace(plain, notes=(*plain.notes, *note))
        said = written(made)
        near = await learned(self._nearness, [one for text, lines in said for one in material.asked(text, lines)])
        # The check of a long text takes a while.
        sheet = await asyncio.to_thread(penned, brief, replace(material, near=near), made)
        least = min(_LEAST_LETTER, len(material.lines)) if kind is Mode.EMAIL else 1
        return _answer(sheet, plain, completion, material, stands=sheet.stood >= least)


def _answer(sheet: Sheet, plain: Answer, completion: Completion, material: Material, *, stands: bool) -> Answer:
    used = Tokens(completion.model, completion.usage.input_tokens, completion.usage.output_tokens)
    made = sheet.answer()
    if not stands:
        struck = tuple(claim for claim in made.claims if claim.removed)
        claims = (*plain.claims, *struck)
        return replace(plain, claims=claims, score=score_of(claims), tokens=used, notes=(*plain.notes, _NOTHING))
    read = tuple(line.evidence.text for line in material.lines)
    return replace(made, rung=rung_of(completion.model), tokens=used, read=read, notes=plain.notes)

"""The only SQL of the assistant; every method takes who asks, and every word is sealed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import Row, func, select

from verivita.core.page import Page, PageRequest
from verivita.core.principal import Principal
from verivita.features.answers import Answer
from verivita.features.assistant.model import Mode, Reply, Route, Talk, Turn
from verivita.features.assistant.tables import chat_messages, chat_sessions
from verivita.kit.crypto import Keyring
from verivita.kit.db import Repository, Tx

_TITLE, _CONTENT = "chat_sessions.title", "chat_messages.content"
_CITATIONS, _DETAILS = "chat_messages.citations", "chat_messages.details"
_ANSWER = TypeAdapter(Answer)
_SHOWN_APART = {"text", "citations", "score"}


class TalkRepository:
    """Talks and messages of one person."""

    def __init__(self, keyring: Keyring) -> None:
        self._keys = keyring
        self._sessions, self._messages = Repository(chat_sessions), Repository(chat_messages)

    async def has(self, tx: Tx, principal: Principal, session_id: UUID) -> bool:
        """Whether the caller has this talk."""
        return await self._sessions.get(tx, principal, session_id) is not None

    async def keep(
        self, tx: Tx, principal: Principal, title: str, question_id: UUID, question: str, reply: Reply
    ) -> None:
        """Store a message and its answer together; the talk is made where it is new. May run twice."""
        sealed = self._keys.seal(principal.tenant_id, _TITLE, reply.session_id, title)
        session = {"id": reply.session_id, "mode": reply.mode.value, "title": sealed}
        if not await self._sessions.insert_new(tx, principal, session, "id"):
            mine = chat_sessions.c.id == reply.session_id
            await tx.run(self._sessions.update(principal).where(mine).values(updated_at=func.now()))
        asked = {
            "id": question_id,
            "session_id": reply.session_id,
            "role": "user",
            "content": self._seal(principal, _CONTENT, question_id, question),
        }
        if await self._messages.insert_new(tx, principal, asked, "id"):
            await self._messages.insert_new(tx, principal, self._answer_row(principal, question_id, reply), "id")

    async def talks(self, tx: Tx, principal: Principal, request: PageRequest) -> Page[Talk]:
        """The caller's talks, the latest first."""
        query = self._sessions.select(principal).order_by(chat_sessions.c.updated_at.desc(), chat_sessions.c.id.desc())
        rows, total = await self._sessions.page(tx, query, request)
        counts = await self._counts(tx, principal, [row.id for row in rows])
        return Page([self._talk(row, (), counts.get(row.id, 0)) for row in rows], total, request.page, request.limit)

    async def talk(self, tx: Tx, principal: Principal, id: UUID) -> Talk | None:
        """One talk with all its turns, in order."""
        row = await self._sessions.get(tx, principal, id)
        if row is None:
            return None
        query = self._answers(principal).where(chat_messages.c.session_id == id).order_by(chat_messages.c.id)
        turns = await self._turns(tx, principal, (await tx.run(query)).all(), {id: row.mode})
        return self._talk(row, turns, len(turns))

    async def last(self, tx: Tx, principal: Principal, id: UUID, most: int) -> list[Turn]:
        """The last turns of a talk, in order."""
        query = self._answers(principal).where(chat_messages.c.session_id == id)
        rows = (await tx.run(query.order_by(chat_messages.c.id.desc()).limit(most))).all()
        return list(reversed(await self._turns(tx, principal, rows, {})))

    async def turns(self, tx: Tx, principal: Principal, request: PageRequest) -> Page[Turn]:
        """The caller's turns over all talks, the latest first."""
        query = self._answers(principal).order_by(chat_messages.c.id.desc())
        rows, total = await self._messages.page(tx, query, request)
        modes = self._sessions.select(principal, chat_sessions.c.id, chat_sessions.c.mode)
        known = await tx.run(modes.where(chat_sessions.c.id.in_([row.session_id for row in rows])))
        turns = await self._turns(tx, principal, rows, {row.id: row.mode for row in known})
        return Page(turns, total, request.page, request.limit)

    async def turn(self, tx: Tx, principal: Principal, reply_id: UUID) -> Turn | None:
        """The turn that this answer ends."""
        rows = (await tx.run(self._answers(principal).where(chat_messages.c.id == reply_id))).all()
        return next(iter(await self._turns(tx, principal, rows, {})), None)

    async def forget(self, tx: Tx, principal: Principal, session_id: UUID | None) -> int:
        """Delete a talk, or all; how many there were. Messages go with their talk."""
        query = self._sessions.delete(principal)
        return (await tx.run(query if session_id is None else query.where(chat_sessions.c.id == session_id))).rowcount

    def _answers(self, principal: Principal) -> Any:
        return self._messages.select(principal).where(chat_messages.c.role == "assistant")

    async def _counts(self, tx: Tx, principal: Principal, ids: Sequence[UUID]) -> dict[UUID, int]:
        mine = self._answers(principal).where(chat_messages.c.session_id.in_(ids)).subquery()
        counted = select(mine.c.session_id, func.count().label("turns")).group_by(mine.c.session_id)
        return {row.session_id: row.turns for row in await tx.run(counted)}

    async def _turns(
        self, tx: Tx, principal: Principal, rows: Sequence[Row[Any]], modes: dict[UUID, str]
    ) -> list[Turn]:
        query = self._messages.select(principal).where(chat_messages.c.id.in_([row.reply_to for row in rows]))
        asked = {row.id: row for row in await tx.run(query)}
        return [self._turn(row, asked[row.reply_to], modes) for row in rows if row.reply_to in asked]

    def _answer_row(self, principal: Principal, question_id: UUID, reply: Reply) -> dict[str, Any]:
        plain = json.loads(_ANSWER.dump_json(reply.answer))
        rest = {name: value for name, value in plain.items() if name not in _SHOWN_APART}
        details = {"answer": rest, "mode": reply.mode, "route": reply.route, "ms": reply.ms}
        score = reply.answer.score
        return {
            "id": reply.id,
            "session_id": reply.session_id,
            "role": "assistant",
            "content": self._seal(principal, _CONTENT, reply.id, reply.answer.text),
            "citations": self._seal(principal, _CITATIONS, reply.id, json.dumps(plain["citations"])),
            "grounding_score": None if score is None else Decimal(str(round(score, 2))),
            "reply_to": question_id,
            "details": self._seal(principal, _DETAILS, reply.id, json.dumps(details)),
        }

    def _turn(self, row: Row[Any], asked: Row[Any], modes: dict[UUID, str]) -> Turn:
        details = json.loads(self._open(row, _DETAILS, row.details)) if row.details else {}
        answer = _ANSWER.validate_python(
            {
                **details.get("answer", {}),
                "text": self._open(row, _CONTENT, row.content),
                "citations": json.loads(self._open(row, _CITATIONS, row.citations)) if row.citations else [],
                "score": None if row.grounding_score is None else float(row.grounding_score),
            }
        )
        mode = Mode(details.get("mode") or modes.get(row.session_id, "chat"))
        reply = Reply(
            row.id, row.session_id, mode, Route(details.get("route", "study")), answer, float(details.get("ms", 0.0))
        )
        return Turn(asked.id, self._open(asked, _CONTENT, asked.content), reply, row.created_at)

    def _talk(self, row: Row[Any], turns: Sequence[Turn], count: int) -> Talk:
        title = self._keys.open_text(row.tenant_id, _TITLE, row.id, row.title) if row.title else ""
        return Talk(row.id, Mode(row.mode), title, row.created_at, row.updated_at, turns, count)

    def _seal(self, principal: Principal, place: str, id: UUID, text: str) -> bytes:
        return self._keys.seal(principal.tenant_id, place, id, text)

    def _open(self, row: Row[Any], place: str, sealed: bytes) -> str:
        return self._keys.open_text(row.tenant_id, place, row.id, sealed)

"""The index of what is offered now, in each worker's memory: built anew when the bank's revision is another.

What an answer says is read into terms once; only answers that are different are read again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from assist.answers.answer import AnswerContent, holds, read_content
from assist.answers.search.index import Entry, Hit, Index, Prepared, prepare
from assist.answers.tables import AnswerBank, BankAnswer

SUBJECT_WORDS = {
    "leak": "漏水 leak",
    "no_water": "没水 停水 no water",
    "pressure": "水压 pressure",
    "quality": "水质 水質 water quality",
    "meter": "水表 水錶 meter",
    "bills": "水费 账单 水費 bill",
    "account": "过户 报装 account",
    "home": "",
    "emergency": "紧急 emergency",
    "service": "",
}
"""Under which words a subject is looked for, too."""


@dataclass(frozen=True)
class Offered:
    """An answer that is offered."""

    id: UUID
    code: str
    content: AnswerContent


@dataclass
class AnswerStore:
    """What is offered, and its index; one for each worker."""

    revision: int = -1
    offered: Mapping[str, Offered] = field(default_factory=dict)
    index: Index = field(default_factory=lambda: Index(()))
    _prepared: dict[UUID, tuple[object, Prepared]] = field(default_factory=dict)
    _building: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def ask(self, session: AsyncSession, words: str, now: datetime) -> list[tuple[Offered, Hit]]:
        """The best answers to a question that are valid now."""
        await self.follow(session)
        index, offered = self.index, self.offered
        hits = index.ask(words, few=6)
        valid = [(offered[hit.key], hit) for hit in hits if holds(offered[hit.key].content, now)]
        return valid[:3]

    async def follow(self, session: AsyncSession) -> None:
        """Read what is offered, if it is not what is known."""
        revision = await session.scalar(select(AnswerBank.revision).where(AnswerBank.id == 1)) or 0
        if revision == self.revision:
            return
        async with self._building:
            if revision == self.revision:
                return
            query = select(BankAnswer.id, BankAnswer.code, BankAnswer.offered)
            rows = (await session.execute(query.where(BankAnswer.offered.is_not(None)))).all()
            found = [(id, code, kept) for id, code, kept in rows if kept is not None]
            await asyncio.to_thread(self._build, found)
            self.revision = revision

    def _build(self, rows: list[tuple[UUID, str, dict[str, object]]]) -> None:
        prepared: dict[UUID, tuple[object, Prepared]] = {}
        offered: dict[str, Offered] = {}
        for id, code, kept in rows:
            known = self._prepared.get(id)
            content = read_content(kept)
            offered[code] = Offered(id, code, content)
            prepared[id] = (
                known if known is not None and known[0] == kept else (kept, prepare(entry_of(code, content)))
            )
        self.index, self.offered = Index(each for _, each in prepared.values()), offered
        self._prepared = prepared


def entry_of(code: str, content: AnswerContent) -> Entry:
    """An answer as the index takes it."""
    wordings = [each for wording in content.texts.values() for each in wording.questions]
    texts = [wording.text for wording in content.texts.values()]
    return Entry(code, list(dict.fromkeys(wordings)), texts, SUBJECT_WORDS[content.subject])

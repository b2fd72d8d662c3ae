"""What is done with answers: written, reviewed, published, withdrawn; used; and the bank that comes with
the program."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, select

from assist.answers.answer import (
    AnswerCodeTaken,
    AnswerContent,
    AnswerEvent,
    AnswerInvalid,
    AnswerState,
    AnswerUseKind,
    moved,
    read_content,
)
from assist.answers.bank.bank import Shipped, shipped
from assist.answers.lint import faults_of_answer
from assist.answers.scrub import scrubbed
from assist.answers.tables import AnswerBank, AnswerUse, AnswerVersion, AskedInVain, BankAnswer
from kernel.actors import Actor
from kernel.database import Database, UnitOfWork, check_version
from kernel.errors import NotFound
from kernel.i18n import LANGUAGES

KEPT = timedelta(days=400)
"""How long it is known what came of answers, and what was asked in vain."""


async def write_answer(uow: UnitOfWork, actor: Actor, code: str, content: AnswerContent) -> UUID:
    """A new draft.

    Raises:
        AnswerCodeTaken
    """
    if await uow.session.scalar(select(BankAnswer.id).where(BankAnswer.code == code)) is not None:
        raise AnswerCodeTaken(answer=code)
    row = BankAnswer(id=uow.new_id(), code=code, state=AnswerState.DRAFT, offered=None, number=0, edited=True)
    _say(uow, row, content)
    uow.session.add(row)
    await uow.session.flush()
    _note(uow, row, AnswerEvent.WRITE, actor)
    await uow.audit(actor, "write_answer", f"answer:{row.id}", answer=code)
    return row.id


async def change_answer(
    uow: UnitOfWork, actor: Actor, answer_id: UUID, content: AnswerContent, version: int | None
) -> None:
    """Write it anew; what was published stays offered until this is. Raises NotFound, StaleVersion."""
    row = await _seen(uow, answer_id, version)
    row.state = moved(row.state, AnswerEvent.WRITE)
    row.edited, row.reviewer_id = True, None
    _say(uow, row, content)
    _note(uow, row, AnswerEvent.WRITE, actor)
    await uow.audit(actor, "write_answer", f"answer:{row.id}", number=row.number)


async def review_answer(
    uow: UnitOfWork, actor: Actor, answer_id: UUID, guides: Collection[str], version: int | None
) -> None:
    """Somebody has read it and stands for it.

    Raises:
        NotFound, StaleVersion, AnswerMoveRefused.
        AnswerInvalid: with every fault.
    """
    row = await _seen(uow, answer_id, version)
    state = moved(row.state, AnswerEvent.REVIEW)
    _whole(row, guides)
    row.state, row.reviewer_id, row.changed_at = state, actor.id, uow.now
    _note(uow, row, AnswerEvent.REVIEW, actor)
    await uow.audit(actor, "review_answer", f"answer:{row.id}", number=row.number)


async def publish_answer(
    uow: UnitOfWork, actor: Actor, answer_id: UUID, guides: Collection[str], version: int | None
) -> None:
    """Offer it to people from now on.

    Raises:
        NotFound, StaleVersion, AnswerMoveRefused.
        AnswerInvalid: with every fault.
    """
    row = await _seen(uow, answer_id, version)
    state = moved(row.state, AnswerEvent.PUBLISH)
    _whole(row, guides)
    row.state, row.offered = state, row.content
    row.published_at = row.changed_at = uow.now
    row.edited = True
    _note(uow, row, AnswerEvent.PUBLISH, actor)
    await _renew(uow)
    await uow.audit(actor, "publish_answer", f"answer:{row.id}", number=row.number)


async def withdraw_answer(uow: UnitOfWork, actor: Actor, answer_id: UUID, version: int | None) -> None:
    """Offer it to nobody any more. Raises NotFound, StaleVersion, AnswerMoveRefused."""
    row = await _seen(uow, answer_id, version)
    row.state = moved(row.state, AnswerEvent.WITHDRAW)
    row.offered, row.edited, row.changed_at = None, True, uow.now
    _note(uow, row, AnswerEvent.WITHDRAW, actor)
    await _renew(uow)
    await uow.audit(actor, "withdraw_answer", f"answer:{row.id}")


async def use_answer(
    uow: UnitOfWork, answer_id: UUID, kind: AnswerUseKind, language: str, request_id: UUID | None
) -> None:
    """Note what came of an answer. Raises NotFound."""
    if await uow.session.get(BankAnswer, answer_id) is None:
        raise NotFound()
    _use(uow, answer_id, kind, language, request_id)


async def note_search(
    uow: UnitOfWork, words: str, language: str, offered: Sequence[UUID], request_id: UUID | None
) -> None:
    """Note what was offered, or, where nothing was, what was asked: scrubbed, with the day only."""
    for answer_id in offered:
        _use(uow, answer_id, AnswerUseKind.OFFERED, language, request_id)
    if not offered and (kept := scrubbed(words)):
        uow.session.add(AskedInVain(id=uow.new_id(), day=uow.now.date(), words=kept, language=language))


def _use(
    uow: UnitOfWork, answer_id: UUID, kind: AnswerUseKind, language: str, request_id: UUID | None
) -> None:
    uow.session.add(
        AnswerUse(
            id=uow.new_id(),
            answer_id=answer_id,
            request_id=request_id,
            kind=kind,
            language=language,
            at=uow.now,
        )
    )


async def load_bank(database: Database) -> int:
    """Bring in the answers that come with the program; how many are new or different. What the utility has
    written, published or withdrawn itself is left as it is."""
    bank, digest = shipped()
    async with database.reading() as session:
        known = await session.get(AnswerBank, 1)
        if known is not None and known.digest == digest:
            return 0
    return await database.run(_bring_in, bank, digest)


async def _bring_in(uow: UnitOfWork, bank: Sequence[Shipped], digest: str) -> int:
    there = {row.code: row for row in await uow.session.scalars(select(BankAnswer))}
    changed = 0
    for each in bank:
        row = there.get(each.code)
        if row is not None and (row.edited or row.content == each.content.as_json()):
            continue
        if row is None:
            row = BankAnswer(id=uow.new_id(), code=each.code, number=0, edited=False)
            uow.session.add(row)
        row.state = AnswerState.PUBLISHED
        _say(uow, row, each.content)
        row.offered, row.published_at = row.content, uow.now
        await uow.session.flush()
        _note(uow, row, AnswerEvent.PUBLISH, None)
        changed += 1
    renewed = await _renew(uow)
    renewed.digest = digest
    return changed


async def forget_old(database: Database) -> None:
    """What is older than anybody asks for."""

    async def forget(uow: UnitOfWork) -> None:
        await uow.session.execute(delete(AnswerUse).where(AnswerUse.at < uow.now - KEPT))
        await uow.session.execute(delete(AskedInVain).where(AskedInVain.day < (uow.now - KEPT).date()))

    await database.run(forget)


async def _seen(uow: UnitOfWork, answer_id: UUID, version: int | None) -> BankAnswer:
    row = await uow.session.get(BankAnswer, answer_id, with_for_update=True)
    if row is None:
        raise NotFound()
    check_version(row, version)
    return row


def _whole(row: BankAnswer, guides: Collection[str]) -> None:
    if faults := faults_of_answer(read_content(row.content), LANGUAGES, guides):
        raise AnswerInvalid(faults=faults)


def _say(uow: UnitOfWork, row: BankAnswer, content: AnswerContent) -> None:
    row.content, row.subject, row.changed_at = content.as_json(), content.subject, uow.now


def _note(uow: UnitOfWork, row: BankAnswer, event: AnswerEvent, actor: Actor | None) -> None:
    row.number += 1
    uow.session.add(
        AnswerVersion(
            answer_id=row.id,
            number=row.number,
            kind=event,
            at=uow.now,
            by_id=actor.id if actor else None,
            content=row.content,
        )
    )


async def _renew(uow: UnitOfWork) -> AnswerBank:
    """Something else is offered from now on: every index is built anew when it is next asked."""
    row = await uow.session.get(AnswerBank, 1, with_for_update=True)
    if row is None:
        row = AnswerBank(id=1, revision=0, digest="")
        uow.session.add(row)
    row.revision += 1
    return row

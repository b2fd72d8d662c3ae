"""Sealing: what is new about a request goes into its chain."""

from __future__ import annotations

from secrets import token_bytes
from uuid import UUID

from sqlalchemy import select

from assist.evidence.chain import SALT_BYTES, beginning, commitment, content_of, link, moment
from assist.evidence.tables import EvidenceEntry, EvidenceHead
from assist.request.tables import ServiceRequest
from kernel.database import UnitOfWork
from kernel.errors import NotFound
from kernel.evidence.item import Sources


async def seal(uow: UnitOfWork, sources: Sources, request_id: UUID) -> int:
    """Seal what there is about a request and is not sealed as it is now; how many entries that were.

    A thing that has changed is sealed again, and both entries stay. Of a request that was erased only what
    tells of nobody is sealed.

    Raises `NotFound`.
    """
    await uow.hold(f"evidence:{request_id}")
    row = await uow.session.get(ServiceRequest, request_id)
    if row is None:
        raise NotFound()
    head = await uow.session.get(EvidenceHead, request_id)
    sealed = await _last_of_each(uow, request_id)
    number, before = (head.number, head.hash) if head else (0, beginning(request_id))
    first = number
    for item in await sources.of(uow.session, request_id):
        content = content_of(item.content, item.file)
        if sealed.get(item.subject) == content or (item.tells and row.erased_at is not None):
            continue
        number += 1
        salt = token_bytes(SALT_BYTES)
        committed = commitment(salt, content)
        before = link(before, number, moment(uow.now), item.kind, item.subject, committed)
        uow.session.add(
            EvidenceEntry(
                request_id=request_id,
                number=number,
                sealed_at=uow.now,
                kind=item.kind,
                subject=item.subject,
                tells=item.tells,
                commitment=committed,
                hash=before,
                salt=salt,
                content=content,
            )
        )
    if head is None:
        uow.session.add(head := EvidenceHead(request_id=request_id))
    head.number, head.hash = number, before
    head.version, head.changed_at = row.version, row.changed_at
    return number - first


async def _last_of_each(uow: UnitOfWork, request_id: UUID) -> dict[str, str | None]:
    """Each thing's content as it was sealed last, by its name."""
    query = (
        select(EvidenceEntry.subject, EvidenceEntry.content)
        .where(EvidenceEntry.request_id == request_id)
        .order_by(EvidenceEntry.number)
    )
    return {subject: content for subject, content in await uow.session.execute(query)}

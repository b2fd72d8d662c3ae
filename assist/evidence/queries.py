"""What of a request is sealed, and all that a bundle needs."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from assist.evidence.bundle import Sealed
from assist.evidence.tables import EvidenceEntry
from assist.evidence.views import SealedKindView, SealedView
from assist.request.access import visible_request
from assist.request.people import people
from kernel.actors import Actor

NAMED_BY = ("by_id", "owner_id", "given_by")


async def sealed_of(session: AsyncSession, actor: Actor, request_id: UUID) -> Sealed:
    """A request's chain. Raises `NotFound` where there is no request that `actor` may see."""
    row = await visible_request(session, actor, request_id)
    query = select(EvidenceEntry).where(EvidenceEntry.request_id == row.id).order_by(EvidenceEntry.number)
    return Sealed(row.id, (await session.scalars(query)).all())


def evidence_view(sealed: Sealed, fingerprint: str) -> SealedView:
    """What is sealed, counted by kind in the order of the first of each."""
    counts: dict[str, list[int]] = {}
    for entry in sealed.entries:
        all_erased = counts.setdefault(entry.kind, [0, 0])
        all_erased[0] += 1
        all_erased[1] += entry.erased_at is not None
    return SealedView(
        request_id=sealed.request_id,
        entries=len(sealed.entries),
        kinds=[
            SealedKindView(kind=kind, entries=entries, erased=erased)
            for kind, (entries, erased) in counts.items()
        ],
        sealed_at=sealed.entries[-1].sealed_at if sealed.entries else None,
        head=sealed.head,
        key=fingerprint,
    )


async def names_in(
    session: AsyncSession, entries: Sequence[EvidenceEntry], language: str
) -> Mapping[str, str]:
    """The staff whom the contents name by id, as the reader knows them."""
    ids = {UUID(id) for entry in entries for id in _named(entry)}
    return {str(id): person.name for id, person in (await people(session, ids, language)).items()}


def _named(entry: EvidenceEntry) -> Iterator[str]:
    said = json.loads(entry.content) if entry.content else {}
    yield from (said[name] for name in NAMED_BY if said.get(name))


def fingerprint_of(key: bytes) -> str:
    """A public key as people compare it: 32 digits of its SHA-256, in groups of four."""
    digits = hashlib.sha256(key).hexdigest()[:32]
    return " ".join(digits[at : at + 4] for at in range(0, 32, 4))

"""The key that signs bundles of evidence, made once, at the first need."""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from assist.evidence.tables import EvidenceKey
from kernel.database import Database, UnitOfWork

ONLY = 1


async def evidence_key(database: Database) -> Ed25519PrivateKey:
    """The key; made now where there is none yet."""
    async with database.reading() as session:
        row = await session.get(EvidenceKey, ONLY)
    return Ed25519PrivateKey.from_private_bytes(row.seed if row else await database.run(_make))


async def _make(uow: UnitOfWork) -> bytes:
    await uow.hold("evidence_key")
    row = await uow.session.get(EvidenceKey, ONLY)
    if row is None:
        row = EvidenceKey(id=ONLY, seed=Ed25519PrivateKey.generate().private_bytes_raw(), created_at=uow.now)
        uow.session.add(row)
    return row.seed

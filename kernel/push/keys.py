"""The installation's own key, by which push services know it (RFC 8292).

A browser's subscription is bound to it: with another key every subscription is void. So it is made once, at
the first start, and kept in the database, which all web workers on all hosts share and every backup has.
"""

from __future__ import annotations

from datetime import datetime

from cryptography.hazmat.primitives.asymmetric import ec
from sqlalchemy import LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from kernel.database import Database, UnitOfWork
from kernel.sql.base import Base
from kernel.sql.columns import UtcDateTime

ONLY = 1
SCALAR_BYTES = 32


class PushKey(Base):
    """The private key, one row: the scalar of a P-256 key, big-endian."""

    __tablename__ = "push_key"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    private: Mapped[bytes] = mapped_column(LargeBinary(SCALAR_BYTES))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


async def push_key(database: Database) -> ec.EllipticCurvePrivateKey:
    """The key; made now where there is none yet."""
    async with database.reading() as session:
        row = await session.get(PushKey, ONLY)
    scalar = row.private if row else await database.run(_make)
    return ec.derive_private_key(int.from_bytes(scalar, "big"), ec.SECP256R1())


async def _make(uow: UnitOfWork) -> bytes:
    await uow.hold("push_key")
    row = await uow.session.get(PushKey, ONLY)
    if row is None:
        made = ec.generate_private_key(ec.SECP256R1()).private_numbers().private_value
        row = PushKey(id=ONLY, private=made.to_bytes(SCALAR_BYTES, "big"), created_at=uow.now)
        uow.session.add(row)
    return row.private

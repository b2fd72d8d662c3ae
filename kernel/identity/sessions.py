"""Signed-in devices.

A session is a random token, of which the hash is stored; it belongs to one *surface* (one of the
product's pages), so that a browser may hold a technician's and a dispatcher's session side by side.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, ForeignKey, LargeBinary, Row, bindparam, delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from kernel.actors import Actor, Surface
from kernel.clock import Clock
from kernel.database import Database, UnitOfWork
from kernel.identity.staff import Staff, actor_of
from kernel.identity.subscriptions import PushSubscription
from kernel.ids import new_token, token_hash
from kernel.process.asking import Asking
from kernel.sql.base import Base
from kernel.sql.columns import UtcDateTime, enum_column
from kernel.sql.rows import few_lengths

SESSION_TOPIC = "sessions"
"""Live topic ``sessions:<id>``: a session has ended, and whatever it holds open must close."""


TRIAL = timedelta(minutes=10)
"""How long a device that opened a personal link holds what it opened without doing anything there.

The link came over a channel that others may read (OWASP ASVS 5.0, 6.5.5); what is done with the request
shows that its own person is there.
"""

KEPT_ENDED = timedelta(days=30)
"""How long a session is kept after its time, to look into what a stolen one may have done."""


class Session(Base):
    """A signed-in device."""

    __tablename__ = "session"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    surface: Mapped[Surface] = mapped_column(enum_column(Surface))
    staff_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), index=True)
    request_id: Mapped[UUID | None] = mapped_column(index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    kept_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """On trial: until when it holds once its holder has changed something. Otherwise None."""
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


@dataclass(frozen=True)
class NewSession:
    """A session just made; ``token`` is seen here once, and stored nowhere.

    ``kept_until``: it is on trial, and holds that long from the first change that is made with it.
    """

    token: str
    surface: Surface
    expires_at: datetime
    kept_until: datetime | None = None


async def start_session(
    uow: UnitOfWork,
    surface: Surface,
    lifetime: timedelta,
    *,
    staff_id: UUID | None = None,
    request_id: UUID | None = None,
    on_trial: bool = False,
) -> NewSession:
    """Sign a device in, for a member of staff or for one request.

    ``on_trial``: for :data:`TRIAL` only, unless :func:`keep_session` gives it its whole ``lifetime``.
    """
    token = new_token()
    expires_at, kept_until = uow.now + lifetime, None
    if on_trial:
        expires_at, kept_until = min(expires_at, uow.now + TRIAL), expires_at
    uow.session.add(
        Session(
            token_hash=token_hash(token),
            surface=surface,
            staff_id=staff_id,
            request_id=request_id,
            created_at=uow.now,
            expires_at=expires_at,
            kept_until=kept_until,
        )
    )
    await uow.session.flush()
    return NewSession(token, surface, expires_at, kept_until)


async def keep_session(uow: UnitOfWork, token: str) -> None:
    """Somebody on trial has changed something: their session holds for its whole time from now on."""
    row = await uow.session.get(Session, token_hash(token), with_for_update=True)
    if row is None or row.revoked_at is not None or row.expires_at <= uow.now:
        return
    if row.kept_until is not None:
        row.expires_at, row.kept_until = row.kept_until, None


async def end_session(uow: UnitOfWork, token: str) -> None:
    """Sign a device out; its open sockets are closed."""
    await _end(uow, Session.token_hash == token_hash(token))


async def end_other_sessions(uow: UnitOfWork, request_id: UUID, kept: NewSession) -> None:
    """Cut off every device that a request was open on, except the one that has just come."""
    await _end(uow, Session.request_id == request_id, Session.token_hash != token_hash(kept.token))


async def forget_sessions(uow: UnitOfWork, request_id: UUID) -> None:
    """Cut off every device that a request was open on, and keep nothing of that."""
    await _end(uow, Session.request_id == request_id)
    await uow.session.flush()
    await uow.session.execute(delete(Session).where(Session.request_id == request_id))


async def forget_ended(uow: UnitOfWork) -> None:
    """Delete sessions that have long been over: nobody comes back with their tokens."""
    await uow.session.execute(delete(Session).where(Session.expires_at < uow.now - KEPT_ENDED))


async def _end(uow: UnitOfWork, *which: ColumnElement[bool]) -> None:
    for row in await uow.session.scalars(select(Session).where(*which, Session.revoked_at.is_(None))):
        row.revoked_at = uow.now
        told = PushSubscription.session_hash == row.token_hash
        await uow.session.execute(delete(PushSubscription).where(told))
        session_id = row.token_hash.hex()
        uow.changed("session", session_id, f"{SESSION_TOPIC}:{session_id}")


# One statement, and no objects: it is asked at every call, for all who call at the same time.
_SESSION, _STAFF = Session.__table__, Staff.__table__
_WHO = (
    select(
        *(_SESSION.c[name] for name in ("token_hash", "surface", "staff_id", "request_id", "kept_until")),
        *(_SESSION.c[name] for name in ("expires_at", "revoked_at")),
        *(_STAFF.c[name] for name in ("id", "name", "name_en", "roles", "language", "active")),
    )
    .select_from(_SESSION.outerjoin(_STAFF, _STAFF.c.id == _SESSION.c.staff_id))
    .where(_SESSION.c.token_hash.in_(bindparam("hashes", expanding=True)))
)


class Callers:
    """Says whose tokens are presented at the doors of one process."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._rows = Asking(self._read)

    async def who(self, token: str, surface: Surface | None = None) -> Actor | None:
        """As :func:`who`, out of what is stored now."""
        row = await self._rows.answer(token_hash(token))
        return _actor(row, self._clock.now(), surface)

    async def _read(self, hashes: Sequence[bytes]) -> Mapping[bytes, Row[Any]]:
        async with self._database.glance() as session:
            rows = await session.execute(_WHO, {"hashes": few_lengths(hashes)})
            return {row.token_hash: row for row in rows}


async def who(
    session: AsyncSession, token: str, now: datetime, surface: Surface | None = None
) -> Actor | None:
    """Whose token this is; None when it is unknown, expired, revoked, or of another surface."""
    return _actor((await session.execute(_WHO, {"hashes": [token_hash(token)]})).first(), now, surface)


def _actor(row: Row[Any] | None, now: datetime, surface: Surface | None) -> Actor | None:
    if row is None or row.revoked_at is not None or row.expires_at <= now:
        return None
    if surface is not None and row.surface != surface:
        return None
    if row.staff_id is not None:
        return actor_of(row) if row.id is not None and row.active else None
    assert row.request_id is not None
    # The request is all that is known of a customer here: its id stands for the person.
    on_trial = row.kept_until is not None
    return Actor("customer", row.request_id, "", frozenset(), row.request_id, "", on_trial)

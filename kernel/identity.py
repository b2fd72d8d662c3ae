"""Who is calling: staff with roles, customers by link.

A **session** is a random token, of which the hash is stored; it belongs to one *surface* (one of the
product's pages), so that a browser may hold a technician's and a dispatcher's session side by side.
A **link** is a random token that one device redeems once; redeeming makes the session, and the same
device may open the same link again. Nothing else identifies a customer: no account, no password.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from uuid import UUID

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy import ColumnElement, ForeignKey, LargeBinary, String, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from kernel.actors import SYSTEM as SYSTEM
from kernel.actors import Actor as Actor
from kernel.actors import Role as Role
from kernel.actors import Surface as Surface
from kernel.actors import signed_in_where as signed_in_where
from kernel.base import Base
from kernel.columns import JsonColumn, UtcDateTime, enum_column
from kernel.database import UnitOfWork
from kernel.errors import Gone, Unauthenticated
from kernel.ids import new_token, token_hash

SESSION_TOPIC = "sessions"
"""Live topic ``sessions:<id>``: a session has ended, and whatever it holds open must close."""


class Staff(Base):
    """A member of staff."""

    __tablename__ = "staff"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(128))
    name_en: Mapped[str] = mapped_column(String(128), default="")
    roles: Mapped[list[str]] = mapped_column(JsonColumn)
    password_hash: Mapped[str | None] = mapped_column(String(256))
    language: Mapped[str] = mapped_column(String(16), default="zh-Hans")
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Session(Base):
    """A signed-in device."""

    __tablename__ = "session"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    surface: Mapped[Surface] = mapped_column(enum_column(Surface))
    staff_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), index=True)
    request_id: Mapped[UUID | None] = mapped_column(index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class AccessLink(Base):
    """A link that opens one request, or signs one member of staff in, on one device."""

    __tablename__ = "access_link"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    surface: Mapped[Surface] = mapped_column(enum_column(Surface))
    staff_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), index=True)
    request_id: Mapped[UUID | None] = mapped_column(index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    redeemed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    session_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class WrongPassword(Unauthenticated):
    """The name or the password is not right."""

    code = "wrong_password"


class LinkSpent(Gone):
    """This link has been opened on another device; ask for a new one."""

    code = "link_spent"


class LinkExpired(Gone):
    """This link is too old; ask for a new one."""

    code = "link_expired"


class LinkUnknown(Gone):
    """This link is not known; check that it was copied whole."""

    code = "link_unknown"


@dataclass(frozen=True)
class NewSession:
    """A session just made; ``token`` is seen here once, and stored nowhere."""

    token: str
    surface: Surface
    expires_at: datetime


# passwords -----------------------------------------------------------------------------------------

_HASHER = PasswordHasher()
_HASHING = ThreadPoolExecutor(2, "password")
"""Beside the event loop, which everybody's calls wait for; two, because each takes 64 MiB."""


def hash_password(password: str) -> str:
    """An Argon2id hash (RFC 9106) with the library's current parameters. Takes tens of milliseconds."""
    return _HASHER.hash(password)


@cache
def _decoy() -> str:
    return _HASHER.hash("a password nobody has")


def password_matches(stored: str | None, password: str) -> bool:
    """Whether ``password`` is the stored one; as slow for an unknown user as for a known one."""
    try:
        return _HASHER.verify(stored or _decoy(), password) and stored is not None
    except (VerifyMismatchError, InvalidHashError):
        return False


# commands ------------------------------------------------------------------------------------------


async def add_staff(
    uow: UnitOfWork,
    *,
    username: str,
    name: str,
    roles: frozenset[Role],
    name_en: str = "",
    language: str = "zh-Hans",
    password: str | None = None,
) -> Staff:
    """Add a member of staff, or bring an existing one (same ``username``) up to date.

    An existing password stays when ``password`` is None.
    """
    staff = (await uow.session.scalars(select(Staff).where(Staff.username == username))).first()
    if staff is None:
        staff = Staff(id=uow.new_id(), username=username, password_hash=None, active=True, created_at=uow.now)
        uow.session.add(staff)
    staff.name, staff.name_en, staff.roles, staff.language = name, name_en, sorted(roles), language
    if password is not None:
        staff.password_hash = hash_password(password)
    await uow.session.flush()
    return staff


async def start_session(
    uow: UnitOfWork,
    surface: Surface,
    lifetime: timedelta,
    *,
    staff_id: UUID | None = None,
    request_id: UUID | None = None,
) -> NewSession:
    """Sign a device in, for a member of staff or for one request."""
    token, expires_at = new_token(), uow.now + lifetime
    uow.session.add(
        Session(
            token_hash=token_hash(token),
            surface=surface,
            staff_id=staff_id,
            request_id=request_id,
            created_at=uow.now,
            expires_at=expires_at,
        )
    )
    await uow.session.flush()
    return NewSession(token, surface, expires_at)


async def end_session(uow: UnitOfWork, token: str) -> None:
    """Sign a device out; its open sockets are closed."""
    await _end(uow, Session.token_hash == token_hash(token))


async def end_other_sessions(uow: UnitOfWork, request_id: UUID, kept: NewSession) -> None:
    """Cut off every device that a request was open on, except the one that has just come."""
    await _end(uow, Session.request_id == request_id, Session.token_hash != token_hash(kept.token))


async def _end(uow: UnitOfWork, *which: ColumnElement[bool]) -> None:
    for row in await uow.session.scalars(select(Session).where(*which, Session.revoked_at.is_(None))):
        row.revoked_at = uow.now
        session_id = row.token_hash.hex()
        uow.changed("session", session_id, f"{SESSION_TOPIC}:{session_id}")


async def create_link(
    uow: UnitOfWork,
    surface: Surface,
    lifetime: timedelta,
    *,
    staff_id: UUID | None = None,
    request_id: UUID | None = None,
) -> str:
    """Make a link's token; earlier unredeemed links to the same request are revoked."""
    if request_id is not None:
        await uow.session.execute(
            update(AccessLink)
            .where(AccessLink.request_id == request_id, AccessLink.redeemed_at.is_(None))
            .values(revoked_at=uow.now)
        )
    token = new_token()
    uow.session.add(
        AccessLink(
            token_hash=token_hash(token),
            surface=surface,
            staff_id=staff_id,
            request_id=request_id,
            created_at=uow.now,
            expires_at=uow.now + lifetime,
        )
    )
    await uow.session.flush()
    return token


async def redeem_link(
    uow: UnitOfWork, token: str, surface: Surface, lifetime: timedelta, presented: str | None
) -> NewSession | None:
    """Redeem a link's token for a session.

    ``presented`` is the session token the device sent along, if any. Returns None when this very device
    redeemed the link before and its session still holds: it simply goes on.

    Raises:
        LinkUnknown: no such link for this surface, or revoked.
        LinkSpent: another device redeemed it.
        LinkExpired: too late.
    """
    link = await uow.session.get(AccessLink, token_hash(token), with_for_update=True)
    if link is None or link.surface != surface or link.revoked_at is not None:
        raise LinkUnknown()
    if link.redeemed_at is not None:
        same_device = presented is not None and token_hash(presented) == link.session_hash
        if same_device and presented and await who(uow.session, presented, uow.now) is not None:
            return None
        raise LinkSpent()
    if link.expires_at <= uow.now:
        raise LinkExpired()
    session = await start_session(uow, surface, lifetime, staff_id=link.staff_id, request_id=link.request_id)
    link.redeemed_at, link.session_hash = uow.now, token_hash(session.token)
    return session


async def staff_called(session: AsyncSession, username: str) -> Staff | None:
    """The member of staff with that name to sign in by."""
    return (await session.scalars(select(Staff).where(Staff.username == username))).first()


async def check_password(staff: Staff | None, password: str) -> Staff:
    """The member of staff, if that is their password; for nobody it takes as long.

    Raises:
        WrongPassword: whichever of the two is wrong; which one is not told.
    """
    stored = staff.password_hash if staff else None
    loop = asyncio.get_running_loop()
    right = await loop.run_in_executor(_HASHING, password_matches, stored, password)
    if not right or not staff or not staff.active:
        raise WrongPassword()
    return staff


def actor_of(staff: Staff) -> Actor:
    """The member of staff as an actor."""
    return Actor("staff", staff.id, staff.name, frozenset(map(Role, staff.roles)), None, staff.language)


async def who(
    session: AsyncSession, token: str, now: datetime, surface: Surface | None = None
) -> Actor | None:
    """Whose token this is; None when it is unknown, expired, revoked, or of another surface."""
    row = await session.get(Session, token_hash(token))
    if row is None or row.revoked_at is not None or row.expires_at <= now:
        return None
    if surface is not None and row.surface != surface:
        return None
    if row.staff_id is not None:
        staff = await session.get(Staff, row.staff_id)
        return actor_of(staff) if staff and staff.active else None
    assert row.request_id is not None
    # The request is all that is known of a customer here: its id stands for the person.
    return Actor("customer", row.request_id, "", frozenset(), row.request_id, "")

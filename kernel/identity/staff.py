"""Members of staff, and how one proves to be one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, String, bindparam, insert, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from kernel.actors import Actor, Role
from kernel.database import UnitOfWork
from kernel.errors import Unauthenticated
from kernel.identity.passwords import hash_password, password_matches
from kernel.sql.base import Base
from kernel.sql.columns import JsonColumn, UtcDateTime

AT_ONCE: Final = 500
"""Names asked for in one statement: SQLite takes only so many parameters."""


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


class WrongPassword(Unauthenticated):
    """The name or the password is not right."""

    code = "wrong_password"


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


async def hire(
    uow: UnitOfWork, accounts: Sequence[Mapping[str, Any]], roles: frozenset[Role]
) -> tuple[str, ...]:
    """Add many members of staff at once; each has ``id``, ``username``, ``name`` and ``name_en``.

    Nobody is added when some of the usernames are taken: those are returned.
    """
    names = [account["username"] for account in accounts]
    query = select(Staff.username).where(Staff.username.in_(bindparam("names", expanding=True)))
    taken: list[str] = []
    for start in range(0, len(names), AT_ONCE):
        taken += await uow.session.scalars(query, {"names": names[start : start + AT_ONCE]})
    if taken or not accounts:
        return tuple(taken)
    given = {"roles": sorted(roles), "language": "zh-Hans", "active": True, "created_at": uow.now}
    rows = [{**account, **given} for account in accounts]
    await (await uow.session.connection()).execute(insert(Staff), rows)
    return ()


async def staff_called(session: AsyncSession, username: str) -> Staff | None:
    """The member of staff with that name to sign in by."""
    return (await session.scalars(select(Staff).where(Staff.username == username))).first()


async def check_password(staff: Staff | None, password: str) -> Staff:
    """The member of staff, if that is their password; for nobody it takes as long.

    Raises:
        WrongPassword: whichever of the two is wrong; which one is not told.
    """
    stored = staff.password_hash if staff else None
    if not await password_matches(stored, password) or not staff or not staff.active:
        raise WrongPassword()
    return staff


def actor_of(staff: Staff | Row[Any]) -> Actor:
    """The member of staff, or their ``id``, names, ``roles`` and ``language``, as an actor."""
    roles = frozenset(map(Role, staff.roles))
    return Actor("staff", staff.id, staff.name, roles, None, staff.language, name_en=staff.name_en)

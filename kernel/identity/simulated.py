"""Installations whose day is simulated: marked before anybody works in them, and no other is sped up.

A clock that runs ahead writes times that never were: promises, audit entries, the end of people's retention.
So a process with a clock of its own starts only on a database that was empty when it was marked. The mark is
an entry of the audit log, which nobody takes back.
"""

from __future__ import annotations

from sqlalchemy import select

from kernel.actors import SYSTEM
from kernel.audit import AuditEntry
from kernel.database import Database, UnitOfWork
from kernel.identity.staff import Staff

MADE = "made_to_simulate"


class NotSimulated(Exception):
    """A clock of its own is only for an installation that was made for simulating (CURBSTOP_CLOCK_SCALE)."""


async def mark_simulated(database: Database) -> None:
    """Mark an empty database; find the mark in one that was.

    Raises:
        NotSimulated: somebody works here, and nothing says that they are made up.
    """
    await database.run(_mark)


async def _mark(uow: UnitOfWork) -> None:
    await uow.hold(MADE)  # several web workers start at once
    if (await uow.session.scalars(select(AuditEntry).where(AuditEntry.action == MADE).limit(1))).first():
        return
    if (await uow.session.scalars(select(Staff.id).limit(1))).first() is not None:
        raise NotSimulated(NotSimulated.__doc__)
    await uow.audit(SYSTEM, MADE, "installation")

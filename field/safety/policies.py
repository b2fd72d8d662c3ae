"""How a station wants check-ins: its own row, else that of all stations, else what the house begins with."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from field.forms.tables import TaskType
from field.grid.tables import Zone
from field.safety.tables import EVERYWHERE, SafetyPolicy
from field.safety.timer import Waits
from kernel.actors import Actor
from kernel.database import UnitOfWork, check_version
from kernel.errors import Fault, Invalid


class PolicyInvalid(Invalid):
    """Some of this cannot be meant; nothing was changed."""

    code = "safety_policy_invalid"


@dataclasses.dataclass(frozen=True)
class Policy:
    """As :class:`SafetyPolicy` keeps it."""

    station: str = EVERYWHERE
    types: Sequence[str] = ()
    minutes: int = 30
    before_s: int = 300
    climb_s: int = 120
    climb_on_s: int = 300
    version: int | None = None

    @property
    def waits(self) -> Waits:
        return Waits(*(timedelta(seconds=each) for each in (self.before_s, self.climb_s, self.climb_on_s)))


def _read(row: SafetyPolicy) -> Policy:
    return Policy(row.station, row.types, row.minutes, row.before_s, row.climb_s, row.climb_on_s, row.version)


async def policies(session: AsyncSession) -> list[Policy]:
    """All that are written down, that of all stations first."""
    rows = await session.scalars(select(SafetyPolicy).order_by(SafetyPolicy.station))
    found = [_read(row) for row in rows]
    return found if found and found[0].station == EVERYWHERE else [Policy(), *found]


async def policy_of(session: AsyncSession, station: str) -> Policy:
    """What counts at a station."""
    rows = await session.scalars(select(SafetyPolicy).where(SafetyPolicy.station.in_((station, EVERYWHERE))))
    found = {row.station: _read(row) for row in rows}
    return found.get(station) or found.get(EVERYWHERE) or Policy()


async def waits_of(session: AsyncSession, station: str) -> Waits:
    return (await policy_of(session, station)).waits


async def set_policy(uow: UnitOfWork, actor: Actor, wanted: Policy) -> None:
    """Write a policy down. Timers that run go by it from their next step on.

    Raises:
        PolicyInvalid: no such station, no such kind of task: each is named.
        StaleVersion.
    """
    faults: list[Fault] = []
    here = select(Zone.id).where(Zone.active, Zone.station == wanted.station).limit(1)
    if wanted.station != EVERYWHERE and await uow.session.scalar(here) is None:
        faults.append(Fault("station_unknown", "body.station"))
    known = set(await uow.session.scalars(select(TaskType.code)))
    faults += [
        Fault("task_type_unknown", f"body.types.{nth}")
        for nth, code in enumerate(wanted.types)
        if code not in known
    ]
    if faults:
        raise PolicyInvalid(faults=faults)
    row = await uow.session.get(SafetyPolicy, wanted.station, with_for_update=True)
    if row is None:
        row = SafetyPolicy(station=wanted.station)
        uow.session.add(row)
    else:
        check_version(row, wanted.version)
    row.types, row.minutes = sorted(set(wanted.types)), wanted.minutes
    row.before_s, row.climb_s, row.climb_on_s = wanted.before_s, wanted.climb_s, wanted.climb_on_s
    row.changed_at = uow.now
    await uow.audit(actor, "set_safety_policy", f"station:{wanted.station}")

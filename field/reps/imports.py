"""Representatives come in through a file, and back in after a lost phone."""

from __future__ import annotations

import asyncio
import dataclasses
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from field.grid import commands as grid
from field.grid.commands import ImportReport
from field.grid.files.importer import RepFile, read_reps
from field.grid.tables import Rep
from field.services import FieldServices
from field.task.tables import Task
from field.task.task import TaskState
from kernel.actors import Actor, Surface
from kernel.contracts import RouteEased
from kernel.database import UnitOfWork
from kernel.errors import Fault, NotFound
from kernel.identity.links import create_link

BUSY = (TaskState.ACCEPTED, TaskState.TRAVELLING, TaskState.ON_SITE)


async def import_reps(
    uow: UnitOfWork,
    actor: Actor,
    data: bytes,
    *,
    dry_run: bool = False,
    link_lifetime: timedelta = timedelta(hours=12),
) -> ImportReport:
    """Read a representatives file and take it, see :func:`take_reps`."""
    stations, zones = await grid.known_codes(uow.session)
    file = await asyncio.to_thread(read_reps, data, stations=stations, zones=zones)
    return await take_reps(uow, actor, file, data, dry_run=dry_run, link_lifetime=link_lifetime)


async def take_reps(
    uow: UnitOfWork,
    actor: Actor,
    file: RepFile,
    data: bytes,
    *,
    dry_run: bool = False,
    link_lifetime: timedelta = timedelta(hours=12),
) -> ImportReport:
    """Take a representatives file that has been read (:func:`field.grid.commands.take_reps`).

    Raises:
        ImportRefused: with every fault; leaving out someone who still answers for tasks is one: they are
            given to somebody else first.
    """
    listed = {row.code for row in file.rows}
    busy = await uow.session.scalars(
        select(Rep.code).join(Task, Task.rep_id == Rep.id).where(Rep.active, Task.state.in_(BUSY)).distinct()
    )
    held = tuple(
        Fault("rep_has_tasks", f"rep {code}", params={"code": code}) for code in sorted(set(busy) - listed)
    )
    # A file that could not be read names nobody; then its own faults are what matters.
    file = dataclasses.replace(file, faults=file.faults or held)
    report = await grid.take_reps(uow, actor, file, data, dry_run=dry_run, link_lifetime=link_lifetime)
    if not dry_run and (report.added or report.changed):
        uow.emit(RouteEased())
    return report


async def renew_sign_in(
    uow: UnitOfWork, services: FieldServices, actor: Actor, rep_id: UUID
) -> tuple[Rep, str]:
    """A fresh one-use sign-in for a representative: a new phone, or a lost one."""
    rep = await uow.session.get(Rep, rep_id)
    if rep is None or not rep.active:
        raise NotFound()
    token = await create_link(uow, Surface.REP, services.link_lifetime, staff_id=rep.staff_id)
    await uow.audit(actor, "renew_sign_in", f"rep:{rep.id}")
    return rep, token

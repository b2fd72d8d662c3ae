"""Looking a place up by its address, its meter or a name: within one's station, seldom, and never unseen."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from field.consulting.queries import METER_NUMBER
from field.consulting.views import LookedUpPlacesView, LookedUpPlaceView
from field.forms.tables import TaskAnswers
from field.grid.tables import Rep, Zone
from field.sites.door_commands import own_rep
from field.task.tables import Task
from kernel.actors import Actor
from kernel.database import UnitOfWork
from kernel.errors import NotFound
from kernel.sql.addresses import place_key

By = Literal["address", "meter", "name"]

BACK = timedelta(days=2 * 366)
PAGE = 2_000
"""Tasks read at a time: in between, others have their turn."""
MOST_READ = 60_000
MOST_FOUND = 20


async def look_up(session: AsyncSession, rep: Rep, by: By, words: str, now: datetime) -> LookedUpPlacesView:
    """Places of the representative's station at which something was to be done in the last two years, the
    newest first. Where that is more than can be read, it is said from when on was looked.

    An exact meter number finds; part of one does not.
    """
    wanted = place_key(words)
    query = (
        select(Task.id, Task.address, Task.created_at, Zone.code)
        .join(Zone, Zone.id == Task.zone_id)
        .where((Zone.station == rep.station) | (Task.rep_id == rep.id))
        .where(Task.erased_at.is_(None), Task.companion.is_(False), Task.created_at > now - BACK)
        .order_by(Task.id.desc())
        .limit(PAGE)
    )
    if by == "name":
        query = query.add_columns(Task.customer["name"].as_string().label("said"))
    elif by == "meter":
        number = TaskAnswers.answers[METER_NUMBER].as_string()
        query = query.join(TaskAnswers, TaskAnswers.task_id == Task.id).add_columns(number.label("said"))
    else:
        query = query.add_columns(Task.address.label("said"))
    found: dict[str, _Place] = {}
    read, before, since = 0, None, None
    while wanted and len(found) <= MOST_FOUND:
        page = (await session.execute(query if before is None else query.where(Task.id < before))).all()
        for row in page:
            key = place_key(row.said or "")
            if key == wanted or (by != "meter" and wanted in key):
                found.setdefault(place_key(row.address) or str(row.id), _Place(row)).tasks.add(row.id)
        read += len(page)
        if len(page) < PAGE:
            break
        before = page[-1].id
        if read >= MOST_READ:
            since = page[-1].created_at
            break
    return LookedUpPlacesView(
        places=[place.shown() for place in list(found.values())[:MOST_FOUND]],
        more=len(found) > MOST_FOUND,
        since=since,
    )


class _Place:
    """An address that was found: its newest task, and all of them."""

    def __init__(self, newest: Any) -> None:
        self._newest = newest
        self.tasks: set[UUID] = set()

    def shown(self) -> LookedUpPlaceView:
        row = self._newest
        return LookedUpPlaceView(
            task_id=row.id,
            address=row.address,
            zone=row.code,
            last_at=row.created_at,
            visits=len(self.tasks),
        )


async def note_look_up(uow: UnitOfWork, actor: Actor, rep_id: UUID, by: By, seen: LookedUpPlacesView) -> None:
    """Write into the audit log that somebody looked, by what, and which tasks were found; what they typed
    is not kept, for it may be a name.
    """
    found = [str(place.task_id) for place in seen.places]
    await uow.audit(actor, "place_looked_up", f"rep:{rep_id}", by=by, found=found)


async def open_place(uow: UnitOfWork, actor: Actor, task_id: UUID) -> Task:
    """A place that was found: looking at it is written down as well.

    Raises:
        NotFound: none, or another station's.
    """
    rep = await own_rep(uow.session, actor)
    task = await uow.session.get(Task, task_id)
    zone = await uow.session.get(Zone, task.zone_id) if task is not None and task.zone_id else None
    if task is None or task.erased_at is not None:
        raise NotFound()
    if task.rep_id != rep.id and (zone is None or zone.station != rep.station):
        raise NotFound()
    await uow.audit(actor, "place_opened", f"task:{task.id}", rep=str(rep.id))
    return task

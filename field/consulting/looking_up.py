"""Looking a place up by its address, its meter or a name: within one's station, seldom, and never unseen."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import select

from field.consulting.queries import METER_NUMBER
from field.consulting.views import LookedUpPlacesView, LookedUpPlaceView
from field.forms.tables import TaskAnswers
from field.grid.tables import Zone
from field.sites.door_commands import own_rep
from field.task.tables import Task
from kernel.actors import Actor
from kernel.database import UnitOfWork
from kernel.errors import NotFound
from kernel.sql.addresses import place_key

By = Literal["address", "meter", "name"]

BACK = timedelta(days=2 * 366)
MOST_READ = 20_000
MOST_FOUND = 20


async def look_up(uow: UnitOfWork, actor: Actor, by: By, words: str) -> LookedUpPlacesView:
    """Places of the caller's station at which something was to be done in the last two years.

    That somebody looked, by what, and which tasks were found is written into the audit log; what they typed
    is not, for it may be a name. An exact meter number finds; part of one does not.

    Raises:
        NotFound: the caller is no representative at work.
    """
    rep = await own_rep(uow.session, actor)
    wanted = place_key(words)
    query = (
        select(Task.id, Task.address, Task.customer, Task.created_at, Zone.code)
        .join(Zone, Zone.id == Task.zone_id)
        .where((Zone.station == rep.station) | (Task.rep_id == rep.id))
        .where(Task.erased_at.is_(None), Task.created_at > uow.now - BACK)
        .order_by(Task.created_at.desc())
        .limit(MOST_READ)
    )
    if by == "meter":
        query = query.join(TaskAnswers, TaskAnswers.task_id == Task.id).add_columns(TaskAnswers.answers)
    rows = [row for row in await uow.session.execute(query) if wanted and _fits(by, row, wanted)]
    found = _places(rows)
    listed = found[:MOST_FOUND]
    seen = [str(place.task_id) for place in listed]
    await uow.audit(actor, "place_looked_up", f"rep:{rep.id}", by=by, found=seen)
    return LookedUpPlacesView(places=listed, more=len(found) > len(listed))


def _fits(by: By, row: Any, wanted: str) -> bool:
    if by == "address":
        return wanted in place_key(row.address)
    if by == "name":
        return wanted in place_key(str(row.customer.get("name", "")))
    return place_key(str(row.answers.get(METER_NUMBER) or "")) == wanted


def _places(rows: Sequence[Any]) -> list[LookedUpPlaceView]:
    """One line for each address, the newest first."""
    found: dict[str, LookedUpPlaceView] = {}
    counted: dict[str, set[UUID]] = {}
    for row in rows:
        key = place_key(row.address) or str(row.id)
        counted.setdefault(key, set()).add(row.id)
        found.setdefault(
            key,
            LookedUpPlaceView(
                task_id=row.id, address=row.address, zone=row.code, last_at=row.created_at, visits=1
            ),
        )
    return [place.model_copy(update={"visits": len(counted[key])}) for key, place in found.items()]


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

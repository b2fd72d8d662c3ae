"""A zone with all that is known of it: its record, who answers for it and who did, its work."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from field.board.names import zone_names
from field.board.views import NamesView, View
from field.grid.files.codes import is_code
from field.grid.files.records import AMOUNTS
from field.grid.tables import Cell, Rep, Zone, ZoneOwner
from field.task.tables import Task
from field.task.task import FINAL
from kernel.errors import NotFound

TASKS = 50
OWNERS = 50


class PathView(NamesView):
    """A unit above a zone."""

    level: str


class ZonePersonView(View):
    """A representative; `name` is the code, and `id` null, where nobody of that code is known."""

    id: UUID | None
    code: str
    name: str
    name_en: str


class OwnedView(ZonePersonView):
    """Who answered for a zone. `until_at` null: does so now."""

    from_at: datetime
    until_at: datetime | None


class ZoneTaskView(View):
    """A task of a zone. `finished_at` null: open."""

    id: UUID
    state: str
    category: str
    fault: str
    severity: str
    created_at: datetime
    finished_at: datetime | None


class ZonePageView(NamesView):
    """A zone. `path` from the company down; `record` as the import's formats describe it; `tasks` the newest
    first, at most 50 of `tasks_open` + `tasks_done`."""

    active: bool
    version: int
    changed_at: datetime
    path: list[PathView]
    record: dict[str, Any]
    owner: ZonePersonView | None
    deputy: ZonePersonView | None
    owners: list[OwnedView]
    tasks_open: int
    tasks_done: int
    tasks: list[ZoneTaskView]


async def zone_page(session: AsyncSession, code: str) -> ZonePageView:
    """All that is known of a zone, also of one that is no longer in use.

    Raises:
        NotFound: there is none.
    """
    zone = await session.scalar(select(Zone).where(Zone.code == code)) if is_code(code) else None
    if zone is None:
        raise NotFound()
    history = select(ZoneOwner).where(ZoneOwner.zone_id == zone.id).order_by(ZoneOwner.from_at.desc())
    owners = (await session.scalars(history.limit(OWNERS))).all()
    deputy = zone.record.get("deputy")
    wanted = {each.rep_code for each in owners} | {code for code in (zone.owner_code, deputy) if code}
    reps = {rep.code: rep for rep in await session.scalars(select(Rep).where(Rep.code.in_(wanted)))}
    columns = (
        Task.id,
        Task.state,
        Task.category,
        Task.fault,
        Task.severity,
        Task.created_at,
        Task.finished_at,
    )
    newest = select(*columns).where(Task.zone_id == zone.id).order_by(Task.id.desc()).limit(TASKS)
    counted = select(func.count(), func.count().filter(Task.state.not_in(FINAL)))
    every, unfinished = (await session.execute(counted.where(Task.zone_id == zone.id))).one()
    return ZonePageView(
        **dict(zone_names(zone)),
        active=zone.active,
        version=zone.version,
        changed_at=zone.changed_at,
        path=await _path(session, zone),
        record={name: getattr(zone, name) for name in AMOUNTS if getattr(zone, name) is not None}
        | zone.record,
        owner=_person(zone.owner_code, reps) if zone.owner_code else None,
        deputy=_person(deputy, reps) if deputy else None,
        owners=[
            OwnedView(**dict(_person(each.rep_code, reps)), from_at=each.from_at, until_at=each.until_at)
            for each in owners
        ],
        tasks_open=unfinished,
        tasks_done=every - unfinished,
        tasks=[ZoneTaskView(**row._mapping) for row in await session.execute(newest)],
    )


async def _path(session: AsyncSession, zone: Zone) -> list[PathView]:
    cells = {(cell.level, cell.code): cell for cell in await session.scalars(select(Cell))}
    found = []
    for level in ("company", "office", "station", "sub_area"):
        code = getattr(zone, level)
        cell = cells.get((level, code))
        names = (cell.name, cell.name_zh_hant, cell.name_en) if cell else (code, code, code)
        found.append(PathView(level=level, code=code, name=names[0], name_zh_hant=names[1], name_en=names[2]))
    return found


def _person(code: str, reps: dict[str, Rep]) -> ZonePersonView:
    rep = reps.get(code)
    if rep is None:
        return ZonePersonView(id=None, code=code, name=code, name_en=code)
    return ZonePersonView(id=rep.id, code=rep.code, name=rep.name, name_en=rep.name_en)

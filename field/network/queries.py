"""What is asked of the network: the valves of a pipe, of a place, of a task; and what lies in a box."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from uuid import UUID

import numpy as np
import shapely
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from field.callers import is_console
from field.grid.tables import Rep
from field.network.bodies import BoxQuery, PlaceToClose
from field.network.commands import NoSuchValve
from field.network.files.records import Place
from field.network.model import REACH_M, Answer, ValvesNow, answer, only_together
from field.network.shown import closure_view, line_of
from field.network.store import NetworkNow
from field.network.tables import NetworkVersion, ValveState, VersionState
from field.network.views import ClosureView, NetworkVersionView, PipesView, TaskClosureView
from field.task.tables import Task
from field.task.task import IN_ROUTE
from kernel.actors import Actor
from kernel.errors import NotFound

MOST_DRAWN = 4_000
"""Links of a box that are drawn at once."""


class NoPipeHere(NotFound):
    """No pipe lies near this place."""

    code = "no_pipe_here"


class NoSuchPipe(NotFound):
    """The network has no such pipe."""

    code = "no_such_pipe"


async def shown_version(session: AsyncSession, here: NetworkNow) -> NetworkVersionView:
    """What the current version is, in a few words."""
    version = here.version
    past = select(NetworkVersion.number).where(NetworkVersion.state == VersionState.PAST).limit(1)
    return NetworkVersionView(
        version=version.number,
        valid_from=version.valid_from or version.at,
        imported_at=version.at,
        snap_m=version.snap_m,
        counts=version.counts,
        stuck=here.valves.states.count("stuck"),
        closed=here.valves.states.count("closed"),
        can_withdraw=(await session.scalars(past)).first() is not None,
    )


async def traced(
    session: AsyncSession,
    here: NetworkNow,
    places: Sequence[PlaceToClose],
    stuck: Sequence[str],
    closed: Sequence[str],
) -> ClosureView:
    """What shuts off all these places at once.

    Raises:
        NoPipeHere, NoSuchPipe, NoSuchValve, NotFound: one of them leads to nothing.
    """
    found = [await _links_at(session, here, place) for place in places]
    own = {place.task_id for place in places if place.task_id is not None}
    valves = _as_if(here, stuck, closed, own)
    links = sorted({link for each, _, _ in found for link in each})
    start = found[0][1]

    def work() -> ClosureView:
        all_ = answer(here.network, valves, links, start)
        together = 0
        if len(found) > 1:
            together = only_together(here.network, valves, [each for each, _, _ in found], all_)
        return closure_view(here, all_, max(off for _, _, off in found), together)

    return await asyncio.to_thread(work)


def _as_if(
    here: NetworkNow, stuck: Sequence[str] = (), closed: Sequence[str] = (), tasks: Collection[UUID] = ()
) -> ValvesNow:
    """How the valves stand, were these stuck and those shut.

    What was shut on one of the ``tasks`` is taken to be open: it is asked what that task's shut-off takes,
    and who is without water by it, while it is being made as well as before.
    """
    opened = [
        code for code, row in here.findings.items() if row.task_id in tasks and row.state is ValveState.CLOSED
    ]
    if not stuck and not closed and not opened:
        return here.valves
    known = here.network.valve_of
    for code in (*stuck, *closed):
        if code not in known:
            raise NoSuchValve(valve=code)
    found = {code: row.state.value for code, row in here.findings.items()} | dict.fromkeys(opened, "working")
    return here.network.standing(found | dict.fromkeys(stuck, "stuck") | dict.fromkeys(closed, "closed"))


async def _links_at(
    session: AsyncSession, here: NetworkNow, place: PlaceToClose
) -> tuple[list[int], Place | None, float]:
    """The links that are meant, where that is, and how far it is from them in metres."""
    if place.pipe is not None:
        links = here.network.links_of.get(place.pipe)
        if links is None:
            raise NoSuchPipe(pipe=place.pipe)
        return links, None, 0.0
    if place.task_id is not None:
        task = await session.get(Task, place.task_id)
        if task is None:
            raise NotFound()
        point = place_of(task)
    else:
        assert place.lon is not None and place.lat is not None
        point = (place.lon, place.lat)
    near = here.network.nearest(point, place.within_m) if point else None
    if point is None or near is None:
        raise NoPipeHere(within_m=round(place.within_m))
    return [near[0]], point, near[1]


def place_of(task: Task) -> Place | None:
    """Where a task is, if anybody knows."""
    return None if task.lon is None or task.lat is None else (task.lon, task.lat)


async def task_for(session: AsyncSession, actor: Actor, task_id: UUID) -> Task:
    """A task that the actor may see: a dispatcher any, a representative those that are their own.

    Raises:
        NotFound: there is none, or none that they may see.
    """
    task = await session.get(Task, task_id)
    if task is None:
        raise NotFound()
    if not is_console(actor):
        rep = await session.get(Rep, task.rep_id) if task.rep_id else None
        if rep is None or rep.staff_id != actor.id or not rep.active:
            raise NotFound()
    return task


async def closure_at(here: NetworkNow, task: Task) -> ClosureView | None:
    """What shuts off the pipe at a task; None where no pipe is near it."""
    point = place_of(task)
    near = here.network.nearest(point, REACH_M) if point else None
    if point is None or near is None:
        return None
    link, off = near
    valves = _as_if(here, tasks=(task.id,))

    def work() -> ClosureView:
        found: Answer = answer(here.network, valves, [link], point)
        return closure_view(here, found, off)

    return await asyncio.to_thread(work)


async def closures_of(session: AsyncSession, here: NetworkNow, actor: Actor) -> list[TaskClosureView]:
    """The valves of each task on a representative's routes."""
    own = (
        select(Task)
        .join(Rep, Rep.id == Task.rep_id)
        .where(Rep.staff_id == actor.id, Rep.active, Task.state.in_(IN_ROUTE))
        .order_by(Task.id)
    )
    found = []
    for task in await session.scalars(own):
        closure = await closure_at(here, task)
        if closure is not None:
            found.append(TaskClosureView(task_id=task.id, closure=closure))
    return found


def in_box(here: NetworkNow, box: BoxQuery) -> PipesView:
    """What of the network lies in a box; nothing where that is more than can be drawn."""
    network = here.network
    corners = network.ground.metres(np.array([(box.west, box.south), (box.east, box.north)], np.float64))
    area = shapely.box(*corners.ravel().tolist())
    links = np.sort(network.shapes.query(area))
    too_many = len(links) > MOST_DRAWN
    drawn = [] if too_many else links.tolist()
    inside = _within(network.valve_place, box)
    hydrants = network.hydrants[_within(network.fitting_place[network.hydrants], box)]
    return PipesView(
        version=network.number,
        too_many=too_many,
        lines=[(network.pipe[link], line_of(network.lines[link])) for link in drawn],
        valves=[]
        if too_many
        else [
            (
                network.valve_code[n],
                *np.round(network.valve_place[n], 6).tolist(),
                here.valves.states[n],
            )
            for n in np.flatnonzero(inside).tolist()
        ],
        hydrants=[]
        if too_many
        else [
            (network.fitting_code[n], *np.round(network.fitting_place[n], 6).tolist())
            for n in hydrants.tolist()
        ],
    )


def _within(places: np.ndarray, box: BoxQuery) -> np.ndarray:
    lon, lat = places[:, 0], places[:, 1]
    return (box.west <= lon) & (lon <= box.east) & (box.south <= lat) & (lat <= box.north)

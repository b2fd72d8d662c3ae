"""The free windows of a task, searched in the days as they are kept (:mod:`field.dispatch.rosters`)."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import date, datetime
from functools import partial
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from field.appointments.windows import DAYS_OFFERED, Offer, Window, days_ahead, free_on, windows_of
from field.dispatch.holds import Laid, holds_at, lay_holds
from field.dispatch.placement import answering, is_urgent, weights_for, whereabouts
from field.dispatch.planning import usual_hours, visit_of
from field.dispatch.rosters.reading import at_hand, roster_at
from field.dispatch.terms import terms_of
from field.grid.store import ZoneBrief
from field.services import FieldServices
from field.task.tables import Task
from field.task.window import last_start
from kernel.database import is_writing
from kernel.errors import Refused


class VisitWaits(Refused):
    """The visit has to wait for something else that is not planned yet; no time can be promised for it."""

    code = "appointment_waits"


class PlaceUnknown(Refused):
    """Where the visit is to be is not known well enough yet; nobody can be promised for it."""

    code = "appointment_place_unknown"


def offered_windows(
    services: FieldServices, now: datetime, first: date | None = None, days: int = DAYS_OFFERED
) -> list[Window]:
    """Every window of the days on which appointments are made, free or not."""
    today = services.day_of(now)
    start = max(first or today, today)
    left = days - (start - today).days
    return [
        window
        for day in days_ahead(start, max(0, left))
        for window in windows_of(day, services.windows, services.moment)
    ]


async def free_windows(
    session: AsyncSession,
    services: FieldServices,
    task: Task,
    windows: Sequence[Window],
    now: datetime,
) -> list[Offer]:
    """Those of `windows` that somebody's route takes, each with its cheapest place, in order.

    What others are deciding about counts as taken; what is held for this task, or where it stands now, does
    not.

    Raises:
        PlaceUnknown: the task has no place, or one that nobody can be sent to.
        VisitWaits: a step before it, or a permit, is missing.
        NotReady: as :func:`field.dispatch.placement.search`.
    """
    zone_id, reason = await whereabouts(session, services, task)
    if reason is not None and reason == task.waits_for:
        raise VisitWaits(reason=reason)
    if reason is not None or task.lon is None or task.lat is None:
        raise PlaceUnknown(reason=reason or "")
    here, travel = (task.lon, task.lat), services.travel
    await at_hand(session, travel, [here], around=True)
    holds = await holds_at(session, travel, now, besides=task.id)
    briefs = (await services.grid.current(session)).briefs
    brief = briefs.get(zone_id) if zone_id else None
    refused = [UUID(rep_id) for rep_id in task.refused_by]
    visit, weights, seconds = visit_of(task, 0), weights_for(task, now), int(now.timestamp())
    first, last = task.not_before, last_start(task)
    bounds = (int(first.timestamp()) if first else None, int(last.timestamp()) if last else None)
    found: list[Offer] = []
    for day in sorted({window.day for window in windows}):
        hours = partial(usual_hours, services)
        stored = await roster_at(services.rosters, session, day, hours, travel, services.paces)
        laid = lay_holds(stored.without(task.id, task.rep_id, travel), holds, travel, now)
        asked = await answering(session, laid.roster, zone_id, brief, None)

        def search(laid: Laid = laid, day: date = day, asked: ZoneBrief | None = asked) -> list[Offer]:
            roster = laid.roster
            return list(
                free_on(
                    roster.fleet(now, urgent=is_urgent(task)),
                    visit,
                    roster.ways(travel, here),
                    [window for window in windows if window.day == day],
                    seconds,
                    owner=asked.owner_id if asked else None,
                    declined_by=refused,
                    terms=terms_of(task, roster.contracted, briefs),
                    weights=weights,
                    order=roster.by_nearness(here, asked),
                    bounds=bounds,
                )
            )

        # Beside the event loop, but for a transaction that writes: it does not let go of what it holds.
        found += search() if is_writing(session) else await asyncio.to_thread(search)
    return found

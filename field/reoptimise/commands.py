"""Asking for a better plan, and what becomes of the wish until there is one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from field.dispatch.tables import Shift
from field.grid.tables import Rep
from field.reoptimise.applying import take, tell
from field.reoptimise.engine.outcome import Outcome
from field.reoptimise.policy import DEFAULTS, Terms, Trigger
from field.reoptimise.proposal import OPEN, ProposalEvent, ProposalState
from field.reoptimise.supposed.what_if import NOTHING, Supposed
from field.reoptimise.tables import Reoptimisation, ReoptimisationPolicy
from field.services import FieldServices
from kernel.actors import Actor
from kernel.database import UnitOfWork, check_version
from kernel.errors import Fault, Invalid, NotFound, Refused, StaleVersion

ATTEMPTS = 2
"""Times a search is begun that does not come to an end."""
GRACE = timedelta(seconds=150)
"""Beside the budget, for the start of a process and the reading before it."""
BY_HAND = Terms(enabled=True, threshold=0, by_itself=False, gain_s=0, budget_s=5)


class StationUnknown(NotFound):
    """Nobody is at work for this station."""

    code = "station_unknown"


class ZoneUnknown(Invalid):
    """One of these zones does not exist."""

    code = "no_such_zone"


class AlreadyAsked(Refused):
    """This station's day is being planned again already; wait for that, or drop it."""

    code = "reoptimisation_already_asked"


class DayOver(Invalid):
    """This day is over; choose today or a later one."""

    code = "day_over"


class RepElsewhere(Invalid):
    """One of these representatives does not work for this station."""

    code = "rep_elsewhere"


async def ask(
    uow: UnitOfWork,
    services: FieldServices,
    actor: Actor,
    station: str,
    day: date | None = None,
    *,
    gone: Sequence[UUID] = (),
    locks: Mapping[UUID, str] | None = None,
    cause: Trigger = Trigger.HAND,
    terms: Terms = BY_HAND,
    instead: bool = False,
    supposed: Supposed = NOTHING,
) -> Reoptimisation:
    """Ask for a better plan of the station's rest of the day. ``instead``: also of one that is searched for.

    Raises:
        StationUnknown: nobody works there.
        DayOver: the day lies in the past.
        RepElsewhere: with each of ``gone`` who is not of the station.
        AlreadyAsked: with ``reoptimisation_id``: something may still come of an earlier wish. What is ready
        is dropped in favour of the new one.
    """
    reps = set(await uow.session.scalars(select(Rep.id).where(Rep.station == station, Rep.active)))
    if not reps:
        raise StationUnknown()
    today = services.day_of(uow.now)
    day = day or today
    if day < today:
        raise DayOver()
    strangers = [f"gone.{rep_id}" for rep_id in gone if rep_id not in reps]
    strangers += [f"leaves.{rep_id}" for rep_id in supposed.leaves if rep_id not in reps]
    if strangers:
        raise RepElsewhere(faults=[Fault("rep_elsewhere", where) for where in strangers])
    await uow.hold(f"reoptimisation:{station}:{day}")
    for open_one in await open_of(uow.session, station, day):
        if open_one.state is not ProposalState.READY and not instead:
            raise AlreadyAsked(reoptimisation_id=str(open_one.id))
        take(uow, open_one, ProposalEvent.DROP)
    absent = await _sent_home(uow, day)
    row = Reoptimisation(
        id=uow.new_id(),
        station=station,
        day=day,
        state=ProposalState.ASKED,
        cause=cause,
        by_itself=terms.by_itself,
        asked_by=actor.id if actor.kind == "staff" else None,
        created_at=uow.now,
        changed_at=uow.now,
        budget_s=terms.budget_s,
        gain_s=terms.gain_s,
        gone=sorted(str(rep_id) for rep_id in {*gone, *(absent & reps)}),
        locks={str(task_id): lock for task_id, lock in (locks or {}).items()},
        attempts=0,
        runs_until=None,
        plan={},
        versions={},
        outcome={},
        what_if=supposed.stored(),
    )
    uow.session.add(row)
    tell(uow, row)
    return row


async def _sent_home(uow: UnitOfWork, day: date) -> set[UUID]:
    """Those whose day was said to be over, and is: what they had not begun has to be somebody else's."""
    over = select(Shift.rep_id).where(Shift.day == day, Shift.end_at <= uow.now)
    return set(await uow.session.scalars(over))


async def open_of(session: AsyncSession, station: str, day: date) -> Sequence[Reoptimisation]:
    """Those of which something may still come."""
    found = select(Reoptimisation).where(
        Reoptimisation.station == station, Reoptimisation.day == day, Reoptimisation.state.in_(OPEN)
    )
    return (await session.scalars(found)).all()


async def drop(uow: UnitOfWork, reoptimisation_id: UUID, version: int | None) -> None:
    """It is not wanted; a search that runs is ended."""
    row = await uow.session.get(Reoptimisation, reoptimisation_id, with_for_update=True)
    if row is None:
        raise NotFound()
    check_version(row, version)
    take(uow, row, ProposalEvent.DROP)


async def start_next(uow: UnitOfWork) -> Reoptimisation | None:
    """Take the oldest wish for a station for which no search runs; it is ours until its time is over."""
    await uow.hold("reoptimisation")
    found = await uow.session.scalars(
        select(Reoptimisation)
        .where(Reoptimisation.state.in_((ProposalState.ASKED, ProposalState.RUNNING)))
        .order_by(Reoptimisation.created_at, Reoptimisation.id)
    )
    busy: set[str] = set()
    waiting: list[Reoptimisation] = []
    for row in found:
        if row.state is ProposalState.RUNNING and row.runs_until is not None and row.runs_until < uow.now:
            take(uow, row, ProposalEvent.LAPSE if row.attempts < ATTEMPTS else ProposalEvent.FAIL)
        if row.state is ProposalState.RUNNING:
            busy.add(row.station)
        elif row.state is ProposalState.ASKED:
            waiting.append(row)
    for row in waiting:
        if row.station not in busy:
            take(uow, row, ProposalEvent.START)
            row.attempts += 1
            row.runs_until = uow.now + timedelta(seconds=row.budget_s) + GRACE
            return row
    return None


async def finish(
    uow: UnitOfWork,
    reoptimisation_id: UUID,
    attempt: int,
    outcome: Outcome,
    shown: dict[str, object],
    versions: Mapping[UUID, int],
    gain_s: int,
) -> bool:
    """Keep what was found, unless it is not wanted any more or somebody else has taken the search over.
    Whether there is a plan that pays.
    """
    row = await _running(uow, reoptimisation_id, attempt)
    if row is None:
        return False
    pays = bool(outcome.plan) and gain_s >= row.gain_s
    take(uow, row, ProposalEvent.FIND if pays else ProposalEvent.FIND_NOTHING)
    row.runs_until, row.outcome = None, shown
    if pays:
        row.plan = {str(rep_id): [str(task) for task in tasks] for rep_id, tasks in outcome.plan.items()}
        row.versions = {str(rep_id): versions[rep_id] for rep_id in outcome.plan}
    return pays


async def give_up(uow: UnitOfWork, reoptimisation_id: UUID, attempt: int, code: str) -> None:
    """The search failed; it is tried again, or has failed for good."""
    row = await _running(uow, reoptimisation_id, attempt)
    if row is None:
        return
    again = code == "search_lost" and row.attempts < ATTEMPTS
    take(uow, row, ProposalEvent.LAPSE if again else ProposalEvent.FAIL)
    row.runs_until, row.outcome = None, {"refused": {"reasons": [code]}}


async def _running(uow: UnitOfWork, reoptimisation_id: UUID, attempt: int) -> Reoptimisation | None:
    row = await uow.session.get(Reoptimisation, reoptimisation_id, with_for_update=True)
    ours = row is not None and row.state is ProposalState.RUNNING and row.attempts == attempt
    return row if ours else None


async def set_policy(
    uow: UnitOfWork, actor: Actor, cause: Trigger, terms: Terms, version: int | None
) -> ReoptimisationPolicy:
    """Say when re-optimisations are asked for by themselves. A policy that nobody has edited has version
    0.
    """
    row = await uow.session.get(ReoptimisationPolicy, cause, with_for_update=True)
    if row is None:
        if version:
            raise StaleVersion(current=0)
        row = ReoptimisationPolicy(cause=cause)
        uow.session.add(row)
    else:
        check_version(row, version)
    row.enabled, row.threshold, row.by_itself = terms.enabled, terms.threshold, terms.by_itself
    row.gain_s, row.budget_s = terms.gain_s, terms.budget_s
    row.changed_at, row.changed_by = uow.now, actor.id
    await uow.audit(actor, "set_reoptimisation_policy", f"policy:{cause.value}", threshold=terms.threshold)
    uow.changed("policy", cause.value, "reoptimisations")
    return row


async def terms_of(session: AsyncSession, cause: Trigger) -> Terms:
    """What holds for a trigger."""
    row = await session.get(ReoptimisationPolicy, cause)
    if row is None:
        return DEFAULTS[cause]
    return Terms(row.enabled, row.threshold, row.by_itself, row.gain_s, row.budget_s)

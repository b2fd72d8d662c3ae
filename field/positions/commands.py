"""Positions come in as batches; acknowledged is only what is stored."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from field.dispatch.planning import usual_hours
from field.dispatch.tables import RepPosition, Shift
from field.grid.tables import Rep
from field.positions.tables import Packed, PositionDevice, TrackPiece
from field.positions.thinning import Allowed, Fix, Judged, Known, Verdict, judge
from field.services import FieldServices
from field.task.phone_clock import skew_of
from field.visits.commands import rep_of
from field.visits.proofs import HINT_EVERY
from kernel.actors import Actor
from kernel.database import UnitOfWork

OLDEST = timedelta(hours=72)
"""However long tracks are kept: what a phone held back for longer is nobody's business any more."""
LAST_ONLY = timedelta(hours=1)
"""How late positions may come where no track is kept: to say where somebody is, they have to be fresh."""
DEVICE_KEPT = timedelta(days=7)
"""Longer than any position can come late: a number that comes again later is refused by its age."""
AT_A_TIME = 500


@dataclasses.dataclass(frozen=True)
class Batch:
    """What a phone sends. ``sent_at``: what its clock showed when it did."""

    device: UUID
    fixes: Sequence[Fix]
    sent_at: datetime | None = None


@dataclasses.dataclass(frozen=True)
class Taken:
    """The answer. ``acknowledged``: the phone may forget everything up to this number."""

    acknowledged: int
    judged: Judged
    skew: timedelta


def kept_for(hours: int) -> timedelta:
    """For how long a track is kept, by the setting."""
    return timedelta(hours=hours)


async def take_positions(
    uow: UnitOfWork, services: FieldServices, actor: Actor, batch: Batch, hours: int
) -> Taken:
    """Take a phone's positions in. Sent again they change nothing.

    ``hours``: for how long a track is kept; 0 keeps nothing but where the person was last.

    Raises:
        NotARep: nobody else has a place on the map.
    """
    rep = await rep_of(uow.session, actor)
    device = await _device(uow, rep, batch.device)
    oldest = uow.now - (min(kept_for(hours), OLDEST) or LAST_ONLY)
    skew = skew_of(batch.sent_at, uow.now)
    days = {services.day_of(fix.at + skew) for fix in batch.fixes if oldest <= fix.at + skew}
    allowed = Allowed(uow.now, oldest, await _spans(uow.session, services, rep, sorted(days)))
    last = await uow.session.get(RepPosition, rep.id)
    known = Known(
        device.last_sequence,
        Fix(0, last.at, last.lon, last.lat, last.accuracy_m) if last else None,
        await _last_kept(uow.session, device),
    )
    judged = judge(batch.fixes, known, allowed, skew)
    _keep(uow, device, judged, hours)
    _seen(uow, rep, last, judged.newest)
    device.last_sequence = max(device.last_sequence, *(fix.sequence for fix in batch.fixes))
    device.changed_at = uow.now
    return Taken(device.last_sequence, judged, skew)


async def _device(uow: UnitOfWork, rep: Rep, device_id: UUID) -> PositionDevice:
    """The phone's row, held: the same batch twice at once is one after the other."""
    device = await uow.session.get(PositionDevice, (rep.id, device_id), with_for_update=True)
    if device is None:
        device = PositionDevice(rep_id=rep.id, device_id=device_id, last_sequence=0, changed_at=uow.now)
        uow.session.add(device)
        await uow.session.flush()
    return device


async def _spans(
    session: AsyncSession, services: FieldServices, rep: Rep, days: Sequence[date]
) -> list[tuple[datetime, datetime]]:
    """When the representative works on these days."""
    query = select(Shift).where(Shift.rep_id == rep.id, Shift.day.in_(days))
    shifts = {shift.day: (shift.start_at, shift.end_at) for shift in await session.scalars(query)}
    return [shifts.get(day) or usual_hours(services, rep, day) for day in days]


async def _last_kept(session: AsyncSession, device: PositionDevice) -> Fix | None:
    query = (
        select(TrackPiece)
        .where(TrackPiece.rep_id == device.rep_id, TrackPiece.device_id == device.device_id)
        .order_by(TrackPiece.last_sequence.desc())
        .limit(1)
    )
    piece = (await session.scalars(query)).first()
    return unpacked(piece)[-1] if piece else None


def _keep(uow: UnitOfWork, device: PositionDevice, judged: Judged, hours: int) -> None:
    kept = judged.those(Verdict.KEPT)
    if not kept or not hours:
        return
    uow.session.add(
        TrackPiece(
            rep_id=device.rep_id,
            device_id=device.device_id,
            last_sequence=kept[-1].sequence,
            first_at=kept[0].at,
            last_at=kept[-1].at,
            fixes=packed(kept),
        )
    )


def _seen(uow: UnitOfWork, rep: Rep, last: RepPosition | None, newest: Fix | None) -> None:
    """Where the representative is now; open maps are told, and not too often."""
    if newest is None or (last is not None and last.at >= newest.at):
        return
    told = last is not None and newest.at - last.at < HINT_EVERY
    if last is None:
        last = RepPosition(rep_id=rep.id)
        uow.session.add(last)
    last.lon, last.lat, last.accuracy_m, last.at = newest.lon, newest.lat, newest.accuracy_m, newest.at
    if not told:
        uow.changed("position", rep.id, "reps")


def packed(fixes: Sequence[Fix]) -> Packed:
    """Positions as a piece keeps them: a tenth of a metre, a tenth of a second."""
    first = fixes[0].at
    return [
        [
            round((fix.at - first).total_seconds(), 1),
            round(fix.lon, 6),
            round(fix.lat, 6),
            None if fix.accuracy_m is None else round(fix.accuracy_m, 1),
        ]
        for fix in fixes
    ]


def unpacked(piece: TrackPiece) -> list[Fix]:
    """The positions of a piece, oldest first. Their numbers are not kept."""
    return [
        Fix(piece.last_sequence, piece.first_at + timedelta(seconds=after), lon, lat, accuracy)
        for after, lon, lat, accuracy in piece.fixes
    ]


async def forget_tracks(uow: UnitOfWork, hours: int) -> int:
    """Let go of what was kept long enough: pieces that began before the setting's time, some at once.

    A piece goes as a whole, with its oldest position: nothing is kept longer than was promised.
    """
    old = (
        select(TrackPiece.rep_id, TrackPiece.device_id, TrackPiece.last_sequence)
        .where(TrackPiece.first_at < uow.now - kept_for(hours))
        .limit(AT_A_TIME)
    )
    keys = (await uow.session.execute(old)).all()
    for key in keys:
        await uow.session.execute(
            delete(TrackPiece).where(
                TrackPiece.rep_id == key.rep_id,
                TrackPiece.device_id == key.device_id,
                TrackPiece.last_sequence == key.last_sequence,
            )
        )
    await uow.session.execute(delete(PositionDevice).where(PositionDevice.changed_at < uow.now - DEVICE_KEPT))
    return len(keys)

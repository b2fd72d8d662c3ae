"""Overtime is asked for, and somebody decides."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import func, select

from field.grid.tables import Rep
from field.services import FieldServices
from field.shifts.commands import TOPIC, rep_at_work
from field.shifts.overtime import OvertimeEvent, OvertimeMoveRefused, OvertimeState, move
from field.shifts.roster.duty import shifts_of
from field.shifts.roster.settling import books_of, settle
from field.shifts.tables import Overtime
from kernel.actors import Actor
from kernel.contracts import OvertimeDecided
from kernel.database import UnitOfWork, check_version
from kernel.errors import Forbidden, Invalid, NotFound, Refused

LONGEST: Final = timedelta(hours=6)


class OvertimeImpossible(Invalid):
    """Overtime is asked for a day that is worked and not over: later than it ends, and six hours at most."""

    code = "overtime_impossible"


class OvertimeAskedAlready(Refused):
    """Overtime for this day is waiting for an answer already."""

    code = "overtime_asked_already"


async def ask_overtime(
    uow: UnitOfWork, services: FieldServices, actor: Actor, rep_id: UUID, day: date, until: datetime
) -> Overtime:
    """Ask that a day may end later. Nothing of the day changes before that is granted.

    Raises:
        OvertimeImpossible, OvertimeAskedAlready.
    """
    rep = await rep_at_work(uow.session, rep_id)
    await uow.hold(f"overtime:{rep_id}")
    book = (await books_of(uow.session, [rep], day, day))[rep_id]
    [worked] = shifts_of(book, day, day, services.timezone)
    if not worked.works or not max(worked.end, uow.now) < until <= worked.end + LONGEST:
        raise OvertimeImpossible(ends_at=worked.end, most_h=LONGEST // timedelta(hours=1))
    waiting = select(func.count()).where(
        Overtime.rep_id == rep_id, Overtime.day == day, Overtime.state == OvertimeState.ASKED
    )
    if await uow.session.scalar(waiting):
        raise OvertimeAskedAlready()
    wish = Overtime(
        id=uow.new_id(),
        rep_id=rep_id,
        day=day,
        until_at=until,
        state=OvertimeState.ASKED,
        asked_by=actor.id,
        asked_at=uow.now,
    )
    uow.session.add(wish)
    await uow.session.flush()
    await uow.audit(actor, "ask_overtime", f"rep:{rep_id}", day=day)
    _tell(uow, rep)
    return wish


async def decide_overtime(
    uow: UnitOfWork,
    services: FieldServices,
    actor: Actor,
    overtime_id: UUID,
    event: OvertimeEvent,
    version: int | None,
) -> Overtime:
    """Grant or refuse a wish, or withdraw it; a granted one is part of the day at once.

    Raises:
        OvertimeMoveRefused: it was decided already.
        OvertimeImpossible: the day is over.
        Forbidden: nobody decides what they asked for themselves as a representative.
    """
    wish = await uow.session.get(Overtime, overtime_id, with_for_update=True, populate_existing=True)
    if wish is None:
        raise NotFound()
    check_version(wish, version)
    rep = await uow.session.get_one(Rep, wish.rep_id)
    if event is not OvertimeEvent.WITHDRAW and rep.staff_id == actor.id:
        raise Forbidden()
    if event is not OvertimeEvent.REFUSE and wish.until_at <= uow.now and wish.state is OvertimeState.ASKED:
        if event is OvertimeEvent.GRANT:
            raise OvertimeImpossible(ends_at=wish.until_at, most_h=LONGEST // timedelta(hours=1))
    was = wish.state
    wish.state = move(wish.state, event)
    wish.decided_by, wish.decided_at = actor.id, uow.now
    await uow.session.flush()
    if OvertimeState.GRANTED in (was, wish.state):
        await settle(uow, services, wish.rep_id, wish.day, wish.day)
    await uow.audit(actor, f"{event.value}_overtime", f"rep:{wish.rep_id}", day=wish.day)
    uow.emit(
        OvertimeDecided(
            rep_id=rep.id, rep_staff_id=rep.staff_id, day=wish.day.isoformat(), state=wish.state.value
        )
    )
    _tell(uow, rep)
    return wish


async def own_wish(uow: UnitOfWork, rep_id: UUID, overtime_id: UUID) -> Overtime:
    """A representative's own wish that waits. Raises NotFound, OvertimeMoveRefused."""
    wish = await uow.session.get(Overtime, overtime_id)
    if wish is None or wish.rep_id != rep_id:
        raise NotFound()
    if wish.state is not OvertimeState.ASKED:
        raise OvertimeMoveRefused(event=OvertimeEvent.WITHDRAW.value, state=wish.state.value)
    return wish


def _tell(uow: UnitOfWork, rep: Rep) -> None:
    uow.changed("overtime", rep.id, TOPIC, f"rep:{rep.id}")

"""What a technician concludes, and the customer's last word."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import select

from assist.call.commands import finish_call
from assist.request.access import require
from assist.request.kinds import Outcome, Priority
from assist.request.moving import move, request_for
from assist.request.rating_link import ask_how_it_went, held_by_its_customer
from assist.request.request import Happening, State
from assist.request.tables import Customer, ServiceRequest
from assist.services import AssistServices
from assist.stills.tables import Still
from assist.verdict.tables import VerdictRow
from assist.verdict.verdict import (
    Verdict,
    Visit,
    require_complete,
    require_outcome,
    require_window,
    require_word,
    visit_for,
)
from kernel.actors import Actor
from kernel.contracts import VisitRequested
from kernel.database import UnitOfWork
from kernel.errors import Refused


class PlaceMissing(Refused):
    """A visit needs to know where: an address, or a point on the map."""

    code: ClassVar[str] = "visit_place_missing"


@dataclass(frozen=True)
class VisitWish:
    """What the technician agreed with the customer: a window, and parts other than the fault's usual ones."""

    window_start: datetime | None = None
    window_end: datetime | None = None
    parts: Sequence[tuple[str, int]] | None = None


@dataclass(frozen=True)
class Conclusion:
    """What a request comes to. ``wish`` is for a visit."""

    outcome: Outcome
    note: str = ""
    wish: VisitWish = VisitWish()


async def give_verdict(
    uow: UnitOfWork,
    actor: Actor,
    request_id: UUID,
    verdict: Verdict,
    note: str = "",
    version: int | None = None,
) -> ServiceRequest:
    """Write the verdict down; a later one takes its place until the outcome is given.

    Raises `VerdictIncomplete` with everything that it lacks.
    """
    row = await request_for(uow, actor, request_id, version)
    require(actor, row, Happening.VERDICT_GIVEN)
    stills = select(Still.id).where(Still.request_id == row.id, Still.erased_at.is_(None))
    require_complete(verdict, set(await uow.session.scalars(stills)))
    kept = await uow.session.get(VerdictRow, row.id)
    if kept is None:
        kept = VerdictRow(request_id=row.id)
        uow.session.add(kept)
    kept.ownership, kept.fault, kept.severity = verdict.ownership, verdict.fault, verdict.severity
    kept.still_ids = [str(still) for still in verdict.still_ids]
    kept.no_still_reason, kept.note = verdict.no_still_reason, note
    kept.given_by, kept.given_at = actor.id, uow.now
    await move(
        uow,
        actor,
        row,
        Happening.VERDICT_GIVEN,
        ownership=verdict.ownership.value,
        fault=verdict.fault,
        severity=verdict.severity.value,
        stills=len(verdict.still_ids),
    )
    await uow.audit(actor, "verdict_given", f"request:{row.id}", fault=verdict.fault)
    return row


async def conclude(
    uow: UnitOfWork,
    actor: Actor,
    request_id: UUID,
    services: AssistServices,
    conclusion: Conclusion,
    version: int | None = None,
) -> ServiceRequest:
    """End a request with its outcome. A call that is still going on ends with it; and where the page may be
    in other hands than the customer's, they are sent a link of their own to say how it went.

    Raises `VerdictMissing`, `OutcomeNotAllowed`, `WordMissing`, `PlaceMissing`, `WindowImpossible`,
    `WrongState`.
    """
    outcome, note, wish = conclusion.outcome, conclusion.note, conclusion.wish
    row = await request_for(uow, actor, request_id, version)
    happening = Happening.VISIT_ASKED if outcome is Outcome.NEEDS_VISIT else Happening.CONCLUDED
    require(actor, row, happening)
    kept = await uow.session.get(VerdictRow, row.id)
    verdict = kept.as_verdict() if kept else None
    require_outcome(verdict, outcome)
    require_word(verdict, outcome, Priority(row.priority), note)
    row.outcome, row.outcome_note = outcome, note
    asked: VisitRequested | None = None
    if verdict is not None and outcome is Outcome.NEEDS_VISIT:
        require_window(wish.window_start, wish.window_end, uow.now)
        visit = visit_for(verdict, Priority(row.priority), wish.parts)
        asked = await _ask_for_visit(uow, actor, row, verdict, visit, wish)
    step = await move(uow, actor, row, happening, outcome=outcome.value)
    if asked is not None:
        uow.emit(replace(asked, step=step))
    await finish_call(uow, row.id)
    await uow.audit(actor, "outcome_given", f"request:{row.id}", outcome=outcome.value)
    if row.state is State.RESOLVED and not await held_by_its_customer(uow, row):
        await ask_how_it_went(uow, services, row, "rating")
    return row


async def _ask_for_visit(
    uow: UnitOfWork, actor: Actor, row: ServiceRequest, verdict: Verdict, visit: Visit, wish: VisitWish
) -> VisitRequested:
    customer = await uow.session.get_one(Customer, row.customer_id)
    if not customer.address and customer.lon is None:
        raise PlaceMissing()
    row.visit = {"state": "requested"}
    return VisitRequested(
        request_id=row.id,
        step=0,  # known when the request has moved
        owner_id=row.owner_id,
        technician_name=actor.name,
        technician_name_en=actor.name_en,
        category=row.category.value,
        fault=verdict.fault,
        severity=verdict.severity.value,
        ownership=verdict.ownership.value,
        skill=visit.skill.value,
        level=visit.level,
        priority=int(visit.priority),
        duration_s=visit.duration_s,
        parts=visit.parts,
        note=row.outcome_note,
        lon=customer.lon,
        lat=customer.lat,
        address=customer.address,
        window_start=wish.window_start,
        window_end=wish.window_end,
        still_ids=verdict.still_ids,
        customer_name=customer.name,
        customer_phone=customer.phone,
        language=row.language,
    )

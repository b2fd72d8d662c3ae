"""The one way a request moves: the table decides, the row and its timeline follow, open pages hear of it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import String, bindparam, cast, exists, func, insert, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.attributes import flag_modified

from assist.request.access import DESK_ROLES, require, visible_request
from assist.request.duty import Colleague, chosen
from assist.request.request import FINAL, Happening, Standing, State, after, handed
from assist.request.tables import DeskAbsence, DeskPresence, RequestEvent, ServiceRequest
from kernel.actors import Actor, Role
from kernel.database import BESIDE_OTHERS, UnitOfWork, check_version
from kernel.errors import Unavailable
from kernel.identity.staff import Staff

QUEUE_TOPIC = "queue"
PRESENT_WITHIN = timedelta(seconds=90)
"""A desk that was heard of so lately is open."""
ANSWERING = {role.value for role in DESK_ROLES}
"""Who has one of these can conclude a request."""
BACK_TO_DUTY = frozenset({Happening.RETURNED, Happening.REOPENED})

# One statement, and no object: nothing moves without one of these.
_LINES = RequestEvent.__table__
_NEXT = select(func.coalesce(func.max(_LINES.c.number), 0) + 1).where(_LINES.c.request_id == bindparam("of"))
_APPEND = insert(RequestEvent).values(number=_NEXT.scalar_subquery()).returning(_LINES.c.number)


class NobodyOnDuty(Unavailable):
    """Nobody is on duty who could answer for this; please call the hotline."""

    code = "nobody_on_duty"


def request_topic(request_id: UUID) -> str:
    """The live topic of one request."""
    return f"request:{request_id}"


async def request_for(
    uow: UnitOfWork, actor: Actor, request_id: UUID, version: int | None = None
) -> ServiceRequest:
    """The request, at the version that the caller has seen."""
    row = await visible_request(uow.session, actor, request_id, BESIDE_OTHERS)
    check_version(row, version)
    return row


async def known(
    session: AsyncSession, now: datetime, roles: Sequence[Role] = (), ids: Collection[UUID] = ()
) -> list[Colleague]:
    """Staff as the rules of duty see them: of `ids`, or else the active ones with one of `roles`, ranked in
    that order."""
    leave = exists().where(
        DeskAbsence.staff_id == Staff.id, DeskAbsence.starts_at <= now, DeskAbsence.ends_at > now
    )
    seen = exists().where(DeskPresence.staff_id == Staff.id, DeskPresence.seen_at >= now - PRESENT_WITHIN)
    query = select(Staff.id, Staff.roles, Staff.active, leave, seen)
    if ids:
        query = query.where(Staff.id.in_(ids))
    else:
        named = (cast(Staff.roles, String).like(f'%"{role.value}"%') for role in roles)
        query = query.where(Staff.active, or_(*named))
    return [
        Colleague(
            id=id,
            active=active,
            on_leave=on_leave,
            able=bool(ANSWERING & set(has)),
            present=present,
            rank=next((at for at, role in enumerate(roles) if role.value in has), len(roles)),
        )
        for id, has, active, on_leave, present in await session.execute(query)
    ]


async def on_duty(session: AsyncSession, now: datetime, *roles: Role) -> UUID:
    """The member of staff on duty (`assist.request.duty`): of the first of `roles` that anybody at work has.

    Raises `NobodyOnDuty` when there is none.
    """
    if found := chosen(await known(session, now, roles)):
        return found
    raise NobodyOnDuty()


async def duty_supervisor(session: AsyncSession, now: datetime) -> UUID:
    """Who answers for a request that nobody has taken yet."""
    return await on_duty(session, now, Role.SUPERVISOR, Role.ADMIN, Role.TECHNICIAN)


async def move(
    uow: UnitOfWork,
    actor: Actor,
    row: ServiceRequest,
    happening: Happening,
    *,
    named: UUID | None = None,
    **detail: object,
) -> int:
    """Let `happening` happen to `row`, or refuse it; the number of the step.

    `detail` goes into the timeline as it is: codes and ids, never a name, a number or a place.
    """
    require(actor, row, happening)
    queued = row.state is State.WAITING
    standing = after(
        Standing(row.state, row.owner_id),
        happening,
        actor=actor.id if actor.kind == "staff" else None,
        named=named,
        duty=await duty_supervisor(uow.session, uow.now) if happening in BACK_TO_DUTY else None,
    )
    row.state, row.owner_id = standing.state, standing.owner
    if row.state in FINAL:
        row.ended_at = uow.now
    number = await note(uow, actor, row, happening.value, **detail)
    topics = [request_topic(row.id)]
    if queued or row.state is State.WAITING:
        topics.append(QUEUE_TOPIC)
    uow.changed("request", row.id, *topics)
    return number


async def hand(uow: UnitOfWork, actor: Actor, row: ServiceRequest, to: UUID, **detail: object) -> int:
    """`to` answers for the request from now on; the timeline says from whom and why."""
    before = row.owner_id
    row.owner_id = handed(Standing(row.state, before), to).owner
    number = await note(uow, actor, row, "handed_over", **{"from": str(before), "to": str(to)}, **detail)
    uow.changed("request", row.id, request_topic(row.id), QUEUE_TOPIC)
    return number


async def note(uow: UnitOfWork, actor: Actor, row: ServiceRequest, kind: str, **detail: object) -> int:
    """Write a line into the timeline; its number.

    The request's version moves with it, so that no two lines collide.
    """
    row.changed_at = uow.now
    flag_modified(row, "changed_at")
    await uow.session.flush()
    connection = await uow.session.connection()
    line = {
        "of": row.id,
        "request_id": row.id,
        "at": uow.now,
        "kind": kind,
        "actor_kind": actor.kind,
        "actor_id": actor.id if actor.kind == "staff" else None,
        "state": row.state,
        "owner_id": row.owner_id,
        "detail": detail,
    }
    number: int = (await connection.execute(_APPEND, line)).scalar_one()
    return number

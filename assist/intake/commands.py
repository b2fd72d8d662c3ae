"""How a request begins, what its customer adds to it, and how they call it off."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar
from uuid import UUID

from sqlalchemy import select

from assist.guide.commands import trail_of
from assist.guide.triage import assess
from assist.request.access import parties_of
from assist.request.kinds import Asker, Category
from assist.request.moving import QUEUE_TOPIC, duty_supervisor, move, note, request_for, request_topic
from assist.request.phones import PhoneInvalid, normal_phone
from assist.request.request import FINAL, Happening, Party, State, WrongState, started
from assist.request.tables import Customer, ServiceRequest
from assist.services import AssistServices
from kernel.actors import Actor, Surface
from kernel.contracts import RequestWithdrawn
from kernel.database import UnitOfWork, check_version
from kernel.errors import Fault, Forbidden, Invalid
from kernel.identity.sessions import NewSession, end_other_sessions, start_session
from kernel.ids import token_hash

CHANGEABLE = frozenset({State.GUIDING, State.WAITING, State.IN_CALL, State.WRAP_UP})
CALLED = frozenset({State.IN_CALL, State.WRAP_UP})
ANSWERABLE = frozenset({Party.OWNER, Party.SUPERVISOR})
"""States in which the details may still be corrected; later the field has taken them along. The language
alone may change as long as there is something to say in it."""


class BuildingNeeded(Invalid):
    """Please say which building you look after."""

    code: ClassVar[str] = "building_needed"


@dataclass(frozen=True)
class NewRequest:
    """What a request starts with. `channel` is public, invitation or api."""

    category: Category
    asker: Asker
    language: str
    channel: str
    building: str = ""
    equipment: str = ""
    name: str = ""
    phone: str = ""
    key: str | None = None
    """The secret that a phone may start again with, after an answer that got lost."""


@dataclass(frozen=True)
class Place:
    """Where the trouble is; `source` is address, browser or pin."""

    address: str
    lon: float | None
    lat: float | None
    source: str


@dataclass(frozen=True)
class Details:
    """What is to be changed; None leaves a thing as it is."""

    place: Place | None = None
    name: str | None = None
    phone: str | None = None
    description: str | None = None
    language: str | None = None
    category: Category | None = None
    asker: Asker | None = None
    building: str | None = None
    equipment: str | None = None


async def start_request(
    uow: UnitOfWork, services: AssistServices, new: NewRequest
) -> tuple[ServiceRequest, NewSession]:
    """A customer starts alone. Until someone takes the request, the duty supervisor answers for it.

    Starting again with the same `key` opens the same request: the first answer never came, so its session is
    nobody's, and ends.

    Raises `BuildingNeeded` for a manager without a building, `NobodyOnDuty` when no staff could answer.
    """
    if new.key is not None:
        query = select(ServiceRequest).where(ServiceRequest.started_with == token_hash(new.key))
        if known := (await uow.session.scalars(query)).first():
            session = await customer_session(uow, known.id, services.session_lifetime)
            await end_other_sessions(uow, known.id, session)
            return known, session
    row = await open_request(uow, new, await duty_supervisor(uow.session, uow.now), inviter=None)
    return row, await customer_session(uow, row.id, services.session_lifetime)


async def open_request(
    uow: UnitOfWork, new: NewRequest, owner: UUID, inviter: Actor | None
) -> ServiceRequest:
    """Put a new request and its customer down, with `owner` answerable."""
    if new.asker is Asker.MANAGER and not new.building and inviter is None:
        raise BuildingNeeded(faults=[Fault("building_needed", "body.building")])
    standing = started(owner)
    customer = Customer(
        id=uow.new_id(), name=new.name, phone=new.phone, building=new.building, equipment=new.equipment
    )
    uow.session.add(customer)
    await uow.session.flush()
    assessment = assess(new.category, {}, [])
    row = ServiceRequest(
        id=uow.new_id(),
        state=standing.state,
        owner_id=standing.owner,
        customer_id=customer.id,
        category=new.category,
        asker=new.asker,
        language=new.language,
        channel=new.channel,
        inviter_id=inviter.id if inviter else None,
        started_with=token_hash(new.key) if new.key else None,
        skill=assessment.skill,
        priority=int(assessment.priority),
        created_at=uow.now,
        changed_at=uow.now,
    )
    uow.session.add(row)
    actor = inviter or customer_actor(row)
    await note(uow, actor, row, "invited" if inviter else "started", channel=new.channel)
    return row


def customer_actor(row: ServiceRequest) -> Actor:
    """The request's customer, as an actor."""
    return Actor("customer", row.id, "", frozenset(), row.id, row.language)


async def customer_session(uow: UnitOfWork, request_id: UUID, lifetime: timedelta) -> NewSession:
    """Bind a device to a request."""
    return await start_session(uow, Surface.CUSTOMER, lifetime, request_id=request_id)


async def change_details(
    uow: UnitOfWork,
    actor: Actor,
    request_id: UUID,
    services: AssistServices,
    changes: Details,
    version: int | None,
    change_id: UUID | None = None,
) -> ServiceRequest:
    """Correct or complete what is known. The customer's last change, sent again, is not a second one.

    Raises `StaleVersion`, `WrongState`, `PhoneInvalid`; `Forbidden` for somebody who would change whom a
    colleague's call reaches.
    """
    row = await request_for(uow, actor, request_id)
    if change_id is not None and change_id == row.last_change_id:
        return row
    check_version(row, version)
    contact = changes.name is not None or changes.phone is not None
    colleague = actor.kind == "staff" and parties_of(actor, row).isdisjoint(ANSWERABLE)
    if contact and colleague and row.state in CALLED:
        raise Forbidden()
    if actor.kind == "customer":
        row.last_change_id = change_id
    changed = sorted(name for name, value in vars(changes).items() if value is not None)
    only_language = changed == ["language"] and row.state not in FINAL
    if row.state not in CHANGEABLE and not only_language:
        raise WrongState(state=row.state.value, happening="change")
    customer = await uow.session.get_one(Customer, row.customer_id)
    if changes.place is not None:
        customer.address, customer.place_source = changes.place.address, changes.place.source
        customer.lon, customer.lat = changes.place.lon, changes.place.lat
    if changes.phone is not None:
        customer.phone = phone_of(changes.phone, services, "body.contact.phone")
    if changes.name is not None:
        customer.name = changes.name
    for field in ("description", "building", "equipment"):
        if (value := getattr(changes, field)) is not None:
            setattr(customer, field, value)
    row.language = changes.language or row.language
    row.asker = changes.asker or row.asker
    if changes.category is not None and changes.category is not row.category:
        row.category = changes.category
        assessment = assess(row.category, services.guides, await trail_of(uow.session, row.id))
        row.skill, row.priority = assessment.skill, int(assessment.priority)
    await note(uow, actor, row, "details_changed", fields=changed)
    topics = [request_topic(row.id), *([QUEUE_TOPIC] if row.state is State.WAITING else [])]
    uow.changed("request", row.id, *topics)
    return row


def phone_of(written: str, services: AssistServices, where: str) -> str:
    """`written` as it is kept; empty stays empty. Raises `PhoneInvalid` that names the field `where`."""
    if not written.strip():
        return ""
    try:
        return normal_phone(written, services.default_region)
    except PhoneInvalid:
        raise PhoneInvalid(faults=[Fault(PhoneInvalid.code, where)]) from None


async def withdraw(
    uow: UnitOfWork, actor: Actor, request_id: UUID, version: int | None = None
) -> ServiceRequest:
    """The customer no longer needs us. Asking twice is no fault."""
    row = await request_for(uow, actor, request_id)
    if row.state is State.WITHDRAWN:
        return row
    row = await request_for(uow, actor, request_id, version)
    step = await move(uow, actor, row, Happening.WITHDRAWN)
    uow.emit(RequestWithdrawn(request_id=row.id, step=step))
    return row

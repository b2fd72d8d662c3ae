"""A small utility for the contract tests of the assist wing: its people, its services, and short ways."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select

from assist.call.commands import accept_request, end_call
from assist.guide.guides import load_guides
from assist.intake.commands import Details, NewRequest, Place, change_details, customer_actor, start_request
from assist.queue.commands import enter_queue
from assist.request.kinds import Asker, Category, Outcome
from assist.request.request import State
from assist.request.tables import RequestEvent, ServiceRequest
from assist.services import AssistServices
from assist.stills.commands import NewStill, record_still
from assist.verdict.commands import Conclusion, VisitWish, conclude, give_verdict
from assist.verdict.verdict import Ownership, Severity, Verdict
from kernel.actors import Actor, Role
from kernel.contracts import Event
from kernel.database import Database
from kernel.identity.staff import actor_of, add_staff
from kernel.outbox import HintRow, OutboxRow, read_event
from kernel.pictures.blobs import Blobs

LEAK = NewRequest(Category.LEAK, Asker.RESIDENT, "zh-Hans", "public")


@dataclass
class AssistHouse:
    """A database with a supervisor, two technicians, a dispatcher and a representative."""

    database: Database
    services: AssistServices
    supervisor: Actor
    chen: Actor
    wang: Actor
    dispatcher: Actor
    rep: Actor

    async def customer(self, new: NewRequest = LEAK) -> Actor:
        """Someone who has just started alone."""
        row, _session = await self.database.run(start_request, self.services, new)
        return customer_actor(row)

    async def waiting(self, new: NewRequest = LEAK) -> Actor:
        """Someone in the queue, whose address and number are known."""
        customer = await self.customer(new)
        place = Place("解放路 12 号 3 单元", 7.4213, 43.7382, "pin")
        details = Details(place=place, name="林女士", phone="138 0013 8000")
        assert customer.request_id is not None
        await self.database.run(change_details, customer, customer.request_id, self.services, details, None)
        await self.database.run(enter_queue, customer, customer.request_id)
        return customer

    async def in_call(self) -> Actor:
        customer = await self.waiting()
        await self.database.run(accept_request, self.chen, customer.id, self.services)
        return customer

    async def judged(self, ownership: Ownership = Ownership.BEFORE_METER) -> Actor:
        """Someone whose call has ended, with a still and a verdict."""
        customer = await self.in_call()
        still = await self.database.run(record_still, customer, customer.id, a_still())
        await self.database.run(end_call, self.chen, customer.id)
        verdict = Verdict(ownership, "coupling_nut_loose", Severity.MAJOR, (still.id,))
        await self.database.run(give_verdict, self.chen, customer.id, verdict, "接头松动")
        return customer

    async def conclude(
        self, by: Actor, customer: Actor, outcome: Outcome, note: str = "", wish: VisitWish | None = None
    ) -> ServiceRequest:
        conclusion = Conclusion(outcome, note, wish or VisitWish())
        return await self.database.run(conclude, by, customer.id, self.services, conclusion)

    async def row(self, request_id: UUID) -> ServiceRequest:
        async with self.database.reading() as session:
            return await session.get_one(ServiceRequest, request_id)

    async def state(self, request_id: UUID) -> State:
        return (await self.row(request_id)).state

    async def timeline(self, request_id: UUID) -> list[RequestEvent]:
        async with self.database.reading() as session:
            query = select(RequestEvent).where(RequestEvent.request_id == request_id)
            return list(await session.scalars(query.order_by(RequestEvent.number)))

    async def told(self, kind: type[Event]) -> list[Any]:
        """Events of `kind` that left the wing, oldest first."""
        async with self.database.reading() as session:
            rows = await session.scalars(
                select(OutboxRow).where(OutboxRow.type == kind.type).order_by(OutboxRow.id)
            )
            return [read_event(row.type, row.body) for row in rows]

    async def hints(self, resource: str) -> set[str]:
        """Topics that were told about `resource`."""
        async with self.database.reading() as session:
            given = [hint for hints in await session.scalars(select(HintRow.hints)) for hint in hints]
        return {topic for hint in given if hint["resource"] == resource for topic in hint["topics"]}


def a_still(**changes: Any) -> NewStill:
    given: dict[str, Any] = {
        "client_id": uuid4(),
        "source": "capture",
        "blob_id": "0" * 64,
        "media_type": "image/png",
        "width": 1920,
        "height": 1080,
        "size": 4096,
    }
    return NewStill(**(given | changes))


async def open_house(database: Database, folder: Path) -> AssistHouse:
    """Staff and services on an empty database."""

    async def member(name: str, *roles: Role) -> Actor:
        staff = await database.run(add_staff, username=name.lower(), name=name, roles=frozenset(roles))
        return actor_of(staff)

    return AssistHouse(
        database=database,
        services=AssistServices(
            guides=load_guides(),
            blobs=Blobs(folder / "blobs"),
            base_url="https://water.example",
        ),
        supervisor=await member("Zhao", Role.SUPERVISOR),
        chen=await member("Chen", Role.TECHNICIAN),
        wang=await member("Wang", Role.TECHNICIAN),
        dispatcher=await member("Sun", Role.DISPATCHER),
        rep=await member("Wu", Role.REP),
    )

"""Both wings on one database, joined by the real bus, and a request that has a secret in every place."""

from __future__ import annotations

import asyncio
import io
import json
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from geoalchemy2 import WKBElement
from geoalchemy2.shape import to_shape
from PIL import Image
from redis.asyncio import Redis
from sqlalchemy import func, select

from app.capabilities import EVIDENCE
from app.tables import complete_metadata
from assist.call.commands import accept_request, end_call
from assist.chat.commands import add_message
from assist.evidence.commands import seal
from assist.intake.commands import Details, Place, change_details, customer_actor
from assist.invitation.commands import invite, redeem_invitation
from assist.queue.commands import enter_queue
from assist.rating.commands import rate
from assist.request import handlers as assist_handlers
from assist.request.kinds import Category, Outcome
from assist.request.request import State
from assist.stills.commands import NewMark, add_mark, record_still
from assist.stills.tables import Still
from assist.verdict.commands import give_verdict
from assist.verdict.verdict import Ownership, Severity, Verdict
from field.hindsight.decision import DecisionKind
from field.hindsight.tables import HindsightDecision
from field.task.tables import Task
from field.visits import handlers as field_handlers
from kernel.actors import Actor
from kernel.database import Database, UnitOfWork
from kernel.events.bus import Relay
from kernel.events.consumer import STREAM, Consumer
from kernel.events.lease import Leases
from kernel.outbox import OutboxRow
from kernel.pictures import removal as blob_removal
from kernel.pictures.removal import Holders
from tests.contract.assist_house import AssistHouse, a_still, open_house
from tests.contract.test_field_steps import PNG
from tests.rig.town import SOUTH, WEST, Town

WITHIN_S = 15.0


@dataclass(frozen=True)
class Secrets:
    """One customer's, each unlike anything else in the house; ``words`` is part of what anybody writes."""

    name: str
    phone: str
    address: str
    words: str
    lon: float
    lat: float

    def found_in(self, text: str) -> list[str]:
        """Those that ``text`` gives away; coordinates to about ten metres, and as they lie in a geometry."""
        exact = [struct.pack("<d", number).hex() for number in (self.lon, self.lat)]
        told = [self.name, self.phone, self.address, self.words, f"{self.lon:.4f}", f"{self.lat:.4f}", *exact]
        return [secret for secret in told if secret.lower() in text.lower()]


QUILL = Secrets(
    "Quillfeather", "13912345678", "Zanzibar Lane 77", "kingfisher", WEST + 0.0054321, SOUTH + 0.0056123
)
OTTER = Secrets("Otterburn", "13787654321", "Walnut Yard 5", "marzipan", WEST + 0.0034123, SOUTH + 0.0087123)


@dataclass
class Erasable:
    """Both wings, and what carries news between them."""

    database: Database
    redis: Redis
    house: AssistHouse
    town: Town
    folder: Path

    @property
    def holders(self) -> Holders:
        return Holders(self.house.services.blobs)

    @asynccontextmanager
    async def bus(self) -> AsyncIterator[Relay]:
        """Relay and consumers, as a web worker runs them."""
        groups = [
            assist_handlers.group.bind(self.house.services),
            field_handlers.group.bind(self.town.services),
            blob_removal.group.bind(self.holders),
        ]
        relay, leases = Relay(self.database, self.redis, groups), Leases(self.redis, "worker")
        consumers = [Consumer(self.database, self.redis, group, leases) for group in groups]
        self.database.on_commit = relay.wake
        runs = [relay.run, *(consumer.run for consumer in consumers)]
        tasks = [asyncio.create_task(run()) for run in runs]
        try:
            yield relay
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def settled(self) -> None:
        """Until everybody has heard of everything."""
        waiting = select(OutboxRow.type).where(OutboxRow.settled_at.is_(None))
        async with asyncio.timeout(WITHIN_S):
            while True:
                async with self.database.reading() as session:
                    if not (await session.scalars(waiting)).all():
                        return
                await asyncio.sleep(0.05)

    # the road -------------------------------------------------------------------------------------

    async def asked(self, own: Secrets) -> tuple[Actor, str]:
        """Someone who was invited, told everything, and is in a call; and their session's token."""
        run, services, chen = self.database.run, self.house.services, self.house.chen
        sent = await run(invite, chen, services, own.name, f"+86{own.phone}", "en", Category.LEAK)
        row, session = await run(redeem_invitation, services, sent.token, None)
        assert session is not None
        customer = customer_actor(row)
        told = Details(
            place=Place(own.address, own.lon, own.lat, "pin"),
            description=f"{own.words} drips",
            building=f"{own.words} House",
            equipment=f"{own.words} pump",
        )
        await run(change_details, customer, row.id, services, told, None)
        await run(enter_queue, customer, row.id)
        await run(accept_request, chen, row.id, services)
        for who in (customer, chen):
            await run(add_message, who, row.id, uuid4(), f"a {own.words} is under the sink")
        return customer, session.token

    async def pictured(self, customer: Actor, own: Secrets, data: bytes | None = None) -> UUID:
        """A still with writing on it; its id."""
        blob = await self.house.services.blobs.put(
            data or PNG + own.words.encode(), media_type="image/png", kept_in=Still.blob_id
        )
        new = a_still(blob_id=blob.id)
        still = await self.database.run(record_still, customer, customer.id, new)
        mark = NewMark(uuid4(), "text", [(0.5, 0.5)], f"{own.words} here")
        await self.database.run(add_mark, self.house.chen, customer.id, still.id, mark)
        return still.id

    async def judged(self, customer: Actor, own: Secrets, outcome: Outcome) -> UUID:
        """The call has ended with an outcome; the still that proves it."""
        run, chen = self.database.run, self.house.chen
        still = await self.pictured(customer, own)
        await run(end_call, chen, customer.id)
        verdict = Verdict(Ownership.BEFORE_METER, "coupling_nut_loose", Severity.MAJOR, (still,))
        await run(give_verdict, chen, customer.id, verdict, f"{own.words} is loose")
        await self.house.conclude(chen, customer, outcome, f"mind the {own.words}")
        return still

    async def advised(self, own: Secrets) -> Actor:
        """Someone who was helped without a visit, and has not rated yet."""
        customer, _token = await self.asked(own)
        await self.judged(customer, own, Outcome.ADVICE)
        return customer

    async def task_of(self, customer: Actor) -> Task:
        async with self.database.reading() as session:
            query = select(Task).where(Task.request_id == customer.id)
            return (await session.scalars(query)).one()

    async def visited(self, own: Secrets) -> tuple[Actor, str]:
        """The road to a closed request, with the bus running; the customer, and their session's token."""
        customer, token = await self.asked(own)
        await self.judged(customer, own, Outcome.NEEDS_VISIT)
        await self.settled()
        task = await self.task_of(customer)
        rep, dispatcher = await self.town.caller("ann"), await self.town.caller("dora")
        at = f"/api/tasks/{task.id}"
        ann, now = str(self.town.reps["ann"].id), self.town.clock.now()
        spans = [(now + timedelta(hours=hours), now + timedelta(hours=hours + 1)) for hours in (1, 4)]
        windows = [{"start": start.isoformat(), "end": end.isoformat()} for start, end in spans]
        asked = await dispatcher.put(f"{at}/windows", {"version": task.version, "windows": windows})
        wish = {"rep_id": ann, "kind": "prefer", "code": "asked"}
        wished = {"version": asked["version"], "wishes": [wish], "standing": True}
        asked = await dispatcher.put(f"{at}/wishes", wished)
        given = {"rep_id": ann, "version": asked["version"], "overrule": True}
        await dispatcher.post(f"{at}/assignment", given)
        given = await dispatcher.get(at)
        await dispatcher.put(f"{at}/second", {"version": given["version"], "needs_two": True})
        for step in ("acceptance", "travel", "arrival"):
            await rep.post(f"{at}/{step}")
        photo = str(uuid4())
        await rep.upload(f"{at}/proofs", _photo(own), client_id=photo, media_type="image/png")
        note = {"id": str(uuid4()), "kind": "gate", "text": f"{own.words} gate", "gate_code": own.words}
        spot = {"lon": own.lon, "lat": own.lat, "photo": photo, "arrow": [0.1, 0.2, 0.3, 0.4]}
        await dispatcher.post(f"{at}/site-notes", note | spot)
        answers = {"outcome": "made_safe", "follow_up": f"look after the {own.words}"}
        form = {"type": "leak_visit", "number": 1, "answers": answers}
        await rep.post(f"{at}/completion", {"note": f"{own.words} tightened", "form": form})
        await self.settled()
        assert await self.house.state(customer.id) is State.RESOLVED
        await self.database.run(rate, customer, customer.id, 4, f"thanks for the {own.words}")
        await self.database.run(self._looked_back, task.id)
        await self.settled()
        await self.database.run(seal, EVIDENCE, customer.id)
        return customer, token

    async def _looked_back(self, uow: UnitOfWork, task_id: UUID) -> None:
        """The visit is one of its day's costliest decisions: somebody else had passed near it."""
        rank = await uow.session.scalar(select(func.count()).select_from(HindsightDecision)) or 0
        uow.session.add(
            HindsightDecision(
                day=self.town.services.day_of(uow.now),
                station="SA",
                rank=rank + 1,
                task_id=task_id,
                kind=DecisionKind.MOVED,
                decided_at=uow.now,
                rep_id=self.town.reps["ann"].id,
                better_id=self.town.reps["bob"].id,
                better_at=uow.now,
                near_m=450,
                near_at=uow.now,
                **dict.fromkeys(("cost_s", "travel_s"), 900),
                **dict.fromkeys(("late_s", "over_s"), 0),
            )
        )

    # what is left ---------------------------------------------------------------------------------

    async def stored(self) -> str:
        """Every column of every table, as text."""
        lines = []
        async with self.database.reading() as session:
            for table in complete_metadata().sorted_tables:
                for row in await session.execute(select(table)):
                    lines.append(f"{table.name}: {' | '.join(map(_text, row))}")
        return "\n".join(lines)

    async def in_redis(self) -> str:
        """Everything in Redis, as text."""
        read: dict[str, Any] = {
            "string": self.redis.get,
            "hash": self.redis.hgetall,
            "stream": self.redis.xrange,
        }
        lines = [STREAM]
        async for key in self.redis.scan_iter():
            lines.append(f"{key} {await read[str(await self.redis.type(key))](key)}")
        return "\n".join(lines)

    def files(self) -> set[str]:
        """The names of all pictures."""
        return {path.name for path in (self.folder / "blobs").rglob("*") if path.is_file()}


def _photo(own: Secrets) -> bytes:
    """A picture unlike the other customer's; it is cleaned on its way in, so its pixels must differ."""
    file = io.BytesIO()
    Image.new("RGB", (8, 8), "navy" if own is QUILL else "olive").save(file, "PNG")
    return file.getvalue()


def _text(value: Any) -> str:
    if isinstance(value, WKBElement):
        data = value.data
        return f"{to_shape(value).wkt} {data if isinstance(data, str) else bytes(data).hex()}"
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    return str(value)


async def open_both(database: Database, redis: Redis, town: Town, folder: Path) -> Erasable:
    """Both wings, on the town's database."""
    return Erasable(database, redis, await open_house(database, folder), town, folder)

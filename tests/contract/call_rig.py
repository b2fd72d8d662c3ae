"""A call as the product runs it, for tests of the hub: requests, people and stills made over the API."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from PIL import Image

from tests.rig.people import Person
from tests.rig.room_client import RoomClient, in_room
from tests.rig.stack import RunningApp


def picture(width: int = 64, height: int = 48) -> bytes:
    """A small JPEG."""
    out = io.BytesIO()
    Image.new("RGB", (width, height), (30, 120, 200)).save(out, "JPEG")
    return out.getvalue()


@dataclass
class Call:
    """A customer whom a technician has accepted, and their devices in the room."""

    app: RunningApp
    customer: Person
    technician: Person
    stack: AsyncExitStack

    @property
    def request(self) -> str:
        return str(self.customer.request_id)

    async def enter(self, person: Person, *, tab: str | None = None, join: bool = True) -> RoomClient:
        """Another device of a person."""
        token = str(person.token)
        client = await self.stack.enter_async_context(in_room(self.app.url, self.request, token, tab=tab))
        if join:
            await client.join(*(("audio", "video") if person is self.customer else ()))
        return client

    async def both(self) -> tuple[RoomClient, RoomClient]:
        """The phone and the desk."""
        return await self.enter(self.customer), await self.enter(self.technician)

    async def upload(self, person: Person, **fields: str) -> dict[str, Any]:
        """A still, beside the room."""
        sent = {"client_id": str(uuid4()), "source": "capture", **fields}
        path = f"/api/requests/{self.request}/stills"
        return dict(await person.upload(path, picture(), **sent))


@asynccontextmanager
async def accepted_call(app: RunningApp) -> AsyncIterator[Call]:
    """A call that has just been accepted."""
    await app.staff("supervisor", "duty")
    customer, technician = await app.customer(), await app.staff("technician")
    await customer.post(f"/api/requests/{customer.request_id}/queue-entry")
    await technician.post(f"/api/requests/{customer.request_id}/acceptance")
    async with AsyncExitStack() as stack:
        yield Call(app, customer, technician, stack)

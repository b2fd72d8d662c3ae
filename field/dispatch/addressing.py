"""A written address becomes a place: what a person or another program typed is enough to be placed.

Whoever asks for a visit may know no coordinates: an API caller, an agent on the telephone, a customer who
typed and went on. The address is looked up in the gazetteer when the task is made. Only a door that can be
meant by nothing else is taken; otherwise the task waits for a person, as one without a place does.
"""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from field.grid.places.queries import Found, resolve
from field.grid.store import point_of
from field.services import FieldServices
from field.task.tables import Task
from field.task.timeline import remember
from kernel.actors import SYSTEM
from kernel.database import UnitOfWork
from kernel.errors import Invalid

FOUND = {"door": "found_by_address", "near": "found_near_address", "street": "found_near_address"}


class AddressUnsure(Invalid):
    """This address is not known, or could mean several places; choose one, or set the point."""

    code = "address_unsure"


async def known_address(session: AsyncSession, services: FieldServices, address: str) -> Found | None:
    """The one place that a written address means, or None."""
    if not address.strip():
        return None
    return await resolve(session, await services.grid.current(session), address)


async def locate_by_address(uow: UnitOfWork, services: FieldServices, task: Task) -> None:
    """Give a task without a point the one that its address means, and say in its timeline how."""
    if task.lon is not None or task.lat is not None:
        return
    found = await known_address(uow.session, services, task.address)
    if found is None:
        return
    task.lon, task.lat, task.point = found.lon, found.lat, point_of(found.lon, found.lat)
    # The address itself stands in the task: what is remembered tells of no customer.
    remember(uow, task, "find", SYSTEM, task.state, reason=FOUND[found.precision])

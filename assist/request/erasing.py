"""Forgetting who asked, and where."""

from __future__ import annotations

from uuid import UUID

from assist.request.tables import Customer, ServiceRequest
from kernel.database import UnitOfWork
from kernel.erasing import Eraser

TOLD_OF_VISIT = frozenset({"task_id", "state", "rep_name", "rep_staff_id", "eta"})
"""What is kept of the field's news: everything but words."""


async def forget_customer(uow: UnitOfWork, request_id: UUID) -> None:
    """Empty what tells of the customer. States, owners and the timeline stay."""
    row = await uow.session.get_one(ServiceRequest, request_id)
    customer = await uow.session.get_one(Customer, row.customer_id)
    customer.name = customer.phone = customer.building = customer.equipment = ""
    customer.description = customer.address = customer.place_source = ""
    customer.lon = customer.lat = None
    row.outcome_note, row.started_with = "", None
    if row.visit is not None:
        row.visit = {name: value for name, value in row.visit.items() if name in TOLD_OF_VISIT}


eraser = Eraser(
    "request",
    (
        *(Customer.name, Customer.phone, Customer.building, Customer.equipment, Customer.description),
        *(Customer.address, Customer.lon, Customer.lat, Customer.place_source),
        *(ServiceRequest.outcome_note, ServiceRequest.visit, ServiceRequest.started_with),
    ),
    forget_customer,
)

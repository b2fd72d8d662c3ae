"""A queue that strangers try to hold with danger that they only claim."""

from __future__ import annotations

import asyncio

import pytest

from tests.rig.people import Person
from tests.rig.stack import RunningApp

FLOOD = 30
DANGER = {"guide": "leak", "step": "burst", "answer": "danger"}


async def in_danger(app: RunningApp) -> Person:
    customer = await app.customer(category="leak")
    await customer.post(f"/api/requests/{customer.id}/guide-answers", DANGER)
    return customer


@pytest.mark.timeout(240)
async def test_of_a_flood_of_claimed_dangers_the_next_customer_hears_nothing(app: RunningApp) -> None:
    await app.staff("supervisor", "zhao", name="Zhao")
    technician = await app.staff("technician", "chen", name="Chen")
    await technician.put("/api/desk", {"skills": [], "languages": []})
    for _ in range(FLOOD // 10):
        await asyncio.gather(*(in_danger(app) for _ in range(10)))
    honest = await app.customer(category="meter")
    told = await honest.post(f"/api/requests/{honest.id}/queue-entry")
    believed = 8
    assert told["place"] <= believed + 1, told
    assert told["wait"]["high_s"] < 4 * 3600, told
    queue = await technician.get("/api/queue")
    assert len(queue["rows"]) == FLOOD + 1, "none is dropped: they stand behind"
    assert queue["rows"][told["place"] - 1]["request_id"] == str(honest.id)

"""Customers who call, and technicians who answer; without sound and picture: those have a benchmark."""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from app.simulate.clock import DayClock
from app.simulate.day import Contact
from app.simulate.ledger import Asked, Ledger
from app.simulate.wire import Wire

SIGN_OF_LIFE_S = 45.0
DESK_S = 80.0
LOOK_S = 6.0
"""How often, in the day's seconds, the desks look at their queue."""
WRITE_S = 40.0
"""What verdict and outcome take to write down."""


@dataclass
class Hotline:
    """Everybody who has called and the technicians that are free; ``truths``: what a picture would show."""

    wire: Wire
    clock: DayClock
    ledger: Ledger
    day: datetime
    """Local midnight of the day."""
    technicians: list[str] = field(default_factory=list)
    truths: dict[str, Contact] = field(default_factory=dict)
    customers: dict[str, str] = field(default_factory=dict)
    _taken: set[str] = field(default_factory=set)
    _calls: set[asyncio.Task[None]] = field(default_factory=set)
    _number: int = 0

    # customers ------------------------------------------------------------------------------------

    async def call_in(self, contact: Contact) -> None:
        """A customer, from the first tap until somebody takes the call or patience ends."""
        self._number += 1
        home = f"10.{self._number >> 16 & 255}.{self._number >> 8 & 255}.{self._number & 255}"
        body = {"category": contact.trouble.category, "asker": "resident", "language": "zh-Hans"}
        sent = {**body, "bearer": True, "key": secrets.token_urlsafe(24)}
        opened = await self.wire.call("POST", "/api/requests", "/api/requests", body=sent, address=home)
        if not opened.ok:
            self.ledger.unsure.append(f"request of {contact.key}")
            return
        id, token = opened.body["id"], opened.body["session"]["token"]
        asked = self.ledger.requests[id] = Asked(contact.key, self.clock.now())
        self.truths[id], self.customers[id] = contact, token
        await self.clock.sleep(30)
        here = f"/api/requests/{id}"
        lon, lat = contact.place
        place = {"address": f"{contact.key} 号", "lon": lon, "lat": lat, "source": "pin"}
        details = {"version": opened.body["version"], "place": place, "contact": {"name": "林女士"}}
        await self.wire.call("PATCH", here, "/api/requests/{id}", token, details)
        await self.clock.sleep(40)
        if contact.withdrawn:
            return await self._withdraw(id, token, asked)
        queued = await self.wire.call(
            "POST", f"{here}/queue-entry", "/api/requests/{id}/queue-entry", token, {}
        )
        if queued.ok:
            asked.queued_at = self.clock.now()
            await self._wait(id, token, asked, contact)
        return None

    async def _wait(self, id: str, token: str, asked: Asked, contact: Contact) -> None:
        gives_up = self.clock.now() + timedelta(seconds=max(contact.patience_s, 300))
        while True:
            await self.clock.sleep(SIGN_OF_LIFE_S)
            if id in self._taken:
                return
            answer = await self.wire.call(
                "GET", f"/api/requests/{id}/queue-entry", "/api/requests/{id}/queue-entry", token
            )
            if not answer.ok or answer.body["state"] != "waiting":
                if answer.ok and answer.body["request_state"] == "guiding":
                    self.ledger.notes["place_lost"] += 1
                return
            if self.clock.now() > gives_up:
                return await self._withdraw(id, token, asked)

    async def _withdraw(self, id: str, token: str, asked: Asked) -> None:
        answer = await self.wire.call(
            "POST", f"/api/requests/{id}/withdrawal", "/api/requests/{id}/withdrawal", token, {}
        )
        if answer.ok:
            asked.ended = "withdrawn"

    async def rate(self, id: str) -> None:
        """The customer's last word, some minutes after the work is done."""
        contact = self.truths[id]
        if contact.rating is None:
            return
        await self.clock.sleep(300)
        body = {"score": contact.rating}
        answer = await self.wire.call(
            "POST", f"/api/requests/{id}/rating", "/api/requests/{id}/rating", self.customers[id], body
        )
        if answer.ok:
            self.ledger.requests[id].ended = "rated"
        else:
            self.ledger.notes[f"rating: {answer.code}"] += 1

    # technicians ----------------------------------------------------------------------------------

    async def answer(self, until: datetime) -> None:
        """Give the next customer to whoever is free, until the desks close and the last call is over."""
        free = list(self.technicians)
        for token in free:
            await self.wire.call("PUT", "/api/desk", "/api/desk", token, {})
        while self.clock.now() < until:
            await self.clock.sleep(LOOK_S)
            if not free:
                continue
            seen = await self.wire.call("GET", "/api/queue", "/api/queue", free[0])
            rows = seen.body["rows"] if seen.ok else []
            for row in [row for row in rows if row["request_id"] not in self._taken and not row["away"]]:
                if not free:
                    break
                self._taken.add(row["request_id"])
                call = asyncio.create_task(self._take(row, free.pop(), free))
                self._calls.add(call)
                call.add_done_callback(self._calls.discard)
        await asyncio.gather(*self._calls)

    async def _take(self, row: dict[str, Any], technician: str, free: list[str]) -> None:
        try:
            await self._talk(row["request_id"], technician)
        finally:
            free.append(technician)

    async def _talk(self, id: str, technician: str) -> None:
        here, door = f"/api/requests/{id}", "/api/requests/{id}"
        taken = await self.wire.call("POST", f"{here}/acceptance", f"{door}/acceptance", technician, {})
        if not taken.ok:  # they hung up in that moment
            self.ledger.notes[f"call: {taken.code}"] += 1
            self._taken.discard(id)
            return
        asked, contact = self.ledger.requests[id], self.truths[id]
        asked.accepted_at = self.clock.now()
        over = asked.accepted_at + timedelta(seconds=contact.talk_s)
        while (left := (over - self.clock.now()).total_seconds()) > 0:
            await self.clock.sleep(min(left, DESK_S))
            await self.wire.call("PUT", "/api/desk", "/api/desk", technician, {})
        await self.wire.call("POST", f"{here}/call-end", f"{door}/call-end", technician, {})
        await self.clock.sleep(WRITE_S)
        trouble = contact.trouble
        verdict = {"ownership": trouble.ownership, "fault": trouble.fault, "severity": trouble.severity}
        sent = {**verdict, "no_still_reason": "no_camera"}
        await self.wire.call("PUT", f"{here}/verdict", f"{door}/verdict", technician, sent)
        ended = await self.wire.call(
            "POST", f"{here}/outcome", f"{door}/outcome", technician, self._outcome(contact)
        )
        if ended.ok:
            asked.outcome = "needs_visit" if contact.visited else "fixed"
            if not contact.visited:
                await self.rate(id)
        else:
            self.ledger.notes[f"outcome: {ended.code}"] += 1

    def _outcome(self, contact: Contact) -> dict[str, Any]:
        if not contact.visited:
            return {"outcome": "fixed", "note": "tightened by hand"}
        opens, closes = contact.window_s or (0.0, 0.0)
        window = {
            "start": (self.day + timedelta(seconds=opens)).isoformat(),
            "end": (self.day + timedelta(seconds=closes)).isoformat(),
        }
        late = self.day + timedelta(seconds=closes) <= self.clock.now()
        return {
            "outcome": "needs_visit",
            "note": "",
            "visit": {} if late or not closes else {"window": window},
        }

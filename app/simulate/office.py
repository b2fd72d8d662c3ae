"""The dispatcher: enters the utility's own tasks and who is ill, and says what re-optimisation may do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from app.simulate.clock import DayClock
from app.simulate.day import Job
from app.simulate.ledger import Ledger
from app.simulate.wire import Wire

CAUSES = ("cancellation", "rep_lost", "burst")
POLICIES = ("off", "propose", "apply")
"""Of re-optimisation: never; proposed as delivered, with nobody there to agree; put in force by itself."""


@dataclass
class Office:
    """One dispatcher's desk."""

    wire: Wire
    clock: DayClock
    ledger: Ledger
    token: str
    day: datetime
    reps: dict[str, str]
    """Their ids by code."""

    async def enter(self, job: Job) -> None:
        """A task that nobody called about."""
        lon, lat = job.place
        body: dict[str, Any] = {
            "category": job.category,
            "skill": job.skill,
            "severity": job.severity,
            "duration_s": job.duration_s,
            "priority": 2 if job.severity == "urgent" else 1,
            "address": f"{job.key} 号",
            "lon": lon,
            "lat": lat,
        }
        if job.window_s is not None:
            opens, closes = (self.day + timedelta(seconds=at) for at in job.window_s)
            if closes > self.clock.now():
                body |= {"window_start": opens.isoformat(), "window_end": closes.isoformat()}
        answer = await self.wire.call("POST", "/api/tasks", "/api/tasks", self.token, body)
        if answer.ok:
            self.ledger.created[answer.body["id"]] = job.key
            if answer.body["state"] == "unplaced":
                self.ledger.notes["unplaced_at_first"] += 1
        else:
            self.ledger.unsure.append(f"task of {job.key}: {answer.status} {answer.code}")

    async def report_ill(self, code: str) -> None:
        """A representative is ill from now on."""
        answer = await self.wire.call(
            "POST", f"/api/reps/{self.reps[code]}/absence", "/api/reps/{id}/absence", self.token, {}
        )
        if answer.ok:
            self.ledger.absent[code] = self.clock.now()
        else:
            self.ledger.notes[f"absence: {answer.code}"] += 1

    async def set_policy(self, policy: str) -> None:
        """What is asked for, and done, by itself.

        Raises:
            ValueError: the installation does not take it.
        """
        listed = await self.wire.call(
            "GET", "/api/reoptimisation-policies", "/api/reoptimisation-policies", self.token
        )
        for terms in listed.body or ():
            if policy == "propose":
                continue
            wanted = {name: terms[name] for name in ("version", "threshold", "gain_s", "budget_s")}
            wanted |= {"enabled": policy != "off", "by_itself": policy == "apply"}
            path = f"/api/reoptimisation-policies/{terms['cause']}"
            answer = await self.wire.call(
                "PUT", path, "/api/reoptimisation-policies/{cause}", self.token, wanted
            )
            if not answer.ok:
                raise ValueError(f"policy {policy} of {terms['cause']}: {answer.status} {answer.code}")

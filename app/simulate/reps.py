"""Representatives with a phone each: hear of tasks, answer, drive, work, prove it, and are seen on the way.

A phone behaves as the product's own page does: it listens on the live socket, reads its route when told of a
change, and sends what its owner does as numbered actions. Now and then an answer gets lost on the way, and
the phone sends the same action again; that must have its effect once.
"""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import websockets
from websockets.asyncio.client import connect

from app.simulate.city import Person, Point, travel_s
from app.simulate.clock import DayClock
from app.simulate.day import luck
from app.simulate.ledger import Done, Ledger
from app.simulate.wire import Wire

READ_EVERY_S = 10.0
"""Of the day: a phone that is told of ten changes at once reads its route once."""
AGAIN = 0.03
"""Share of actions whose answer is lost, so that they are sent twice."""
FIX_MOVING_S, FIX_STILL_S = 15.0, 60.0
SEND_S = 300.0
ODD_FIXES = 0.002
"""Share of positions that a receiver gets wrong: nowhere, or far off."""
OPEN = ("assigned", "accepted", "travelling", "on_site")


@dataclass(frozen=True)
class Rules:
    """What all representatives of a day have in common."""

    seed: int
    declines: float
    shift: tuple[datetime, datetime]


@dataclass
class Phone:
    """One representative at work."""

    person: Person
    token: str
    wire: Wire
    clock: DayClock
    ledger: Ledger
    rules: Rules
    live_url: str
    finished: Callable[[dict[str, Any]], None] = lambda task: None
    """Is told of each task that this person has finished."""
    rep_id: str = ""
    at: Point = (0.0, 0.0)
    gone: bool = False
    _device: str = field(default_factory=lambda: str(uuid4()))
    _track: str = field(default_factory=lambda: str(uuid4()))
    _sequence: int = 0
    _number: int = 0
    _fixes: list[dict[str, Any]] = field(default_factory=list)
    _told: asyncio.Event = field(default_factory=asyncio.Event)
    _stops: list[dict[str, Any]] = field(default_factory=list)
    _answering: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    _sending: asyncio.Lock = field(default_factory=asyncio.Lock)
    _acting: set[asyncio.Future[None]] = field(default_factory=set)
    """What is being sent, and ends even when the shift does: an answer that nobody waits for is forgotten."""

    async def work(self) -> None:
        """The whole shift: until it ends, or its owner falls ill."""
        self.at = self.person.home
        await self.clock.until(self.rules.shift[0])
        background = [asyncio.create_task(part()) for part in (self._listen, self._report, self._follow)]
        try:
            await self._drive()
        finally:
            for task in (*background, *self._answering.values()):
                task.cancel()
            await asyncio.gather(*background, *self._answering.values(), return_exceptions=True)
            await asyncio.gather(*self._acting)
            await self._send_fixes()

    @property
    def off(self) -> bool:
        return self.gone or self.clock.now() >= self.rules.shift[1]

    def is_gone(self) -> bool:
        """Asked anew after each wait: somebody falls ill meanwhile."""
        return self.gone

    # hearing --------------------------------------------------------------------------------------

    async def _listen(self) -> None:
        """The live socket, through any gap."""
        while True:
            with suppress(OSError, TimeoutError, websockets.WebSocketException):
                async with connect(self.live_url, compression=None, proxy=None) as socket:
                    await socket.send(json.dumps({"type": "hello", "version": 1, "token": self.token}))
                    await socket.send(json.dumps({"type": "subscribe", "topics": [f"rep:{self.rep_id}"]}))
                    self._told.set()
                    async for frame in socket:
                        if '"changed"' in str(frame):
                            self._told.set()
            self.ledger.notes["socket_again"] += 1
            await asyncio.sleep(1.0)

    async def _follow(self) -> None:
        """Read the route when something changed, and see to what is new."""
        while True:
            await self._told.wait()
            self._told.clear()
            await self.read()
            await self.clock.sleep(READ_EVERY_S)

    async def read(self) -> None:
        answer = await self.wire.call("GET", "/api/rep/route", "/api/rep/route", self.token)
        if not answer.ok:
            self._told.set()
            return
        self.rep_id = answer.body["rep"]["id"]
        self._stops = [stop for stop in answer.body["stops"] if stop["task"]["state"] in OPEN]
        for stop in self._stops:
            task_id = stop["task"]["id"]
            if stop["task"]["state"] == "assigned" and task_id not in self._answering and not self.off:
                self._answering[task_id] = asyncio.create_task(self._answer(stop["task"]))

    async def _answer(self, task: dict[str, Any]) -> None:
        """Accept or decline after having looked at it. Declines are chance of the task, not of the moment."""
        dice = luck(self.rules.seed, "answer", _key(task), self.person.code)
        await self.clock.sleep(float(dice.uniform(20, 240)))
        if self.off:
            return
        declines = task["severity"] != "urgent" and dice.random() < self.rules.declines
        said = self._say(declines, task["id"], dice.random() < AGAIN)
        await self._to_the_end(said)
        self._answering.pop(task["id"], None)  # it may come back another day, or another way

    async def _say(self, declines: bool, task_id: str, twice: bool) -> None:
        kind, body = ("declination", {"reason": "cannot reach it today"}) if declines else ("acceptance", {})
        if await self._act(kind, task_id, body, twice):
            (self.ledger.declined if declines else self.ledger.accepted)[task_id] += 1

    async def _to_the_end(self, acting: Coroutine[Any, Any, None]) -> None:
        """Wait for it, and let it end where this is cut off."""
        begun = asyncio.ensure_future(acting)
        self._acting.add(begun)
        begun.add_done_callback(self._acting.discard)
        await asyncio.shield(begun)

    # doing ----------------------------------------------------------------------------------------

    async def _drive(self) -> None:
        """One stop after the other, in the order of the route."""
        while not self.off:
            stop = next((stop for stop in self._stops if stop["task"]["state"] != "assigned"), None)
            if stop is None or not await self._time_to_leave(stop):
                await self.clock.sleep(20.0)
                continue
            await self._visit(stop)
            await self.read()

    async def _time_to_leave(self, stop: dict[str, Any]) -> bool:
        return self.clock.now() >= datetime.fromisoformat(stop["leaves_at"]) - timedelta(seconds=60)

    async def _visit(self, stop: dict[str, Any]) -> None:
        task = stop["task"]
        dice = luck(self.rules.seed, "visit", _key(task), self.person.code)
        place = (task["lon"], task["lat"])
        travelling = travel_s(self.at, place) * float(dice.lognormal(0, 0.2))
        working = task["duration_s"] * float(dice.lognormal(-0.03, 0.25))
        if not await self._act("travel", task["id"], {}, dice.random() < AGAIN):
            return self._forget(task["id"])
        await self._move(place, travelling)
        if self.gone or not await self._act("arrival", task["id"], {}, dice.random() < AGAIN):
            return self._forget(task["id"])
        arrived = self.clock.now()
        opens = datetime.fromisoformat(task["window_start"])
        if opens > arrived:
            await self.clock.until(opens)
        await self.clock.sleep(working)
        if self.is_gone():
            return None
        if await self._act("completion", task["id"], {"note": "done and checked"}, dice.random() < AGAIN):
            now = self.clock.now()
            self.ledger.finish(task["id"], Done(self.person.code, travelling, working, arrived, now))
            self.finished(task)
        return self._forget(task["id"])

    def _forget(self, task_id: str) -> None:
        """Until the route is read again this one is out of sight."""
        self._stops = [stop for stop in self._stops if stop["task"]["id"] != task_id]

    async def _act(self, kind: str, task_id: str, body: dict[str, Any], twice: bool) -> bool:
        """One action, until it is answered for good; whether it took effect."""
        self._sequence += 1
        action = {
            "id": str(uuid4()),
            "sequence": self._sequence,
            "kind": kind,
            "task_id": task_id,
            "body": body,
        }
        action["at"] = self.clock.now().isoformat()
        sent = {"device": self._device, "actions": [action]}
        for attempt in range(12):
            answer = await self.wire.call(
                "POST", "/api/device-actions", f"/api/device-actions {kind}", self.token, sent
            )
            if answer.ok and answer.body["results"]:
                if twice:
                    twice = False
                    continue  # that answer never reached the phone
                result = answer.body["results"][0]
                if result["status"] != 200:
                    code = (result["error"] or {}).get("code") or "kept_as_conflict"
                    self.ledger.notes[f"{kind}: {code}"] += 1
                return bool(result["status"] == 200)
            await asyncio.sleep(0.2 * (attempt + 1))
        self.ledger.unsure.append(f"{kind} of {task_id}")
        return False

    # being seen -----------------------------------------------------------------------------------

    async def _move(self, place: Point, seconds: float) -> None:
        """Drive to a place, seen on the way."""
        start, begun = self.at, self.clock.now()
        steps = max(1, round(seconds / FIX_MOVING_S))
        for step in range(1, steps + 1):
            await self.clock.until(begun + timedelta(seconds=seconds * step / steps))
            share = step / steps
            self.at = (start[0] + (place[0] - start[0]) * share, start[1] + (place[1] - start[1]) * share)
            self._fix()
        self.at = place

    def _fix(self) -> None:
        now = self.clock.now()
        if self.gone or not self.rules.shift[0] <= now < self.rules.shift[1]:
            return
        self._number += 1
        lon, lat = self.at
        dice = luck(self.rules.seed, "fix", self.person.code, self._number)
        if dice.random() < ODD_FIXES:
            lon, lat = (0.0, 0.0) if dice.random() < 0.5 else (lon + 1.0, lat)
        fix = {
            "sequence": self._number,
            "at": now.isoformat(),
            "accuracy_m": round(float(dice.uniform(4, 20)), 1),
        }
        self._fixes.append(fix | {"lon": round(lon, 6), "lat": round(lat, 6)})

    async def _report(self) -> None:
        """Where somebody is who stands still, and sending all of it at times."""
        offset = luck(self.rules.seed, "send", self.person.code).random()
        due = self.clock.now() + timedelta(seconds=SEND_S * float(offset))
        while True:
            self._fix()
            await self.clock.sleep(FIX_STILL_S)
            if self.clock.now() >= due:
                due += timedelta(seconds=SEND_S)
                await self._to_the_end(self._send_fixes())

    async def _send_fixes(self) -> None:
        """In order and until acknowledged, a few hundred at a time."""
        async with self._sending:
            await self._send_all()

    async def _send_all(self) -> None:
        while self._fixes:
            batch = self._fixes[:300]
            # What the phone's clock shows is left out: it is right, and at F × the way there takes F seconds.
            sent = {"device": self._track, "fixes": batch}
            answer = await self.wire.call(
                "POST", "/api/rep/positions", "/api/rep/positions", self.token, sent
            )
            if not answer.ok:
                if math.floor(answer.status / 100) == 4:
                    self.ledger.notes[f"positions: {answer.code}"] += 1
                return
            self.ledger.sent_positions += len(batch)
            self.ledger.acknowledged += len(batch)
            self.ledger.kept[self.person.code] += answer.body["kept"]
            self.ledger.refused_positions.update(each["code"] for each in answer.body["refused"])
            self._fixes = self._fixes[len(batch) :]


def _key(task: dict[str, Any]) -> str:
    """What a task is about, the same in each run of a seed: where it is, and its kind."""
    return f"{task['lon']}:{task['lat']}:{task['category']}:{task['skill']}"

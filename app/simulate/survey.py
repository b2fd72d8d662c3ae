"""Reading everything at the end of the day, by the doors that a dispatcher, a desk and the phones have."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, TypeVar

from app.simulate.oracle import Stored
from app.simulate.wire import Wire

T = TypeVar("T")
AT_ONCE = 8
PAGE = 1000
SETTLES_S = 60.0


class NotRead(Exception):
    """The installation does not say what is there."""


async def survey(wire: Wire, office: str, reps: dict[str, str], phones: dict[str, str]) -> Stored:
    """What is there. ``reps``: ids by code; ``phones``: tokens by code."""
    tasks = await _tasks(wire, office)
    requests = await _requests(wire, office)
    kept = await _each(sorted(phones), lambda code: _kept(wire, phones[code]))
    ids = [task["id"] for task in tasks]
    details = await _each(ids, lambda id: _get(wire, f"/api/tasks/{id}", "/api/tasks/{id}", office))
    # What no longer fits today stands on a later day's route.
    days = {each["placement"]["day"] for each in details} - {None}
    codes = sorted(reps)
    routes = await _each(codes, lambda code: _route(wire, office, reps[code], sorted(days)))
    return Stored(
        tasks,
        requests,
        dict(zip(codes, routes, strict=True)),
        dict(zip(sorted(phones), kept, strict=True)),
        {each["id"]: each["timeline"] for each in details},
    )


async def settled(wire: Wire, office: str, visits: Callable[[], Iterable[str]]) -> None:
    """Wait, a minute at most, until what was concluded at the desks has reached the field."""
    async with asyncio.timeout(SETTLES_S):
        while True:
            known = {task["request_id"] for task in await _tasks(wire, office)}
            if known.issuperset(visits()):
                return
            await asyncio.sleep(1.0)


async def _each(of: list[str], read: Callable[[str], Awaitable[T]]) -> list[T]:
    places = asyncio.Semaphore(AT_ONCE)

    async def one(name: str) -> T:
        async with places:
            return await read(name)

    return await asyncio.gather(*(one(name) for name in of))


async def _get(wire: Wire, path: str, door: str, token: str) -> Any:
    answer = await wire.call("GET", path, door, token)
    if not answer.ok:
        raise NotRead(f"GET {path}: {answer.status} {answer.code}")
    return answer.body


async def _tasks(wire: Wire, token: str) -> list[Any]:
    found: list[Any] = []
    after = ""
    while True:
        path = f"/api/tasks?limit={PAGE}" + (f"&after={after}" if after else "")
        page = await _get(wire, path, "/api/tasks", token)
        found += page
        if len(page) < PAGE:
            return found
        after = page[-1]["id"]


async def _requests(wire: Wire, token: str) -> list[Any]:
    found: list[Any] = []
    before = ""
    while True:
        path = "/api/requests?limit=200" + (f"&before={before}" if before else "")
        page = await _get(wire, path, "/api/requests", token)
        found += page["rows"]
        if not (before := page["next"] or ""):
            return found


async def _route(wire: Wire, token: str, rep_id: str, days: list[str]) -> list[str]:
    found: list[str] = []
    for day in days:
        path = f"/api/reps/{rep_id}/route?day={day}"
        route = await _get(wire, path, "/api/reps/{id}/route", token)
        found += [stop["task"]["id"] for stop in route["stops"]]
    return found


async def _kept(wire: Wire, token: str) -> int:
    count, before = 0, ""
    while True:
        kept = await _get(wire, "/api/rep/positions" + before, "/api/rep/positions", token)
        count += len(kept["fixes"])
        if not kept["more"]:
            return count
        before = "?before=" + kept["more"].replace("+", "%2B")

"""A morning of work: who asks for what, when and where. Pure; the same seed always gives the same morning.

When and where come from a real log (`demo.arrivals`): minutes of the day as they were, places brought over by
one affine map and then to the nearest door not yet used. What is wrong is drawn from `jobs.json`: before the
day opens the routine duties, during the day mostly faults.
"""

from __future__ import annotations

import math
import random
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

OPENING = 8 * 60
CLOSING = 17 * 60


@dataclass(frozen=True)
class Door:
    """An address and its place."""

    text: str
    lon: float
    lat: float


@dataclass(frozen=True)
class Call:
    """When a call came, in minutes from the opening of the day (negative: before it), and from where."""

    minute: int
    door: Door


@dataclass(frozen=True)
class Job:
    """A task of the morning; minutes count from the opening. `draft` is its entry in `jobs.json`."""

    key: str
    minute: int
    window: tuple[int, int]
    door: Door
    customer: str
    phone: str
    language: str
    draft: Mapping[str, Any]


def place_calls(arrivals: Sequence[tuple[int, float, float]], doors: Sequence[Door]) -> list[Call]:
    """Bring the log's scatter (standard deviations east, north) to this city's doors.

    The map keeps directions along and across: the log's north goes along the coast, its east across it.
    """
    lon, lat = [door.lon for door in doors], [door.lat for door in doors]
    middle = statistics.mean(lon), statistics.mean(lat)
    squeeze = math.cos(math.radians(middle[1]))
    x = [(value - middle[0]) * squeeze for value in lon]
    y = [value - middle[1] for value in lat]
    # The city's long and short axes: eigenvectors of the 2 × 2 covariance of its doors.
    xx, yy = statistics.pvariance(x), statistics.pvariance(y)
    xy = sum(a * b for a, b in zip(x, y, strict=True)) / len(x)
    turn = 0.5 * math.atan2(2 * xy, xx - yy)
    root = math.hypot((xx - yy) / 2, xy)
    long, short = math.sqrt((xx + yy) / 2 + root), math.sqrt(max((xx + yy) / 2 - root, 0))
    free = list(range(len(doors)))
    calls = []
    for minute, east, north in arrivals:
        px = north * long * math.cos(turn) - east * short * math.sin(turn)
        py = north * long * math.sin(turn) + east * short * math.cos(turn)
        nearest = min(free, key=lambda i: (x[i] - px) ** 2 + (y[i] - py) ** 2)
        free.remove(nearest)
        calls.append(Call(minute - OPENING, doors[nearest]))
    return calls


def make_jobs(calls: Sequence[Call], book: Mapping[str, Any], seed: int, phone: Sequence[str]) -> list[Job]:
    """One job for each call, in order. `book` is `jobs.json`; `phone` as long as `calls`."""
    rng = random.Random(seed)
    routine = [draft for draft in book["jobs"] if draft["routine"]]
    faults = [draft for draft in book["jobs"] if not draft["routine"]]
    jobs = []
    for index, call in enumerate(calls):
        # Two in three of the later calls are faults; the rest are routine duties that somebody asked for.
        drafts = routine if call.minute < 0 or rng.random() < 1 / 3 else faults
        draft = rng.choices(drafts, [entry["weight"] for entry in drafts])[0]
        customer, language = rng.choice(book["customers"])
        jobs.append(
            Job(
                f"T{index + 1:02}",
                call.minute,
                _window(call.minute, draft["priority"], rng),
                call.door,
                customer,
                phone[index],
                language,
                draft,
            )
        )
    return jobs


def outside(jobs: Sequence[Job], book: Mapping[str, Any]) -> list[Job]:
    """The same jobs, the last fault moved just over the border: an address that is in no zone."""
    last = max(index for index, job in enumerate(jobs) if not job.draft["routine"])
    place = book["outside"]
    moved = Job(**{**vars(jobs[last]), "door": Door(place["text"], place["lon"], place["lat"])})
    return [moved if index == last else job for index, job in enumerate(jobs)]


def _window(minute: int, priority: int, rng: random.Random) -> tuple[int, int]:
    """When somebody may come: routine half days, soon within four hours, urgent within two."""
    day = CLOSING - OPENING
    if priority >= 2:
        return max(minute, 0), max(minute, 0) + 120
    if priority == 1:
        start = max(minute + 15, 0)
        return start, min(start + 240, day)
    half = rng.choice(((0, 240), (240, day), (0, day)))
    # A half day that is nearly over when the call comes is not offered.
    return half if minute + 90 < half[1] else (max(minute, 0) + 30, day)

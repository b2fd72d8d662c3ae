"""The queue for a person: who is next, who suits whom, and how long it will honestly take.

**Order.** Each priority is a head start in time. A customer's rank is the moment they entered minus their
head start, so the order is first come, first served among equals, an urgent customer passes those who came
up to 40 minutes before, and nobody waits for ever: whoever arrives later than a head start after me stays
behind me.

**A place survives a dead phone.** The place is the row, not the connection. It is kept for 15 minutes after
the customer's last sign of life. A customer who has been silent for a minute and a half is `away`: their
place moves up as usual, but they are not offered to a technician until they are back. Who met danger keeps
the place for good and is offered even when silent: the technician then rings them up.

**What is only claimed.** Anybody may open the public page and answer "danger"; a program may do so three
hundred times. Such a claim of danger or urgency (nobody of ours has invited this customer) has its head start
as long as not too many came from one address or area (`CLAIMS_OF_ADDRESS`, `CLAIMS_OF_AREA`); one beyond that
is `surplus`. A surplus claim, and a claim of danger that has fallen silent, stand behind all others: they are
taken when nobody else is there, and neither the place nor the wait that others are told counts them.

**Whom a technician invited.** They were on the telephone with us and were told to come; their technician
knows the case. So at the desk of that technician they come next, behind danger only, until the two have had a
call. At all other desks they stand where they would had they come when they were invited, by at most ten
minutes: whoever comes later than that after me stays behind me, so nobody waits for ever. A desk's list is in
the order in which that desk takes people. The place told to the invited is the one they have at their
technician's desk while it is open; the place told to the others counts such people as ahead of them.

**The wait.** Two figures, meant to enclose the real wait 8 times in 10. See `wait_range`.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil, floor
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from assist.request.kinds import Priority, Skill

HEAD_START: Mapping[Priority, timedelta] = {
    Priority.ROUTINE: timedelta(0),
    Priority.SOON: timedelta(minutes=10),
    Priority.URGENT: timedelta(minutes=40),
    Priority.DANGER: timedelta(hours=12),
}
PLACE_KEPT = timedelta(minutes=15)
AWAY_AFTER = timedelta(seconds=90)
INVITED_START = timedelta(minutes=10)
"""How much of the time between invitation and coming counts as waited."""
RELAX_AFTER = timedelta(minutes=5)
"""After this wait a customer is offered to technicians of another skill or language as well."""

USUAL_SERVICE_S = (150.0, 240.0, 330.0, 420.0, 540.0, 720.0, 960.0, 1500.0)
"""Durations assumed before there are enough of our own: call and wrap-up, in seconds."""
USUAL_PICKUP_S = (5.0, 10.0, 15.0, 25.0, 40.0, 60.0, 90.0, 150.0)
"""How long a free technician takes to see and accept the next customer, assumed likewise."""
ENOUGH_SAMPLES = 20
MOST_SAMPLES = 200
DRAWS = 400
CLAIMS_OF_ADDRESS = (8, 20)
"""Claims from one address that are believed: at once, and further ones an hour. A mobile network puts
many customers behind one address."""
CLAIMS_OF_AREA = (12, 30)
"""The same for one square of the map: a burst main brings true ones, and one look serves them."""
AREAS_PER_DEGREE = 50
RANGE = (10.0, 90.0)
ROUND_TO_S = 30


@dataclass(frozen=True, slots=True)
class Waiting:
    """One customer in the queue."""

    request_id: UUID
    entered_at: datetime
    last_contact_at: datetime
    priority: Priority
    skill: Skill
    language: str
    wanted: UUID | None = None
    """The technician who invited this customer and knows the case already; None once they have talked."""
    behind: bool = False
    """A head start that is only claimed, and not to be believed now (see `is_behind`)."""
    invited_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Technician:
    """Who can take a call. Without skills or languages on file, all are assumed."""

    id: UUID
    skills: frozenset[Skill] = frozenset()
    languages: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Wait:
    """How long it will take, in seconds from now: between `low_s` and `high_s` 8 times in 10."""

    low_s: int
    high_s: int


def rank(entry: Waiting) -> tuple[bool, datetime, UUID]:
    """The sort key of the queue, smallest first; the id parts two who came in the same instant."""
    return entry.behind, _came_at(entry) - HEAD_START[entry.priority], entry.request_id


def _came_at(entry: Waiting) -> datetime:
    if entry.invited_at is None:
        return entry.entered_at
    return min(entry.entered_at, max(entry.invited_at, entry.entered_at - INVITED_START))


def is_danger(entry: Waiting) -> bool:
    """Whether this is danger, and believed: it comes before everything else, at every desk."""
    return entry.priority is Priority.DANGER and not entry.behind


def is_claim(priority: Priority, invited: bool) -> bool:
    """Whether a long head start rests on nothing but what an unknown customer tapped."""
    return priority >= Priority.URGENT and not invited


def is_behind(priority: Priority, surplus: bool, last_contact_at: datetime, now: datetime) -> bool:
    """Whether a claim stands behind all others: it was one too many, or it is danger and nobody is there."""
    return surplus or (priority is Priority.DANGER and now - last_contact_at > AWAY_AFTER)


def area_of(lon: float | None, lat: float | None) -> str:
    """The square of some two kilometres that a point lies in; all who gave none share one."""
    if lon is None or lat is None:
        return "nowhere"
    return f"{floor(lon * AREAS_PER_DEGREE)}:{floor(lat * AREAS_PER_DEGREE)}"


def in_order(queue: Collection[Waiting]) -> list[Waiting]:
    """The queue, next customer first."""
    return sorted(queue, key=rank)


def order_at(queue: Collection[Waiting], inviters: Collection[UUID]) -> list[Waiting]:
    """The queue with those whom `inviters` invited ahead of all but danger, as their desk takes it."""
    return sorted(queue, key=lambda entry: (not is_danger(entry), entry.wanted not in inviters, rank(entry)))


def place_of(queue: Collection[Waiting], request_id: UUID, open_desks: Collection[UUID] = ()) -> int | None:
    """The customer's place, 1 for the next one; None for someone who is not in the queue.

    `open_desks` are the technicians at work: whom one of them invited has the place at that desk.
    """
    own = next((entry.wanted for entry in queue if entry.request_id == request_id), None)
    inviters = [own] if own is not None and own in open_desks else open_desks
    order = [entry.request_id for entry in order_at(queue, inviters)]
    return order.index(request_id) + 1 if request_id in order else None


def is_lost(priority: int, surplus: bool, last_contact_at: datetime, now: datetime) -> bool:
    """Whether a place goes to the next, its customer's phone having been silent. Who met danger keeps it,
    unless it was one claim too many (``surplus``).
    """
    kept = priority >= Priority.DANGER and not surplus
    return not kept and now - last_contact_at > PLACE_KEPT


def is_away(entry: Waiting, now: datetime) -> bool:
    """Whether the customer's phone has been silent for too long to be called up."""
    return now - entry.last_contact_at > AWAY_AFTER


def suits(entry: Waiting, technician: Technician, now: datetime) -> bool:
    """Whether `technician` speaks the customer's language and knows the trouble, or the wait outweighs it."""
    if now - entry.entered_at >= RELAX_AFTER or entry.priority >= Priority.URGENT:
        return True
    speaks = not technician.languages or entry.language in technician.languages
    knows = not technician.skills or entry.skill in technician.skills
    return speaks and knows


def match(queue: Collection[Waiting], technician: Technician, now: datetime) -> Waiting | None:
    """The customer whom `technician` should take next, or None.

    Danger comes first, then customers whom this technician invited, then the first in order who suits; a
    danger that is not believed comes when nobody else is there.
    """
    order = order_at(queue, [technician.id])
    for entry in order:
        if is_danger(entry):
            return entry
    present = [entry for entry in order if not is_away(entry, now)]
    fitting = [entry for entry in present if entry.wanted == technician.id or suits(entry, technician, now)]
    last = [entry for entry in order if entry.priority is Priority.DANGER]
    return next(iter(fitting or last), None)


def wait_range(
    ahead: int,
    busy_for_s: Sequence[float],
    idle: int,
    recent_service_s: Sequence[float],
    recent_pickup_s: Sequence[float],
    *,
    seed: int,
) -> Wait | None:
    """How long a customer with `ahead` others before them will wait; None when nobody is at a desk.

    `busy_for_s` is how long each technician now in a call has been in it, in seconds; `idle` technicians are
    free; `recent_service_s` are the last service times (call and wrap-up), `recent_pickup_s` the last
    delays of a free technician before the next call, both newest first.

    The estimator is a bootstrap of the queue itself (Efron, doi:10.1214/aos/1176344552): in each of 400 draws
    the running calls end after the remainder of a recent service time longer than what they have run; those
    ahead go to whoever is free first, after a recent delay, for a recent service time; and the wait is the
    moment the next technician is free, and a delay. The range is from the 10th to the 90th percentile of the
    draws, its ends rounded outwards to half minutes. With fewer than 20 recent times a spread of usual ones
    fills up.
    """
    technicians = len(busy_for_s) + idle
    if technicians == 0:
        return None
    service = _filled(recent_service_s, USUAL_SERVICE_S)
    pickup = _filled(recent_pickup_s, USUAL_PICKUP_S)
    random = np.random.default_rng(seed)
    free_at = np.zeros((DRAWS, technicians))
    for column, elapsed in enumerate(busy_for_s):
        longer = service[service > elapsed]
        # A call longer than any seen: the longer it has run, the longer it may still run.
        remainders = longer - elapsed if len(longer) else service * (elapsed / service.max())
        free_at[:, column] = random.choice(remainders, DRAWS)
    rows = np.arange(DRAWS)
    for _ in range(ahead):
        first = free_at.argmin(axis=1)
        free_at[rows, first] += random.choice(pickup, DRAWS) + random.choice(service, DRAWS)
    waits = free_at.min(axis=1) + random.choice(pickup, DRAWS)
    low, high = np.percentile(waits, RANGE)
    return Wait(
        floor(float(low) / ROUND_TO_S) * ROUND_TO_S,
        max(ceil(float(high) / ROUND_TO_S), 1) * ROUND_TO_S,
    )


def _filled(recent: Sequence[float], usual: Sequence[float]) -> NDArray[np.float64]:
    times = np.asarray(list(recent)[:MOST_SAMPLES], dtype=np.float64)
    missing = max(ENOUGH_SAMPLES - len(times), 0)
    return np.concatenate([times, np.resize(np.asarray(usual), missing)])

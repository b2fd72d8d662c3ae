"""Whether a request ever has not exactly one owner, over random sequences of what can happen to it.

What customers, desks, the field, transfers, leave and ended accounts do meets on the tables that decide
(`assist.request.request`, `assist.handover.handover`). After each step the owner has to be one known person,
and a request that has ended has to have been withdrawn, rated, or lapsed after it was resolved.
"""

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from assist.handover.handover import Offer, OfferEvent, accepted_by, due, move, offered, successor
from assist.request.duty import Colleague, chosen
from assist.request.request import FINAL, Happening, Standing, State, after, handed, started
from benchmarks import Figure
from kernel.errors import Refused

HAPPENINGS = tuple(Happening)
START = datetime(2026, 1, 5, 8, tzinfo=UTC)
STEPS = 40
ENDED_BY = {
    (State.RESOLVED, Happening.RATED),
    (State.RESOLVED, Happening.RATING_LAPSED),
    *((state, Happening.WITHDRAWN) for state in State),
}


def run(preset: str = "full") -> Iterator[Figure]:
    """Yield the figure; "quick" tries fewer sequences."""
    sequences = 5_000 if preset == "quick" else 100_000
    faults = steps = transfers = gone = ended = 0
    for seed in range(sequences):
        seen = sequence(seed)
        faults += bool(seen["faults"])
        steps += seen["steps"]
        transfers += seen["transfers"]
        gone += seen["gone"]
        ended += seen["ended"]
    context: dict[str, object] = {
        "sequences": sequences,
        "events": steps,
        "transfers": transfers,
        "handed_on": gone,
        "ended": ended,
    }
    name = "owners.request_without_exactly_one_owner"
    yield Figure(name, faults, "sequences", 0.0, 0.0, "lower", context)


def sequence(seed: int) -> dict[str, int]:
    """One request's life; how often each kind of thing happened, and how many faults were seen."""
    dice = random.Random(seed)
    staff = {UUID(int=n): Colleague(UUID(int=n), able=n != 6, rank=n > 2) for n in range(1, 7)}
    standing, offer, now = started(UUID(int=dice.randint(1, 5))), None, START
    seen = dict.fromkeys(("faults", "steps", "transfers", "gone", "ended"), 0)
    for _ in range(STEPS):
        now += timedelta(minutes=dice.choice((0, 1, 4, 11)))
        before, kind, happening = standing, dice.random(), None
        try:
            if kind < 0.6:
                happening = dice.choice(HAPPENINGS)
                people = [dice.choice((None, *staff)) for _ in range(2)]
                duty = chosen(staff.values())
                standing = after(standing, happening, actor=people[0], named=people[1], duty=duty)
            elif kind < 0.85:
                standing, offer = _transfer(dice, standing, offer, staff, now)
                seen["transfers"] += standing.owner != before.owner
            else:
                standing = _goes(dice, standing, staff)
                seen["gone"] += standing.owner != before.owner
        except Refused:
            seen["faults"] += standing != before
        seen["steps"] += 1
        seen["faults"] += standing.owner not in staff
        if standing.state in FINAL and before.state not in FINAL:
            seen["ended"] += 1
            seen["faults"] += (before.state, happening) not in ENDED_BY
        seen["faults"] += before.state in FINAL and standing != before
    return seen


def _transfer(
    dice: random.Random, standing: Standing, offer: Offer | None, staff: dict[UUID, Colleague], now: datetime
) -> tuple[Standing, Offer | None]:
    """An offer is made, or the one that is open gets an answer, or time has its say."""
    if offer is None:
        to = dice.choice((None, *staff.values()))
        return standing, offered(standing.state, standing.owner, to, now)
    event = dice.choice(tuple(OfferEvent))
    if event is OfferEvent.ACCEPT:
        to_id = accepted_by(offer, standing.state, standing.owner, staff[offer.receiver], now)
        return handed(standing, to_id), None
    if event in (OfferEvent.LAPSE, OfferEvent.OVERTAKE):
        happened = due(offer, standing.state, standing.owner, now)
        return standing, replace(offer, state=move(offer.state, happened)) if happened else offer
    return standing, replace(offer, state=move(offer.state, event)) if dice.random() < 0.5 else None


def _goes(dice: random.Random, standing: Standing, staff: dict[UUID, Colleague]) -> Standing:
    """Leave begins or ends, or an account ends: what they have goes over first, or they stay."""
    who = dice.choice(tuple(staff.values()))
    if not who.at_work:
        staff[who.id] = replace(who, on_leave=False)
        return standing
    if standing.owner == who.id and standing.state not in FINAL:
        standing = handed(standing, successor(who.id, dice.choice((None, *staff.values())), staff.values()))
    ends = dice.random() < 0.2
    staff[who.id] = replace(who, active=not ends, on_leave=not ends)
    return standing

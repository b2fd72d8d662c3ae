"""Roads that are slow at some hours: set by a supervisor, honoured in plans, and by whoever checks them."""

from __future__ import annotations

import dataclasses
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select

from field.dispatch.engine.columns import starts_of
from field.dispatch.planning import load_day, usual_hours
from field.dispatch.rosters.reading import roster_at
from field.dispatch.tables import RouteRow, VisitRow
from field.grid.tables import Rep
from field.reoptimise.check.roads import EMPTY as EMPTY_ROADS
from field.reoptimise.check.rows import Seen, wrong_with
from field.reoptimise.reading import Asked
from field.road.pace import EVEN
from tests.contract.test_terms import made, supervisor
from tests.rig.people import Refusal
from tests.rig.town import Town, inside

DOUBLE = {"working_day": [2000] * 24, "saturday": [2000] * 24, "sunday": [2000] * 24}
EMPTY = {"working_day": [1000] * 24, "saturday": [1000] * 24, "sunday": [1000] * 24}


async def test_nobody_has_said_anything_and_roads_are_empty(town: Town) -> None:
    told = await (await town.caller("dora")).get("/api/travel-profile")
    assert (told["number"], told["factors"], told["set_at"]) == (0, EMPTY, None)


async def test_a_supervisor_sets_it_and_who_looked_at_an_older_one_is_told(town: Town) -> None:
    sue = await supervisor(town)
    told = await sue.put("/api/travel-profile", {"number": 0, "factors": DOUBLE})
    assert (told["number"], told["factors"]) == (1, DOUBLE)
    with pytest.raises(Refusal) as refused:
        await sue.put("/api/travel-profile", {"number": 0, "factors": EMPTY})
    assert refused.value.code == "stale_version"
    assert (await sue.put("/api/travel-profile", {"number": 1, "factors": EMPTY}))["number"] == 2


@pytest.mark.parametrize("factor", [499, 3001])
async def test_no_hour_is_slower_or_quicker_than_roads_are(town: Town, factor: int) -> None:
    sue = await supervisor(town)
    wrong: dict[str, Any] = DOUBLE | {"sunday": [factor] * 24}
    with pytest.raises(Refusal):
        await sue.put("/api/travel-profile", {"number": 0, "factors": wrong})


async def test_who_is_no_supervisor_does_not_set_it(town: Town) -> None:
    with pytest.raises(Refusal):
        await (await town.caller("dora")).put("/api/travel-profile", {"number": 0, "factors": DOUBLE})


async def test_a_way_takes_twice_as_long_beyond_what_no_hour_changes(town: Town) -> None:
    """What stands in the route, in the kept day, and what the checker lives through say the same."""
    desk, sue = await town.caller("dora"), await supervisor(town)
    still = (await sue.put("/api/travel-profile", {"number": 0, "factors": DOUBLE}))["still_s"]
    for zone, east in (("A1", 0.1), ("A2", 0.2), ("A1", 0.9)):
        lon, lat = inside(zone, east, 0.9)
        await made(desk, lon=lon, lat=lat)
    services = town.services
    async with town.database.reading() as session:
        now = town.clock.now()
        visits = list(await session.scalars(select(VisitRow).order_by(VisitRow.position)))
        days = list(await session.scalars(select(RouteRow)))
        assert len(visits) == 3
        for visit in visits:
            assert visit.base_s is not None
            assert visit.travel_s == visit.base_s + max(0, visit.base_s - still)
        assert any(visit.travel_s > (visit.base_s or 0) for visit in visits)
        for route in days:
            rep = await session.get_one(Rep, route.rep_id)
            day = await load_day(session, services, now, route.day, [rep])
            kept = await roster_at(
                {}, session, route.day, partial(usual_hours, services), services.travel, services.paces
            )
            row, times = kept.rows[rep.id], day.schedule(rep.id)
            starts = starts_of(kept.crew, kept.stops, day.seconds)[row]
            assert starts[: len(times.stops)].tolist() == [stop.start_at for stop in times.stops]
            seen = Seen.of(day, Asked("", route.day, frozenset(), {}), {})
            assert wrong_with(seen, seen, services, day.seconds, frozenset()) == []
            even = dataclasses.replace(seen, roads=EMPTY_ROADS)
            wrong = {each.code for each in wrong_with(even, even, services, day.seconds, frozenset())}
            assert "travel_wrong" in wrong


async def test_the_day_kept_in_a_worker_follows_a_new_profile(town: Town) -> None:
    sue = await supervisor(town)
    services, today = town.services, town.services.day_of(town.clock.now())

    async def slowest() -> bool:
        async with town.database.reading() as session:
            hours = partial(usual_hours, services)
            kept = await roster_at(services.rosters, session, today, hours, services.travel, services.paces)
        return kept.crew.pace is not EVEN

    assert not await slowest()
    await sue.put("/api/travel-profile", {"number": 0, "factors": DOUBLE})
    assert await slowest()
    await sue.put("/api/travel-profile", {"number": 1, "factors": EMPTY})
    assert not await slowest()

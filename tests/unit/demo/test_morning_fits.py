"""The morning, placed task by task as it comes in: the city's people can do it, on real streets."""

from collections import Counter
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from demo.city import FOLDER, load_city, opening_of
from field.dispatch.engine.proposals import pack, propose
from field.dispatch.engine.route import RepDay, Route, Visit, insert
from field.grid.files.importer import read_reps, read_zones
from field.grid.zones import Zone, ZoneIndex
from field.road.travel import RoadGraph


@pytest.mark.parametrize("seed", [1, 2])
def test_every_task_in_a_zone_finds_a_route(seed: int) -> None:
    opening = opening_of(date(2026, 3, 12), ZoneInfo("Asia/Shanghai"))
    city = load_city(FOLDER, opening, seed)
    reps = read_reps(city.reps).rows
    index = ZoneIndex(Zone(row.code, row.geometry, rep=row.rep) for row in read_zones(city.zones).rows)
    homes = [(rep.home_lon, rep.home_lat) for rep in reps]
    travel = RoadGraph.load(city.streets).seconds([*homes, *((task.lon, task.lat) for task in city.tasks)])

    def clock(moment: datetime) -> int:
        return int((moment - opening).total_seconds())

    ids = {rep.code: UUID(int=number) for number, rep in enumerate(reps)}
    routes = {
        ids[rep.code]: Route(
            RepDay(ids[rep.code], clock(shift.start_at), clock(shift.end_at), row, row, rep.skills, rep.parts)
        )
        for row, (rep, shift) in enumerate(zip(reps, city.shifts, strict=True))
    }
    unplaced, own = [], 0
    for number, task in enumerate(city.tasks):
        zone = index.zone_of(task.lon, task.lat)
        if zone is None or zone.rep is None:
            unplaced.append(task.address)
            continue
        now = clock(task.arrives_at)
        visit = Visit(
            UUID(int=1000 + number),
            len(homes) + number,
            task.duration_s,
            max(clock(task.window_start), now),
            clock(task.window_end),
            task.skill,
            task.level,
            task.parts,
        )
        proposals = propose(pack(list(routes.values()), travel, now), visit, travel, owner=ids[zone.rep])
        assert proposals.best, (
            task.key,
            task.kind,
            Counter(each.rule.code for each in proposals.passed_over),
        )
        best = proposals.best[0]
        own += best.rep_id == ids[zone.rep]
        routes[best.rep_id] = insert(routes[best.rep_id], visit, best.position)
    assert unplaced == ["3 Boulevard du Général Leclerc, Beausoleil"]
    assert own >= len(city.tasks) / 3

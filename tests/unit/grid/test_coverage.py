"""How well a zone is looked after: each class with its reasons."""

from __future__ import annotations

import shapely

from field.grid.coverage import Carer, Coverage, Limits, OpenTask, ZoneCoverage, coverage
from field.grid.reasons import Reason
from field.grid.zones import Zone

Z1 = Zone("Z1", shapely.box(0, 0, 1, 1), station="S1", rep="R1")
LIN = Carer("R1", "S1", on_shift=True, skills={"leak_repair": 3})
WU = Carer("R2", "S1", on_shift=True, skills={"meter_work": 1})
ELSEWHERE = Carer("R3", "S2", on_shift=True, skills={"valve": 3})


def look(
    *carers: Carer, tasks: tuple[OpenTask, ...] = (), zone: Zone = Z1, per_rep: int = 10
) -> ZoneCoverage:
    return coverage([zone], carers, tasks, Limits(per_rep))[zone.code]


def off(carer: Carer) -> Carer:
    return Carer(carer.code, carer.station, False, carer.skills, carer.zones)


def test_a_zone_with_its_own_representative_on_shift_is_covered() -> None:
    assert look(LIN, WU) == ZoneCoverage(
        "Z1", Coverage.COVERED, (Reason("owner_on_shift", {"rep": "R1"}),), open_tasks=0, carers=2, able=2
    )


def test_without_its_own_representative_it_is_thin() -> None:
    found = look(off(LIN), WU, Carer("R4", "S1", True, {}))
    assert (found.coverage, found.reasons) == (Coverage.THIN, (Reason("owner_off_shift", {"rep": "R1"}),))
    nobodys = Zone("Z1", Z1.geometry, station="S1")
    assert look(LIN, WU, zone=nobodys).reasons == (Reason("no_owner"),)
    gone = Zone("Z1", Z1.geometry, station="S1", rep="R99")
    assert look(LIN, WU, zone=gone).reasons == (Reason("no_owner"),)


def test_one_person_alone_is_thin() -> None:
    found = look(LIN, off(WU), ELSEWHERE)
    assert (found.coverage, found.carers) == (Coverage.THIN, 1)
    assert found.reasons == (Reason("one_on_shift", {"rep": "R1"}),)


def test_more_tasks_than_the_station_can_do_is_thin() -> None:
    tasks = tuple(OpenTask("Z1") for _ in range(5))
    assert look(LIN, WU, tasks=tasks[:4], per_rep=2).coverage is Coverage.COVERED
    found = look(LIN, WU, tasks=tasks, per_rep=2)
    assert (found.coverage, found.reasons) == (
        Coverage.THIN,
        (Reason("many_tasks", {"tasks": 5, "reps": 2}),),
    )


def test_tasks_of_the_stations_other_zones_weigh_on_it_too() -> None:
    other = Zone("Z2", Z1.geometry, station="S1", rep="R1")
    found = coverage([Z1, other], [LIN, WU], [OpenTask("Z2")] * 5, Limits(2))
    assert found["Z1"].coverage is Coverage.THIN and found["Z1"].open_tasks == 0


def test_nobody_of_the_station_on_shift_is_uncovered() -> None:
    found = look(off(LIN), off(WU), ELSEWHERE)
    assert (found.coverage, found.reasons) == (
        Coverage.UNCOVERED,
        (Reason("nobody_on_shift", {"station": "S1"}),),
    )


def test_somebody_from_elsewhere_who_has_the_zone_covers_it() -> None:
    helper = Carer("R3", "S2", True, {}, zones=("Z1",))
    assert look(off(LIN), helper, WU).carers == 2
    owner = Zone("Z1", Z1.geometry, station="S1", rep="R3")
    assert look(ELSEWHERE, LIN, zone=owner).coverage is Coverage.COVERED


def test_a_task_that_nobody_here_can_do_is_uncovered() -> None:
    tasks = (OpenTask("Z1", "valve", 1), OpenTask("Z1", "leak_repair", 3), OpenTask("Z1", "meter_work", 2))
    found = look(LIN, WU, ELSEWHERE, tasks=tasks)
    assert (found.coverage, found.able) == (Coverage.UNCOVERED, 0)
    assert found.reasons == (
        Reason("skill_not_here", {"skill": "meter_work", "level": 2, "tasks": 1}),
        Reason("skill_not_here", {"skill": "valve", "level": 1, "tasks": 1}),
    )


def test_a_task_in_the_inbox_is_uncovered() -> None:
    found = look(LIN, WU, tasks=(OpenTask("Z1", placed=False),))
    assert (found.coverage, found.reasons) == (Coverage.UNCOVERED, (Reason("tasks_unplaced", {"tasks": 1}),))


def test_late_is_worse_than_all_and_every_reason_is_told_worst_first() -> None:
    tasks = (
        OpenTask("Z1", late_s=60),
        OpenTask("Z1", late_s=600, response_overdue=True),
        OpenTask("Z1", "valve", placed=False),
    )
    found = look(LIN, off(WU), tasks=tasks)
    assert found.coverage is Coverage.LATE
    assert [reason.code for reason in found.reasons] == [
        "tasks_late",
        "answers_overdue",
        "skill_not_here",
        "tasks_unplaced",
        "one_on_shift",
    ]
    assert found.reasons[0].params == {"tasks": 2, "late_s": 600}
    assert (found.open_tasks, found.carers) == (3, 1)


def test_a_task_of_no_zone_colours_nothing() -> None:
    found = coverage([Z1], [LIN, WU], [OpenTask("elsewhere", late_s=900)])
    assert found["Z1"].coverage is Coverage.COVERED

"""How well each zone is looked after at this moment, and why.

A zone is looked after by its named representative, and by the others of its station. From worst to best:

- *late*: an open task is, or will be, past its promised window, or an assignment has gone unanswered
  too long;
- *uncovered*: nobody of the station is on shift; or an open task needs a skill that nobody there on
  shift has; or a task lies in the inbox because no route could take it;
- *thin*: the zone has no named representative, or that one is off shift; or only one person of the
  station is on shift; or the station has more open tasks than its people can be expected to finish;
- *covered*: none of these.

All that apply are given as reasons; the worst one gives the class.
"""

import dataclasses
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Final

from field.grid.reasons import Reason
from field.grid.zones import Zone


class Coverage(StrEnum):
    """The classes, from worst to best."""

    LATE = "late"
    UNCOVERED = "uncovered"
    THIN = "thin"
    COVERED = "covered"


@dataclasses.dataclass(frozen=True)
class Carer:
    """A representative. `code` is what `Zone.rep` names; `zones` adds zones beyond those that name them."""

    code: str
    station: str
    on_shift: bool
    skills: Mapping[str, int]
    zones: Collection[str] = ()


@dataclasses.dataclass(frozen=True)
class OpenTask:
    """A task that is not finished. `late_s`: seconds past its window, known or expected; `placed`: not
    in the inbox.
    """

    zone: str
    skill: str | None = None
    level: int = 1
    placed: bool = True
    late_s: int = 0
    response_overdue: bool = False


@dataclasses.dataclass(frozen=True)
class ZoneCoverage:
    """`reasons` worst first; `carers`: on shift in the zone's station or with this zone; `able`: of
    those, who could do every open task of the zone.
    """

    zone: str
    coverage: Coverage
    reasons: tuple[Reason, ...]
    open_tasks: int
    carers: int
    able: int


@dataclasses.dataclass(frozen=True)
class Limits:
    """`tasks_per_rep`: open tasks a station can have for each person on shift before its zones are thin."""

    tasks_per_rep: int = 10


DEFAULT_LIMITS: Final = Limits()


def coverage(
    zones: Iterable[Zone],
    carers: Sequence[Carer],
    tasks: Iterable[OpenTask],
    limits: Limits = DEFAULT_LIMITS,
) -> dict[str, ZoneCoverage]:
    """Classify every zone, by code. Tasks of unknown zones are ignored: they are in the inbox, not on
    the map.
    """
    zones = tuple(zones)
    open_in: dict[str, list[OpenTask]] = defaultdict(list)
    for task in tasks:
        open_in[task.zone].append(task)
    people = {carer.code: carer for carer in carers}
    at_station: dict[str, set[str]] = defaultdict(set)
    with_zone: dict[str, set[str]] = defaultdict(set)
    for carer in carers:
        if carer.on_shift:
            at_station[carer.station].add(carer.code)
            for code in carer.zones:
                with_zone[code].add(carer.code)
    busy: dict[str, int] = defaultdict(int)
    for zone in zones:
        busy[zone.station] += len(open_in[zone.code])
    found = {}
    for zone in zones:
        here = at_station[zone.station] | with_zone[zone.code]
        owner = people.get(zone.rep) if zone.rep else None
        if owner is not None and owner.on_shift:
            here = here | {owner.code}
        load = (busy[zone.station], len(at_station[zone.station]))
        on_shift = [people[code] for code in sorted(here)]
        found[zone.code] = _classify(zone, owner, on_shift, open_in[zone.code], load, limits)
    return found


def _classify(
    zone: Zone,
    owner: Carer | None,
    here: Sequence[Carer],
    tasks: Sequence[OpenTask],
    load: tuple[int, int],
    limits: Limits,
) -> ZoneCoverage:
    late, uncovered = _late(tasks), _uncovered(zone, here, tasks)
    thin = _thin(zone, owner, here, load, limits)
    worst = (
        Coverage.LATE
        if late
        else Coverage.UNCOVERED
        if uncovered
        else Coverage.THIN
        if thin
        else Coverage.COVERED
    )
    reasons = [*late, *uncovered, *thin]
    if not reasons and owner is not None:
        reasons = [Reason("owner_on_shift", {"rep": owner.code})]
    able = sum(all(_can(carer, task) for task in tasks) for carer in here)
    return ZoneCoverage(zone.code, worst, tuple(reasons), len(tasks), len(here), able)


def _late(tasks: Sequence[OpenTask]) -> list[Reason]:
    reasons = []
    late = [task.late_s for task in tasks if task.late_s > 0]
    if late:
        reasons.append(Reason("tasks_late", {"tasks": len(late), "late_s": max(late)}))
    unanswered = sum(task.response_overdue for task in tasks)
    if unanswered:
        reasons.append(Reason("answers_overdue", {"tasks": unanswered}))
    return reasons


def _uncovered(zone: Zone, here: Sequence[Carer], tasks: Sequence[OpenTask]) -> list[Reason]:
    if not here:
        return [Reason("nobody_on_shift", {"station": zone.station})]
    reasons = []
    beyond: dict[tuple[str, int], int] = defaultdict(int)
    for task in tasks:
        if not any(_can(carer, task) for carer in here):
            beyond[task.skill or "", task.level] += 1
    for (skill, level), count in sorted(beyond.items()):
        reasons.append(Reason("skill_not_here", {"skill": skill, "level": level, "tasks": count}))
    unplaced = sum(not task.placed for task in tasks)
    if unplaced:
        reasons.append(Reason("tasks_unplaced", {"tasks": unplaced}))
    return reasons


def _thin(
    zone: Zone, owner: Carer | None, here: Sequence[Carer], load: tuple[int, int], limits: Limits
) -> list[Reason]:
    if not here:
        return []
    reasons = []
    if owner is None:
        reasons.append(Reason("no_owner"))
    elif not owner.on_shift:
        reasons.append(Reason("owner_off_shift", {"rep": owner.code}))
    if len(here) == 1:
        reasons.append(Reason("one_on_shift", {"rep": here[0].code}))
    tasks, people = load
    if tasks > max(1, people) * limits.tasks_per_rep:
        reasons.append(Reason("many_tasks", {"tasks": tasks, "reps": people}))
    return reasons


def _can(carer: Carer, task: OpenTask) -> bool:
    return task.skill is None or carer.skills.get(task.skill, 0) >= task.level

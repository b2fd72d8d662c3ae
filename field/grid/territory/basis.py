"""What a proposal is worked out from, as one document: made once, and read again for each nudge.

Zones and people stand in it by their numbers, with what they are beside. So the figures of a proposal are
those of the day on which it was asked for, whatever has changed since; whether it may still be published is
asked of the grid's version."""

import dataclasses
import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import shapely

from field.grid.territory.engine.alternatives import alternatives
from field.grid.territory.engine.figures import Figures, each_of, figures_of
from field.grid.territory.engine.flips import warm_up
from field.grid.territory.engine.neighbours import Ground, ground_of
from field.grid.territory.engine.problem import NOBODY, Problem, pack

OTHER_SUB_AREA: Final = 0.6
"""What a border between sub-areas ties, of what it would otherwise: they are kept together where it can
be."""
ACROSS: Final = 0.3
"""What ties a part of the map that lies by itself to the rest, at most."""
LEAST: Final = 0.1
"""What any border ties at least."""
PLACE_M: Final = 1


@dataclasses.dataclass(frozen=True)
class Candidate:
    """A representative as a proposal sees one. ``capacity`` is in any unit, above 0."""

    id: str
    code: str
    station: str
    capacity: float
    home: tuple[float, float]
    skills: Mapping[str, int] = dataclasses.field(default_factory=dict)
    languages: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True)
class Ward:
    """A zone as a proposal sees one. ``owner`` names a candidate by id, or nobody."""

    id: str
    code: str
    station: str
    sub_area: str
    load: float
    owner: str | None = None
    locked: bool = False
    skills: Mapping[str, int] = dataclasses.field(default_factory=dict)
    language: str = ""


def ties(ground: Ground, wards: Sequence[Ward], seconds: Sequence[int]) -> list[float]:
    """What cutting each border costs, 0 to 1. ``seconds``: on the road between the two zones of each.

    On the road it is longer than elsewhere where something lies between: then people cross there less, and a
    territory should not. The measure is the usual pace of this town.
    """
    places = np.array(ground.places)
    straight = [
        float(np.hypot(*(places[border.one] - places[border.other]))) + PLACE_M for border in ground.borders
    ]
    paces = [took / metres for took, metres in zip(seconds, straight, strict=True)]
    usual = float(np.median(paces)) if paces else 0.0
    found = []
    for border, pace in zip(ground.borders, paces, strict=True):
        tie = min(1.0, usual / pace) if pace > 0 else 1.0
        if wards[border.one].sub_area != wards[border.other].sub_area:
            tie *= OTHER_SUB_AREA
        found.append(max(LEAST, min(tie, 1.0 if border.metres else ACROSS)))
    return found


def basis_of(
    ground: Ground,
    wards: Sequence[Ward],
    people: Sequence[Candidate],
    tied: Sequence[float],
    homes: Sequence[tuple[float, float]],
    used: Sequence[str],
    most_zones: int,
) -> dict[str, Any]:
    """The document. A representative gets zones of the own station only, and may keep others, so that each
    station's work is divided among its own people. ``homes``: of the people, in metres as the ground's places
    are."""
    number = {each.id: at for at, each in enumerate(people)}
    stations: dict[str, float] = {}
    for each in people:
        stations[each.station] = stations.get(each.station, 0.0) + each.capacity
    of_station: dict[str, list[int]] = {}
    for at, each in enumerate(people):
        of_station.setdefault(each.station, []).append(at)
    work: dict[str, float] = {}
    for ward in wards:
        work[ward.station] = work.get(ward.station, 0.0) + ward.load
    return {
        "zones": [[ward.id, ward.code] for ward in wards],
        "reps": [[each.id, each.code] for each in people],
        "load": [round(ward.load, 6) for ward in wards],
        "places": [[round(x), round(y)] for x, y in ground.places],
        "homes": [[round(x), round(y)] for x, y in homes],
        # Of a station's work each of its people has a part, whatever other stations have.
        "capacity": [
            each.capacity / stations[each.station] * max(work.get(each.station, 0.0), 1e-6) for each in people
        ],
        "pairs": [
            [border.one, border.other, round(tie, 3)]
            for border, tie in zip(ground.borders, tied, strict=True)
        ],
        "able": [_able(people, of_station.get(ward.station, []), number, ward) for ward in wards],
        "owner": [number.get(ward.owner or "", NOBODY) for ward in wards],
        "locked": [at for at, ward in enumerate(wards) if ward.locked],
        "most_zones": most_zones,
        "used": list(used),
    }


def _able(
    people: Sequence[Candidate], of_station: Sequence[int], number: Mapping[str, int], ward: Ward
) -> list[int]:
    """Numbers of those who could have the zone: of its station, or its owner, with what it takes."""
    owner = number.get(ward.owner or "")
    asked = of_station if owner is None or owner in of_station else [*of_station, owner]
    return [at for at in asked if is_able(people[at], ward)]


def is_able(person: Candidate, ward: Ward) -> bool:
    """Whether somebody has the skills and the language that a zone takes."""
    if not ward.skills and not ward.language:
        return True
    return all(person.skills.get(skill, 0) >= level for skill, level in ward.skills.items()) and (
        not ward.language or ward.language in person.languages
    )


def problem_of(basis: Mapping[str, Any]) -> Problem:
    """The document as the engine takes it. A zone locked to somebody who is not able to have it stays
    theirs."""
    zones, reps = len(basis["zones"]), len(basis["reps"])
    may = np.zeros((zones, reps), np.bool_)
    for zone, able in enumerate(basis["able"]):
        may[zone, able] = True
    locked = [NOBODY] * zones
    for zone in basis["locked"]:
        if (rep := basis["owner"][zone]) != NOBODY:
            locked[zone] = rep
            may[zone, rep] = True
    return pack(
        [(one, other, tie) for one, other, tie in basis["pairs"]],
        basis["load"],
        [(x, y) for x, y in basis["places"]],
        basis["capacity"],
        homes=[(x, y) for x, y in basis["homes"]],
        may=may,
        locked=locked,
        yesterday=basis["owner"],
        most_zones=basis["most_zones"],
    )


def measured(problem: Problem, owner: Sequence[int]) -> dict[str, Any]:
    """A division's figures as they are stored and shown: the whole, and each representative in order."""
    return {
        **shown(figures_of(problem, owner)),
        "reps": [
            [round(each.load, 5), round(each.deviation, 4), each.zones, each.gained, each.lost]
            for each in each_of(problem, owner)
        ],
    }


def shown(figures: Figures) -> dict[str, Any]:
    """Figures, rounded to what can be read."""
    return {
        name: round(value, 4) if isinstance(value, float) else value
        for name, value in dataclasses.asdict(figures).items()
    }


def read_ground(data: bytes) -> Ground:
    """For a process of its own: the ground of zones that come as one collection of shapes (WKB)."""
    return ground_of(list(shapely.get_parts(shapely.from_wkb(data))))


def divide(data: bytes, *, seed: int) -> list[tuple[str, list[int], dict[str, Any]]]:
    """For a process of its own: the alternatives of a document that comes as JSON, with their figures."""
    warm_up()
    problem = problem_of(json.loads(data))
    return [
        (each.kind, list(each.owner), measured(problem, each.owner)) for each in alternatives(problem, seed)
    ]

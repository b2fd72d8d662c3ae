"""A station's day to be planned from nothing: 600 stops, 60 representatives, on a plane of 12 × 12 km.

Four kinds of work with their skills, some of it for higher levels; parts of three kinds, as many as a van
holds; three in ten with a window of two hours, two in ten with half a day. The same numbers each time.
"""

from uuid import UUID

import numpy as np

from field.dispatch.engine.gaps import Weights
from field.dispatch.engine.route import RepDay, Route, Travel, Visit
from field.reoptimise.engine.replan import Rest, Wish

HOUR = 3600
OPENS, CLOSES = 8 * HOUR, 17 * HOUR + HOUR // 2
KINDS = ("leak_repair", "consulting", "meter_work", "pressure")
PARTS = ("meter", "gasket", "filter")
ONLY_TRAVEL = Wish(weights=Weights(owner_s=0))


def station_day(seed: int = 7, people: int = 60, stops: int = 600, now: int = OPENS) -> Rest:
    """Everything is loose: nobody has anything yet."""
    dice = np.random.default_rng(seed)
    centres = dice.uniform(0, 12, (people, 2))
    homes = centres + dice.normal(0, 0.2, (people, 2))
    doors = centres[dice.integers(0, people, stops)] + dice.normal(0, 0.7, (stops, 2))
    kinds = dice.choice(4, stops, p=[0.25, 0.35, 0.25, 0.15])
    service = np.rint(np.array([2700, 1500, 1800, 1200])[kinds] * dice.uniform(0.7, 1.3, stops)).astype(int)
    opens, closes = _windows(dice, stops, kinds == 3)
    demand = np.zeros((stops, 3), int)
    demand[kinds == 2, 0] = 1
    demand[kinds == 0, 1] = dice.integers(0, 3, int((kinds == 0).sum()))
    demand[kinds == 1, 2] = dice.integers(0, 2, int((kinds == 1).sum()))
    expert = dice.random(stops) < 0.08
    able = dice.random((people, 4)) < np.array([0.6, 1.0, 0.8, 0.7])
    levels = 1 + (dice.random(people) < 0.25)
    routes = [
        Route(
            RepDay(
                rep_id=UUID(int=row + 1),
                shift_start=OPENS,
                shift_end=CLOSES,
                start_point=row,
                end_point=row,
                skills={kind: int(levels[row]) for at, kind in enumerate(KINDS) if able[row, at]},
                parts={"meter": 6, "gasket": 8, "filter": 6},
            )
        )
        for row in range(people)
    ]
    loose = [
        Visit(
            task_id=UUID(int=10_000 + stop),
            point=people + stop,
            service_s=int(service[stop]),
            earliest=int(opens[stop]),
            latest=int(closes[stop]),
            skill=KINDS[kinds[stop]],
            level=2 if expert[stop] else 1,
            parts={part: int(demand[stop, at]) for at, part in enumerate(PARTS) if demand[stop, at]},
        )
        for stop in range(stops)
    ]
    return Rest(
        routes=routes,
        travel=drive(np.vstack([homes, doors])),
        now=now,
        wishes={visit.task_id: ONLY_TRAVEL for visit in loose},
        loose=loose,
    )


def drive(places: "np.ndarray[tuple[int, int], np.dtype[np.float64]]") -> Travel:
    """Seconds at 22 km/h with a detour of 1.35."""
    kilometres = np.sqrt(((places[:, None] - places[None]) ** 2).sum(-1))
    return np.asarray(np.rint(kilometres * 1.35 / 22 * HOUR), np.int32)


def _windows(
    dice: np.random.Generator, stops: int, alarms: "np.ndarray[tuple[int], np.dtype[np.bool_]]"
) -> tuple["np.ndarray[tuple[int], np.dtype[np.int64]]", "np.ndarray[tuple[int], np.dtype[np.int64]]"]:
    opens, closes = np.full(stops, OPENS), np.full(stops, CLOSES)
    kind, hour, morning = dice.random(stops), dice.choice(np.arange(8, 16), stops), dice.random(stops) < 0.5
    appointment = kind < 0.3
    opens[appointment], closes[appointment] = hour[appointment] * HOUR, (hour[appointment] + 2) * HOUR
    half = (kind >= 0.3) & (kind < 0.5)
    opens[half] = np.where(morning[half], 8, 13) * HOUR
    closes[half] = np.where(morning[half], 12 * HOUR, CLOSES)
    closes[alarms] = np.minimum(closes[alarms], opens[alarms] + 2 * HOUR)
    return opens, closes

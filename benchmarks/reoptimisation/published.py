"""Published instances: vehicle routing with windows, as a station whose people all live at the depot.

Distances are Euclidean, in thousandths, so that rounding does not count.
"""

from pathlib import Path
from uuid import UUID

import numpy as np

from benchmarks.reoptimisation.station import ONLY_TRAVEL
from field.dispatch.engine.route import RepDay, Route, Visit
from field.reoptimise.engine.replan import Rest

INSTANCES = Path(__file__).parent / "instances"
SCALE = 1000


def solomon_format(name: str) -> Rest:
    """An instance in Solomon's format: vehicles, capacity, then a line a customer, the depot first."""
    lines = (INSTANCES / name).read_text().split("\n")
    vehicles, capacity = (int(word) for word in lines[4].split())
    rows = np.array([[float(word) for word in line.split()] for line in lines[9:] if line.strip()])
    places = rows[:, 1:3]
    apart = np.sqrt(((places[:, None] - places[None]) ** 2).sum(-1)) * SCALE
    times = np.rint(rows[:, 4:7] * SCALE).astype(int)
    routes = [
        Route(RepDay(UUID(int=row + 1), 0, int(times[0, 1]), 0, 0, {}, {"load": capacity}))
        for row in range(vehicles)
    ]
    loose = [
        Visit(
            UUID(int=10_000 + stop),
            stop,
            int(times[stop, 2]),
            int(times[stop, 0]),
            int(times[stop, 1]),
            parts={"load": int(rows[stop, 3])},
        )
        for stop in range(1, len(rows))
    ]
    wishes = {visit.task_id: ONLY_TRAVEL for visit in loose}
    return Rest(routes, np.rint(apart).astype(np.int32), 0, wishes, loose)

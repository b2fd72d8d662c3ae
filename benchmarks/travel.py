"""Travel times over the demo city's streets: a 660 × 660 matrix (60 reps, 600 tasks), cold and warm.

Cold: no junction's times are known yet; the search is already compiled. Warm: all are.
"""

from collections.abc import Iterator
from pathlib import Path
from statistics import median
from time import perf_counter

import numpy as np

from benchmarks import Figure
from demo.city import FOLDER, read_doors
from field.road.shortest import warm_up
from field.road.streets import load_streets
from field.road.travel import Haversine, RoadGraph

POINTS = 660
TARGET_S = 0.5


def run(preset: str = "full") -> Iterator[Figure]:
    """Four figures of time and two of how far the fallback is off."""
    rounds = 5 if preset == "full" else 2
    started = perf_counter()
    streets = load_streets(Path(FOLDER) / "streets.json")
    graph = RoadGraph(streets)
    loaded = perf_counter() - started
    doors = read_doors(FOLDER / "addresses.csv")
    chosen = np.random.default_rng(0).choice(len(doors), POINTS, replace=False)
    points = [(doors[i].lon, doors[i].lat) for i in chosen]
    started = perf_counter()
    compiled = warm_up()
    warming = perf_counter() - started
    seconds = graph.seconds(points)
    cold: list[float] = []
    warm: list[float] = []
    for _ in range(rounds):
        fresh = RoadGraph(streets)
        for times in (cold, warm):
            started = perf_counter()
            fresh.seconds(points)
            times.append(perf_counter() - started)
    size = {"points": POINTS, "junctions": graph.nodes, "rounds": rounds, "search": compiled}
    yield Figure("travel matrix, cold", median(cold), "s", target=TARGET_S, context=size)
    yield Figure("travel matrix, warm", median(warm), "s", target=TARGET_S, context=size)
    yield Figure("street network loaded", loaded, "s", context={"edges": len(streets.edges)})
    yield Figure("compiled search ready", warming, "s")
    estimate = Haversine().seconds(points)
    apart = seconds > 120
    off = np.abs(estimate[apart] - seconds[apart]) / seconds[apart]
    yield Figure(
        "haversine, median error", float(np.median(off)), "share", context={"pairs": int(apart.sum())}
    )
    yield Figure("haversine names the wrong nearest rep of five", _wrong_nearest(seconds, estimate), "share")


def _wrong_nearest(seconds: np.ndarray, estimate: np.ndarray) -> float:
    rng = np.random.default_rng(1)
    draws = [rng.choice(POINTS, 6, replace=False) for _ in range(5_000)]
    return float(np.mean([seconds[d[1:], d[0]].argmin() != estimate[d[1:], d[0]].argmin() for d in draws]))

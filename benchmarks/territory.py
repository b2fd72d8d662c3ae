"""Dividing 1,000 zones among 60 representatives: how even, how compact, how calm, how long; beside METIS and
ReCom.

The town is a seeded Voronoi mosaic, denser in eight quarters, with log-normal loads. Figures are of the
engine alone; times are CPU of one process with the search compiled. METIS (``pymetis``) gets the balance that
ours reached, ReCom (``gerrychain``) starts from its own tree division, holds every deviation within 2 % as
ours does, and gets the CPU that ours took beside; its best step by each figure counts. Where it finds no
start within 2 %, that town is left out, as ``towns`` says.
"""

import importlib
import random
import time
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

import numpy as np
import shapely

from benchmarks import Figure, Line, Missing, percentile
from field.grid.territory.basis import measured
from field.grid.territory.engine import flips
from field.grid.territory.engine.alternatives import AFRESH, STEADY, WISHES, afresh_best, spread_over
from field.grid.territory.engine.figures import Figures, faults_of, figures_of
from field.grid.territory.engine.flips import improve
from field.grid.territory.engine.problem import Problem, pack
from field.grid.territory.engine.start import mended

ZONES, REPS = 1_000, 60
EXTENT_M = 10_000.0
SEEDS = (1, 2, 3)
DRIFT = 0.2
"""Log-normal sigma of a year's change in a zone's load."""


def run(preset: str = "full") -> Iterator[Line]:
    """Yield the figures; "quick" divides one town instead of three."""
    flips.warm_up()
    seeds = SEEDS[:1] if preset == "quick" else SEEDS
    towns = [town(seed) for seed in seeds]
    ours = [(problem, *timed(problem, seed)) for problem, seed in zip(towns, seeds, strict=True)]
    context: dict[str, object] = {"zones": ZONES, "reps": REPS, "towns": len(seeds)}
    found = [figures_of(problem, owner) for problem, owner, _ in ours]
    faults = sum(len(faults_of(problem, owner)) for problem, owner, _ in ours)
    cpu = max(seconds for _, _, seconds in ours)
    yield Figure("field.territory_faults", faults, "rules broken", 0, 0, "lower", context)
    worst = max(each.deviation for each in found)
    yield Figure("field.territory_deviation", round(worst, 4), "share", 0.05, 0.02, "lower", context)
    yield Figure("field.territory_cpu", round(cpu, 2), "s", 5.0, 2.0, "lower", context)
    yield from _drifted(ours, context)
    yield from _nudged(ours[0][0], ours[0][1], context)
    yield from _covered(ours[0][0], ours[0][1], context)
    yield from _beside_metis(ours, found, context)
    yield from _beside_recom(ours, found, context)


def timed(problem: Problem, seed: int) -> tuple[list[int], float]:
    """A new division, and the CPU that it took."""
    begun = time.process_time()
    owner = afresh_best(problem, WISHES[AFRESH], seed)
    return owner, time.process_time() - begun


def town(seed: int, loads: Sequence[float] | None = None, yesterday: Sequence[int] | None = None) -> Problem:
    """A mosaic of 1,000 zones, half of them in eight dense quarters."""
    dice = np.random.default_rng(seed)
    middles = dice.uniform(0, EXTENT_M, (8, 2))
    dense = [dice.normal(middles[at % 8], EXTENT_M * 0.15) for at in range(ZONES // 2)]
    points = np.vstack([*dense, dice.uniform(0, EXTENT_M, (ZONES - ZONES // 2, 2))])
    frame = shapely.box(-0.3 * EXTENT_M, -0.3 * EXTENT_M, 1.3 * EXTENT_M, 1.3 * EXTENT_M)
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.MultiPoint(points), extend_to=frame))
    one, other = shapely.STRtree(cells).query(cells, predicate="touches")
    pairs = [(int(a), int(b), 1.0) for a, b in zip(one, other, strict=True) if a < b]
    work = dice.lognormal(0, 0.6, len(cells)).tolist() if loads is None else loads
    places = [(float(x), float(y)) for x, y in shapely.get_coordinates(shapely.centroid(cells))]
    return pack(pairs, work, places, [1.0] * REPS, yesterday=yesterday)


Ours = list[tuple[Problem, list[int], float]]


def _drifted(ours: Ours, context: dict[str, object]) -> Iterator[Figure]:
    """A year later the loads have drifted: how many zones have to move to be within a tenth again."""
    moved, after, before, took = 0.0, 0.0, 0.0, 0.0
    for seed, (problem, owner, _) in enumerate(ours, 1):
        dice = np.random.default_rng(100 + seed)
        drifted = (problem.load * dice.lognormal(0, DRIFT, problem.zones)).tolist()
        later = town(seed, drifted, owner)
        before = max(before, figures_of(later, owner).deviation)
        begun = time.process_time()
        became = improve(later, mended(later), WISHES[STEADY], seed)
        took = max(took, time.process_time() - begun)
        figures = figures_of(later, became)
        moved, after = max(moved, figures.moved / problem.zones), max(after, figures.deviation)
    more = {
        **context,
        "sigma": DRIFT,
        "before": round(before, 3),
        "after": round(after, 3),
        "cpu_s": round(took, 2),
    }
    yield Figure("field.territory_moved_after_drift", round(moved, 4), "share", 0.03, 0.01, "lower", more)


def _nudged(problem: Problem, owner: list[int], context: dict[str, object]) -> Iterator[Figure]:
    took = []
    for zone in range(60):
        nudged = list(owner)
        nudged[zone] = owner[(zone * 7 + 1) % problem.zones]
        begun = time.perf_counter()
        measured(problem, nudged)
        took.append(time.perf_counter() - begun)
    p99 = percentile(took, 0.99) * 1000
    yield Figure("field.territory_figures_p99", round(p99, 1), "ms", 200.0, 50.0, "lower", context)


def _covered(problem: Problem, owner: list[int], context: dict[str, object]) -> Iterator[Figure]:
    yesterday = town(SEEDS[0], problem.load.tolist(), owner)
    took = []
    for absent in range(12):
        present = [rep != absent for rep in range(REPS)]
        begun = time.perf_counter()
        became = spread_over(yesterday, absent, present, 1)
        took.append(time.perf_counter() - begun)
        assert all(rep != absent for rep in became)
    yield Figure("field.territory_cover", round(max(took), 3), "s", 2.0, 0.5, "lower", context)


def _beside_metis(ours: Ours, found: list[Figures], context: dict[str, object]) -> Iterator[Line]:
    try:
        pymetis = importlib.import_module("pymetis")
    except ImportError:
        yield Missing("pymetis is not installed (make bench brings it)", "field.territory_rms_vs_metis")
        return
    ratios, cuts, balances = [], [], []
    for (problem, _, _), mine in zip(ours, found, strict=True):
        theirs = figures_of(problem, metis(pymetis, problem, mine.deviation))
        ratios.append(mine.rms_m / theirs.rms_m)
        cuts.append(mine.cut / theirs.cut)
        balances.append(theirs.deviation)
    more = {**context, "cut_ratio": round(max(cuts), 3), "metis_deviation": round(max(balances), 4)}
    yield Figure("field.territory_rms_vs_metis", round(max(ratios), 3), "ratio", 1.0, 0.93, "lower", more)


def metis(pymetis: Any, problem: Problem, balance: float) -> list[int]:
    """METIS' division, k-way with contiguous parts; of ten seeds the one nearest to the balance asked for."""
    adjacency = [np.array(each) for each in problem.neighbours]
    weights = [max(1, round(1000 * load / problem.load.mean())) for load in problem.load]
    divisions = []
    for seed in range(10):
        options = pymetis.Options()
        options.ufactor, options.contig, options.seed = max(1, round(1000 * balance)), 1, seed
        _, owner = pymetis.part_graph(
            problem.reps, adjacency=adjacency, vweights=weights, options=options, recursive=False
        )
        divisions.append([int(rep) for rep in owner])
    return min(divisions, key=lambda owner: figures_of(problem, owner).deviation)


def _beside_recom(ours: Ours, found: list[Figures], context: dict[str, object]) -> Iterator[Line]:
    try:
        importlib.import_module("gerrychain")
    except ImportError:
        for name in ("cut", "rms"):
            yield Missing("gerrychain is not installed", f"field.territory_{name}_vs_recom")
        return
    cuts, spreads, steps = [], [], 0
    for seed, ((problem, _, seconds), mine) in enumerate(zip(ours, found, strict=True), 1):
        theirs = recom(problem, max(mine.deviation, 0.02), seconds, seed)
        if theirs is None:
            continue
        cut, rms, taken = theirs
        cuts.append(mine.cut / cut)
        spreads.append(mine.rms_m / rms)
        steps += taken
    if not cuts:
        for name in ("cut", "rms"):
            yield Missing("GerryChain found no start within 2 %", f"field.territory_{name}_vs_recom")
        return
    more = {**context, "towns": len(cuts), "recom_steps": steps}
    yield Figure("field.territory_cut_vs_recom", round(max(cuts), 3), "ratio", 1.0, None, "lower", more)
    yield Figure("field.territory_rms_vs_recom", round(max(spreads), 3), "ratio", 1.0, None, "lower", more)


def _tree_start(graph: Any, reps: int, ideal: float, deviation: float, seed: int) -> Any:
    """GerryChain's own start, within the deviation; None where ten tries of some seconds find none."""
    parts: Any = importlib.import_module("gerrychain.partition")
    trees: Any = importlib.import_module("gerrychain.tree")
    cutting = partial(trees.bipartition_tree, max_attempts=500)
    for number in range(10):
        dice = random.Random(100 * seed + number)
        try:
            return parts.recursive_tree_part(
                graph, range(reps), ideal, "work", deviation, bipartition_tree_fn=cutting, rng=dice
            )
        except RuntimeError:
            continue
    return None


def recom(problem: Problem, deviation: float, seconds: float, seed: int) -> tuple[float, float, int] | None:
    """ReCom from a balanced start: its best cut and rms, and how many steps it took in that CPU."""
    chains: Any = importlib.import_module("gerrychain")
    graphs: Any = importlib.import_module("networkx")
    random.seed(seed)
    drawn = graphs.Graph()
    for zone, load in enumerate(problem.load.tolist()):
        drawn.add_node(zone, work=load)
    drawn.add_edges_from((a, b) for a, near in enumerate(problem.neighbours) for b in near if a < b)
    graph = chains.Graph.from_networkx(drawn)
    ideal = float(problem.load.sum()) / problem.reps
    start = _tree_start(graph, problem.reps, ideal, deviation, seed)
    if start is None:
        return None
    partition = chains.Partition(graph, start, {"work": chains.updaters.Tally("work", alias="work")})

    proposal = partial(
        chains.proposals.recom, pop_col="work", pop_target=ideal, epsilon=deviation, node_repeats=0
    )
    within = chains.constraints.within_percent_of_ideal_population(partition, deviation, pop_key="work")
    chain = chains.MarkovChain(proposal, [within], chains.accept.always_accept, partition, 10**9)
    begun, steps, cut, rms = time.process_time(), 0, np.inf, np.inf
    for state in chain:
        figures = figures_of(problem, [int(state.assignment[zone]) for zone in range(problem.zones)])
        cut, rms, steps = min(cut, figures.cut), min(rms, figures.rms_m), steps + 1
        if time.process_time() - begun > seconds:
            break
    return float(cut), float(rms), steps

"""The same station day for the peers: PyVRP, VROOM and OR-Tools, each with its own settings for such a
problem.

They run in this process, on one thread, and are given processor time, not wall time. Each answers with
routes; what those cost is worked out here, by the same terms for everybody.
"""

import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from benchmarks import Missing
from field.reoptimise.engine.draft import (
    ABSENCE,
    EARLIEST,
    END,
    LATEST,
    LIMIT,
    NOWHERE,
    POINT,
    READY,
    SERVICE,
    START,
    Terms,
)

Order = Sequence[Sequence[int]]
Peer = Callable[[Terms, float], Order]


def pyvrp(terms: Terms, seconds: float) -> Order:
    """PyVRP. Who may not have a stop finds the way there endless, by a matrix for each set of abilities."""
    try:
        from pyvrp import Client, Depot, Location, ProblemData, VehicleType, solve
    except ImportError:
        raise Missing("needs pyvrp", "") from None
    stops, people = len(terms.stops), len(terms.people)
    homes = sorted({int(point) for point in terms.people[:, START]})
    spots = [*homes, *(int(point) for point in terms.stops[:, POINT])]
    kinds, kind = np.unique(terms.price.T >= NOWHERE, axis=0, return_inverse=True)
    between = terms.travel[np.ix_(spots, spots)].astype(np.int64)
    matrices = []
    for unable in kinds:
        matrix = between.copy()
        matrix[:, len(homes) :][:, unable] = 10_000_000
        np.fill_diagonal(matrix, 0)
        matrices.append(matrix)
    groups: dict[tuple[int, ...], list[int]] = {}
    for rep in range(people):
        groups.setdefault(
            (int(kind[rep]), *terms.people[rep].tolist(), *terms.stock[rep].tolist()), []
        ).append(rep)
    alike = list(groups.values())
    data = ProblemData(
        locations=[Location(x, 0) for x in range(len(spots))],
        clients=[
            Client(
                location=len(homes) + stop,
                delivery=terms.demand[stop].tolist(),
                service_duration=int(terms.stops[stop, SERVICE]),
                tw_early=int(terms.stops[stop, EARLIEST]),
                tw_late=int(terms.stops[stop, LATEST]),
                prize=int(terms.stops[stop, ABSENCE]),
                required=False,
            )
            for stop in range(stops)
        ],
        depots=[Depot(location=at) for at in range(len(homes))],
        vehicle_types=[
            VehicleType(
                num_available=len(members),
                capacity=terms.stock[rep].tolist(),
                start_depot=homes.index(int(terms.people[rep, START])),
                end_depot=homes.index(int(terms.people[rep, END])),
                tw_early=int(terms.people[rep, READY]),
                tw_late=int(terms.people[rep, LIMIT]),
                profile=int(kind[rep]),
            )
            for members in alike
            for rep in members[:1]
        ],
        distance_matrices=matrices,
        duration_matrices=matrices,
    )
    found = solve(data, _Processor(seconds), seed=1, display=False)
    order: list[list[int]] = [[] for _ in range(people)]
    for route in found.best.routes():
        order[alike[route.vehicle_type()].pop()] = [
            visit.idx for visit in route.schedule() if visit.is_client()
        ]
    return order


class _Processor:
    """PyVRP's question whether to stop, answered by processor time."""

    def __init__(self, seconds: float) -> None:
        self._end = time.process_time() + seconds

    def __call__(self, _best: float) -> bool:
        return time.process_time() >= self._end


def vroom(terms: Terms, seconds: float) -> Order:
    """VROOM, exploring as deeply as the time allows."""
    try:
        from vroom import Amount, Input, Job, TimeWindow, Vehicle
    except ImportError:
        raise Missing("needs pyvroom", "") from None
    problem: Any = Input()
    problem.set_durations_matrix("car", terms.travel.astype(np.uint32))
    kinds, kind = np.unique(terms.price >= NOWHERE, axis=0, return_inverse=True)
    for rep in range(len(terms.people)):
        problem.add_vehicle(
            Vehicle(
                rep + 1,
                start=int(terms.people[rep, START]),
                end=int(terms.people[rep, END]),
                capacity=terms.stock[rep].tolist(),
                # A skill stands for the set of people who may have the stop.
                skills={int(each) + 1 for each in np.flatnonzero(~kinds[:, rep])},
                time_window=TimeWindow(int(terms.people[rep, READY]), int(terms.people[rep, LIMIT])),
            )
        )
    for stop in range(len(terms.stops)):
        problem.add_job(
            Job(
                stop + 1,
                int(terms.stops[stop, POINT]),
                default_service=int(terms.stops[stop, SERVICE]),
                delivery=Amount(terms.demand[stop].tolist()),
                skills={int(kind[stop]) + 1},
                time_windows=[TimeWindow(int(terms.stops[stop, EARLIEST]), int(terms.stops[stop, LATEST]))],
            )
        )
    solution, took = None, 0.0
    for depth in (0, 1, 2, 3, 4, 5):
        # It knows wall time only: it explores more deeply as long as the next depth is likely to be in time.
        if solution is not None and 3 * took > seconds:
            break
        begun = time.process_time()
        solution = problem.solve(exploration_level=depth, nb_threads=1)
        took = time.process_time() - begun
    assert solution is not None
    jobs = solution.routes[solution.routes["type"] == "job"]
    order: list[list[int]] = [[] for _ in range(len(terms.people))]
    for vehicle, group in jobs.groupby("vehicle_id"):
        order[int(vehicle) - 1] = [int(stop) - 1 for stop in group["id"]]
    return order


def ortools(terms: Terms, seconds: float) -> Order:
    """OR-Tools' routing library: parallel cheapest insertion, then guided local search."""
    try:
        from ortools.constraint_solver import pywrapcp, routing_enums_pb2
    except ImportError:
        raise Missing("needs ortools", "") from None
    people, stops = len(terms.people), len(terms.stops)
    homes = [int(point) for point in terms.people[:, START]]
    nodes = [*homes, *(int(point) for point in terms.stops[:, POINT])]
    between = terms.travel[np.ix_(nodes, nodes)].astype(int)
    service = np.concatenate([np.zeros(people, int), terms.stops[:, SERVICE]])
    manager = pywrapcp.RoutingIndexManager(len(nodes), people, list(range(people)), list(range(people)))
    model: Any = pywrapcp.RoutingModel(manager)
    model.SetArcCostEvaluatorOfAllVehicles(model.RegisterTransitMatrix(between.tolist()))
    lasting = model.RegisterTransitMatrix((between + service[:, None]).tolist())
    model.AddDimension(lasting, 10**6, 10**6, False, "time")
    clock = model.GetDimensionOrDie("time")
    for part in range(terms.demand.shape[1]):
        need = [0] * people + terms.demand[:, part].tolist()
        carried = model.RegisterUnaryTransitVector(need)
        model.AddDimensionWithVehicleCapacity(carried, 0, terms.stock[:, part].tolist(), True, f"part{part}")
    for stop in range(stops):
        index = manager.NodeToIndex(people + stop)
        clock.CumulVar(index).SetRange(int(terms.stops[stop, EARLIEST]), int(terms.stops[stop, LATEST]))
        model.AddDisjunction([index], int(terms.stops[stop, ABSENCE]))
        able = np.flatnonzero(terms.price[stop] < NOWHERE)
        model.VehicleVar(index).SetValues([-1, *(int(rep) for rep in able)])
    for rep in range(people):
        for index in (model.Start(rep), model.End(rep)):
            clock.CumulVar(index).SetRange(int(terms.people[rep, READY]), int(terms.people[rep, LIMIT]))
    wanted: Any = pywrapcp.DefaultRoutingSearchParameters()
    wanted.first_solution_strategy = routing_enums_pb2.FirstSolutionStrategy.PARALLEL_CHEAPEST_INSERTION
    wanted.local_search_metaheuristic = routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    wanted.time_limit.FromSeconds(600)  # of wall time; what ends it is below
    end = time.process_time() + seconds

    def over() -> None:
        if time.process_time() >= end:
            model.solver().FinishCurrentSearch()

    model.AddAtSolutionCallback(over)
    solution = model.SolveWithParameters(wanted)
    order: list[list[int]] = [[] for _ in range(people)]
    if solution is None:
        return order
    for rep in range(people):
        index = model.Start(rep)
        while not model.IsEnd(index):
            node = manager.IndexToNode(index)
            if node >= people:
                order[rep].append(node - people)
            index = solution.Value(model.NextVar(index))
    return order


PEERS: dict[str, Peer] = {"pyvrp": pyvrp, "vroom": vroom, "ortools": ortools}

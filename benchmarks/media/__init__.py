"""What forwarding costs: our media node against Debian's Janus, in turns on the same machine."""

import contextlib
import importlib.util
from collections.abc import Callable, Iterator
from statistics import mean

import uvloop

from benchmarks import Figure
from benchmarks.media import services
from benchmarks.media.load import Outcome, measure

MIN_DELIVERY = 0.999

Start = Callable[[], contextlib.AbstractAsyncContextManager[services.Service]]
CONTENDERS: dict[str, Start] = {
    "node": services.node,
    "compiled": lambda: services.node("--compiled"),
    "janus": services.janus,
    "janus_loops": lambda: services.janus(event_loops=2),
}


def run(preset: str = "full") -> Iterator[Figure]:
    """The media figures. ``quick`` runs a third of the load for a look."""
    quick = preset == "quick"
    seconds, turns = (4.0, 1) if quick else (8.0, 3)
    yield from _compare("30x1", 10 if quick else 30, 1, seconds, turns, ("janus",), (0.9, 0.5, 0.35))
    yield from _compare("10x3", 5 if quick else 10, 3, seconds, turns, ("janus",), (0.7, 0.7, 0.35))
    if not quick:
        yield from _compare("60x1", 60, 1, seconds, 2, ("janus", "janus_loops"), (0.9, 0.6, 0.4))


def _compare(
    shape: str,
    publishers: int,
    viewers: int,
    seconds: float,
    turns: int,
    peers: tuple[str, ...],
    targets: tuple[float, float, float],
) -> Iterator[Figure]:
    ours = ("node", "compiled") if compiled_can_run() else ("node",)
    outcomes = uvloop.run(_in_turns(publishers, viewers, seconds, turns, (*ours, *peers)))
    cost = {name: mean(o.us_per_packet for o in runs) for name, runs in outcomes.items()}
    best = min(cost[name] for name in peers)
    context = {
        "publishers": publishers,
        "viewers": viewers,
        "seconds": seconds,
        "valid": all(o.delivery >= MIN_DELIVERY for runs in outcomes.values() for o in runs),
        "us_per_packet": {n: [round(o.us_per_packet, 1) for o in r] for n, r in outcomes.items()},
        "delivery": {n: [round(o.delivery, 5) for o in r] for n, r in outcomes.items()},
        "resident_mb": {n: round(max(o.resident_mb for o in r)) for n, r in outcomes.items()},
    }
    name = f"media.cpu_vs_janus_{shape}"
    yield Figure(name, round(cost["node"] / best, 3), "ratio", targets[0], targets[2], context=context)
    if "compiled" in cost:
        value = round(cost["compiled"] / best, 3)
        yield Figure(f"{name}_compiled", value, "ratio", targets[1], targets[2])


def compiled_can_run() -> bool:
    """Whether numba is here."""
    return importlib.util.find_spec("numba") is not None


async def _in_turns(
    publishers: int, viewers: int, seconds: float, turns: int, names: tuple[str, ...]
) -> dict[str, list[Outcome]]:
    """A B A B …, each turn with a fresh process.

    A turn in which packets were lost says nothing about the cost of forwarding them (on a busy machine a
    process can be kept from its socket for longer than the socket's buffer lasts): it is taken again, at
    most twice.
    """
    outcomes: dict[str, list[Outcome]] = {name: [] for name in names}
    for turn in range(turns):
        for name in names:
            for _ in range(3):
                async with CONTENDERS[name]() as service:
                    outcome = await measure(service, publishers, viewers, seconds, seed=turn)
                if outcome.delivery >= MIN_DELIVERY:
                    break
            outcomes[name].append(outcome)
    return outcomes

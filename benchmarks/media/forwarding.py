"""What forwarding costs: our media node against Debian's Janus, in turns on the same machine."""

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from statistics import mean

from benchmarks import Figure, Line
from benchmarks.media import services
from benchmarks.media.load import Outcome, measure
from benchmarks.media.turns import taken

MIN_DELIVERY = 0.999

Start = Callable[[], contextlib.AbstractAsyncContextManager[services.Service]]
CONTENDERS: dict[str, Start] = {
    "node": services.node,
    "compiled": lambda: services.node("--compiled"),
    "janus": services.janus,
    "janus_loops": lambda: services.janus(event_loops=2),
}


def names(shape: str, compiled: bool) -> tuple[str, ...]:
    """The figures of one shape, such as ``30x1``: publishers and viewers of each."""
    name = f"media.cpu_vs_janus_{shape}"
    return (name, f"{name}_compiled") if compiled else (name,)


@dataclass(frozen=True)
class Shape:
    """A load: so many publishers with so many viewers each, whom to compare with, and what is wanted: plain,
    compiled, moonshot.
    """

    name: str
    publishers: int
    viewers: int
    peers: tuple[str, ...]
    targets: tuple[float, float, float]


async def lines(shape: Shape, seconds: float, turns: int, compiled: bool) -> list[Line]:
    """Our cost per packet ÷ the best peer's."""
    ours = ("node", "compiled") if compiled else ("node",)
    outcomes = await _in_turns(shape.publishers, shape.viewers, seconds, turns, (*ours, *shape.peers))
    cost = {name: mean(o.us_per_packet for o in runs) for name, runs in outcomes.items()}
    best = min(cost[name] for name in shape.peers)
    context = {
        "publishers": shape.publishers,
        "viewers": shape.viewers,
        "seconds": seconds,
        "valid": all(o.delivery >= MIN_DELIVERY for runs in outcomes.values() for o in runs),
        "us_per_packet": {n: [round(o.us_per_packet, 1) for o in r] for n, r in outcomes.items()},
        "delivery": {n: [round(o.delivery, 5) for o in r] for n, r in outcomes.items()},
        "resident_mb": {n: round(max(o.resident_mb for o in r)) for n, r in outcomes.items()},
    }
    return [
        Figure(
            *(name, round(cost[own] / best, 3), "ratio", target, shape.targets[2]),
            context=context if own == "node" else {},
        )
        for name, own, target in zip(names(shape.name, compiled), ours, shape.targets, strict=False)
    ]


async def _in_turns(
    publishers: int, viewers: int, seconds: float, turns: int, contenders: tuple[str, ...]
) -> dict[str, list[Outcome]]:
    """A B A B …, each turn with a fresh process.

    A turn in which packets were lost says nothing about the cost of forwarding them (on a busy machine a
    process can be kept from its socket for longer than the socket's buffer lasts): it is taken again.
    """
    outcomes: dict[str, list[Outcome]] = {name: [] for name in contenders}

    async def turn(name: str, seed: int) -> Outcome:
        async with CONTENDERS[name]() as service:
            return await measure(service, publishers, viewers, seconds, seed)

    limit = seconds + 30 + publishers * (1 + viewers) * 1.2  # Janus takes 0.6 s a session to join
    for seed in range(turns):
        for name in contenders:
            outcomes[name].append(await taken(name, partial(turn, name, seed), limit, _is_valid))
    return outcomes


def _is_valid(outcome: Outcome) -> bool:
    return outcome.delivery >= MIN_DELIVERY

"""The media node: what forwarding costs, how much one core holds, how late packets get, whether it grows."""

import importlib.util
from collections.abc import Iterator
from functools import partial

from benchmarks import Line
from benchmarks.media import capacity, delay, forwarding, growth, relay
from benchmarks.media.turns import part

Way = tuple[str, tuple[str, ...]]
"""How to run the node: a suffix for the figure's name, and options."""


def run(preset: str = "full") -> Iterator[Line]:
    """The media figures. ``quick`` runs a third of the load for a look."""
    quick, compiled = preset == "quick", compiled_can_run()
    ways: list[Way] = [("", ())] + ([("_compiled", ("--compiled",))] if compiled else [])
    seconds, turns = (4.0, 1) if quick else (6.0, 2)
    shapes: list[forwarding.Shape] = [
        forwarding.Shape("30x1", 10 if quick else 30, 1, ("janus",), (0.9, 0.5, 0.35)),
        forwarding.Shape("10x3", 5 if quick else 10, 3, ("janus",), (0.7, 0.7, 0.35)),
    ]
    if not quick:
        shapes.append(forwarding.Shape("60x1", 60, 1, ("janus", "janus_loops"), (0.9, 0.6, 0.4)))
    for shape in shapes:
        yield from part(
            forwarding.names(shape.name, compiled), partial(forwarding.lines, shape, seconds, turns, compiled)
        )
    suffixed = [suffix for suffix, _ in ways]
    yield from part(tuple(relay.NAME + s for s in suffixed), partial(relay.lines, ways, quick))
    yield from part(tuple(capacity.NAME + s for s in suffixed), partial(capacity.lines, ways, quick))
    for way in ways:
        yield from part(tuple(name + way[0] for name in delay.NAMES), partial(delay.lines, [way], quick))
    yield from part((growth.NAME,), partial(growth.lines, quick))


def compiled_can_run() -> bool:
    """Whether numba is here."""
    return importlib.util.find_spec("numba") is not None

"""The moves as numba compiles them. Without numba they run as they are written, a hundred times slower."""

from collections.abc import Callable
from typing import Final, NamedTuple

from field.dispatch.engine.compiling import compiled_with
from field.reoptimise.engine import moves
from field.road import pace


class Moves(NamedTuple):
    """The entry points of `field.reoptimise.engine.moves`, and what runs them."""

    engine: str
    retime: Callable[..., None]
    steps: Callable[..., None]
    fill: Callable[..., None]


PLAIN: Final = Moves("python", moves.retime, moves.steps, moves.fill)

CALLEES_FIRST: Final = (
    moves.draw,
    moves.moment_price,
    moves.retime,
    moves.best_place,
    moves.cheapest_route,
    moves.copy_route,
    moves.touch,
    moves.put_in,
    moves.take_string,
    moves.ruin,
    moves.arrange,
    moves.recreate,
    moves.settle,
    moves.step,
    moves.steps,
    moves.fill,
)

INSIDE: Final = (pace.arrival, pace.departure, moves.draw, moves.moment_price, moves.best_place)
"""Asked so often that calling them would take longer than their work: forty arrays are handed over each
time.
"""

_ready: list[Moves] = []


def quick_moves() -> Moves:
    """The fastest there are. What is compiled is kept on the disk, where it can be: the first call of all
    takes a quarter of a minute, later ones about a second.
    """
    if not _ready:
        try:
            _ready.append(_compiled())
        except ImportError:
            return PLAIN
    return _ready[0]


def _compiled() -> Moves:
    import numba

    space = compiled_with(
        numba.njit,
        ((function, None) for function in CALLEES_FIRST),
        pace.CALLEES_FIRST,
        vars(moves),
        INSIDE,
        nogil=True,
        error_model="numpy",
    )
    return Moves("numba", space["retime"], space["steps"], space["fill"])

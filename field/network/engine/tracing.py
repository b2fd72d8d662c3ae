"""Which valves close this? And who is then without water?

To shut off a pipe is to shut off its segment, and every segment that is joined to it by a valve which does
not shut: the *closed part*. The valves around it that can be shut are the smallest set that does it. A valve
is left out whose far side has no other way to a source: it would only keep water in that loses its supply
anyway. A smaller number of valves farther out may exist; it would leave more people without water.

What lies outside of the closed part and loses its last way from a source is *lost* with it: unintended
isolation (Jun & Loganathan 2007, see :mod:`field.network.engine.segments`). Valves that are closed already
close here as well: several shut-offs at once are reckoned as one.
"""

from __future__ import annotations

import dataclasses

import numpy as np

from field.network.engine.search import reached
from field.network.engine.segments import Flags, Ints, Segments


@dataclasses.dataclass(frozen=True)
class Standing:
    """How the valves stand: bool [V] each. ``closed``: shut now; ``shuts``: can be relied on to shut, or is
    shut. ``supplied``: bool [segments], where water comes from a source as things stand.
    """

    closed: Flags
    shuts: Flags
    supplied: Flags


@dataclasses.dataclass(frozen=True)
class Closure:
    """What shutting something off takes, and what it does. Numbers of segments and valves, ascending.

    ``inside``: segments of the closed part; ``lost``: segments outside that lose every way from a source;
    ``dry``: those of both that had water before; ``close``: valves to be shut; ``held``: valves that are shut
    already and have to stay so; ``spare``: valves around the closed part that need not be shut, since what
    lies beyond is lost. ``at_source``: a source lies in the closed part, and no valve here parts it.
    """

    inside: Ints
    lost: Ints
    dry: Ints
    close: Ints
    held: Ints
    spare: Ints
    at_source: bool


def standing(segments: Segments, closed: Flags, stuck: Flags) -> Standing:
    """How things stand with these valves shut, and these not to be shut: bool [V] each.

    Where no source is known, all is taken to have water.
    """
    supplied = _supplied(segments, closed, np.zeros(segments.count, np.bool_))
    return Standing(closed, closed | ~stuck, supplied)


def _supplied(segments: Segments, closed: Flags, walls: Flags) -> Flags:
    if not segments.fed.any():
        return ~walls
    start = np.flatnonzero(segments.fed).astype(np.int32)
    barred = _over(segments, closed) | (segments.against >= 0)
    return reached(segments.indptr, segments.other, segments.via, start, barred, walls)


def _over(segments: Segments, valves: Flags) -> Flags:
    """What holds of valves, of the ways that lead over them: bool [ways]."""
    found = np.zeros(len(segments.valve), np.bool_)
    valved = segments.valve >= 0
    found[valved] = valves[segments.valve[valved]]
    return found


def against_drawing(segments: Segments) -> tuple[Segments, Ints]:
    """Pumps and check valves that are drawn the other way round, as far as that can be told.

    Where water, with all valves open, could only come by going against one, whoever drew it did not mean its
    direction: that link lets water through both ways. Returns the network with that, and those links.
    """
    turned: list[int] = []
    if not segments.fed.any():
        return segments, np.empty(0, np.int32)
    rows = (segments.indptr, segments.other, segments.via)
    start = np.flatnonzero(segments.fed).astype(np.int32)
    none = np.zeros(segments.count, np.bool_)
    tail = np.repeat(np.arange(segments.count, dtype=np.int32), np.diff(segments.indptr))
    against = segments.against.copy()
    while True:
        wet = reached(*rows, start, against >= 0, none)
        wrong = segments.via[(against[segments.via] >= 0) & wet[tail] & ~wet[segments.other]]
        if not len(wrong):
            return dataclasses.replace(segments, against=against), np.unique(turned).astype(np.int32)
        turned += against[wrong].tolist()
        against[wrong] = -1


def trace(segments: Segments, now: Standing, targets: Ints) -> Closure:
    """Shut off the segments ``targets``, all of them at once."""
    rows = (segments.indptr, segments.other, segments.via)
    open_walls = np.zeros(segments.count, np.bool_)
    inside = reached(*rows, targets, _over(segments, now.shuts), open_walls)
    supplied = _supplied(segments, now.closed, inside)
    around, beyond = _border(segments, inside)
    is_open = ~now.closed[around]
    needed = is_open & supplied[beyond]
    dead = inside | ~supplied
    shut = now.closed.copy()
    shut[around[needed]] = True
    joined = reached(*rows, np.flatnonzero(inside).astype(np.int32), _over(segments, shut), open_walls)
    edge, far = _border(segments, joined)
    held = np.unique(edge[now.closed[edge] & supplied[far]])
    return Closure(
        inside=_numbers(inside),
        lost=_numbers(now.supplied & ~supplied & ~inside),
        dry=_numbers(now.supplied & dead),
        close=np.unique(around[needed]),
        held=held,
        spare=np.unique(around[is_open & ~needed]),
        at_source=bool((inside & segments.fed).any()),
    )


def if_stuck(segments: Segments, now: Standing, closure: Closure, valve: int) -> Closure:
    """The same shut-off, when it turns out that one of its valves does not shut."""
    shuts = now.shuts.copy()
    shuts[valve] = False
    return trace(segments, dataclasses.replace(now, shuts=shuts), closure.inside)


def _border(segments: Segments, inside: Flags) -> tuple[Ints, Ints]:
    """The valves between these segments and others, and the segments beyond, one entry an arc."""
    within = np.flatnonzero(inside)
    starts, ends = segments.indptr[within], segments.indptr[within + 1]
    lengths = ends - starts
    total = int(lengths.sum())
    if not total:
        return np.empty(0, np.int32), np.empty(0, np.int32)
    offsets = np.repeat(starts - np.concatenate([[0], np.cumsum(lengths)[:-1]]), lengths)
    arcs = np.arange(total) + offsets
    beyond = segments.other[arcs]
    out = ~inside[beyond]
    return segments.valve[segments.via[arcs[out]]], beyond[out]


def _numbers(flags: Flags) -> Ints:
    return np.flatnonzero(flags).astype(np.int32)

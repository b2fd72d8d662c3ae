"""A pipe network cut at its valves: which parts can only be shut off together.

A *segment* is what no valve divides: pipes and junctions that lose water together whenever any of them is
shut off (T. M. Walski, "Water distribution valve topology for reliability analysis", Reliab. Eng. Syst. Saf.
42 (1993), doi:10.1016/0951-8320(93)90051-Y; H. Jun and G. V. Loganathan, "Valve-controlled segments in water
distribution systems", J. Water Resour. Plann. Manage. 133 (2007),
doi:10.1061/(ASCE)0733-9496(2007)133:2(145)).
Seen from the segments, valves are what joins them: a graph much smaller to think about than the pipes' own,
and one that only changes when the network does.

Junctions and links are one list of *parts*: N junctions first, then L links. A valve sits where a link meets
a junction (its *joint*); one in the middle of a pipe makes two links of it.

Water goes one way through pumps and check valves, from a link's start to its end. That counts for where water
comes from: what hangs behind one has no water from the other side. It does not count for what has to be shut
off: nobody works on an open pipe behind a flap that may leak, so that a closed part ends at valves alone.
Such a link parts segments as an open valve does, which nobody can shut.
"""

from __future__ import annotations

import dataclasses

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int32]
Flags = npt.NDArray[np.bool_]


@dataclasses.dataclass(frozen=True)
class Layout:
    """What is joined to what. All numbers count from 0.

    ``nodes``: how many junctions; ``ends``: int32 [L, 2], each link's two junctions; ``valve_link`` and
    ``valve_end``: int32 [V], the link that each valve sits on, and at which of its two ends; ``sources``:
    junctions that water comes from (reservoirs, tanks, inlet meters); ``one_way``: links through which water
    goes from their start to their end alone.
    """

    nodes: int
    ends: Ints
    valve_link: Ints
    valve_end: Ints
    sources: Ints
    one_way: Ints = dataclasses.field(default_factory=lambda: np.empty(0, np.int32))


@dataclasses.dataclass(frozen=True)
class Segments:
    """The network as segments and valves.

    ``of``: int32 [N + L], the segment of each part; ``sides``: int32 [V, 2], the segments on the link's and
    on the junction's side of each valve (equal: there is a way around it, and it shuts nothing off);
    ``indptr``, ``other``, ``via``: for each segment its neighbours and the ways that lead there, in
    compressed rows; ``valve``: of each way the valve on it, -1 for none; ``against``: of each way the link
    that lets no water through that way, -1 for none; ``first``, ``parts``: for each segment its parts, in
    compressed rows, ascending;
    ``fed``: bool [segments], whether a source lies in it.
    """

    count: int
    nodes: int
    of: Ints
    sides: Ints
    indptr: Ints
    other: Ints
    via: Ints
    valve: Ints
    against: Ints
    first: Ints
    parts: Ints
    fed: Flags

    def parts_of(self, segments: Ints) -> tuple[Ints, Ints]:
        """Junctions and links of these segments, each ascending."""
        rows = [self.parts[self.first[each] : self.first[each + 1]] for each in segments.tolist()]
        parts = np.sort(np.concatenate(rows)) if rows else np.empty(0, np.int32)
        split = int(np.searchsorted(parts, self.nodes))
        return parts[:split], parts[split:] - np.int32(self.nodes)


def segmented(layout: Layout) -> Segments:
    """Cut a network at its valves. Once for each version of a network: O((N + L) log N)."""
    links = len(layout.ends)
    joints = np.ones((links, 2), np.bool_)
    joints[layout.valve_link, layout.valve_end] = False
    flaps = layout.one_way[joints[layout.one_way, 0]]  # those with a valve there are parted by it
    joints[flaps, 0] = False
    link, end = np.nonzero(joints)
    of = components(layout.nodes + links, layout.nodes + link, layout.ends[link, end])
    count = int(of.max()) + 1 if len(of) else 0
    sides = np.stack(
        [of[layout.nodes + layout.valve_link], of[layout.ends[layout.valve_link, layout.valve_end]]], axis=1
    ).astype(np.int32)
    ways = _ways(layout, flaps, of, sides)
    indptr, other, via = _neighbours(count, ways.tail, ways.head)
    parts = np.argsort(of, kind="stable").astype(np.int32)
    fed = np.zeros(count, np.bool_)
    fed[of[layout.sources]] = True
    return Segments(
        count=count,
        nodes=layout.nodes,
        of=of,
        sides=sides,
        indptr=indptr,
        other=other,
        via=via,
        valve=ways.valve,
        against=ways.against,
        first=_starts(np.bincount(of, minlength=count)),
        parts=parts,
        fed=fed,
    )


def components(count: int, tail: npt.NDArray[np.integer], head: npt.NDArray[np.integer]) -> Ints:
    """The connected component of each of ``count`` things, numbered by its smallest member: int32 [count].

    Union-find over arrays: every root that has a smaller neighbour is hung below the smallest of them, then
    all paths are halved until they are short (Y. Shiloach and U. Vishkin, "An O(log n) parallel connectivity
    algorithm", J. Algorithms 3 (1982), doi:10.1016/0196-6774(82)90008-6).
    """
    root = np.arange(count)
    while True:
        a, b = root[tail], root[head]
        apart = a != b
        if not apart.any():
            break
        tail, head, a, b = tail[apart], head[apart], a[apart], b[apart]
        np.minimum.at(root, np.maximum(a, b), np.minimum(a, b))
        while True:
            above = root[root]
            if (above == root).all():
                break
            root = above
    return np.unique(root, return_inverse=True)[1].astype(np.int32)


@dataclasses.dataclass(frozen=True)
class _Ways:
    """From segment to segment, one entry for each direction: int32 [ways] each."""

    tail: Ints
    head: Ints
    valve: Ints
    against: Ints


def _ways(layout: Layout, flaps: Ints, of: Ints, sides: Ints) -> _Ways:
    """Over valves both ways; at the start of a one-way link water goes from the junction into the link."""
    valves = len(sides)
    flap_sides = np.stack([of[layout.nodes + flaps], of[layout.ends[flaps, 0]]], axis=1).astype(np.int32)
    both = np.concatenate([sides, flap_sides])
    valve = np.concatenate([np.arange(valves), np.full(len(flaps), -1)])
    at_start = np.isin(layout.valve_link, layout.one_way) & (layout.valve_end == 0)
    back = np.concatenate([np.where(at_start, layout.valve_link, -1), flaps])
    return _Ways(
        tail=np.concatenate([both[:, 1], both[:, 0]]).astype(np.int32),
        head=np.concatenate([both[:, 0], both[:, 1]]).astype(np.int32),
        valve=np.concatenate([valve, valve]).astype(np.int32),
        against=np.concatenate([np.full(len(both), -1), back]).astype(np.int32),
    )


def _neighbours(count: int, tail: Ints, head: Ints) -> tuple[Ints, Ints, Ints]:
    """Compressed rows of the graph of ways; a valve with a way around it is none."""
    parting = np.flatnonzero(tail != head)
    order = parting[np.argsort(tail[parting], kind="stable")]
    starts = _starts(np.bincount(tail[parting], minlength=count))
    return starts, head[order].astype(np.int32), order.astype(np.int32)


def _starts(counts: npt.NDArray[np.integer]) -> Ints:
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)

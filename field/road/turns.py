"""Turns that are forbidden, unfolded into a graph on which the usual search finds only ways that keep them.

A forbidden path is a row of arcs that must not be ridden one after the other: two for a turn at a junction,
more where a restriction leads over ways between (`via`). Whether an arc may be taken depends on the arcs
before it as far as they begin a forbidden path, and on nothing else. So a traveller's state is the junction,
and the longest end of his way that begins a forbidden path: the states of the automaton of A. V. Aho and
M. J. Corasick, "Efficient string matching", Comm. ACM 18 (1975), doi:10.1145/360825.360855. Junctions without
restrictions keep one state, so that the graph grows by about the number of restrictions.

Where one arrives is told apart from where one goes on: beside the states of a junction that has several stand
sinks, entered for nothing from each state from which the last arc may be ridden, and left by nobody.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int32]
Path = tuple[int, ...]
NO_ARC = -1


@dataclass(frozen=True, slots=True)
class Unfolded:
    """States and the moves between them. State ``n`` below the number of junctions is junction ``n``, come to
    by nothing that matters.

    - ``tail``, ``head``: int32 [moves], states; ``arc``: the arc ridden, ``NO_ARC`` into a sink;
    - ``after``: int32 [arcs], the state of somebody who began with this arc;
    - ``into``: int32 [arcs], the state to search for by who wants to ride this arc last;
    - ``at``: int32 [junctions], the state to search for by who wants to the junction itself.
    """

    states: int
    tail: Ints
    head: Ints
    arc: Ints
    after: Ints
    into: Ints
    at: Ints


@dataclass(slots=True)
class _Node:
    """Of the automaton: by which arc on to which, where to fall back to, and whether a path ends here."""

    children: dict[int, int] = field(default_factory=dict)
    back: int = 0
    forbidden: bool = False


def unfold(nodes: int, tail: Ints, head: Ints, forbidden: Iterable[Path]) -> Unfolded:
    """The graph of states for arcs ``tail[k]`` → ``head[k]`` and paths of at least two arcs each."""
    trie = _automaton(forbidden)
    live = [number for number in range(1, len(trie)) if not trie[number].forbidden]
    if not live:
        every = np.arange(nodes, dtype=np.int32)
        arcs = np.arange(len(tail), dtype=np.int32)
        return Unfolded(nodes, tail, head, arcs, head, tail, every)
    state = {number: nodes + place for place, number in enumerate(live)}
    after = head.copy()
    for arc, number in trie[0].children.items():
        after[arc] = state[number]
    last = _last_arcs(trie)
    at_node: dict[int, list[int]] = {}
    for number in live:
        at_node.setdefault(int(head[last[number]]), []).append(number)
    out: dict[int, list[int]] = {junction: [] for junction in at_node}
    for arc in np.flatnonzero(np.isin(tail, list(at_node))).tolist():
        out[int(tail[arc])].append(arc)

    more: list[tuple[int, int, int]] = []
    into, at, states = tail.copy(), np.arange(nodes, dtype=np.int32), nodes + len(live)
    for junction, numbers in at_node.items():
        everybody = [junction, *(state[number] for number in numbers)]
        at[junction] = states
        more += [(one, states, NO_ARC) for one in everybody]
        states += 1
        for arc in out[junction]:
            may = [junction]
            for number in numbers:
                then = _step(trie, number, arc)
                if not trie[then].forbidden:
                    may.append(state[number])
                    more.append((state[number], state[then] if then else int(head[arc]), arc))
            into[arc] = at[junction]
            if len(may) < len(everybody):
                into[arc] = states
                more += [(one, states, NO_ARC) for one in may]
                states += 1
    extra = np.array(more, np.int32).reshape(-1, 3)
    arcs = np.arange(len(tail), dtype=np.int32)
    return Unfolded(
        states,
        np.concatenate([tail, extra[:, 0]]).astype(np.int32),
        np.concatenate([after, extra[:, 1]]).astype(np.int32),
        np.concatenate([arcs, extra[:, 2]]).astype(np.int32),
        after,
        into,
        at,
    )


def _automaton(forbidden: Iterable[Path]) -> list[_Node]:
    trie = [_Node()]
    for path in sorted(set(forbidden)):
        at = 0
        for arc in path:
            if arc not in trie[at].children:
                trie[at].children[arc] = len(trie)
                trie.append(_Node())
            at = trie[at].children[arc]
        trie[at].forbidden = True
    todo = deque(trie[0].children.values())
    while todo:
        number = todo.popleft()
        for arc, child in trie[number].children.items():
            trie[child].back = _step(trie, trie[number].back, arc)
            trie[child].forbidden |= trie[trie[child].back].forbidden
            todo.append(child)
    return trie


def _step(trie: Sequence[_Node], at: int, arc: int) -> int:
    while at and arc not in trie[at].children:
        at = trie[at].back
    return trie[at].children.get(arc, 0)


def _last_arcs(trie: Sequence[_Node]) -> dict[int, int]:
    return {child: arc for node in trie for arc, child in node.children.items()}


def only_as_forbidden(only: Iterable[Path], out: Mapping[int, Sequence[int]]) -> list[Path]:
    """What `only_*` forbids: after a path's beginning, every arc but those that end such a path.

    ``out``: for each last arc but one, the arcs that leave the junction it leads to.
    """
    allowed: dict[Path, set[int]] = {}
    for path in only:
        allowed.setdefault(path[:-1], set()).add(path[-1])
    return [
        (*begun, arc) for begun, ends in sorted(allowed.items()) for arc in out[begun[-1]] if arc not in ends
    ]

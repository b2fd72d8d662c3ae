"""Blocks to zones: balanced, connected, compact, with borders along main roads.

Start: all zones grow from their named places at once. Then blocks on a border change sides, one at a time, as
simulated annealing has it (Kirkpatrick, Gelatt & Vecchi 1983, doi:10.1126/science.220.4598.671); a move
that would tear a zone apart or empty it is never made.
"""

from __future__ import annotations

import heapq
import math
import random

import numpy as np
import numpy.typing as npt

from demo.blocks import Blocks

BALANCE = 30.0
SLACK = 0.25  # a zone may weigh a quarter more or less than the mean
BORDER = 1.6  # per 100 m of border (costed by what it runs along)
NEARNESS = 1.5  # per mean zone weight 200 m off its named place
SWEEPS = 240


def cut_zones(blocks: Blocks, places: npt.NDArray[np.float64], seed: int) -> list[int]:
    """For each block the number of its zone; zone k is the one around `places[k]` (metres, [zones, 2])."""
    rng = random.Random(seed)
    off = ((blocks.centre[:, None] - places) ** 2).sum(axis=2) / 200.0**2
    mean = float(blocks.weight.sum()) / len(places)
    share = blocks.weight / mean
    pull = (off * share[:, None] * NEARNESS).tolist()
    zone = _start(blocks, np.asarray(off))
    load = [0.0] * len(places)
    size = [0] * len(places)
    for block, k in enumerate(zone):
        load[k] += float(share[block])
        size[k] += 1
    steps = SWEEPS * len(zone)
    for step in range(steps):
        heat = 1.0 * (1 - step / steps) ** 2
        block = rng.randrange(len(zone))
        old = zone[block]
        around = sorted({zone[other] for other in blocks.neighbours[block]} - {old})
        if not around or size[old] == 1:
            continue
        new = rng.choice(around)
        weight = float(share[block])
        gain = BALANCE * (
            _off(load[old] - weight) - _off(load[old]) + _off(load[new] + weight) - _off(load[new])
        )
        for other, cost in blocks.neighbours[block].items():
            gain += BORDER * cost / 100 * ((zone[other] == old) - (zone[other] == new))
        gain += pull[block][new] - pull[block][old]
        if gain > 0 and (heat <= 0 or rng.random() >= math.exp(-gain / heat)):
            continue
        if not _stays_whole(blocks, zone, block):
            continue
        zone[block] = new
        load[old], load[new] = load[old] - weight, load[new] + weight
        size[old], size[new] = size[old] - 1, size[new] + 1
    return zone


def _off(load: float) -> float:
    return max(0.0, abs(load - 1) - SLACK) ** 2


def _start(blocks: Blocks, off: npt.NDArray[np.float64]) -> list[int]:
    """Grow all zones from their named places at once, nearest block first, so that each begins connected."""
    zone = [-1] * len(off)
    heap: list[tuple[float, int, int]] = []
    for k in range(off.shape[1]):
        heapq.heappush(heap, (0.0, int(np.argmin(off[:, k])), k))
    while heap:
        _, block, k = heapq.heappop(heap)
        if zone[block] >= 0:
            continue
        zone[block] = k
        for other in blocks.neighbours[block]:
            if zone[other] < 0:
                heapq.heappush(heap, (float(off[other, k]), other, k))
    return zone


def _stays_whole(blocks: Blocks, zone: list[int], block: int) -> bool:
    """Whether the block's zone is still connected without it."""
    old = zone[block]
    own = [other for other in blocks.neighbours[block] if zone[other] == old]
    if len(own) < 2:
        return bool(own)
    reached, todo, wanted = {own[0], block}, [own[0]], set(own[1:])
    while todo and wanted:
        for other in blocks.neighbours[todo.pop()]:
            if zone[other] == old and other not in reached:
                reached.add(other)
                wanted.discard(other)
                todo.append(other)
    return not wanted

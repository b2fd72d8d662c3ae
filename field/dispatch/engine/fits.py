"""Every gap of every day, judged for one visit: where it would fit, and where not, why.

`field.dispatch.engine.search` says of each representative the best gap or the first rule that failed. Whoever
drags a visit over the days wants to know it of the gap under the hand, of all days at once: (R, G) each,
column by column, by the same rules.
"""

import dataclasses
from collections.abc import Sequence

import numpy as np

from field.dispatch.engine.columns import NEVER
from field.dispatch.engine.gaps import Ask, Flags, Gaps, Ints, Ways
from field.dispatch.engine.route import UNREACHABLE
from field.dispatch.engine.search import Rule


@dataclasses.dataclass(frozen=True)
class GapFits:
    """(R, G) each. `open`: whether anything may be put there; `rule`: number of the rule about the gap that
    fails, 0 where none does; `start`: when the visit would begin, in seconds of the caller's clock; `extra`:
    seconds of travel more; `pushes`: seconds by which the stop behind it begins later.
    """

    open: Flags
    rule: Ints
    start: Ints
    extra: Ints
    pushes: Ints


def gap_fits(gaps: Gaps, ask: Ask, ways: Ways) -> GapFits:
    """Judge all gaps. Rules about the representative (`about_the_person`) are not asked here."""
    there = ways.to[gaps.before].astype(np.int64)
    onward = np.where(gaps.after >= 0, ways.on[np.maximum(gaps.after, 0)], 0).astype(np.int64)
    arrive = gaps.pace.arrivals(gaps.leave, there)
    start = np.maximum(arrive, ask.earliest)
    free, pausing = start + ask.service, np.arange(gaps.open.shape[1]) == gaps.rest_gap[:, None]
    no_break = pausing & (free > gaps.rest_by[:, None])
    free = np.where(pausing, np.maximum(free, gaps.rest_from[:, None]) + gaps.rest_s[:, None], free)
    there_by = gaps.pace.arrivals(free, onward)
    last = np.arange(gaps.open.shape[1]) == gaps.count[:, None] - 1
    rule = np.where(there_by > gaps.limit, np.where(last, Rule.SHIFT_ENDS.number, Rule.NO_ROOM.number), 0)
    rule = np.where(no_break, Rule.NO_ROOM.number, rule)
    rule = np.where(arrive > ask.latest, Rule.WINDOW_MISSED.number, rule)
    no_way = (there >= UNREACHABLE) | (onward >= UNREACHABLE)
    follows = gaps.next_start < NEVER
    return GapFits(
        open=gaps.open,
        rule=np.where(no_way, Rule.UNREACHABLE.number, rule),
        start=start,
        extra=there + onward - gaps.base,
        pushes=np.where(follows, np.maximum(0, there_by - gaps.next_start), 0),
    )


def fits_in_any(gaps: Gaps, asks: Sequence[Ask], ways: Ways) -> GapFits:
    """Judge all gaps for several windows: each gap by the earliest window in which no rule fails there, else
    by the window that came furthest.
    """
    best = gap_fits(gaps, asks[0], ways)
    for ask in asks[1:]:
        other = gap_fits(gaps, ask, ways)
        takes = (best.rule != 0) & ((other.rule == 0) | (other.rule > best.rule))
        best = GapFits(
            *(
                np.where(takes, getattr(other, column.name), getattr(best, column.name))
                for column in dataclasses.fields(GapFits)
            )
        )
    return best


def about_the_person(rule: int) -> bool:
    """Whether a rule fails whatever the gap."""
    return Rule.DECLINED_BEFORE.number <= rule <= Rule.ROUTE_LOCKED.number

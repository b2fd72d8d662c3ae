"""Which of a phone's positions are kept: pure, in the order in which the phone numbered them.

A phone sends what it has gathered, late when it had no network. Each position is judged by the first rule
that speaks:

=========================== ===============================================================================
repeated                    its number was answered before: it is acknowledged again, and changes nothing
`position_nowhere`          0° north, 0° east: what a receiver says that does not know
`position_in_future`        later than now, though the phone's clock was set right (`field.task.phone_clock`)
`position_too_old`          nobody may keep it any more
`off_shift_position`        outside the person's working hours
`position_out_of_order`     earlier than the one numbered before it
`position_implausible`      nobody drives there that fast from where they were seen last
thinned                     as good as still, and something was kept a moment ago
kept                        the others
=========================== ===============================================================================

A single wrong position does no lasting harm: the further back the last good one lies, the larger the circle
in which the next is believed, and after half an hour it no longer counts.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from math import cos, hypot, radians

STILL_M = 25.0
"""Moves of less are the receiver's own unrest."""
STILL_S = 300.0
"""How often somebody who stands still is kept all the same: it shows that the phone was there."""
FASTEST_M_S = 55.0
"""200 km/h. Faster is no van: it is a receiver that was wrong, or a phone that lies."""
REMEMBERED_S = 1800.0
"""For how long where somebody was seen says where they can be."""
NOWHERE_DEGREES = 1e-3
AHEAD_S = 60.0
M_PER_DEGREE = 111_195.0


class Verdict(StrEnum):
    """What became of a position."""

    REPEATED = "repeated"
    KEPT = "kept"
    THINNED = "thinned"
    NOWHERE = "position_nowhere"
    FUTURE = "position_in_future"
    TOO_OLD = "position_too_old"
    OFF_SHIFT = "off_shift_position"
    DISORDER = "position_out_of_order"
    IMPLAUSIBLE = "position_implausible"


GOOD = frozenset({Verdict.KEPT, Verdict.THINNED})
"""True positions, whether they are kept or not: the last of them is where the person is."""
REFUSED = frozenset(Verdict) - GOOD - {Verdict.REPEATED}


@dataclasses.dataclass(frozen=True)
class Fix:
    """Where a phone was. ``accuracy_m``: the radius in metres in which it is, as the receiver says."""

    sequence: int
    at: datetime
    lon: float
    lat: float
    accuracy_m: float | None = None


@dataclasses.dataclass(frozen=True)
class Known:
    """What is known before: ``answered``, the phone's last number that was; ``seen``, where the person was
    last; ``kept``, the newest position that was kept of this phone."""

    answered: int = 0
    seen: Fix | None = None
    kept: Fix | None = None


@dataclasses.dataclass(frozen=True)
class Allowed:
    """When positions may be kept: at ``now``, of the ``spans`` worked (half-open), none before ``oldest``."""

    now: datetime
    oldest: datetime
    spans: Sequence[tuple[datetime, datetime]]


@dataclasses.dataclass(frozen=True)
class Judged:
    """Each position, its clock set right, with what became of it."""

    fixes: tuple[tuple[Fix, Verdict], ...]

    def those(self, *verdicts: Verdict) -> list[Fix]:
        return [fix for fix, verdict in self.fixes if verdict in verdicts]

    @property
    def newest(self) -> Fix | None:
        """The latest true one."""
        good = [fix for fix, verdict in self.fixes if verdict in GOOD]
        return max(good, key=lambda fix: fix.at, default=None)


def judge(fixes: Sequence[Fix], known: Known, allowed: Allowed, skew: timedelta = timedelta(0)) -> Judged:
    """Decide on each position; the same ones again are all ``repeated``."""
    seen, kept, before = known.seen, known.kept, known.kept
    judged: list[tuple[Fix, Verdict]] = []
    answered = known.answered
    for sent in sorted(fixes, key=lambda fix: fix.sequence):
        fix = dataclasses.replace(sent, at=sent.at + skew)
        verdict = _verdict(fix, answered, allowed, before, seen)
        answered = max(answered, fix.sequence)
        if verdict is Verdict.KEPT and kept is not None and _is_still(kept, fix):
            verdict = Verdict.THINNED
        if verdict in GOOD:
            before = fix
            seen = fix if seen is None or fix.at >= seen.at else seen
            kept = fix if verdict is Verdict.KEPT else kept
        judged.append((fix, verdict))
    return Judged(tuple(judged))


def _verdict(fix: Fix, answered: int, allowed: Allowed, before: Fix | None, seen: Fix | None) -> Verdict:
    if fix.sequence <= answered:
        return Verdict.REPEATED
    if abs(fix.lon) < NOWHERE_DEGREES and abs(fix.lat) < NOWHERE_DEGREES:
        return Verdict.NOWHERE
    if (fix.at - allowed.now).total_seconds() > AHEAD_S:
        return Verdict.FUTURE
    if fix.at < allowed.oldest:
        return Verdict.TOO_OLD
    if not any(start <= fix.at < end for start, end in allowed.spans):
        return Verdict.OFF_SHIFT
    if before is not None and fix.at < before.at:
        return Verdict.DISORDER
    if any(last is not None and _is_too_fast(last, fix) for last in (before, seen)):
        return Verdict.IMPLAUSIBLE
    return Verdict.KEPT


def _is_too_fast(last: Fix, fix: Fix) -> bool:
    seconds = abs((fix.at - last.at).total_seconds())
    if seconds > REMEMBERED_S:
        return False
    doubt = (last.accuracy_m or 0.0) + (fix.accuracy_m or 0.0) + STILL_M
    return metres(last, fix) - doubt > FASTEST_M_S * seconds


def _is_still(kept: Fix, fix: Fix) -> bool:
    near = metres(kept, fix) <= max(STILL_M, fix.accuracy_m or 0.0)
    return near and 0 <= (fix.at - kept.at).total_seconds() < STILL_S


def metres(a: Fix, b: Fix) -> float:
    """As the crow flies, good to a thousandth within a city."""
    east = ((b.lon - a.lon + 180) % 360 - 180) * cos(radians((a.lat + b.lat) / 2))
    return hypot(east, b.lat - a.lat) * M_PER_DEGREE

"""When a re-optimisation is asked for by itself.

A policy belongs to one trigger, and has a threshold below which the trigger is not worth the unrest:

- *cancellation*: a visit was called off, and its representative has `threshold` minutes or more to spare by
  it;
- *rep_lost*: a representative cannot go on, and had `threshold` or more stops open;
- *burst*: urgent leaks hold `threshold` or more representatives of a station at the same time.

A supervisor edits them. A policy that acts `by_itself` applies what is found; any other only proposes it.
"""

import dataclasses
from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Trigger(StrEnum):
    """Why a re-optimisation was asked for."""

    HAND = "hand"
    CANCELLATION = "cancellation"
    REP_LOST = "rep_lost"
    BURST = "burst"


@dataclasses.dataclass(frozen=True)
class Terms:
    """What a policy says. `gain_s`: seconds that a plan has to be better by; `budget_s`: of the search."""

    enabled: bool
    threshold: int
    by_itself: bool
    gain_s: int
    budget_s: int


DEFAULTS: Final[Mapping[Trigger, Terms]] = MappingProxyType(
    {
        Trigger.CANCELLATION: Terms(True, 60, False, 900, 5),
        Trigger.REP_LOST: Terms(True, 1, False, 0, 5),
        Trigger.BURST: Terms(True, 3, False, 600, 5),
    }
)
"""What holds until a supervisor says otherwise: everything is proposed, nothing done."""

HELD: Final = frozenset({"assigned", "accepted", "travelling", "on_site"})
BURST_SEVERITY: Final = "urgent"
BURST_CATEGORY: Final = "leak"


def asks(terms: Terms, measured: int) -> bool:
    """Whether what was measured (minutes, stops, people: by the trigger) is worth a search."""
    return terms.enabled and measured >= terms.threshold
